import type { Database, Statement } from 'better-sqlite3';
import type { Reading } from '../readings/reading.js';

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
}

/** A reading with a known time, and the session it was heard in. */
export interface QueuedReading {
  readonly reading: Reading & { readonly timeMs: number };
  readonly session: Session;
}

export interface BatchRules {
  /** A meter that does not change gets a row this often, ms. */
  readonly readingIntervalMs: number;
  readonly storePackets: boolean;
}

/** What one transaction does. */
export interface Batch {
  readonly readings: readonly QueuedReading[];
  /** Sessions to write even where no reading is of them. */
  readonly sessions: Iterable<Session>;
  /** Packets from before this time are deleted, some at a time; null keeps all. ms since 1970. */
  readonly packetsFromMs: number | null;
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

const COUNT_METER = `
  INSERT INTO meters (id, protocol, type, commodity, consumption, fields, carrier_hz, snr_db,
    strongest_snr_db, first_heard_ms, last_heard_ms, packets)
  VALUES (@id, @protocol, @type, @commodity, @consumption, @fields, @carrierHz, @snrDb, @snrDb, @timeMs,
    @timeMs, 1)
  ON CONFLICT (id) DO UPDATE SET strongest_snr_db = max(strongest_snr_db, excluded.strongest_snr_db),
    first_heard_ms = min(first_heard_ms, excluded.first_heard_ms), packets = packets + 1`;

/** An old recording replayed into a newer database must not turn a meter back. */
const RENEW_METER = `
  UPDATE meters SET protocol = @protocol, type = @type, commodity = @commodity, consumption = coalesce(@consumption, consumption),
    fields = @fields, carrier_hz = @carrierHz, snr_db = @snrDb, last_heard_ms = @timeMs
  WHERE id = @id AND last_heard_ms <= @timeMs`;

const LAST_READING = `
  SELECT time_ms AS "timeMs", consumption FROM readings
  WHERE meter_id = @id AND protocol = @protocol AND time_ms <= @timeMs ORDER BY time_ms DESC LIMIT 1`;

const INSERT_READING = `
  INSERT INTO readings (meter_id, time_ms, protocol, consumption, session_id)
  VALUES (@id, @timeMs, @protocol, @consumption, @sessionId) ON CONFLICT DO NOTHING`;

const INSERT_PACKET = `
  INSERT INTO packets (meter_id, time_ms, session_id, sample, protocol, type, consumption, fields, carrier_hz,
    snr_db, corrected_bits, confidence)
  VALUES (@id, @timeMs, @sessionId, @sample, @protocol, @type, @consumption, @fields, @carrierHz, @snrDb,
    @correctedBits, @confidence)`;

const PRUNE_PACKETS = `
  DELETE FROM packets WHERE id IN (SELECT id FROM packets WHERE time_ms < ? ORDER BY time_ms LIMIT ?)`;

/** Writes batches, each in one transaction. */
export class BatchWriter {
  readonly #db: Database;
  readonly #rules: BatchRules;
  readonly #upsertReceiver: Statement;
  readonly #upsertSession: Statement;
  readonly #countMeter: Statement;
  readonly #renewMeter: Statement;
  readonly #lastReading: Statement<[object], { readonly timeMs: number; readonly consumption: number }>;
  readonly #insertReading: Statement;
  readonly #insertPacket: Statement;
  readonly #prunePackets: Statement;
  readonly #newSessionId: Statement<[], number>;

  /** @param db open for writing, with the newest schema */
  constructor(db: Database, rules: BatchRules) {
    this.#db = db;
    this.#rules = rules;
    this.#upsertReceiver = db.prepare(UPSERT_RECEIVER);
    this.#upsertSession = db.prepare(UPSERT_SESSION);
    this.#countMeter = db.prepare(COUNT_METER);
    this.#renewMeter = db.prepare(RENEW_METER);
    this.#lastReading = db.prepare(LAST_READING);
    this.#insertReading = db.prepare(INSERT_READING);
    this.#insertPacket = db.prepare(INSERT_PACKET);
    this.#prunePackets = db.prepare(PRUNE_PACKETS);
    this.#newSessionId = db.prepare<[], number>('SELECT coalesce(max(id), 0) + 1 FROM sessions').pluck();
  }

  /**
   * Writes all of the batch or nothing.
   * @throws SqliteError
   */
  write(batch: Batch): void {
    const packetsOf = new Map<Session, number>();
    for (const session of batch.sessions) packetsOf.set(session, 0);
    for (const { session } of batch.readings) packetsOf.set(session, (packetsOf.get(session) ?? 0) + 1);
    const fresh = [...packetsOf.keys()].filter((session) => session.id === null);
    try {
      this.#db.transaction(() => this.#writeAll(batch, packetsOf)).immediate();
    } catch (error) {
      for (const session of fresh) session.id = null;
      throw error;
    }
  }

  #writeAll({ readings, packetsFromMs }: Batch, packetsOf: ReadonlyMap<Session, number>): void {
    if (packetsFromMs !== null) {
      this.#prunePackets.run(packetsFromMs, Math.max(PRUNE_STEP, 2 * readings.length));
    }
    for (const [session, packets] of packetsOf) this.#writeSession(session, packets);
    for (const { reading, session } of readings) this.#writeReading(reading, session);
  }

  #writeSession(session: Session, packets: number): void {
    session.id ??= this.#newSessionId.get() ?? 1;
    const { id, receiver, source, centerHz, sampleRateHz, startedMs, endedMs } = session;
    const { samples, lostSamples } = session.counters();
    this.#upsertReceiver.run(receiver);
    this.#upsertSession.run({
      ...{ id, receiver, source, centerHz, sampleRateHz, startedMs, endedMs },
      ...{ samples, lostSamples, packets },
    });
  }

  #writeReading(reading: QueuedReading['reading'], session: Session): void {
    const row = { ...reading, fields: JSON.stringify(reading.fields), sessionId: session.id };
    this.#countMeter.run(row);
    this.#renewMeter.run(row);
    if (this.#rules.storePackets) this.#insertPacket.run(row);
    if (reading.consumption === null) return;
    const last = this.#lastReading.get(row);
    const tells =
      last === undefined ||
      last.consumption !== reading.consumption ||
      reading.timeMs - last.timeMs >= this.#rules.readingIntervalMs;
    if (tells) this.#insertReading.run(row);
  }
}
