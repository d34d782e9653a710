import { type FileHandle, open, stat } from 'node:fs/promises';
import { Fault, systemErrorCode } from '../errors.js';

/** Where a recording goes: `-` or a file of samples, and the files beside it. */
export interface SynthPaths {
  readonly data: string;
  /** Of SigMF metadata, or null. */
  readonly meta: string | null;
  /** Of what was sent, or null where samples go into a pipe or a device. */
  readonly truth: string | null;
}

/** The files that `out` stands for: a file of samples, any name of a SigMF recording, or `-`. */
export async function synthPaths(out: string): Promise<SynthPaths> {
  if (out === '-' || (await kindOf(out)) === 'other') return { data: out, meta: null, truth: null };
  const base = out.replace(/\.sigmf(-data|-meta)?$/, '');
  if (base !== out) {
    return { data: `${base}.sigmf-data`, meta: `${base}.sigmf-meta`, truth: `${base}.truth.jsonl` };
  }
  // The dot of `912.6M` begins no extension.
  return { data: out, meta: null, truth: `${out.replace(/\.[a-z][a-z0-9]*$/i, '')}.truth.jsonl` };
}

/** `other`: a pipe or a device. A path that cannot be looked at is left to whoever opens it. */
async function kindOf(path: string): Promise<'nothing' | 'file' | 'directory' | 'other'> {
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
    const kind = await kindOf(path);
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

function writeFault(path: string, cause: unknown): unknown {
  const code = systemErrorCode(cause);
  if (code === null) return cause;
  return new Fault('IO', `${path} cannot be written: ${REASONS[code] ?? code}.`, { cause });
}
