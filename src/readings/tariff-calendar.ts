import { periodsOn, type RatePeriod, type Tariff } from './tariff.js';
import { endOf, HOUR_MS, startOfDay } from './time-grid.js';
import { momentIn } from './zoned-time.js';

/** A stretch of time with one rate. */
export interface RateSpan {
  /** ms since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly rate: string;
}

const MINUTE_MS = 60_000;
/** Clocks are changed and rates begin at whole multiples of this. */
const STEP_MS = 5 * MINUTE_MS;

/**
 * Which rate counts when, by the clock on the wall: an hour that comes twice has the same rate both times, one that is
 * left out has none.
 * @param tariff without problems
 * @returns spans that follow each other from `fromMs` to `untilMs`
 */
export function rateSpans(tariff: Tariff, fromMs: number, untilMs: number, zone: string): RateSpan[] {
  const spans: RateSpan[] = [];
  for (let dayMs = startOfDay(fromMs, zone); dayMs < untilMs; dayMs = endOf('1d', dayMs, zone)) {
    for (const { startMs, endMs, rate } of daySpans(tariff, dayMs, zone)) {
      const [start, end] = [Math.max(startMs, fromMs), Math.min(endMs, untilMs)];
      if (start < end) append(spans, { startMs: start, endMs: end, rate });
    }
  }
  return spans;
}

function append(spans: RateSpan[], span: RateSpan): void {
  const last = spans.at(-1);
  if (last?.rate === span.rate) spans[spans.length - 1] = { ...last, endMs: span.endMs };
  else spans.push(span);
}

function daySpans(tariff: Tariff, startMs: number, zone: string): RateSpan[] {
  const endMs = endOf('1d', startMs, zone);
  const day = momentIn(zone, startMs);
  const periods = periodsOn(tariff, day.toISODate() ?? '', day.weekday);
  const rateAt = (minute: number): string => rateOf(tariff, periods, minute);
  const isPlain = endMs - startMs === 24 * HOUR_MS && day.hour === 0 && day.minute === 0;
  if (isPlain) return plainSpans(periods, startMs, rateAt);
  const spans: RateSpan[] = [];
  for (let timeMs = startMs; timeMs < endMs; timeMs += STEP_MS) {
    const { hour, minute } = momentIn(zone, timeMs);
    append(spans, { startMs: timeMs, endMs: timeMs + STEP_MS, rate: rateAt(hour * 60 + minute) });
  }
  return spans;
}

/** Of a day whose clock is not changed. */
function plainSpans(
  periods: readonly RatePeriod[],
  startMs: number,
  rateAt: (minute: number) => string,
): RateSpan[] {
  const ends = new Set([
    0,
    ...periods.flatMap(({ fromMinute, untilMinute }) => [fromMinute, untilMinute]),
    1440,
  ]);
  const minutes = [...ends].sort((one, other) => one - other);
  return minutes.slice(0, -1).map((minute, index) => ({
    startMs: startMs + minute * MINUTE_MS,
    endMs: startMs + minutes[index + 1]! * MINUTE_MS,
    rate: rateAt(minute),
  }));
}

function rateOf({ otherwise, name }: Tariff, periods: readonly RatePeriod[], minute: number): string {
  const period = periods.find(({ fromMinute, untilMinute }) => fromMinute <= minute && minute < untilMinute);
  const rate = period?.rate ?? otherwise;
  if (rate === null) throw new Error(`tariff ${name} has a gap, which its check should have found`);
  return rate;
}
