import Sqlite, { type Database } from 'better-sqlite3';
import { Fault } from '../errors.js';
import { DatabaseReader } from './sqlite-read.js';
import { troubleOf } from './sqlite-trouble.js';
import { sentence } from './trouble.js';

/** How long the writer of readings is waited for, ms; it holds the database for some milliseconds at a time. */
const BUSY_MS = 5000;

/**
 * Changes what the user decides, in one short transaction and also while `ertd run` has the database: it looks at such
 * changes with its next commit.
 * @throws Fault as `DatabaseReader.open`, `IO` where it cannot be written
 */
export function changeDatabase<Answer>(path: string, change: (db: Database) => Answer): Answer {
  DatabaseReader.open(path).close();
  let db: Database | null = null;
  try {
    db = new Sqlite(path, { timeout: BUSY_MS });
    return db.transaction(change).immediate(db);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const trouble = troubleOf(error, path);
    if (trouble === null) throw error;
    throw new Fault('IO', `${path} cannot be written: ${sentence(trouble)}.`, { cause: error });
  } finally {
    db?.close();
  }
}
