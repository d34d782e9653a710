import type { EndpointKey } from './endpoint.js';
import type {
  Entry,
  IntervalEntry,
  RegisterHistoryEntry,
  RegisterName,
  RegisterReading,
  Unit,
} from './entry.js';
import { type Interval, intervalsOf } from './intervals.js';
import { isGauge } from './limits.js';
import type { Belief, Observer } from './observer.js';
import { ownPointsOf } from './own-intervals.js';
import { CELL_MS, RegisterHistory, type Touched } from './register-history.js';
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
/** Points of a register before it is looked at what is no longer needed: more than {@link KEPT_MS} has. */
const MOST_POINTS = 200;
/** After a longer silence only the intervals of so long are told; all of them are in the database. */
const TOLD_MS = 7 * 24 * HOUR_MS;

/** Where a register was before, for as long as {@link seedFromMs} tells. */
export interface SeedPoints {
  readonly meter: EndpointKey;
  readonly register: RegisterName;
  readonly points: readonly RegisterPoint[];
}

/** From when on a feed has to know a register that was last heard then. */
export function seedFromMs(lastMs: number, zone: string): number {
  return startOf('1d', lastMs - KEPT_MS, zone);
}

/**
 * Tells the consumption of intervals as soon as it is known: when the first reading after their end has come. One that
 * a later packet tells better (the intervals of an IDM after an outage) is told again, with the same start and end.
 */
export class IntervalFeed implements Observer {
  readonly name = 'intervals';
  readonly #options: IntervalFeedOptions;
  /** By meter and register. */
  readonly #series = new Map<string, RegisterHistory>();

  constructor(options: IntervalFeedOptions) {
    this.#options = options;
  }

  /** @returns what fills a hole, and the intervals that a packet completes or changes, the short ones first */
  believed({ own, readings }: Belief): Entry[] {
    return readings
      .filter(({ register }) => !isGauge(register))
      .flatMap((reading) => this.#take(reading, own?.scale ?? null));
  }

  tick(): [] {
    return [];
  }

  clockPutBack(nowMs: number): void {
    for (const history of this.#series.values()) history.forgetAfter(nowMs);
  }

  /** What is known from before: intervals go on from there. @param points ascending in time */
  seed({ meter, register, points }: SeedPoints): void {
    this.#series.set(seriesKey(meter, register), new RegisterHistory(points));
  }

  #take(reading: RegisterReading, scale: Scale | null): Entry[] {
    const { meter, register } = reading;
    const history = this.#historyOf(reading);
    const { span, filled } = takeInto(history, reading);
    if (span === null) return [];
    const entries: Entry[] = this.#intervalsIn(history, span).map((interval) => ({
      ...{ kind: 'interval', meter, register },
      ...toldOf(interval, scale),
    }));
    if (history.points.length > MOST_POINTS) {
      const fromMs = (history.last?.untilMs ?? 0) - KEPT_MS;
      history.forgetBefore(fromMs, startOf('1d', fromMs, this.#options.zone));
    }
    return filled.length === 0 ? entries : [historyEntry(reading, filled), ...entries];
  }

  #historyOf({ meter, register }: RegisterReading): RegisterHistory {
    const key = seriesKey(meter.key, register);
    const history = this.#series.get(key) ?? new RegisterHistory();
    this.#series.set(key, history);
    return history;
  }

  #intervalsIn(history: RegisterHistory, { fromMs, untilMs }: Touched): Interval[] {
    const [first, last] = [history.points[0]!, history.last!];
    const isWithinCell = Math.floor(fromMs / CELL_MS) === Math.floor(untilMs / CELL_MS);
    if (isWithinCell && untilMs >= last.untilMs) return [];
    const { lengths, zone } = this.#options;
    return lengths.flatMap((length) => {
      const grid = gridOf(length, Math.max(fromMs, untilMs - TOLD_MS), untilMs, zone);
      return intervalsOf(history.pointsFrom(grid[0] ?? untilMs), grid).filter(
        ({ startMs, endMs }) => startMs >= first.timeMs && endMs <= last.untilMs,
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

function seriesKey(meter: EndpointKey, register: RegisterName): string {
  return `${meter} ${register}`;
}
