import Sqlite, { type Database } from 'better-sqlite3';

/** A message that waits to be sent. */
export interface Letter {
  readonly topic: string;
  readonly payload: string;
}

export interface OutboxOptions {
  /** Whose messages; several sinks may share a database. */
  readonly sink: string;
  /** The database that keeps them, with ertd's tables in it; null keeps them in memory only. */
  readonly path: string | null;
  /** Messages kept at most; then the oldest go. */
  readonly limit: number;
}

/**
 * Messages in the order in which they came. They wait in memory, and in the database once they are put there: the
 * disk is only written to where a server is away, or at the end. Every use of the database opens it anew, as the file
 * may have been moved away.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #memory: Letter[] = [];
  #stored = 0;
  #lent = false;
  #dropped = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get length(): number {
    return this.#stored + this.#memory.length;
  }

  /** Messages lost, as there were more than the limit. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes up what an earlier run left. @returns states that it left, by topic */
  open(): ReadonlyMap<string, string> {
    const { sink } = this.#options;
    const left = this.#use((db) => {
      const states = db
        .prepare<[string], Letter>('SELECT topic, payload FROM states WHERE sink = ?')
        .all(sink);
      // A crash must not bring back what is old by then.
      db.prepare('DELETE FROM states WHERE sink = ?').run(sink);
      this.#stored = db
        .prepare<[string], number>('SELECT count(*) FROM outbox WHERE sink = ?')
        .pluck()
        .get(sink)!;
      return states;
    });
    return new Map(left?.map(({ topic, payload }) => [topic, payload]));
  }

  add(letter: Letter): void {
    this.#memory.push(letter);
    if (this.#memory.length <= this.#options.limit || this.#lent) return;
    this.#memory.shift();
    this.#dropped += 1;
  }

  /** The oldest messages; they stay until {@link delivered} is told how many of them arrived. */
  first(count: number): readonly Letter[] {
    this.#lent = true;
    const { sink } = this.#options;
    if (this.#stored === 0) return this.#memory.slice(0, count);
    const query = 'SELECT topic, payload FROM outbox WHERE sink = ? ORDER BY id LIMIT ?';
    return this.#use((db) => db.prepare<[string, number], Letter>(query).all(sink, count)) ?? [];
  }

  /** The `count` oldest have arrived; the rest of what was lent comes again. */
  delivered(count: number): void {
    this.#lent = false;
    const fromDisk = Math.min(count, this.#stored);
    if (fromDisk > 0) this.#deleteOldest(fromDisk);
    this.#memory.splice(0, count - fromDisk);
  }

  /** Writes to the database what waits in memory; leaves it there where that fails. */
  spill(): void {
    if (this.#memory.length === 0 || this.#options.path === null) return;
    const { sink } = this.#options;
    const written = this.#use((db) => {
      const insert = db.prepare('INSERT INTO outbox (sink, topic, payload) VALUES (?, ?, ?)');
      for (const { topic, payload } of this.#memory) insert.run(sink, topic, payload);
      return this.#memory.length;
    });
    if (written === null) return;
    this.#stored += written;
    this.#memory.splice(0, written);
    if (!this.#lent) this.#trim();
  }

  /** Keeps states for the next run. */
  keepStates(states: ReadonlyMap<string, string>): void {
    const { sink } = this.#options;
    this.#use((db) => {
      const insert = db.prepare('INSERT OR REPLACE INTO states (sink, topic, payload) VALUES (?, ?, ?)');
      for (const [topic, payload] of states) insert.run(sink, topic, payload);
    });
  }

  #trim(): void {
    const excess = this.#stored - this.#options.limit;
    if (excess <= 0) return;
    this.#deleteOldest(excess);
    this.#dropped += excess;
  }

  #deleteOldest(count: number): void {
    const { sink } = this.#options;
    const statement =
      'DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE sink = ? ORDER BY id LIMIT ?)';
    const deleted = this.#use((db) => db.prepare(statement).run(sink, count).changes);
    // Where the disk does not let us, they come again, and whoever gets them sees by their time that they are old.
    this.#stored -= deleted ?? 0;
  }

  /** @returns null where there is no database, or it cannot be used now */
  #use<Result>(work: (db: Database) => Result): Result | null {
    const { path } = this.#options;
    if (path === null) return null;
    let db: Database | null = null;
    try {
      db = new Sqlite(path, { fileMustExist: true, timeout: 500 });
      db.pragma('synchronous = NORMAL');
      return db.transaction(work)(db);
    } catch (error) {
      if (error instanceof Sqlite.SqliteError) return null;
      throw error;
    } finally {
      db?.close();
    }
  }
}
