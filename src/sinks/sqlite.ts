import { strict as assert } from 'node:assert';
import type { EndpointKey } from '../readings/endpoint.js';
import type { Entry } from '../readings/entry.js';
import type { LedgerJournal } from '../readings/ledger-state.js';
import type { Sink } from './sink.js';
import type { Queued, SessionStart } from './sqlite-batch.js';
import { type CommitOptions, type CommitStats, Commits } from './sqlite-commits.js';
import { WriteHandle } from './sqlite-handle.js';
import {
  NOTHING,
  type Resumed,
  readResumed,
  resumedOf,
  type UserChanges,
  userChangesOf,
} from './sqlite-resume.js';
import { isStored, Sessions } from './sqlite-sessions.js';
import { troubleOf } from './sqlite-trouble.js';

export interface SqliteSinkOptions extends CommitOptions {
  /** Whether every packet is kept too. */
  readonly storePackets: boolean;
}

/**
 * Keeps readings in SQLite. They queue in memory and are committed together, so that an SD card lives; a
 * crash loses the open batch and nothing else. While the disk is full or read-only the batch is kept and
 * tried again.
 */
export class SqliteSink implements Sink {
  readonly name = 'sqlite';
  readonly #options: SqliteSinkOptions;
  readonly #handle: WriteHandle;
  readonly #sessions = new Sessions();
  readonly #commits: Commits;
  #dataVersion: number | null = null;

  constructor(options: SqliteSinkOptions) {
    this.#options = options;
    this.#handle = new WriteHandle(options);
    this.#commits = new Commits(options, this.#handle, this.#sessions);
  }

  get path(): string {
    return this.#options.path;
  }

  get stats(): CommitStats {
    return this.#commits.stats;
  }

  /**
   * Opens the database, or makes it. A full or read-only disk is no reason to give up: it is reported and
   * tried again.
   * @throws Fault `CONFIG` where waiting cannot help: no database, a newer schema, in use by another process
   */
  async start(): Promise<void> {
    this.#commits.start();
  }

  /** Whether a session like this, of so many samples at least, is in the database and was not cut short. */
  hasSession(like: SessionStart, samples: number): boolean {
    assert(this.#commits.isStarted, 'sessions are looked for between start and stop');
    const { db } = this.#handle;
    return db !== null && isStored(db, like, samples);
  }

  /** What a ledger goes on from: what this database has, as far as it can be read. */
  resume(): Resumed {
    const { db } = this.#handle;
    try {
      return db === null ? readResumed(this.#options.path) : resumedOf(db);
    } catch (error) {
      if (troubleOf(error, this.#options.path) === null) throw error;
      return NOTHING;
    }
  }

  /** What the user decided, where another program, such as `ertd meters add`, has written since this was last asked. */
  userChanges(): UserChanges | null {
    const { db } = this.#handle;
    if (db === null || this.#commits.trouble !== null) return null;
    const version = Number(db.pragma('data_version', { simple: true }));
    const isNew = this.#dataVersion !== null && this.#dataVersion !== version;
    this.#dataVersion = version;
    return isNew ? userChangesOf(db) : null;
  }

  /** From here on the readings of this receiver are of this session; the one before it ends, if it has not. */
  beginSession(start: SessionStart): void {
    assert(this.#commits.isStarted, 'sessions begin between start and stop');
    this.#sessions.begin(start);
    this.#commits.schedule();
  }

  /** @param endedMs ms since 1970. Readings that still come are counted to the session that ended. */
  endSession(receiver: string, endedMs: number): void {
    this.#sessions.end(receiver, endedMs);
    this.#commits.schedule();
  }

  /** From here on the state of this ledger is kept with its readings. */
  keep(journal: LedgerJournal): void {
    this.#commits.keep(journal);
  }

  /** From here on each reading of these meters gets a row at once: somebody waits for it. */
  want(meters: ReadonlySet<EndpointKey>): void {
    this.#commits.want(meters);
  }

  /** Takes a packet with a known time of a receiver whose session has begun, a reading, an event. */
  write(entry: Entry): void {
    assert(this.#commits.isStarted, 'entries come between start and stop');
    const queued = this.#queuedOf(entry);
    if (queued !== null) this.#commits.add(queued);
  }

  #queuedOf(entry: Entry): Queued | null {
    if (entry.kind === 'interval') return null;
    if (entry.kind !== 'packet') return entry;
    const { packet, isPrivate } = entry;
    const { timeMs } = packet;
    assert(timeMs !== null, 'a packet without a time cannot be stored');
    const session = this.#sessions.of(packet.receiver);
    session.uncounted += 1;
    this.#commits.statisticsChanged();
    if (this.#options.storePackets && isPrivate !== true)
      return { kind: 'packet', packet: { ...packet, timeMs }, session };
    this.#commits.schedule();
    return null;
  }

  /**
   * Writes what is queued, and the counters of the sessions that go on.
   * @returns false where the database cannot be written now; what could not is kept
   */
  async flush(): Promise<boolean> {
    return this.#commits.flush();
  }

  /**
   * Writes what is queued and closes the database. Sessions should have ended before.
   * @throws Fault `IO` where readings could not be stored: they are lost
   */
  async stop(): Promise<void> {
    this.#commits.stop();
  }
}
