import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Fault, systemErrorCode } from '../errors.js';

const KEY_BYTES = 32;

/**
 * The key that a file holds; made where the file does not exist.
 * @throws Fault `CONFIG` where others may read it, where it is too short, or where it cannot be read or made
 */
export function keyInFile(path: string): Buffer {
  try {
    if (statSync(path, { throwIfNoEntry: false }) === undefined)
      writeFileSync(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0)
      throw new Fault('CONFIG', `Others may read the key in ${path}; chmod 600 ${path} keeps it secret.`);
    const key = Buffer.from(readFileSync(path, 'utf8').trim());
    if (key.length >= KEY_BYTES) return key;
    throw new Fault(
      'CONFIG',
      `The key in ${path} is shorter than ${KEY_BYTES} letters; delete the file for a new one.`,
    );
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    throw new Fault(
      'CONFIG',
      `The file of readings.pseudonymKey, ${path}, cannot be read or made: ${code}.`,
      { cause },
    );
  }
}
