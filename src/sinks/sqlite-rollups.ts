import type { Database, Statement } from 'better-sqlite3';
import { type DayUsage, daysIn, hoursIn, type RollupRules } from '../readings/rollup.js';
import { HOUR_MS, startOf } from '../readings/time-grid.js';
import { isSameZone } from '../readings/zoned-time.js';
import { PointReader } from './sqlite-points.js';
import { GAUGES } from './sqlite-rollup-tables.js';

const UPSERT_HOUR = `
  INSERT INTO hours (register_id, start_ms, thousandths, quality)
  VALUES (@registerId, @startMs, @thousandths, @quality)
  ON CONFLICT (register_id, start_ms) DO UPDATE SET thousandths = excluded.thousandths, quality = excluded.quality`;

const UPSERT_DAY = `
  INSERT INTO days (register_id, start_ms, end_ms, thousandths, quality, peak_ms, peak_thousandths, peak_quality)
  VALUES (@registerId, @startMs, @endMs, @thousandths, @quality, @peakMs, @peakThousandths, @peakQuality)
  ON CONFLICT (register_id, start_ms) DO UPDATE SET end_ms = excluded.end_ms, thousandths = excluded.thousandths,
    quality = excluded.quality, peak_ms = excluded.peak_ms, peak_thousandths = excluded.peak_thousandths,
    peak_quality = excluded.peak_quality`;

const STALE = `
  SELECT id, zone, demand_interval AS "demandInterval" FROM registers LEFT JOIN day_rules ON register_id = id
  WHERE name NOT IN (${GAUGES}) AND (zone, demand_interval) IS NOT (@zone, @demandInterval) LIMIT 1`;

const SET_RULES = `
  INSERT INTO day_rules (register_id, zone, demand_interval) VALUES (@registerId, @zone, @demandInterval)
  ON CONFLICT (register_id) DO UPDATE SET zone = excluded.zone, demand_interval = excluded.demand_interval`;

interface Stretch {
  fromMs: number;
  untilMs: number;
}

/** A register whose days are by other rules, or by none yet. */
interface StaleRow {
  readonly id: number;
  readonly zone: string | null;
  readonly demandInterval: string | null;
}

/** A day as its row has it. */
export function dayRow(registerId: number, { startMs, endMs, thousandths, quality, peak }: DayUsage) {
  const {
    startMs: peakMs = null,
    thousandths: peakThousandths = null,
    quality: peakQuality = null,
  } = peak ?? {};
  return { registerId, startMs, endMs, thousandths, quality, peakMs, peakThousandths, peakQuality };
}

/**
 * Keeps the consumption of hours and days, which stays for ever. They are computed anew from the readings wherever
 * these have changed, in the same transaction, so that late readings count and nothing counts twice.
 */
export class RollupWriter {
  readonly #db: Database;
  readonly #rules: RollupRules;
  readonly #points: PointReader;
  readonly #upsertHour: Statement;
  readonly #upsertDay: Statement;
  readonly #stale: Statement<[object], StaleRow>;
  readonly #isGauge: Statement<[number]>;
  readonly #touched = new Map<number, Stretch>();
  readonly #seen = new Set<number>();
  #mayBeStale = true;

  constructor(db: Database, rules: RollupRules) {
    this.#db = db;
    this.#rules = rules;
    this.#points = new PointReader(db);
    this.#upsertHour = db.prepare(UPSERT_HOUR);
    this.#upsertDay = db.prepare(UPSERT_DAY);
    this.#stale = db.prepare(STALE);
    this.#isGauge = db.prepare(`SELECT 1 FROM registers WHERE id = ? AND name IN (${GAUGES})`);
  }

  /** A register has other readings in a stretch of time. */
  touch(registerId: number, fromMs: number, untilMs: number): void {
    // One that is new has days by no rules yet.
    if (!this.#seen.has(registerId)) this.#mayBeStale = true;
    this.#seen.add(registerId);
    const known = this.#touched.get(registerId) ?? { fromMs, untilMs };
    known.fromMs = Math.min(known.fromMs, fromMs);
    known.untilMs = Math.max(known.untilMs, untilMs);
    this.#touched.set(registerId, known);
  }

  /** Computes what has to be, and the days of one register more where they were made by other rules. */
  renew(): void {
    for (const [registerId, stretch] of this.#touched) {
      if (this.#isGauge.get(registerId) !== undefined) continue;
      // Between a reading that is new and its neighbours the curve is another one.
      const points = this.#points.between(registerId, stretch.fromMs - 1, stretch.untilMs + 1);
      const [first, last] = [points[0], points.at(-1)];
      if (first === undefined || last === undefined) continue;
      this.#renewHours(registerId, first.timeMs, last.timeMs);
      this.#renewDays(registerId, first.timeMs, last.timeMs);
    }
    this.#touched.clear();
    if (this.#mayBeStale) this.#renewStale();
  }

  /** Readings that were dated wrongly are no longer there: nor are intervals that they ended. */
  cutBack(): void {
    this.#touched.clear();
    const ids = this.#db.prepare<[], number>('SELECT id FROM registers').pluck().all();
    for (const id of ids) {
      const lastMs = this.#points.span(id)?.lastMs ?? 0;
      this.#db.prepare('DELETE FROM hours WHERE register_id = ? AND start_ms > ?').run(id, lastMs - HOUR_MS);
      this.#db.prepare('DELETE FROM days WHERE register_id = ? AND end_ms > ?').run(id, lastMs);
    }
  }

  /** The transaction failed. */
  forget(): void {
    this.#touched.clear();
    this.#mayBeStale = true;
  }

  #renewHours(registerId: number, fromMs: number, untilMs: number): void {
    if (startOf('1h', fromMs, 'UTC') === startOf('1h', untilMs, 'UTC') && this.#isLast(registerId, untilMs))
      return;
    const points = this.#points.between(registerId, startOf('1h', fromMs, 'UTC'), untilMs + HOUR_MS);
    for (const hour of hoursIn(points, fromMs, untilMs)) this.#upsertHour.run({ ...hour, registerId });
  }

  #renewDays(registerId: number, fromMs: number, untilMs: number): void {
    const { zone } = this.#rules;
    const [firstMs, lastMs] = [startOf('1d', fromMs, zone), startOf('1d', untilMs, zone)];
    if (firstMs === lastMs && this.#isLast(registerId, untilMs)) return;
    const points = this.#points.between(registerId, firstMs, lastMs + 26 * HOUR_MS);
    for (const day of daysIn(points, fromMs, untilMs, this.#rules)) {
      this.#upsertDay.run(dayRow(registerId, day));
    }
  }

  /** Then the interval that the moment is in is not over yet. */
  #isLast(registerId: number, timeMs: number): boolean {
    return (this.#points.span(registerId)?.lastMs ?? 0) <= timeMs;
  }

  #renewStale(): void {
    const stale = this.#stale.get(this.#rules);
    if (stale === undefined) {
      this.#mayBeStale = false;
      return;
    }
    if (!this.#hasDaysOf(stale)) this.#renewAllDays(stale.id);
    this.#db.prepare(SET_RULES).run({ registerId: stale.id, ...this.#rules });
  }

  /** Then the zone has only another name now. */
  #hasDaysOf({ zone, demandInterval }: StaleRow): boolean {
    const rules = this.#rules;
    return zone !== null && demandInterval === rules.demandInterval && isSameZone(zone, rules.zone);
  }

  #renewAllDays(registerId: number): void {
    const span = this.#points.span(registerId);
    this.#db.prepare('DELETE FROM days WHERE register_id = ?').run(registerId);
    if (span !== null) this.#renewDays(registerId, span.firstMs, span.lastMs);
  }
}
