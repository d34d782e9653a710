import type { IntervalQuality } from './entry.js';
import { type RegisterPoint, type TotalAt, toleranceOf, totalsAt } from './register-total.js';

/**
 * Consumption of a stretch of time. Its ends are taken from one curve, so that intervals add up to what the register
 * went on by, to the last thousandth, whatever their qualities.
 */
export interface Interval {
  /** ms since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  /** Thousandths of a count; of a `missing` one what is known of it. */
  readonly thousandths: number;
  readonly quality: IntervalQuality;
}

/**
 * Consumption between the moments of a grid, as far as the points reach: `measured` where both ends are, `missing` where
 * an end lies before the first point, after the last or where the register began anew, or that happened in between;
 * `interpolated` else.
 * @param points ascending in time
 * @param grid   ascending, ms since 1970
 */
export function intervalsOf(points: readonly RegisterPoint[], grid: readonly number[]): Interval[] {
  const [first, last] = [points[0], points[points.length - 1]];
  if (first === undefined || last === undefined || grid.length < 2) return [];
  const toleranceMs = toleranceOf(grid[1]! - grid[0]!);
  const totals = totalsAt(points, grid, toleranceMs);
  const breaks = points.filter(({ broken }) => broken).map(({ timeMs }) => timeMs);
  const intervals: Interval[] = [];
  for (let i = 0; i + 1 < grid.length; i++) {
    const [startMs, endMs] = [grid[i]!, grid[i + 1]!];
    if (endMs <= first.timeMs || startMs >= last.untilMs) continue;
    const [start, end] = [totals[i]!, totals[i + 1]!];
    const isBroken = breaks.some((timeMs) => startMs < timeMs && timeMs <= endMs);
    const quality = isBroken ? 'missing' : qualityOf(start, end);
    intervals.push({ startMs, endMs, thousandths: end.thousandths - start.thousandths, quality });
  }
  return intervals;
}

function qualityOf(start: TotalAt, end: TotalAt): IntervalQuality {
  const certainties = [start.certainty, end.certainty];
  if (certainties.includes('missing')) return 'missing';
  return certainties.includes('interpolated') ? 'interpolated' : 'measured';
}
