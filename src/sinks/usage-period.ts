import { type Interval, intervalsOf } from '../readings/intervals.js';
import { type Demand, demandOf, highestOf, type Peak, peakOf } from '../readings/peak-demand.js';
import type { DayUsage, RollupRules } from '../readings/rollup.js';
import { billingTimes } from '../readings/self-read.js';
import { worstOf } from '../readings/tariff-bill.js';
import { endOf, gridOf, HOUR_MS, monthAfter, startOfDay, startOfMonth } from '../readings/time-grid.js';
import type { RegisterInfo, UsageReader } from './sqlite-usage.js';

/** What is summed up. */
export const PERIODS = ['day', 'month', 'bill'] as const;
export type Period = (typeof PERIODS)[number];

/** In whose time periods begin, and how the highest demand is taken. */
export interface PeriodRules extends RollupRules {
  /** Day of the month. */
  readonly billingDay: number;
}

const DEMAND_MS = { '5m': 300_000, '15m': 900_000, '1h': HOUR_MS } as const;

/** What was used between two moments, and the highest demand meanwhile. */
export interface PeriodUsage extends Interval {
  readonly peak: Peak | null;
  /** Whether readings reach to its end. */
  readonly isOver: boolean;
}

/**
 * Puts together what is known of periods that follow each other: the days that they hold, and of parts of days what
 * the readings say, as far as they reach. A period of which nothing is known is left out.
 * @param ends ascending, ms since 1970
 */
export function periodsUsage(
  reader: UsageReader,
  register: RegisterInfo,
  ends: readonly number[],
  rules: RollupRules,
): PeriodUsage[] {
  const span = reader.span(register);
  if (span === null || ends.length < 2) return [];
  const days = reader.days(register, ends[0]!, ends.at(-1)!, rules);
  let next = 0;
  return ends.slice(0, -1).flatMap((startMs, index) => {
    const endMs = ends[index + 1]!;
    const untilMs = Math.min(endMs, span.lastMs);
    if (endMs <= span.firstMs || startMs >= span.lastMs) return [];
    while (next < days.length && days[next]!.startMs < startMs) next += 1;
    const from = next;
    while (next < days.length && days[next]!.endMs <= untilMs) next += 1;
    const within = days.slice(from, next);
    const [firstMs, lastMs] = [within[0]?.startMs ?? untilMs, within.at(-1)?.endMs ?? untilMs];
    const before = part(reader, register, startMs, firstMs, rules);
    const after = part(reader, register, lastMs, untilMs, rules);
    const sum = sumOf([...before, ...within, ...after]);
    const quality = startMs < span.firstMs ? 'missing' : sum.quality;
    return [{ startMs, endMs, ...sum, quality, isOver: untilMs === endMs }];
  });
}

/** Where periods meet, from the start of the one that holds `sinceMs`; ms since 1970. */
export function periodEnds(
  reader: UsageReader,
  { meter }: RegisterInfo,
  by: Period,
  sinceMs: number,
  untilMs: number,
  { zone, billingDay }: PeriodRules,
): number[] {
  if (by === 'bill') {
    const aroundMs = 31 * 24 * HOUR_MS;
    const billed = billingTimes(sinceMs - aroundMs, untilMs + aroundMs, billingDay, zone);
    const marks = reader.marks(meter).map(({ timeMs }) => timeMs);
    const ends = [...new Set([...billed, ...marks])].sort((one, other) => one - other);
    const first = ends.findLastIndex((timeMs) => timeMs <= sinceMs);
    const last = ends.findIndex((timeMs) => timeMs >= untilMs);
    return ends.slice(Math.max(0, first), last < 0 ? undefined : last + 1);
  }
  const ends = [by === 'day' ? startOfDay(sinceMs, zone) : startOfMonth(sinceMs, zone)];
  while (ends.at(-1)! < untilMs) {
    ends.push(by === 'day' ? endOf('1d', ends.at(-1)!, zone) : monthAfter(ends.at(-1)!, zone));
  }
  return ends;
}

/** The highest demand of a period as people are told it; null where it is not known, or in what unit. */
export function peakDemandOf(
  { peak }: PeriodUsage,
  { scale }: RegisterInfo,
  { demandInterval }: RollupRules,
): Demand | null {
  if (peak === null || scale === null) return null;
  return demandOf(peak.thousandths, DEMAND_MS[demandInterval], scale);
}

function sumOf(parts: readonly DayUsage[]): Pick<PeriodUsage, 'thousandths' | 'quality' | 'peak'> {
  return {
    thousandths: parts.reduce((sum, { thousandths }) => sum + thousandths, 0),
    quality: worstOf(parts.map(({ quality }) => quality)),
    peak: highestOf(parts.map(({ peak }) => peak)),
  };
}

function part(
  reader: UsageReader,
  register: RegisterInfo,
  startMs: number,
  endMs: number,
  { demandInterval, zone }: RollupRules,
): DayUsage[] {
  if (startMs >= endMs) return [];
  const points = reader.points(register, startMs - HOUR_MS, endMs + HOUR_MS);
  const within = intervalsOf(points, gridOf(demandInterval, startMs, endMs, zone)).filter(
    (interval) => interval.startMs >= startMs && interval.endMs <= endMs,
  );
  return intervalsOf(points, [startMs, endMs]).map((interval) => ({ ...interval, peak: peakOf(within) }));
}
