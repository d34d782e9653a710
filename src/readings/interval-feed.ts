import type { IntervalEntry, MeterLabel, RegisterName, RegisterReading, Unit } from './entry.js';
import { type Interval, intervalsOf } from './intervals.js';
import { ownPointsOf } from './own-intervals.js';
import { RegisterHistory, type Touched } from './register-history.js';
import type { RegisterPoint } from './register-total.js';
import { amountOfThousandths, type Scale } from './scale.js';
import { gridOf, HOUR_MS, type IntervalLength } from './time-grid.js';

export interface IntervalFeedOptions {
  /** Which intervals are told. */
  readonly lengths: readonly IntervalLength[];
  /** In which days begin, such as `America/New_York`. */
  readonly zone: string;
  /** Of a meter; null where it is not known. */
  readonly scaleOf: (meter: MeterLabel, register: RegisterName) => Scale | null;
}

/** A day of 25 hours, and what an IDM may fill before it. */
const KEPT_MS = 30 * HOUR_MS;
/** After a longer silence only the intervals of so long are told; all of them are in the database. */
const TOLD_MS = 7 * 24 * HOUR_MS;

interface Series {
  readonly meter: MeterLabel;
  readonly register: RegisterName;
  readonly history: RegisterHistory;
}

/**
 * Tells the consumption of intervals as soon as it is known: when the first reading after their end has come. One that
 * a later packet tells better (the intervals of an IDM after an outage) is told again, with the same start and end.
 */
export class IntervalFeed {
  readonly #options: IntervalFeedOptions;
  readonly #series = new Map<string, Series>();

  constructor(options: IntervalFeedOptions) {
    this.#options = options;
  }

  /** What was known before: intervals go on from there. @param points ascending in time */
  seed(meter: MeterLabel, register: RegisterName, points: readonly RegisterPoint[]): void {
    this.#series.set(seriesKey(meter, register), { meter, register, history: new RegisterHistory(points) });
  }

  /** @returns intervals that this reading completes or changes, by their start, the short ones first */
  take(reading: RegisterReading): IntervalEntry[] {
    const { meter, register, timeMs, totalCounts: total, beginsAnew: broken } = reading;
    const { history } = this.#seriesOf(meter, register);
    const touched = [history.take({ timeMs, untilMs: timeMs, total, broken })];
    if (!broken) touched.push(...history.fill(ownPointsOf(reading.packet, total)));
    const told = this.#intervalsIn({ meter, register, history }, spanOf(touched));
    history.forgetBefore((history.last?.untilMs ?? timeMs) - KEPT_MS);
    return told;
  }

  #seriesOf(meter: MeterLabel, register: RegisterName): Series {
    const key = seriesKey(meter, register);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const series = { meter, register, history: new RegisterHistory() };
    this.#series.set(key, series);
    return series;
  }

  #intervalsIn(series: Series, span: Touched | null): IntervalEntry[] {
    const { points, last } = series.history;
    if (span === null || last === null) return [];
    const { lengths, zone } = this.#options;
    const fromMs = Math.max(span.fromMs, span.untilMs - TOLD_MS);
    return lengths.flatMap((length) =>
      intervalsOf(points, gridOf(length, fromMs, span.untilMs, zone))
        .filter(({ startMs, endMs }) => startMs >= points[0]!.timeMs && endMs <= last.untilMs)
        .map((interval) => this.#entryOf(series, interval)),
    );
  }

  #entryOf({ meter, register }: Series, interval: Interval): IntervalEntry {
    const scale = this.#options.scaleOf(meter, register);
    return { kind: 'interval', meter, register, ...toldOf(interval, scale) };
  }
}

/** An interval as it is told: nothing of one that is missing. */
export function toldOf(
  { startMs, endMs, thousandths, quality }: Interval,
  scale: Scale | null,
): Pick<IntervalEntry, 'startMs' | 'endMs' | 'counts' | 'value' | 'unit' | 'quality'> {
  const unit: Unit | null = scale?.unit ?? null;
  if (quality === 'missing') return { startMs, endMs, counts: null, value: null, unit, quality };
  const value = scale === null ? null : amountOfThousandths(thousandths, scale);
  return { startMs, endMs, counts: thousandths / 1000, value, unit, quality };
}

function spanOf(touched: readonly (Touched | null)[]): Touched | null {
  const real = touched.filter((one) => one !== null);
  if (real.length === 0) return null;
  return {
    fromMs: Math.min(...real.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(...real.map(({ untilMs }) => untilMs)),
  };
}

function seriesKey({ key }: MeterLabel, register: RegisterName): string {
  return `${key} ${register}`;
}
