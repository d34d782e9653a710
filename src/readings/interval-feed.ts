import type { Entry, IntervalEntry, RegisterHistoryEntry, RegisterReading, Unit } from './entry.js';
import { type Interval, intervalsOf } from './intervals.js';
import type { Belief, Memory, Observer } from './observer.js';
import { ownPointsOf } from './own-intervals.js';
import { RegisterHistory, type Touched } from './register-history.js';
import type { RegisterPoint } from './register-total.js';
import { amountOfThousandths, type Scale } from './scale.js';
import { gridOf, HOUR_MS, type IntervalLength, startOf } from './time-grid.js';

export interface IntervalFeedOptions {
  /** Which intervals are told. */
  readonly lengths: readonly IntervalLength[];
  /** In which days begin, such as `America/New_York`. */
  readonly zone: string;
}

/** An IDM fills 3 h 55 min, and what began before. */
const KEPT_MS = 5 * HOUR_MS;
/** After a longer silence only the intervals of so long are told; all of them are in the database. */
const TOLD_MS = 7 * 24 * HOUR_MS;

/** One register of one meter. */
interface Series {
  readonly history: RegisterHistory;
  changed: boolean;
}

/**
 * Tells the consumption of intervals as soon as it is known: when the first reading after their end has come. One that
 * a later packet tells better (the intervals of an IDM after an outage) is told again, with the same start and end.
 */
export class IntervalFeed implements Observer {
  readonly name = 'intervals';
  readonly #options: IntervalFeedOptions;
  readonly #series = new Map<string, Series>();

  constructor(options: IntervalFeedOptions) {
    this.#options = options;
  }

  /** @returns what fills a hole, and the intervals that a packet completes or changes, the short ones first */
  believed({ own, readings }: Belief): Entry[] {
    return readings.flatMap((reading) => this.#take(reading, own?.scale ?? null));
  }

  tick(): [] {
    return [];
  }

  clockPutBack(nowMs: number): void {
    for (const series of this.#series.values()) {
      series.history.forgetAfter(nowMs);
      series.changed = true;
    }
  }

  /** The points of each register that has gone on. */
  *changes(): Generator<Memory> {
    for (const [key, series] of this.#series) {
      if (series.changed) yield { key, state: JSON.stringify(series.history.points) };
      series.changed = false;
    }
  }

  resume(memory: readonly Memory[]): void {
    for (const { key, state } of memory) {
      const points: RegisterPoint[] = JSON.parse(state ?? '[]');
      this.#series.set(key, { history: new RegisterHistory(points), changed: false });
    }
  }

  #take(reading: RegisterReading, scale: Scale | null): Entry[] {
    const { meter, register } = reading;
    const series = this.#seriesOf(reading);
    const { history } = series;
    const { span, filled } = takeInto(history, reading);
    if (span === null) return [];
    series.changed = true;
    const entries: Entry[] = this.#intervalsIn(history, span).map((interval) => ({
      ...{ kind: 'interval', meter, register },
      ...toldOf(interval, scale),
    }));
    const fromMs = (history.last?.untilMs ?? 0) - KEPT_MS;
    history.forgetBefore(fromMs, startOf('1d', fromMs, this.#options.zone));
    return filled.length === 0 ? entries : [historyEntry(reading, filled), ...entries];
  }

  #seriesOf({ meter, register }: RegisterReading): Series {
    const key = `${meter.key} ${register}`;
    const series = this.#series.get(key) ?? { history: new RegisterHistory(), changed: true };
    this.#series.set(key, series);
    return series;
  }

  #intervalsIn(history: RegisterHistory, { fromMs, untilMs }: Touched): Interval[] {
    const { points, last } = history;
    const { lengths, zone } = this.#options;
    return lengths.flatMap((length) => {
      const knownMs = Math.max(fromMs, untilMs - TOLD_MS);
      return intervalsOf(points, gridOf(length, knownMs, untilMs, zone)).filter(
        ({ startMs, endMs }) => startMs >= points[0]!.timeMs && endMs <= last!.untilMs,
      );
    });
  }
}

interface Taken {
  /** What is known now and was not before; null for nothing. */
  readonly span: Touched | null;
  /** Points that were not heard when they were. */
  readonly filled: readonly RegisterPoint[];
}

/** What an IDM tells is from before it was sent: it only fills what was not heard. */
function takeInto(history: RegisterHistory, reading: RegisterReading): Taken {
  const { timeMs, totalCounts: total, beginsAnew: broken } = reading;
  const own = broken || history.last === null ? [] : ownPointsOf(reading);
  const filled = own.length === 0 ? null : history.fill(own);
  if (filled === null) {
    const point = { timeMs, untilMs: timeMs, total, ...(broken && { broken }) };
    return { span: history.take(point), filled: [] };
  }
  return { span: spanOf(filled.map(({ touched }) => touched)), filled: filled.map(({ point }) => point) };
}

function spanOf(touched: readonly Touched[]): Touched | null {
  if (touched.length === 0) return null;
  return {
    fromMs: Math.min(...touched.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(...touched.map(({ untilMs }) => untilMs)),
  };
}

function historyEntry(
  { meter, register }: RegisterReading,
  filled: readonly RegisterPoint[],
): RegisterHistoryEntry {
  const points = filled.map(({ timeMs, total }) => ({ timeMs, totalCounts: total }));
  return { kind: 'history', meter, register, points };
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
