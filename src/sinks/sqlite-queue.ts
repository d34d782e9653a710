import type { Queued } from './sqlite-batch.js';

/** Most entries of one transaction: they take some 30 ms on a PC, in which the process does nothing else. */
const BATCH_SIZE = 2000;

/** Entries that wait to be written, oldest first, and how many were lost because too many waited. */
export class WriteQueue {
  /** Beyond so many the oldest are dropped. */
  readonly limit: number;
  readonly #batchSize: number;
  readonly #entries: Queued[] = [];
  #dropped = 0;
  #droppedBeforeTrouble = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.#batchSize = Math.min(BATCH_SIZE, limit);
  }

  get length(): number {
    return this.#entries.length;
  }

  get hasFullBatch(): boolean {
    return this.#entries.length >= this.#batchSize;
  }

  /** Entries lost since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Those of them that were lost since something was last written. */
  get droppedInTrouble(): number {
    return this.#dropped - this.#droppedBeforeTrouble;
  }

  add(entry: Queued): void {
    if (this.#entries.length >= this.limit) {
      this.#entries.shift();
      this.#dropped += 1;
    }
    this.#entries.push(entry);
  }

  /** What is to be written next. */
  batch(): Queued[] {
    return this.#entries.slice(0, this.#batchSize);
  }

  /** So many, the oldest, are in the database. */
  written(count: number): void {
    this.#droppedBeforeTrouble = this.#dropped;
    this.#entries.splice(0, count);
  }

  /** The database that had the rows of their sessions is gone. */
  forgetRows(): void {
    for (const entry of this.#entries) if (entry.kind === 'packet') entry.session.id = null;
  }
}
