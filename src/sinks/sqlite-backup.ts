import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Fault, systemErrorCode } from '../errors.js';
import { problemsOf } from './sqlite-check.js';
import { openForReading, readFault } from './sqlite-open-read.js';
import { isSqliteError } from './sqlite-trouble.js';

/** A copy that was made. */
export interface Backup {
  readonly bytes: number;
}

/**
 * Copies a database while `ertd run` may write to it: as it was at one moment. The copy is checked, and only then put in
 * its place, in one step; what was there before stays until then.
 * @throws Fault where the database cannot be read, the copy not written, or not be trusted
 */
export async function backUp(path: string, target: string): Promise<Backup> {
  const db = openForReading(path);
  const partial = `${target}.partial`;
  try {
    refuseSame(path, target);
    rmSync(partial, { force: true });
    // All pages at once: between steps a writer could make it begin anew, for ever.
    await db.backup(partial, { progress: ({ totalPages }) => Math.max(1, totalPages) });
    settle(partial);
    check(partial, path);
    renameSync(partial, target);
    sync(dirname(target));
    return { bytes: statSync(target).size };
  } catch (error) {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${partial}${suffix}`, { force: true });
    throw faultOf(error, path, target);
  } finally {
    db.close();
  }
}

function refuseSame(path: string, target: string): void {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    throw new Fault('USAGE', `${target} is a directory; name a file in it, such as ${target}/ertd.db.`);
  if (found !== undefined && realpathSync(path) === realpathSync(target))
    throw new Fault('USAGE', `${target} is the database itself; name another file.`);
}

/** Makes a single file of it, without a log beside it, and has the disk write it. */
function settle(partial: string): void {
  const copy = new Sqlite(partial);
  try {
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  sync(partial);
}

function check(partial: string, path: string): void {
  const copy = new Sqlite(partial, { readonly: true });
  try {
    const [problem] = problemsOf(copy);
    if (problem === undefined) return;
    throw new Fault('IO', `The copy of ${path} is not sound (${problem}); see ertd db check.`);
  } finally {
    copy.close();
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function faultOf(error: unknown, path: string, target: string): unknown {
  if (error instanceof Fault) return error;
  const folder = dirname(target);
  const cannot = (why: string, cause: unknown): Fault =>
    new Fault('IO', `${target} cannot be written: ${why}.`, { cause });
  if (error instanceof TypeError) return cannot(`there is no folder ${folder}`, error);
  if (isSqliteError(error, 'SQLITE_FULL')) return cannot('the disk is full', error);
  if (isSqliteError(error, 'SQLITE_CANTOPEN') || isSqliteError(error, 'SQLITE_READONLY'))
    return cannot(`${folder} does not let it`, error);
  const code = systemErrorCode(error);
  return code === null ? readFault(error, path) : cannot(code, error);
}
