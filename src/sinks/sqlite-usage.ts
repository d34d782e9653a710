import type { Database, Statement } from 'better-sqlite3';
import type { IntervalQuality, MeterLabel, RegisterName } from '../readings/entry.js';
import type { Interval } from '../readings/intervals.js';
import { type DayUsage, daysIn, type RollupRules } from '../readings/rollup.js';
import type { Scale } from '../readings/scale.js';
import type { CountedPoint, Dial } from '../readings/self-read.js';
import { prepared } from './prepared.js';
import { readExchanges } from './sqlite-exchanges.js';
import { type Mark, readMarks } from './sqlite-marks.js';
import { PointReader } from './sqlite-points.js';
import { GAUGES } from './sqlite-rollup-tables.js';

/** A register with what is needed to tell of it. */
export interface RegisterInfo extends Dial {
  /** Row of the database. */
  readonly id: number;
  readonly meter: MeterLabel;
  readonly register: RegisterName;
}

const REGISTERS = `
  SELECT r.id, m.key, m.name, m.commodity, r.name AS register, r.modulus, m.unit,
    m.units_per_count AS "unitsPerCount", m.dial_offset AS "offset"
  FROM registers AS r JOIN endpoints AS e ON e.id = r.endpoint_id JOIN meters AS m ON m.id = e.meter_id
  WHERE r.name NOT IN (${GAUGES})
    AND (@meter IS NULL OR m.name = @meter OR m.key = @meter OR CAST(e.number AS TEXT) = @meter OR EXISTS
      (SELECT 1 FROM exchanges WHERE meter = m.key AND substr(before, instr(before, '-') + 1) = @meter))
  ORDER BY m.name IS NULL, m.name, m.key, r.name`;

interface RegisterRow {
  readonly id: number;
  readonly key: MeterLabel['key'];
  readonly name: string | null;
  readonly commodity: MeterLabel['commodity'];
  readonly register: RegisterName;
  readonly modulus: number;
  readonly unit: Scale['unit'] | null;
  readonly unitsPerCount: string;
  readonly offset: string;
}

const HOURS = `
  SELECT start_ms AS "startMs", start_ms + 3600000 AS "endMs", thousandths, quality FROM hours
  WHERE register_id = ? AND start_ms + 3600000 > ? AND start_ms < ? ORDER BY start_ms`;

const DAYS = `
  SELECT start_ms AS "startMs", end_ms AS "endMs", thousandths, quality, peak_ms AS "peakMs",
    peak_thousandths AS "peakThousandths", peak_quality AS "peakQuality"
  FROM days WHERE register_id = ? AND end_ms > ? AND start_ms < ? ORDER BY start_ms`;

interface DayRow extends Interval {
  readonly peakMs: number | null;
  readonly peakThousandths: number | null;
  readonly peakQuality: IntervalQuality | null;
}

const FRESH =
  'SELECT 1 FROM day_rules WHERE register_id = @id AND zone = @zone AND demand_interval = @demandInterval';

/** Reads consumption: hours and days as they are kept, anything else from the readings. */
export class UsageReader {
  readonly #db: Database;
  readonly #points: PointReader;
  readonly #hours: Statement<[number, number, number], Interval>;
  readonly #days: Statement<[number, number, number], DayRow>;
  readonly #isFresh: Statement<[object]>;

  constructor(db: Database) {
    this.#db = db;
    this.#points = new PointReader(db);
    this.#hours = prepared(db, HOURS);
    this.#days = prepared(db, DAYS);
    this.#isFresh = prepared(db, FRESH);
  }

  /** The registers of one meter that count something, by its name, key or ID, or of all of them. */
  registers(meter: string | null): RegisterInfo[] {
    const rows = prepared<[object], RegisterRow>(this.#db, REGISTERS).all({ meter });
    return rows.map(({ id, key, name, commodity, register, modulus, unit, unitsPerCount, offset }) => ({
      ...{ id, meter: { key, name, commodity }, register, modulus },
      scale: unit === null ? null : { unit, unitsPerCount, offset },
      former: readExchanges(this.#db, key, register),
    }));
  }

  /** What the user said of a meter: when its tenant changed or its demand was reset, by time. */
  marks({ key }: MeterLabel): Mark[] {
    return readMarks(this.#db, key);
  }

  /** When a register was first and last heard; null where it never was. */
  span({ id }: RegisterInfo): { readonly firstMs: number; readonly lastMs: number } | null {
    return this.#points.span(id);
  }

  points({ id }: RegisterInfo, fromMs: number, untilMs: number): CountedPoint[] {
    return this.#points.between(id, fromMs, untilMs);
  }

  /** Hours that overlap a stretch of time and are over. */
  hours({ id }: RegisterInfo, fromMs: number, untilMs: number): Interval[] {
    return this.#hours.all(id, fromMs, untilMs);
  }

  /** Days that overlap a stretch of time and are over. */
  days(register: RegisterInfo, fromMs: number, untilMs: number, rules: RollupRules): DayUsage[] {
    const { id } = register;
    const isFresh = this.#isFresh.get({ id, ...rules }) !== undefined;
    // By other rules than the daemon's, as where the zone was changed while it does not run.
    if (!isFresh) return this.#daysByRules(register, fromMs, untilMs, rules);
    return this.#days.all(id, fromMs, untilMs).map(dayOf);
  }

  #daysByRules(register: RegisterInfo, fromMs: number, untilMs: number, rules: RollupRules): DayUsage[] {
    const span = this.span(register);
    if (span === null) return [];
    const [from, until] = [Math.max(fromMs, span.firstMs), Math.min(untilMs, span.lastMs)];
    const dayMs = 26 * 3_600_000;
    return daysIn(this.points(register, from - dayMs, until + dayMs), from, until, rules);
  }
}

function dayOf({ peakMs, peakThousandths, peakQuality, ...day }: DayRow): DayUsage {
  const hasPeak = peakMs !== null && peakThousandths !== null && peakQuality !== null;
  return {
    ...day,
    peak: hasPeak ? { startMs: peakMs, thousandths: peakThousandths, quality: peakQuality } : null,
  };
}
