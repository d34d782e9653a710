import { strict as assert } from 'node:assert';
import { setImmediate as turn } from 'node:timers/promises';
import { Fault } from '../errors.js';
import type { EndpointKey } from '../readings/endpoint.js';
import type { LedgerJournal } from '../readings/ledger-state.js';
import type { BatchWriter, Queued } from './sqlite-batch.js';
import type { HandleOptions, WriteHandle } from './sqlite-handle.js';
import { WriteQueue } from './sqlite-queue.js';
import type { Sessions } from './sqlite-sessions.js';
import { isSqliteError, troubleOf } from './sqlite-trouble.js';
import { sentence, type Trouble, TroubleReport } from './trouble.js';

export interface CommitOptions extends HandleOptions {
  /** Entries are written together, this often, ms; 0 writes each at once. */
  readonly commitIntervalMs: number;
  /** Stored packets older than this are deleted, ms; null keeps all. */
  readonly packetRetentionMs: number | null;
  /** Readings kept in memory while the database cannot be written; beyond them the oldest are dropped. */
  readonly maxQueued?: number;
  /** Told that readings cannot be stored, and why; at most once a minute. */
  readonly onTrouble: (message: string) => void;
  /** Told that a trouble is over. */
  readonly onRecovered: (message: string) => void;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

export interface CommitStats {
  /** Readings written to the database. */
  readonly stored: number;
  /** Readings that wait for the next commit. */
  readonly queued: number;
  /** Readings lost because the database could not be written for too long. */
  readonly dropped: number;
  /** Why the database cannot be written just now, or null. */
  readonly trouble: string | null;
}

/** How often statistics are written: who was heard how often, how strongly; ms. */
const STATISTICS_MS = 300_000;

/** Bounds of the wait before a failed commit is tried again, ms. */
const RETRY_MS = { min: 1000, max: 60_000 };

/** When what waits is committed; while the disk is full or read-only the batch is kept and tried again. */
export class Commits {
  readonly #options: CommitOptions;
  readonly #handle: WriteHandle;
  readonly #sessions: Sessions;
  readonly #now: () => number;
  readonly #report: TroubleReport;
  readonly #queue: WriteQueue;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #timer: NodeJS.Timeout | null = null;
  #journal: LedgerJournal | null = null;
  #wanted: ReadonlySet<EndpointKey> = new Set();
  /** When statistics were last written, ms since 1970. */
  #statisticsMs: number;
  /** Statistics have changed since. */
  #isStale = false;
  #stored = 0;

  constructor(options: CommitOptions, handle: WriteHandle, sessions: Sessions) {
    this.#options = options;
    this.#handle = handle;
    this.#sessions = sessions;
    this.#queue = new WriteQueue(options.maxQueued ?? 100_000);
    this.#now = options.now ?? Date.now;
    this.#statisticsMs = this.#now();
    this.#report = new TroubleReport(
      { trouble: options.onTrouble, recovered: options.onRecovered },
      this.#now,
    );
  }

  get isStarted(): boolean {
    return this.#state === 'started';
  }

  /** Why the database cannot be written just now, or null. */
  get trouble(): Trouble | null {
    return this.#report.current;
  }

  get stats(): CommitStats {
    const trouble = this.#report.current;
    return {
      stored: this.#stored,
      queued: this.#queue.length,
      dropped: this.#queue.dropped,
      trouble: trouble === null ? null : sentence(trouble),
    };
  }

  /** @throws Fault `CONFIG` where waiting cannot help; see `SqliteSink.start` */
  start(): void {
    assert(this.#state === 'new', 'a sink is started once');
    try {
      this.#writer();
    } catch (error) {
      if (error instanceof Fault) throw error;
      this.#failed(error);
    }
    this.#state = 'started';
  }

  /** From here on the state of this ledger is kept with its readings. */
  keep(journal: LedgerJournal): void {
    this.#journal = journal;
  }

  /** From here on each reading of these meters is committed at once. */
  want(meters: ReadonlySet<EndpointKey>): void {
    this.#wanted = meters;
  }

  /** Who was heard how often has changed: it is written now and then. */
  statisticsChanged(): void {
    this.#isStale = true;
  }

  /** Queues an entry and commits it when it is due; drops the oldest where too many wait. */
  add(queued: Queued): void {
    this.#queue.add(queued);
    const isWanted = queued.kind === 'reading' && this.#wanted.has(queued.meter.key);
    const due = isWanted || this.#options.commitIntervalMs === 0 || this.#queue.hasFullBatch;
    if (due && this.#report.current === null) this.#commit();
    else this.schedule();
  }

  /** Sees to a commit before long: one timer at a time, and none while there is nothing to write. */
  schedule(): void {
    if (this.#timer !== null || this.#state === 'stopped') return;
    const { commitIntervalMs } = this.#options;
    const retryMs = Math.min(Math.max(commitIntervalMs, RETRY_MS.min), RETRY_MS.max);
    const waitMs = this.#report.current === null ? commitIntervalMs : retryMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#commitAll();
    }, waitMs);
  }

  /**
   * Writes what is queued, and the counters of the sessions that go on.
   * @returns false where the database cannot be written now; what could not is kept
   */
  async flush(): Promise<boolean> {
    this.#sessions.renewCounters();
    this.#isStale = true;
    this.#statisticsMs = Number.NEGATIVE_INFINITY;
    return this.#commitAll();
  }

  /**
   * Writes what is queued and closes the database.
   * @throws Fault `IO` where readings could not be stored: they are lost
   */
  stop(): void {
    if (this.#state !== 'started') return;
    this.#sessions.renewCounters();
    this.#isStale = true;
    while (this.#pending && this.#commit(true));
    this.#state = 'stopped';
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#handle.end();
    const lost = this.#queue.length + this.#queue.droppedInTrouble;
    if (lost > 0) throw this.#loss(lost);
  }

  get #pending(): boolean {
    return this.#queue.length > 0 || this.#sessions.changed.size > 0 || this.#isStatisticsDue;
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
    if (this.#isStale) this.schedule();
    return true;
  }

  /**
   * Writes one batch. Returns false where that is not possible now.
   * @param isLast nothing comes after it
   */
  #commit(isLast = false): boolean {
    const entries = this.#queue.batch();
    const { packetRetentionMs } = this.#options;
    const nowMs = this.#now();
    const packetsFromMs = packetRetentionMs === null ? null : nowMs - packetRetentionMs;
    // Statistics change with every packet: written each time, they would wear out a card.
    const all = this.#isStatisticsDue || isLast;
    if (all) this.#sessions.renewCounters();
    const changes = this.#journal?.changes(all) ?? null;
    const settleMs = isLast ? Number.POSITIVE_INFINITY : all ? nowMs : null;
    try {
      this.#writer().write({
        ...{ entries, sessions: this.#sessions.changed, changes, packetsFromMs, settleMs },
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
    this.#queue.written(entries.length);
    this.#sessions.written();
    this.#stored += entries.length;
    return true;
  }

  #writer(): BatchWriter {
    if (this.#handle.isLost) this.#startOver();
    return this.#handle.writer(this.#now());
  }

  /** The file was deleted or replaced: all that it had goes to the one that is made in its place. */
  #startOver(): void {
    this.#handle.letGo();
    this.#sessions.forgetRows();
    this.#queue.forgetRows();
    this.#journal?.writeAllAgain();
  }

  #failed(error: unknown): void {
    const trouble = troubleOf(error, this.#options.path);
    if (trouble === null) throw error;
    // A disk that was mounted anew needs a new handle; a busy one keeps its own.
    if (!isSqliteError(error, 'SQLITE_BUSY')) this.#handle.close();
    const kept = `Readings are kept in memory: ${this.#queue.length} of at most ${this.#queue.limit}${this.#alsoLost}.`;
    this.#report.began(this.#options.path, trouble, kept);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.schedule();
  }

  get #alsoLost(): string {
    const lost = this.#queue.droppedInTrouble;
    return lost === 0 ? '' : `, older ones lost: ${lost}`;
  }

  #loss(readings: number): Fault {
    const trouble = this.#report.current;
    assert(trouble !== null, 'readings are left only where the database could not be written');
    const what = readings === 1 ? '1 reading' : `${readings} readings`;
    const message = `${what} could not be stored in ${this.#options.path}: ${sentence(trouble)}.`;
    return new Fault('IO', message);
  }
}
