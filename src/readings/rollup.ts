import { type Interval, intervalsOf } from './intervals.js';
import { type Peak, peakOf } from './peak-demand.js';
import type { RegisterPoint } from './register-total.js';
import { gridOf, type IntervalLength } from './time-grid.js';

/** What days are made by. */
export interface RollupRules {
  /** In which days begin, such as `America/New_York`. */
  readonly zone: string;
  /** Peak demand is the highest mean of so long. */
  readonly demandInterval: Exclude<IntervalLength, '1d'>;
}

/** A day that is over. */
export interface DayUsage extends Interval {
  /** Null where no interval of the day is known. */
  readonly peak: Peak | null;
}

/** The hours of UTC that overlap a stretch of time and are over, as far as the points reach. */
export function hoursIn(points: readonly RegisterPoint[], fromMs: number, untilMs: number): Interval[] {
  return overIntervals(points, '1h', fromMs, untilMs, 'UTC');
}

/** The days of the zone that overlap a stretch of time and are over, as far as the points reach. */
export function daysIn(
  points: readonly RegisterPoint[],
  fromMs: number,
  untilMs: number,
  { zone, demandInterval }: RollupRules,
): DayUsage[] {
  const days = overIntervals(points, '1d', fromMs, untilMs, zone);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const parts = intervalsOf(points, gridOf(demandInterval, first.startMs, last.endMs, zone));
  let next = 0;
  return days.map((day) => {
    const from = next;
    while (next < parts.length && parts[next]!.startMs < day.endMs) next += 1;
    return { ...day, peak: peakOf(parts.slice(from, next)) };
  });
}

function overIntervals(
  points: readonly RegisterPoint[],
  length: IntervalLength,
  fromMs: number,
  untilMs: number,
  zone: string,
): Interval[] {
  const last = points.at(-1);
  if (last === undefined) return [];
  const grid = gridOf(length, fromMs, untilMs, zone);
  return intervalsOf(points, grid).filter(({ endMs }) => endMs <= last.untilMs);
}
