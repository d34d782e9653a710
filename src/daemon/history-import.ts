import type { Config } from '../config.js';
import type { HeardLine } from '../imports/heard-line.js';
import { type ImportedPoint, joinHistory } from '../imports/join-history.js';
import { ownMetersOf } from '../readings/describe-meter.js';
import { type EndpointKey, endpointKeyOf } from '../readings/endpoint.js';
import type { MeterLabel, RegisterName } from '../readings/entry.js';
import { Ledger } from '../readings/ledger.js';
import { commodityOf } from '../readings/meaning.js';
import { Pseudonyms } from '../readings/pseudonym.js';
import type { TimedReading } from '../readings/reading.js';
import type { SqliteSink } from '../sinks/sqlite.js';
import { openForReading } from '../sinks/sqlite-open-read.js';
import { UsageReader } from '../sinks/sqlite-usage.js';
import { keyInFile } from './pseudonym-key.js';
import { resumedLedger } from './resumed-ledger.js';

/** What the receiver of imported packets is called. */
const RECEIVER = 'import';
/** Its check was right; how surely it was heard nobody printed. */
const CONFIDENCE = 0.99;

interface Series {
  readonly meter: MeterLabel;
  readonly register: RegisterName;
  readonly points: ImportedPoint[];
}

/** What became of packets. */
export interface ImportCounts {
  /** Newer than what was known of their meter. */
  fresh: number;
  /** Of a time that the history reaches over already. */
  old: number;
  /** Rows that these added. */
  filled: number;
  /** Readings that could not be joined to the history. */
  lost: number;
}

/**
 * Takes packets of another program's history through the gate. What is newer than what the database knows of a meter
 * goes on from there; what is older is judged by a gate of its own, and fills what is missing. So it does not matter in
 * which order histories come, nor how often.
 */
export class HistoryImport {
  readonly counts: ImportCounts = { fresh: 0, old: 0, filled: 0, lost: 0 };
  readonly #config: Config;
  readonly #database: SqliteSink;
  readonly #ledger: Ledger;
  readonly #older: Ledger;
  readonly #pseudonyms: Pseudonyms | null;
  readonly #own: ReadonlySet<EndpointKey>;
  /** When each endpoint was last heard before, ms since 1970. */
  readonly #knownMs: ReadonlyMap<EndpointKey, number>;
  readonly #series = new Map<string, Series>();
  #hasSession = false;

  /** @param database started */
  constructor(config: Config, database: SqliteSink) {
    const { unknown, pseudonymKey } = config.readings;
    const resumed = database.resume();
    const own = ownMetersOf(config.meters, resumed.own);
    this.#config = config;
    this.#database = database;
    this.#ledger = resumedLedger(config, database, false);
    this.#older = new Ledger({ unknown, own });
    this.#pseudonyms = pseudonymKey === '' ? null : new Pseudonyms(keyInFile(pseudonymKey));
    const described = new Set(own.flatMap(({ key, siblings }) => [key, ...siblings.keys()]));
    // One that was exchanged has an endpoint that nobody described.
    const found = resumed.state.endpoints.filter(({ meter }) => described.has(meter.key));
    this.#own = new Set([...described, ...found.map(({ record }) => record.key)]);
    this.#knownMs = new Map(resumed.state.endpoints.map(({ record }) => [record.key, record.lastHeardMs]));
  }

  take(line: HeardLine & { readonly ok: true }, source: string): void {
    const packet = packetOf(line);
    const { timeMs } = packet;
    const named = this.#underItsName(packet);
    if (timeMs <= (this.#knownMs.get(endpointKeyOf(named)) ?? Number.NEGATIVE_INFINITY)) {
      this.counts.old += 1;
      this.#takeOlder(named);
      return;
    }
    this.counts.fresh += 1;
    this.#beginSession(source, timeMs);
    for (const entry of this.#ledger.take(packet)) this.#database.write(entry);
  }

  /** Writes what is missing between what is known. */
  async finish(endMs: number): Promise<void> {
    if (this.#hasSession) this.#database.endSession(RECEIVER, endMs);
    if (!(await this.#database.flush()) || this.#series.size === 0) return;
    const db = openForReading(this.#config.database.path);
    try {
      for (const series of this.#series.values()) this.#fill(series, new UsageReader(db));
    } finally {
      db.close();
    }
  }

  #takeOlder(packet: TimedReading): void {
    for (const entry of this.#older.take(packet)) {
      if (entry.kind !== 'reading') continue;
      const { meter, register, timeMs, counts, totalCounts: total, beginsAnew } = entry;
      const name = `${meter.key} ${register}`;
      const series = this.#series.get(name) ?? { meter, register, points: [] };
      this.#series.set(name, series);
      const last = series.points.at(-1);
      // It stands still for most of the time, and there may be years of it.
      if (last === undefined || last.total !== total || beginsAnew)
        series.points.push({ timeMs, counts, total, beginsAnew });
    }
  }

  #fill({ meter, register, points: imported }: Series, reader: UsageReader): void {
    const info = reader.registers(meter.key).find((one) => one.register === register);
    if (info === undefined) return;
    const kept = reader.points(info, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const { points, lost } = joinHistory(kept, imported, info.modulus, this.#config.database.resolutionMs);
    this.counts.filled += points.length;
    this.counts.lost += lost;
    if (points.length > 0) this.#database.write({ kind: 'history', meter, register, points });
  }

  #underItsName(packet: TimedReading): TimedReading {
    const isOwn = this.#own.has(endpointKeyOf(packet));
    return this.#pseudonyms === null || isOwn ? packet : this.#pseudonyms.of(packet);
  }

  #beginSession(source: string, startedMs: number): void {
    if (this.#hasSession) return;
    this.#hasSession = true;
    const counters = () => ({ samples: 0, lostSamples: 0 });
    this.#database.beginSession({
      receiver: RECEIVER,
      source,
      centerHz: 0,
      sampleRateHz: 0,
      startedMs,
      counters,
    });
  }
}

/** Nobody prints where and how strongly it was heard. */
function packetOf({ timeMs, message }: HeardLine & { readonly ok: true }): TimedReading {
  const { message: protocol, meterId: id, type, consumption, fields, correctedBits } = message;
  return {
    ...{ timeMs, seconds: 0, sample: 0, receiver: RECEIVER, protocol, id, type },
    ...{ commodity: commodityOf(protocol, type), consumption, fields },
    ...{ carrierHz: 0, snrDb: 0, correctedBits, confidence: CONFIDENCE },
  };
}
