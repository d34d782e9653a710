import { hostname } from 'node:os';
import Sqlite, { type Database } from 'better-sqlite3';
import { Fault } from '../errors.js';
import { tableTime } from './layout.js';
import { isSqliteError } from './sqlite-trouble.js';

/** The right to write to a database, until `release` or the end of the process, however it ends. */
export interface DatabaseLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly startedMs: number;
}

/** How long a neighbour that looks at the lock at the same moment is waited for, ms. */
const PATIENCE_MS = 250;

/** Two that start at the same moment may take the lock from each other; one of them wins within these. */
const ATTEMPTS = 5;

/**
 * Takes the right to write to a database. It is a second SQLite file beside it, `…-lock`: the row in it says
 * who holds it, and the open transaction of the holder is the lock. So the kernel lets it go when the holder
 * is killed, and no file has to be judged stale.
 * @param path of the database, without symbolic links, so that every way to it leads to one lock
 * @param command what the holder is called when another one finds the lock taken, such as `ertd run`
 * @throws Fault `CONFIG` where another process holds it, naming that process; SqliteError where the disk
 *   does not let us write
 */
export function takeLock(path: string, command: string, nowMs: number): DatabaseLock {
  const holder = { pid: process.pid, host: hostname(), command, startedMs: nowMs };
  const db = new Sqlite(`${path}-lock`, { timeout: PATIENCE_MS });
  try {
    hold(db, path, holder);
  } catch (error) {
    db.close();
    throw error;
  }
  return { release: () => void db.close() };
}

function hold(db: Database, path: string, holder: Holder): void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    begin(db, path, holder);
    db.exec(`
      CREATE TABLE IF NOT EXISTS holder (
        pid INTEGER NOT NULL, host TEXT NOT NULL, command TEXT NOT NULL, started_ms INTEGER NOT NULL
      ) STRICT;
      DELETE FROM holder`);
    db.prepare('INSERT INTO holder VALUES (@pid, @host, @command, @startedMs)').run(holder);
    db.exec('COMMIT');
    // Readers can see the row only once it is committed, and for this moment the lock was open to others.
    begin(db, path, holder);
    if (isSame(holderOf(db), holder)) return;
    db.exec('ROLLBACK');
  }
  throw inUse(path, null);
}

function begin(db: Database, path: string, self: Holder): void {
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (isSqliteError(error, 'SQLITE_BUSY')) {
      const other = holderOf(db);
      throw inUse(path, isSame(other, self) ? null : other);
    }
    if (isSqliteError(error, 'SQLITE_NOTADB')) {
      throw new Fault('CONFIG', `${path}-lock is not a lock file of ertd; move it away.`, { cause: error });
    }
    throw error;
  }
}

function holderOf(db: Database): Holder | null {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'holder'").get();
  if (known === undefined) return null;
  const row = db
    .prepare<[], Holder>('SELECT pid, host, command, started_ms AS "startedMs" FROM holder')
    .get();
  return row ?? null;
}

function isSame(one: Holder | null, other: Holder): boolean {
  return one?.pid === other.pid && one.host === other.host && one.startedMs === other.startedMs;
}

function inUse(path: string, holder: Holder | null): Fault {
  const who =
    holder === null
      ? 'another ertd that is just starting'
      : `${holder.command} (pid ${holder.pid} on ${holder.host}, since ${tableTime(holder.startedMs)} UTC)`;
  return new Fault('CONFIG', `${path} is in use by ${who}; stop it or choose another --db.`);
}
