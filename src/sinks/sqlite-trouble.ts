import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Fault } from '../errors.js';

/** Why a database cannot be written now, in words that go on after "…: ". */
export interface Trouble {
  readonly reason: string;
  readonly advice: string;
}

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

/** How long nothing more is said about a trouble that goes on, ms. */
const QUIET_MS = 60_000;

/** Says that readings cannot be stored, at most once a minute, and when that is over. */
export class TroubleReport {
  readonly #say: {
    readonly trouble: (message: string) => void;
    readonly recovered: (message: string) => void;
  };
  readonly #now: () => number;
  #current: Trouble | null = null;
  #said = false;
  #saidMs = Number.NEGATIVE_INFINITY;

  constructor(
    say: { readonly trouble: (message: string) => void; readonly recovered: (message: string) => void },
    now: () => number,
  ) {
    this.#say = say;
    this.#now = now;
  }

  /** The trouble there is now. */
  get current(): Trouble | null {
    return this.#current;
  }

  /** @param consequence what becomes of the readings meanwhile, a clause */
  began(path: string, trouble: Trouble, consequence: string): void {
    this.#current = trouble;
    if (this.#now() - this.#saidMs < QUIET_MS) return;
    this.#said = true;
    this.#saidMs = this.#now();
    this.#say.trouble(`Cannot write to ${path}: ${sentence(trouble)}. ${consequence}`);
  }

  /** @param consequence what became of the readings, a clause */
  ended(path: string, consequence: string): void {
    if (this.#current === null) return;
    this.#current = null;
    if (this.#said) this.#say.recovered(`${path} can be written again. ${consequence}`);
    this.#said = false;
  }
}

/** Reason and advice as one clause. */
export function sentence({ reason, advice }: Trouble): string {
  return advice === '' ? reason : `${reason}; ${advice}`;
}
