import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Fault } from '../errors.js';
import type { Trouble } from './trouble.js';

/** By SQLite's primary result code: what the disk or another program may do to us, and may stop doing. */
const TROUBLES: Readonly<Record<string, Trouble>> = {
  SQLITE_FULL: { reason: 'the disk is full', advice: 'free some space' },
  SQLITE_READONLY: {
    reason: 'it is read-only',
    advice: 'make the file, its folder and its file system writable for ertd',
  },
  SQLITE_PERM: { reason: 'permission denied', advice: 'make the file and its folder writable for ertd' },
  SQLITE_CANTOPEN: {
    reason: 'it cannot be opened for writing',
    advice: 'make the file, its folder and its file system writable for ertd',
  },
  SQLITE_IOERR: { reason: 'the disk reports an error', advice: 'check the disk and the system log' },
  SQLITE_BUSY: { reason: 'another program is writing to it', advice: 'stop that program' },
  SQLITE_LOCKED: { reason: 'another program is writing to it', advice: 'stop that program' },
  SQLITE_PROTOCOL: { reason: 'its locks do not work', advice: 'move it to a local disk' },
  SQLITE_CORRUPT: {
    reason: 'it is damaged',
    advice: 'move it away, `sqlite3 … .recover` saves what is left',
  },
  SQLITE_NOTADB: { reason: 'it is no longer a database', advice: 'move it away' },
};

/** True for an error of SQLite with this result code or one that refines it (`SQLITE_IOERR_WRITE`). */
export function isSqliteError(error: unknown, code: string): boolean {
  return error instanceof Sqlite.SqliteError && (error.code === code || error.code.startsWith(`${code}_`));
}

/**
 * What an error of opening, reading or writing means, or null where it is a bug of ours.
 * @param path of the database it happened to
 */
export function troubleOf(error: unknown, path: string): Trouble | null {
  if (error instanceof Fault) {
    const [reason, ...advice] = error.message.replace(/\.$/, '').split('; ');
    return { reason, advice: advice.join('; ') };
  }
  if (!(error instanceof Sqlite.SqliteError)) return null;
  const primary = error.code.split('_', 2).join('_');
  const trouble = TROUBLES[primary];
  if (trouble === undefined) return null;
  // Where a full disk shows first depends on what SQLite wanted to write: its log, its index, its lock.
  if (primary === 'SQLITE_IOERR' && isFull(dirname(path))) return TROUBLES.SQLITE_FULL;
  return primary === error.code ? trouble : { ...trouble, reason: `${trouble.reason} (${error.code})` };
}

function isFull(folder: string): boolean {
  try {
    return statfsSync(folder).bavail === 0;
  } catch {
    return false;
  }
}
