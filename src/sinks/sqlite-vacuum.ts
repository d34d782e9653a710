import { statSync } from 'node:fs';
import { Fault } from '../errors.js';
import { openForWriting } from './sqlite-open.js';
import { openForReading } from './sqlite-open-read.js';
import { troubleOf } from './sqlite-trouble.js';
import { sentence } from './trouble.js';

/**
 * Writes a database anew, as small as what is in it.
 * @returns bytes before and after
 * @throws Fault `CONFIG` where another process has it, `IO` where the disk does not let it
 */
export function vacuum(path: string, nowMs: number): { readonly before: number; readonly after: number } {
  openForReading(path).close();
  const before = statSync(path).size;
  try {
    const { db, lock } = openForWriting(path, { command: 'ertd db vacuum', nowMs }, null);
    try {
      db.exec('VACUUM');
      db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
      lock.release();
    }
  } catch (error) {
    const trouble = error instanceof Fault ? null : troubleOf(error, path);
    if (trouble === null) throw error;
    throw new Fault('IO', `${path} cannot be made smaller: ${sentence(trouble)}.`, { cause: error });
  }
  return { before, after: statSync(path).size };
}
