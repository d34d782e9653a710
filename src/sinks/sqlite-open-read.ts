import { statSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { Fault, systemErrorCode } from '../errors.js';
import { notADatabase } from './sqlite-open.js';
import { schemaState } from './sqlite-schema.js';
import { isSqliteError, troubleOf } from './sqlite-trouble.js';
import { sentence } from './trouble.js';

/** How long a writer that recovers the database after a crash is waited for, ms. */
const BUSY_MS = 1000;

/**
 * Opens a database for reading, also while `ertd run` writes to it.
 * @throws Fault `INPUT_NOT_FOUND` where there is no file, `INPUT_INVALID` for an empty one, `CONFIG` for one
 *   that is no database, of another program, or of another version, `IO` where it cannot be read
 */
export function openForReading(path: string): Database {
  checkFile(path);
  let db: Database | null = null;
  try {
    db = new Sqlite(path, { readonly: true, timeout: BUSY_MS });
    checkSchema(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw readFault(error, path);
  }
}

function checkFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Fault(
        'INPUT_NOT_FOUND',
        `There is no database ${path}; name one with --db, ertd run makes it.`,
      );
    }
    if (code === null) throw cause;
    throw new Fault('IO', `${path} cannot be read: ${code}; try as the user that runs ertd.`, { cause });
  }
  throw new Fault('INPUT_INVALID', `${path} is not a file; name a database with --db.`);
}

function checkSchema(db: Database, path: string): void {
  const state = schemaState(db, path);
  if (state === 'empty') {
    throw new Fault('INPUT_INVALID', `${path} is empty: ertd run has not written to it yet.`);
  }
  if (state === 'older') {
    throw new Fault('CONFIG', `${path} is of an older ertd; start ertd run once, it brings it forward.`);
  }
}

/** What an error of reading a database means to people; bugs stay what they are. */
export function readFault(error: unknown, path: string): unknown {
  if (error instanceof Fault) return error;
  if (isSqliteError(error, 'SQLITE_NOTADB')) return notADatabase(path, error);
  if (isSqliteError(error, 'SQLITE_CANTOPEN') || isSqliteError(error, 'SQLITE_READONLY')) {
    const advice = 'try as the user that runs ertd';
    return new Fault('IO', `${path} cannot be read; ${advice}.`, { cause: error });
  }
  const trouble = troubleOf(error, path);
  return trouble === null
    ? error
    : new Fault('IO', `${path} cannot be read: ${sentence(trouble)}.`, { cause: error });
}
