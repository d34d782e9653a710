import { strict as assert } from 'node:assert';
import { setImmediate as turn } from 'node:timers/promises';
import { Fault } from '../errors.js';
import type { EndpointKey } from '../readings/endpoint.js';
import type { Entry } from '../readings/entry.js';
import type { LedgerJournal } from '../readings/ledger-state.js';
import type { Sink } from './sink.js';
import {
  type BatchRules,
  BatchWriter,
  type Queued,
  type Session,
  type SessionStart,
} from './sqlite-batch.js';
import type { DatabaseLock } from './sqlite-lock.js';
import { closeForReaders, openForWriting, type WritableDatabase } from './sqlite-open.js';
import {
  NOTHING,
  type Resumed,
  readResumed,
  resumedOf,
  type UserChanges,
  userChangesOf,
} from './sqlite-resume.js';
import { isSqliteError, troubleOf } from './sqlite-trouble.js';
import { sentence, TroubleReport } from './trouble.js';

export interface SqliteSinkOptions extends BatchRules {
  readonly path: string;
  /** Entries are written together, this often, ms; 0 writes each at once. */
  readonly commitIntervalMs: number;
  /** Whether every packet is kept too. */
  readonly storePackets: boolean;
  /** Stored packets older than this are deleted, ms; null keeps all. */
  readonly packetRetentionMs: number | null;
  /** What this process is called when a second one finds the database in use, such as `ertd run`. */
  readonly command: string;
  /** Readings kept in memory while the database cannot be written; beyond them the oldest are dropped. */
  readonly maxQueued?: number;
  /** Told that readings cannot be stored, and why; at most once a minute. */
  readonly onTrouble: (message: string) => void;
  /** Told that a trouble is over. */
  readonly onRecovered: (message: string) => void;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

export interface SqliteSinkStats {
  /** Readings written to the database. */
  readonly stored: number;
  /** Readings that wait for the next commit. */
  readonly queued: number;
  /** Readings lost because the database could not be written for too long. */
  readonly dropped: number;
  /** Why the database cannot be written just now, or null. */
  readonly trouble: string | null;
}

/** Most readings of one transaction: they take some 30 ms on a PC, in which the process does nothing else. */
const BATCH_SIZE = 2000;

/** How often statistics are written: who was heard how often, how strongly; ms. */
const STATISTICS_MS = 300_000;

/** Bounds of the wait before a failed commit is tried again, ms. */
const RETRY_MS = { min: 1000, max: 60_000 };

const LIKE_SESSION = `
  SELECT 1 FROM sessions JOIN receivers ON receivers.id = sessions.receiver_id
  WHERE receivers.name = @receiver AND started_ms = @startMs AND sample_rate_hz = @sampleRateHz
    AND center_hz = @centerHz AND ended_ms IS NOT NULL AND samples >= @samples`;

interface OpenDatabase extends WritableDatabase {
  readonly writer: BatchWriter;
}

/**
 * Keeps readings in SQLite. They queue in memory and are committed together, so that an SD card lives; a
 * crash loses the open batch and nothing else. While the disk is full or read-only the batch is kept and
 * tried again.
 */
export class SqliteSink implements Sink {
  readonly name = 'sqlite';
  readonly #options: SqliteSinkOptions;
  readonly #maxQueued: number;
  readonly #batchSize: number;
  readonly #now: () => number;
  readonly #report: TroubleReport;
  readonly #queue: Queued[] = [];
  /** The latest session of each receiver. */
  readonly #sessions = new Map<string, Session>();
  /** Sessions whose row is to be written with the next batch. */
  readonly #changed = new Set<Session>();
  #state: 'new' | 'started' | 'stopped' = 'new';
  #lock: DatabaseLock | null = null;
  #open: OpenDatabase | null = null;
  #timer: NodeJS.Timeout | null = null;
  #journal: LedgerJournal | null = null;
  #dataVersion: number | null = null;
  #wanted: ReadonlySet<EndpointKey> = new Set();
  /** When statistics were last written, ms since 1970. */
  #statisticsMs: number;
  /** Statistics have changed since. */
  #isStale = false;
  #stored = 0;
  #dropped = 0;
  #droppedBeforeTrouble = 0;

  constructor(options: SqliteSinkOptions) {
    this.#options = options;
    this.#maxQueued = options.maxQueued ?? 100_000;
    this.#batchSize = Math.min(BATCH_SIZE, this.#maxQueued);
    this.#now = options.now ?? Date.now;
    this.#statisticsMs = this.#now();
    this.#report = new TroubleReport(
      { trouble: options.onTrouble, recovered: options.onRecovered },
      this.#now,
    );
  }

  get path(): string {
    return this.#options.path;
  }

  get stats(): SqliteSinkStats {
    const trouble = this.#report.current;
    return {
      stored: this.#stored,
      queued: this.#queue.length,
      dropped: this.#dropped,
      trouble: trouble === null ? null : sentence(trouble),
    };
  }

  /**
   * Opens the database, or makes it. A full or read-only disk is no reason to give up: it is reported and
   * tried again.
   * @throws Fault `CONFIG` where waiting cannot help: no database, a newer schema, in use by another process
   */
  async start(): Promise<void> {
    assert(this.#state === 'new', 'a sink is started once');
    try {
      this.#openNow();
    } catch (error) {
      if (error instanceof Fault) throw error;
      this.#failed(error);
    }
    this.#state = 'started';
  }

  /** Whether a session like this, of so many samples at least, is in the database and was not cut short. */
  hasSession({ receiver, centerHz, sampleRateHz, startedMs }: SessionStart, samples: number): boolean {
    assert(this.#state === 'started', 'sessions are looked for between start and stop');
    const startMs = Math.round(startedMs);
    const like = this.#open?.db.prepare(LIKE_SESSION);
    return like?.get({ receiver, centerHz, sampleRateHz, startMs, samples }) !== undefined;
  }

  /** What a ledger goes on from: what this database has, as far as it can be read. */
  resume(): Resumed {
    try {
      return this.#open === null ? readResumed(this.#options.path) : resumedOf(this.#open.db);
    } catch (error) {
      if (troubleOf(error, this.#options.path) === null) throw error;
      return NOTHING;
    }
  }

  /** What the user decided, where another program, such as `ertd meters add`, has written since this was last asked. */
  userChanges(): UserChanges | null {
    if (this.#open === null || this.#report.current !== null) return null;
    const { db } = this.#open;
    const version = Number(db.pragma('data_version', { simple: true }));
    const isNew = this.#dataVersion !== null && this.#dataVersion !== version;
    this.#dataVersion = version;
    return isNew ? userChangesOf(db) : null;
  }

  /** From here on the readings of this receiver are of this session; the one before it ends, if it has not. */
  beginSession(start: SessionStart): void {
    assert(this.#state === 'started', 'sessions begin between start and stop');
    if (this.#sessions.get(start.receiver)?.endedMs === null)
      this.endSession(start.receiver, start.startedMs);
    const startedMs = Math.round(start.startedMs);
    const session: Session = { ...start, startedMs, id: null, endedMs: null, uncounted: 0 };
    this.#sessions.set(start.receiver, session);
    this.#changed.add(session);
    this.#schedule();
  }

  /** @param endedMs ms since 1970. Readings that still come are counted to the session that ended. */
  endSession(receiver: string, endedMs: number): void {
    const session = this.#sessions.get(receiver);
    assert(session !== undefined, `no session of ${receiver} has begun`);
    session.endedMs = Math.round(endedMs);
    this.#changed.add(session);
    this.#schedule();
  }

  /** From here on the state of this ledger is kept with its readings. */
  keep(journal: LedgerJournal): void {
    this.#journal = journal;
  }

  /** From here on each reading of these meters gets a row at once: somebody waits for it. */
  want(meters: ReadonlySet<EndpointKey>): void {
    this.#wanted = meters;
  }

  /** Takes a packet with a known time of a receiver whose session has begun, a reading, an event. */
  write(entry: Entry): void {
    assert(this.#state === 'started', 'entries come between start and stop');
    const queued = this.#queuedOf(entry);
    if (queued === null) return;
    if (this.#queue.length >= this.#maxQueued) {
      this.#queue.shift();
      this.#dropped += 1;
    }
    this.#queue.push(queued);
    const isWanted = entry.kind === 'reading' && this.#wanted.has(entry.meter.key);
    const due = isWanted || this.#options.commitIntervalMs === 0 || this.#queue.length >= this.#batchSize;
    if (due && this.#report.current === null) this.#commit();
    else this.#schedule();
  }

  #queuedOf(entry: Entry): Queued | null {
    if (entry.kind === 'interval') return null;
    if (entry.kind !== 'packet') return entry;
    const { packet, isPrivate } = entry;
    const { timeMs } = packet;
    const session = this.#sessions.get(packet.receiver);
    assert(timeMs !== null, 'a packet without a time cannot be stored');
    assert(session !== undefined, `no session of ${packet.receiver} has begun`);
    session.uncounted += 1;
    this.#isStale = true;
    if (this.#options.storePackets && isPrivate !== true)
      return { kind: 'packet', packet: { ...packet, timeMs }, session };
    this.#schedule();
    return null;
  }

  /**
   * Writes what is queued, and the counters of the sessions that go on.
   * @returns false where the database cannot be written now; what could not is kept
   */
  async flush(): Promise<boolean> {
    this.#renewCounters();
    this.#isStale = true;
    this.#statisticsMs = Number.NEGATIVE_INFINITY;
    return this.#commitAll();
  }

  /**
   * Writes what is queued and closes the database. Sessions should have ended before.
   * @throws Fault `IO` where readings could not be stored: they are lost
   */
  async stop(): Promise<void> {
    if (this.#state !== 'started') return;
    this.#renewCounters();
    this.#isStale = true;
    while (this.#pending && this.#commit(true));
    this.#state = 'stopped';
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#open !== null) closeForReaders(this.#open.db);
    this.#open = null;
    this.#lock?.release();
    const lost = this.#queue.length + this.#dropped - this.#droppedBeforeTrouble;
    if (lost > 0) throw this.#loss(lost);
  }

  #renewCounters(): void {
    for (const session of this.#sessions.values()) if (session.endedMs === null) this.#changed.add(session);
  }

  get #pending(): boolean {
    return this.#queue.length > 0 || this.#changed.size > 0 || this.#isStatisticsDue;
  }

  get #isStatisticsDue(): boolean {
    return this.#isStale && this.#now() - this.#statisticsMs >= STATISTICS_MS;
  }

  async #commitAll(): Promise<boolean> {
    while (this.#state === 'started' && this.#pending) {
      if (!this.#commit()) return false;
      // Many batches have piled up where a full disk was freed: others get their turn between them.
      if (this.#pending) await turn();
    }
    if (this.#isStale) this.#schedule();
    return true;
  }

  /**
   * Writes one batch. Returns false where that is not possible now.
   * @param isLast nothing comes after it
   */
  #commit(isLast = false): boolean {
    const entries = this.#queue.slice(0, this.#batchSize);
    const { packetRetentionMs } = this.#options;
    const nowMs = this.#now();
    const packetsFromMs = packetRetentionMs === null ? null : nowMs - packetRetentionMs;
    // Statistics change with every packet: written each time, they would wear out a card.
    const all = this.#isStatisticsDue || isLast;
    if (all) this.#renewCounters();
    const changes = this.#journal?.changes(all) ?? null;
    const settleMs = isLast ? Number.POSITIVE_INFINITY : all ? nowMs : null;
    try {
      const { writer } = this.#openNow();
      writer.write({
        ...{ entries, sessions: this.#changed, changes, packetsFromMs, settleMs },
        wanted: this.#wanted,
      });
    } catch (error) {
      this.#failed(error);
      return false;
    }
    if (changes !== null) this.#journal?.written(changes);
    if (all) {
      this.#isStale = false;
      this.#statisticsMs = nowMs;
    }
    this.#report.ended(
      this.#options.path,
      `Readings that had waited: ${this.#queue.length}${this.#alsoLost}.`,
    );
    this.#droppedBeforeTrouble = this.#dropped;
    this.#queue.splice(0, entries.length);
    this.#changed.clear();
    this.#stored += entries.length;
    return true;
  }

  #openNow(): OpenDatabase {
    if (this.#open?.isInPlace() === false) this.#forget();
    if (this.#open !== null) return this.#open;
    const { path, command } = this.#options;
    const opened = openForWriting(path, { command, nowMs: this.#now() }, this.#lock);
    this.#lock = opened.lock;
    this.#open = { ...opened, writer: new BatchWriter(opened.db, this.#options) };
    return this.#open;
  }

  /** Lets go of a file that was deleted or replaced: what is written to it nobody would ever see. */
  #forget(): void {
    this.#close();
    this.#lock?.release();
    this.#lock = null;
    for (const session of this.#sessions.values()) session.id = null;
    for (const entry of this.#queue) if (entry.kind === 'packet') entry.session.id = null;
    this.#journal?.writeAllAgain();
  }

  #close(): void {
    this.#open?.db.close();
    this.#open = null;
  }

  #failed(error: unknown): void {
    const trouble = troubleOf(error, this.#options.path);
    if (trouble === null) throw error;
    // A disk that was mounted anew needs a new handle; a busy one keeps its own.
    if (!isSqliteError(error, 'SQLITE_BUSY')) this.#close();
    const kept = `Readings are kept in memory: ${this.#queue.length} of at most ${this.#maxQueued}${this.#alsoLost}.`;
    this.#report.began(this.#options.path, trouble, kept);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#schedule();
  }

  get #alsoLost(): string {
    const lost = this.#dropped - this.#droppedBeforeTrouble;
    return lost === 0 ? '' : `, older ones lost: ${lost}`;
  }

  /** One timer at a time, and none while there is nothing to write. */
  #schedule(): void {
    if (this.#timer !== null || this.#state === 'stopped') return;
    const { commitIntervalMs } = this.#options;
    const retryMs = Math.min(Math.max(commitIntervalMs, RETRY_MS.min), RETRY_MS.max);
    const waitMs = this.#report.current === null ? commitIntervalMs : retryMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#commitAll();
    }, waitMs);
  }

  #loss(readings: number): Fault {
    const trouble = this.#report.current;
    assert(trouble !== null, 'readings are left only where the database could not be written');
    const what = readings === 1 ? '1 reading' : `${readings} readings`;
    const message = `${what} could not be stored in ${this.#options.path}: ${sentence(trouble)}.`;
    return new Fault('IO', message);
  }
}
