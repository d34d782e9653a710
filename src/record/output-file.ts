import { type FileHandle, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Fault, systemErrorCode } from '../errors.js';

/** `other`: a pipe or a device. A path that cannot be looked at is left to whoever opens it. */
export async function kindOfPath(path: string): Promise<'nothing' | 'file' | 'directory' | 'other'> {
  const stats = await stat(path).catch(() => null);
  if (stats === null) return 'nothing';
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
}

/**
 * A recording may be something that nobody can make again, so it is not overwritten by accident.
 * @throws Fault `USAGE`
 */
export async function checkOverwrite(paths: readonly (string | null)[], force: boolean): Promise<void> {
  for (const path of paths) {
    if (path === null || path === '-') continue;
    const kind = await kindOfPath(path);
    if (kind === 'directory') throw new Fault('USAGE', `${path} is a directory: name a file in it.`);
    if (kind === 'file' && !force) {
      throw new Fault('USAGE', `${path} exists: name another file, or overwrite it with --force.`);
    }
  }
}

/** A file that is written from its start on. What goes wrong is a Fault `IO`. */
export class OutputFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Makes the file, or empties it. */
  static async create(path: string): Promise<OutputFile> {
    try {
      return new OutputFile(path, await open(path, 'w'));
    } catch (error) {
      throw writeFault(path, error);
    }
  }

  async write(data: Uint8Array | string): Promise<void> {
    try {
      await this.#handle.writeFile(data);
    } catch (error) {
      throw writeFault(this.#path, error);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Writes a whole file in place of one that may be there: whoever reads it meanwhile sees the old one or the new. */
  static async replace(path: string, data: Uint8Array | string): Promise<void> {
    const draft = `${path}.part`;
    try {
      await writeFile(draft, data);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw writeFault(path, error);
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than the file system allows',
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'its directory does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EPIPE: 'its reader went away',
};

export function writeFault(path: string, cause: unknown): unknown {
  const code = systemErrorCode(cause);
  if (code === null) return cause;
  return new Fault('IO', `${path} cannot be written: ${REASONS[code] ?? code}.`, { cause });
}
