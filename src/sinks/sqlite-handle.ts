import type { Database } from 'better-sqlite3';
import { type BatchRules, BatchWriter } from './sqlite-batch.js';
import type { DatabaseLock } from './sqlite-lock.js';
import { closeForReaders, openForWriting, type WritableDatabase } from './sqlite-open.js';

export interface HandleOptions extends BatchRules {
  readonly path: string;
  /** What this process is called when a second one finds the database in use, such as `ertd run`. */
  readonly command: string;
}

interface OpenDatabase extends WritableDatabase {
  readonly writer: BatchWriter;
}

/** The database that batches are written to, closed and opened again as its disk comes and goes. */
export class WriteHandle {
  readonly #options: HandleOptions;
  /** Kept while the database is closed for a time. */
  #lock: DatabaseLock | null = null;
  #open: OpenDatabase | null = null;

  constructor(options: HandleOptions) {
    this.#options = options;
  }

  /** Null while it is closed. */
  get db(): Database | null {
    return this.#open?.db ?? null;
  }

  /** It is open, but its file was deleted or replaced: what is written to it nobody would ever see. */
  get isLost(): boolean {
    return this.#open?.isInPlace() === false;
  }

  /**
   * Opens the database where it is not open.
   * @throws as `openForWriting` does
   */
  writer(nowMs: number): BatchWriter {
    if (this.#open !== null) return this.#open.writer;
    const { path, command } = this.#options;
    const opened = openForWriting(path, { command, nowMs }, this.#lock);
    this.#lock = opened.lock;
    this.#open = { ...opened, writer: new BatchWriter(opened.db, this.#options) };
    return this.#open.writer;
  }

  /** Closes it for a time: the lock stays ours. */
  close(): void {
    this.#open?.db.close();
    this.#open = null;
  }

  /** Closes it, and lets others have what is at its path. */
  letGo(): void {
    this.close();
    this.#lock?.release();
    this.#lock = null;
  }

  /** Closes it for good. */
  end(): void {
    if (this.#open !== null) closeForReaders(this.#open.db);
    this.#open = null;
    this.#lock?.release();
  }
}
