import { readFileSync } from 'node:fs';
import { Fault, systemErrorCode } from '../../errors.js';

/**
 * A secret that is in the configuration, or in a file that it names: the line end behind it is not a part of it.
 * @param setting that names the file, for the fault
 * @throws Fault `CONFIG` where the file cannot be read
 */
export function secretOf(value: string, file: string, setting: string): string {
  return file === ''
    ? value
    : readNamed(file, setting)
        .toString('utf8')
        .replace(/\r?\n$/, '');
}

/** A file that a setting names. @throws Fault `CONFIG` where it cannot be read */
export function readNamed(file: string, setting: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    const why = { ENOENT: 'it does not exist', EACCES: 'permission denied' }[code] ?? code;
    throw new Fault('CONFIG', `${file} cannot be read: ${why}; correct ${setting}.`, { cause });
  }
}
