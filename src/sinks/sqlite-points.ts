import type { Database, Statement } from 'better-sqlite3';
import type { CountedPoint } from '../readings/self-read.js';
import { prepared } from './prepared.js';

/** With the readings before and after, between which the ends are. */
const BETWEEN = `
  SELECT time_ms AS "timeMs", counts, total_counts AS total, begins_anew AS broken FROM readings
  WHERE register_id = @registerId
    AND time_ms >= coalesce((SELECT max(time_ms) FROM readings
      WHERE register_id = @registerId AND time_ms <= @fromMs), @fromMs)
    AND time_ms <= coalesce((SELECT min(time_ms) FROM readings
      WHERE register_id = @registerId AND time_ms >= @untilMs), @untilMs)
  ORDER BY time_ms`;

/** Two look-ups: both aggregates in one question would read every row. */
const SPAN = `
  SELECT (SELECT min(time_ms) FROM readings WHERE register_id = @registerId) AS "firstMs",
    (SELECT max(time_ms) FROM readings WHERE register_id = @registerId) AS "lastMs"`;

interface Row {
  readonly timeMs: number;
  readonly counts: number;
  readonly total: number;
  readonly broken: number;
}

/** Reads registers as the curves that intervals are taken from. */
export class PointReader {
  readonly #between: Statement<[object], Row>;
  readonly #span: Statement<[object], { readonly firstMs: number | null; readonly lastMs: number | null }>;

  constructor(db: Database) {
    this.#between = prepared(db, BETWEEN);
    this.#span = prepared(db, SPAN);
  }

  /** Every point of a stretch of time, and the nearest before and after it. */
  between(registerId: number, fromMs: number, untilMs: number): CountedPoint[] {
    const rows = this.#between.all({ registerId, fromMs, untilMs });
    return rows.map(({ timeMs, counts, total, broken }) => ({
      ...{ timeMs, untilMs: timeMs, counts, total },
      ...(broken === 1 && { broken: true }),
    }));
  }

  /** When the register was first and last heard; null where it never was. */
  span(registerId: number): { readonly firstMs: number; readonly lastMs: number } | null {
    const { firstMs = null, lastMs = null } = this.#span.get({ registerId }) ?? {};
    return firstMs === null || lastMs === null ? null : { firstMs, lastMs };
  }
}
