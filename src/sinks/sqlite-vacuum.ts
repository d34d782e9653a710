import { statSync } from 'node:fs';
import { changeAlone } from './sqlite-alone.js';
import { openForReading } from './sqlite-open-read.js';

/**
 * Writes a database anew, as small as what is in it.
 * @returns bytes before and after
 * @throws Fault as {@link changeAlone}
 */
export function vacuum(path: string, nowMs: number): { readonly before: number; readonly after: number } {
  openForReading(path).close();
  const before = statSync(path).size;
  changeAlone({ path, command: 'ertd db vacuum', nowMs, purpose: 'made smaller' }, (db) => {
    db.exec('VACUUM');
    db.pragma('wal_checkpoint(TRUNCATE)');
  });
  return { before, after: statSync(path).size };
}
