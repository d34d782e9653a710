import type { Database, Statement } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';
import type { MeterEvent, RegisterHistoryEntry, RegisterReading } from '../readings/entry.js';
import type { LedgerChanges } from '../readings/ledger-state.js';
import type { TimedReading } from '../readings/reading.js';
import type { RollupRules } from '../readings/rollup.js';
import { EventWriter } from './sqlite-events.js';
import { type HistoryRules, HistoryWriter } from './sqlite-history.js';
import { RollupWriter } from './sqlite-rollups.js';
import { StateWriter } from './sqlite-state.js';

/** What a receiver has done since its session began. */
export interface SessionCounters {
  /** Samples since the start, the lost ones included. */
  readonly samples: number;
  readonly lostSamples: number;
}

/** A stretch of time in which one receiver listens with one setting. */
export interface SessionStart {
  readonly receiver: string;
  /** Where its samples come from, as people write it: `rtltcp://…`, a file name. */
  readonly source: string;
  readonly centerHz: number;
  readonly sampleRateHz: number;
  /** ms since 1970. */
  readonly startedMs: number;
  /** Asked whenever the session is written, so that its row is as new as its packets. */
  readonly counters: () => SessionCounters;
}

export interface Session extends SessionStart {
  /** Row in the database; null until first written. */
  id: number | null;
  endedMs: number | null;
  /** Packets that its row does not count yet. */
  uncounted: number;
}

/** A packet with a known time, and the session it was heard in. */
export interface QueuedPacket {
  readonly kind: 'packet';
  readonly packet: TimedReading;
  readonly session: Session;
}

/** What waits to be written. */
export type Queued = QueuedPacket | RegisterReading | RegisterHistoryEntry | MeterEvent;

export type BatchRules = HistoryRules & RollupRules;

/** What one transaction does. */
export interface Batch {
  readonly entries: readonly Queued[];
  /** Sessions to write, and how many packets of theirs are not written yet. */
  readonly sessions: Iterable<Session>;
  /** The ledger's state that the entries build on. */
  readonly changes: LedgerChanges | null;
  /** Packets from before this time are deleted, some at a time; null keeps all. ms since 1970. */
  readonly packetsFromMs: number | null;
  /** Registers that have been silent until then get their last row; null leaves them. ms since 1970. */
  readonly settleMs: number | null;
  /** Meters each reading of which gets a row. */
  readonly wanted?: ReadonlySet<EndpointKey>;
}

/** Old packets deleted with each batch: a step, so that nobody waits; twice the batch, so that it ends. */
const PRUNE_STEP = 500;

const UPSERT_RECEIVER = 'INSERT INTO receivers (name) VALUES (?) ON CONFLICT DO NOTHING';

const UPSERT_SESSION = `
  INSERT INTO sessions (id, receiver_id, source, center_hz, sample_rate_hz, started_ms, ended_ms, samples,
    lost_samples, packets)
  VALUES (@id, (SELECT id FROM receivers WHERE name = @receiver), @source, @centerHz, @sampleRateHz,
    @startedMs, @endedMs, @samples, @lostSamples, @packets)
  ON CONFLICT (id) DO UPDATE SET ended_ms = excluded.ended_ms, samples = excluded.samples,
    lost_samples = excluded.lost_samples, packets = packets + excluded.packets`;

const INSERT_PACKET = `
  INSERT INTO packets (number, time_ms, session_id, sample, protocol, type, consumption, fields, carrier_hz,
    snr_db, corrected_bits, confidence)
  VALUES (@id, @timeMs, @sessionId, @sample, @protocol, @type, @consumption, @fields, @carrierHz, @snrDb,
    @correctedBits, @confidence)`;

const PRUNE_PACKETS = `
  DELETE FROM packets WHERE id IN (SELECT id FROM packets WHERE time_ms < ? ORDER BY time_ms LIMIT ?)`;

/** Writes batches, each in one transaction. */
export class BatchWriter {
  readonly #db: Database;
  readonly #state: StateWriter;
  readonly #history: HistoryWriter;
  readonly #rollups: RollupWriter;
  readonly #events: EventWriter;
  readonly #upsertReceiver: Statement;
  readonly #upsertSession: Statement;
  readonly #insertPacket: Statement;
  readonly #prunePackets: Statement;
  readonly #newSessionId: Statement<[], number>;

  /** @param db open for writing, with the newest schema */
  constructor(db: Database, rules: BatchRules) {
    this.#db = db;
    this.#state = new StateWriter(db);
    this.#rollups = new RollupWriter(db, rules);
    this.#history = new HistoryWriter(db, rules, (...change) => this.#rollups.touch(...change));
    this.#events = new EventWriter(db);
    this.#upsertReceiver = db.prepare(UPSERT_RECEIVER);
    this.#upsertSession = db.prepare(UPSERT_SESSION);
    this.#insertPacket = db.prepare(INSERT_PACKET);
    this.#prunePackets = db.prepare(PRUNE_PACKETS);
    this.#newSessionId = db.prepare<[], number>('SELECT coalesce(max(id), 0) + 1 FROM sessions').pluck();
  }

  /**
   * Writes all of the batch or nothing.
   * @throws SqliteError
   */
  write(batch: Batch): void {
    const sessions = new Set(batch.sessions);
    for (const entry of batch.entries) if (entry.kind === 'packet') sessions.add(entry.session);
    const fresh = [...sessions].filter((session) => session.id === null);
    try {
      this.#db.transaction(() => this.#writeAll(batch, sessions)).immediate();
    } catch (error) {
      for (const session of fresh) session.id = null;
      this.#history.forget();
      this.#rollups.forget();
      throw error;
    }
    for (const session of sessions) session.uncounted = 0;
  }

  #writeAll(batch: Batch, sessions: ReadonlySet<Session>): void {
    const { entries, changes, packetsFromMs, settleMs, wanted } = batch;
    if (packetsFromMs !== null)
      this.#prunePackets.run(packetsFromMs, Math.max(PRUNE_STEP, 2 * entries.length));
    for (const session of sessions) this.#writeSession(session);
    if (changes !== null) this.#state.write(changes);
    for (const entry of entries) this.#writeEntry(entry, wanted);
    if (settleMs !== null) this.#history.settle(settleMs);
    this.#rollups.renew();
  }

  #writeSession(session: Session): void {
    session.id ??= this.#newSessionId.get() ?? 1;
    const { id, receiver, source, centerHz, sampleRateHz, startedMs, endedMs, uncounted } = session;
    const { samples, lostSamples } = session.counters();
    this.#upsertReceiver.run(receiver);
    this.#upsertSession.run({
      ...{ id, receiver, source, centerHz, sampleRateHz, startedMs, endedMs },
      ...{ samples, lostSamples, packets: uncounted },
    });
  }

  #writeEntry(entry: Queued, wanted: Batch['wanted']): void {
    switch (entry.kind) {
      case 'packet': {
        const { packet, session } = entry;
        this.#insertPacket.run({ ...packet, fields: JSON.stringify(packet.fields), sessionId: session.id });
        return;
      }
      case 'reading':
        this.#history.write(entry, wanted?.has(entry.meter.key));
        return;
      case 'history':
        this.#history.fill(entry);
        return;
      case 'event':
        this.#events.write(entry);
        if (entry.type !== 'clock.back') return;
        this.#history.clockPutBack(this.#db, entry.timeMs);
        this.#rollups.cutBack();
    }
  }
}
