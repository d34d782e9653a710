import type { Database } from 'better-sqlite3';
import { Fault } from '../errors.js';
import { openForWriting } from './sqlite-open.js';
import { openForReading } from './sqlite-open-read.js';
import { troubleOf } from './sqlite-trouble.js';
import { sentence } from './trouble.js';

/** Who wants to write to a database that is there, and what for. */
export interface Alone {
  readonly path: string;
  /** What it is called where another one finds the database taken. */
  readonly command: string;
  readonly nowMs: number;
  /** What cannot be done where the disk does not let it: `made smaller`. */
  readonly purpose: string;
}

/**
 * Changes a database while nobody else may write to it.
 * @throws Fault `CONFIG` where another process has it, `IO` where the disk does not let us, and as `openForReading`
 */
export function changeAlone<Answer>(
  { path, command, nowMs, purpose }: Alone,
  change: (db: Database) => Answer,
): Answer {
  openForReading(path).close();
  try {
    const { db, lock } = openForWriting(path, { command, nowMs }, null);
    try {
      return change(db);
    } finally {
      db.close();
      lock.release();
    }
  } catch (error) {
    const trouble = error instanceof Fault ? null : troubleOf(error, path);
    if (trouble === null) throw error;
    throw new Fault('IO', `${path} cannot be ${purpose}: ${sentence(trouble)}.`, { cause: error });
  }
}
