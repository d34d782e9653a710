import { mkdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { Fault, systemErrorCode } from '../errors.js';
import { type DatabaseLock, takeLock } from './sqlite-lock.js';
import { migrate, schemaState } from './sqlite-schema.js';
import { isSqliteError } from './sqlite-trouble.js';

/**
 * How long another program's write is waited for, ms. Short, as the whole process stands still meanwhile; a
 * batch that could not be written is tried again anyway.
 */
const BUSY_MS = 500;

/** Beyond this the write-ahead log is cut back after a checkpoint, bytes. */
const LOG_LIMIT_BYTES = 8 << 20;

/** A database we may write to. */
export interface WritableDatabase {
  readonly db: Database;
  readonly lock: DatabaseLock;
  /** False once the file was deleted or another one was put in its place. */
  isInPlace(): boolean;
}

/**
 * Opens or makes the database, takes its lock and brings its schema forward. Nothing is written, not even a
 * lock beside it, before the file is known to be ours.
 * @param held the lock, where we have it already
 * @throws Fault `CONFIG` for what is no file, no database, another program's or a newer ertd's database, or
 *   in use by another process; SqliteError where the disk does not let us write
 */
export function openForWriting(
  path: string,
  holder: { readonly command: string; readonly nowMs: number },
  held: DatabaseLock | null,
): WritableDatabase {
  checkPlace(path);
  const db = new Sqlite(path, { timeout: BUSY_MS });
  let lock = held;
  try {
    schemaState(db, path);
    lock ??= takeLock(realpathSync(path), holder.command, holder.nowMs);
    prepare(db, path);
    const opened = statOf(path);
    return { db, lock, isInPlace: () => isSameFile(opened, statOf(path)) };
  } catch (error) {
    db.close();
    if (lock !== held) lock?.release();
    throw isSqliteError(error, 'SQLITE_NOTADB') ? notADatabase(path, error) : error;
  }
}

/**
 * Closes a database so that who may only read it can open it: with a write-ahead log that takes files beside it, which
 * they could not make. Where somebody reads just now it keeps its log, and they have the files.
 */
export function closeForReaders(db: Database): void {
  try {
    db.pragma('journal_mode = DELETE');
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
  } finally {
    db.close();
  }
}

function isSameFile(one: Stats | null, other: Stats | null): boolean {
  return one?.ino === other?.ino && one?.dev === other?.dev;
}

/** The fault of a file that is something else. */
export function notADatabase(path: string, cause: unknown): Fault {
  return new Fault('CONFIG', `${path} is not a SQLite database; choose another file with --db.`, { cause });
}

function prepare(db: Database, path: string): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') {
    throw new Fault('CONFIG', `${path} is on a file system without shared memory; choose a local disk.`);
  }
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
  db.pragma(`journal_size_limit = ${LOG_LIMIT_BYTES}`);
  migrate(db, path);
}

/**
 * Checks that a database can be or already is at this path; makes its folder where only that is missing.
 * @throws Fault `CONFIG`
 */
function checkPlace(path: string): void {
  const found = statOf(path);
  if (found?.isDirectory()) {
    throw new Fault('CONFIG', `${path} is a directory; name a file in it, such as ${path}/ertd.db.`);
  }
  if (found !== null && !found.isFile()) {
    throw new Fault('CONFIG', `${path} is not a regular file; choose another file with --db.`);
  }
  if (found === null) checkFolder(dirname(path), path);
}

/** @returns null where nothing is there, or where we may not look: the open then says why */
function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return null;
  }
}

function checkFolder(folder: string, path: string): void {
  const found = statOf(folder);
  if (found?.isDirectory()) return;
  if (found !== null) throw cannotMake(path, `${folder} is not a directory`);
  try {
    mkdirSync(folder);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    const parent = dirname(folder);
    const why = { ENOENT: `${parent} does not exist`, ENOTDIR: `${parent} is not a directory` }[code];
    throw cannotMake(path, why ?? `its folder cannot be made (${code})`, cause);
  }
}

function cannotMake(path: string, why: string, cause?: unknown): Fault {
  return new Fault('CONFIG', `${path} cannot be made: ${why}; make the folder or choose another --db.`, {
    cause,
  });
}
