import type { Database } from 'better-sqlite3';
import type { Decimal } from '../readings/decimal.js';
import { type EndpointKey, idOf } from '../readings/endpoint.js';
import type { RegisterName, Unit } from '../readings/entry.js';
import { isGauge } from '../readings/limits.js';
import { demandScaleOf } from '../readings/meaning.js';
import type { EndpointUse } from '../readings/own-meter.js';
import type { Reading } from '../readings/reading.js';
import { dateMs } from '../readings/register-role.js';
import { dialOf, type Scale } from '../readings/scale.js';
import { prepared } from './prepared.js';
import { type EventQuery, type EventRow, eventsOf } from './sqlite-events.js';
import { readExchanges } from './sqlite-exchanges.js';
import { openForReading, readFault } from './sqlite-open-read.js';

/** An endpoint as it was last heard, and the meter that it belongs to. */
export interface MeterRow {
  /** Of the endpoint, such as `ert-10000001`. */
  readonly key: EndpointKey;
  /** ID as sent. */
  readonly id: number;
  /** The meter's; that of its first endpoint. */
  readonly meter: EndpointKey;
  /** As its owner calls it, or null. */
  readonly name: string | null;
  /** What the endpoint's consumption is to the meter. */
  readonly register: EndpointUse;
  readonly protocol: string;
  readonly protocols: readonly string[];
  /** Endpoint type as sent. */
  readonly type: number;
  readonly commodity: string;
  /** Register as last believed, counts. */
  readonly consumption: number | null;
  /** The same as the dial shows, or the date that it is; null where the scale is not known. */
  readonly value: Decimal | null;
  readonly unit: Unit | null;
  readonly fields: Reading['fields'];
  readonly carrierHz: number;
  readonly snrDb: number;
  readonly strongestSnrDb: number;
  /** ms since 1970. */
  readonly firstHeardMs: number;
  readonly lastHeardMs: number;
  readonly packets: number;
  /** Packets that it will have sent from the first to the last one heard. */
  readonly expected: number;
  /** From one packet to the next, ms; null while that is not known. */
  readonly periodMs: number | null;
}

/** A value of a register at a time. */
export interface ReadingRow {
  /** ms since 1970. */
  readonly timeMs: number;
  readonly meter: EndpointKey;
  /** As its owner calls it, or null. */
  readonly name: string | null;
  /** ID of the endpoint that told it. */
  readonly id: number;
  /** The kind of packet that the endpoint sent last. */
  readonly protocol: string;
  readonly type: number;
  readonly commodity: string;
  readonly register: RegisterName;
  /** Register as sent, counts. */
  readonly counts: number;
  /** As the dial shows; null where the scale is not known. */
  readonly value: Decimal | null;
  readonly unit: Unit | null;
  /** Counts since the register was first believed, without its wraps. */
  readonly totalCounts: number;
  /** The register began anew since the reading before. */
  readonly beginsAnew: boolean;
}

export interface ReadingQuery {
  /** One meter by an ID, a key or its name; null for all. */
  readonly meter: string | null;
  /** From this time on, ms since 1970. */
  readonly sinceMs: number | null;
  /** Before this time, ms since 1970. */
  readonly untilMs: number | null;
  /** Only the newest so many. */
  readonly limit: number | null;
}

interface ScaleRow {
  readonly unit: Unit | null;
  readonly unitsPerCount: Decimal | null;
  readonly offset: Decimal | null;
}

const METERS = `
  SELECT e.key, number AS "id", m.key AS "meter", name, role AS "register", protocol, protocols, type, m.commodity,
    consumption, unit, units_per_count AS "unitsPerCount", dial_offset AS "offset", fields,
    carrier_hz AS "carrierHz", snr_db AS "snrDb", strongest_snr_db AS "strongestSnrDb",
    first_heard_ms AS "firstHeardMs", last_heard_ms AS "lastHeardMs", packets, expected, period_ms AS "periodMs"
  FROM endpoints AS e JOIN meters AS m ON m.id = meter_id
  ORDER BY name IS NULL, name, number, e.key`;

const REGISTERS = `
  SELECT r.id AS "registerId", m.key AS "meter", m.name, number AS "id", protocol, type, m.commodity, r.name AS "register", unit,
    units_per_count AS "unitsPerCount", dial_offset AS "offset"
  FROM registers AS r JOIN endpoints AS e ON e.id = endpoint_id JOIN meters AS m ON m.id = meter_id
  WHERE r.name <> 'date' AND (@meter IS NULL OR @meter IN (m.key, m.name, e.key, CAST(number AS TEXT))
    OR EXISTS (SELECT 1 FROM endpoints AS f
      WHERE f.meter_id = m.id AND f.role = 'former' AND @meter IN (f.key, CAST(f.number AS TEXT))))
  ORDER BY m.key, r.name`;

const VERSION = 'PRAGMA data_version';

/** Readings are fetched so many at a time, at most: a reader that pauses then holds back no checkpoint of the writer. */
const PAGE_SIZE = 500;

const PAGE = `
  SELECT time_ms AS "timeMs", counts, total_counts AS "totalCounts", begins_anew AS "beginsAnew"
  FROM readings WHERE register_id = @registerId AND time_ms >= @sinceMs AND time_ms < @untilMs`;
const OLDEST_FIRST = `${PAGE} ORDER BY time_ms LIMIT @pageSize`;
const NEWEST_FIRST = `${PAGE} ORDER BY time_ms DESC LIMIT @pageSize`;

type RegisterRow = Omit<ReadingRow, 'timeMs' | 'counts' | 'totalCounts' | 'beginsAnew' | 'value'> &
  ScaleRow & { readonly registerId: number };
type ValueRow = Pick<ReadingRow, 'timeMs' | 'counts' | 'totalCounts'> & { readonly beginsAnew: 0 | 1 };

/** Reads a database, also while `ertd run` writes to it. What goes wrong with it then is a Fault `IO`. */
export class DatabaseReader {
  readonly #db: Database;
  readonly #path: string;

  private constructor(db: Database, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** @throws Fault as {@link openForReading} does */
  static open(path: string): DatabaseReader {
    return new DatabaseReader(openForReading(path), path);
  }

  /** Another number after each commit of anybody: what was read before may then be old. */
  get version(): number {
    return this.#ask(() => prepared<[], { data_version: number }>(this.#db, VERSION).get()!.data_version);
  }

  /** For questions that are asked elsewhere. */
  get db(): Database {
    return this.#db;
  }

  /** Every endpoint that is believed: those of named meters by name, then the others by ID. */
  meters(): MeterRow[] {
    type Row = Omit<MeterRow, 'fields' | 'protocols' | 'value'> &
      ScaleRow & { readonly fields: string; readonly protocols: string };
    const rows = this.#ask(() => prepared<[], Row>(this.#db, METERS).all());
    return rows.map(({ unitsPerCount, offset, ...row }) => ({
      ...row,
      ...shownOf(row.consumption, { ...row, unitsPerCount, offset }),
      protocols: JSON.parse(row.protocols),
      fields: JSON.parse(row.fields),
    }));
  }

  /**
   * Whether a meter is known by this ID, key or name.
   * @param namedOnly whether only those count that their owner has named
   */
  knows(meter: string, namedOnly = false): boolean {
    return this.#registers(meter).some(({ name }) => !namedOnly || name !== null);
  }

  /** Readings in the order of their time. Those that are written while this goes on may be among them. */
  *readings(query: ReadingQuery): Generator<ReadingRow, void, undefined> {
    const registers = this.#registers(query.meter);
    if (query.limit === null) {
      yield* inOrder(
        registers.map((register) => this.#valuesOf(register, query, 1)),
        1,
      );
      return;
    }
    const newest: ReadingRow[] = [];
    const all = registers.map((register) => this.#valuesOf(register, query, -1));
    for (const row of inOrder(all, -1)) {
      newest.push(row);
      if (newest.length === query.limit) break;
    }
    yield* newest.reverse();
  }

  close(): void {
    this.#db.close();
  }

  /** Events in the order in which they began. */
  events(query: EventQuery): EventRow[] {
    return this.#ask(() => eventsOf(this.#db, query));
  }

  #registers(meter: string | null): RegisterRow[] {
    return this.#ask(() => prepared<[object], RegisterRow>(this.#db, REGISTERS).all({ meter }));
  }

  /** The readings of one register, oldest first (1) or newest first (−1). */
  *#valuesOf(
    { registerId, unitsPerCount, offset, ...register }: RegisterRow,
    query: ReadingQuery,
    direction: 1 | -1,
  ): Generator<ReadingRow, void, undefined> {
    const { meter, register: name } = register;
    const former = isGauge(name) ? [] : readExchanges(this.#db, meter, name);
    const page = prepared<[object], ValueRow>(this.#db, direction > 0 ? OLDEST_FIRST : NEWEST_FIRST);
    const pageSize = Math.min(PAGE_SIZE, query.limit ?? PAGE_SIZE);
    let sinceMs = query.sinceMs ?? Number.MIN_SAFE_INTEGER;
    let untilMs = query.untilMs ?? Number.MAX_SAFE_INTEGER;
    for (;;) {
      const rows = this.#ask(() => page.all({ registerId, sinceMs, untilMs, pageSize }));
      for (const { beginsAnew, ...row } of rows) {
        const before = former.find(({ untilMs }) => row.timeMs <= untilMs);
        const { unit, ...scale } = before
          ? (before.scale ?? NO_SCALE)
          : { ...register, unitsPerCount, offset };
        const shown = shownOf(row.counts, { ...register, unit, ...scale });
        const id = before ? idOf(before.before) : register.id;
        yield { ...register, id, ...row, ...shown, beginsAnew: beginsAnew === 1 };
      }
      if (rows.length < pageSize) return;
      const { timeMs } = rows[rows.length - 1];
      if (direction > 0) sinceMs = timeMs + 1;
      else untilMs = timeMs;
    }
  }

  #ask<Answer>(question: () => Answer): Answer {
    try {
      return question();
    } catch (error) {
      throw readFault(error, this.#path);
    }
  }
}

const NO_SCALE: ScaleRow = { unit: null, unitsPerCount: null, offset: null };

type ShownRow = ScaleRow & Pick<MeterRow, 'register' | 'protocol' | 'type'>;

/** What a register shows: of a demand that has a scale of its own, of a date the date. */
function shownOf(counts: number | null, row: ShownRow): Pick<ReadingRow, 'value' | 'unit'> {
  if (row.register === 'former') return { value: null, unit: null };
  if (row.register === 'date') return { value: counts === null ? null : dateText(counts), unit: null };
  const scale = row.register === 'demand' ? demandScaleOf(row.protocol, row.type) : scaleOf(row);
  const unit = scale?.unit ?? null;
  return { value: scale === null || counts === null ? null : dialOf(counts, scale), unit };
}

function dateText(counts: number): string | null {
  const atMs = dateMs(counts);
  return atMs === null ? null : new Date(atMs).toISOString().slice(0, 10);
}

function scaleOf({ unit, unitsPerCount, offset }: ScaleRow): Scale | null {
  return unit === null || unitsPerCount === null ? null : { unit, unitsPerCount, offset: offset ?? '0' };
}

/** Merges rows that are each in the order of their time. */
function* inOrder(
  registers: readonly Iterator<ReadingRow>[],
  direction: 1 | -1,
): Generator<ReadingRow, void, undefined> {
  const heads = registers.map((rows) => rows.next());
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      if (head.done === true) continue;
      const best = heads[first];
      // Of one moment, the first register's is first in the order of time.
      const ahead =
        best === undefined ? 1 : ((best.value as ReadingRow).timeMs - head.value.timeMs) * direction;
      const isEarlier = ahead > 0 || (ahead === 0 && direction < 0);
      if (isEarlier) first = index;
    }
    const next = heads[first];
    if (next === undefined) return;
    yield next.value as ReadingRow;
    heads[first] = registers[first].next();
  }
}
