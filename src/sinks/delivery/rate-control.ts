import type { IntervalEntry, MeterEvent, RegisterReading } from '../../readings/entry.js';

/** What a sink is given, and how often. */
export interface RateRules {
  /** What is of meters that nobody has named is left out, or not. */
  readonly meters: 'named' | 'all';
  /** A reading that is as the one before is left out. */
  readonly onlyChanges: boolean;
  /** ms. No more often than this, changed or not. */
  readonly atMostEveryMs: number;
  /** ms. At least this often while the meter is heard, changed or not. */
  readonly atLeastEveryMs: number;
}

interface Told {
  readonly timeMs: number;
  readonly totalCounts: number;
  readonly value: string | null;
}

/** Registers remembered at most; beyond them those that were told of least recently are forgotten. */
const MOST_REGISTERS = 20_000;

/** Chooses what a sink is given. Time is that of the readings. */
export class RateControl {
  readonly #rules: RateRules;
  readonly #told = new Map<string, Told>();

  constructor(rules: RateRules) {
    this.#rules = rules;
  }

  /**
   * Whether this is to be told. A reading that is held back for being early is told by the next that is not; of intervals
   * and events all are told, those of meters that are wanted.
   */
  passes(entry: RegisterReading | IntervalEntry | MeterEvent): boolean {
    if (this.#rules.meters === 'named' && entry.meter !== null && entry.meter.name === null) return false;
    return entry.kind !== 'reading' || this.#readingPasses(entry);
  }

  #readingPasses(reading: RegisterReading): boolean {
    const key = `${reading.meter.key}/${reading.register}`;
    const last = this.#told.get(key);
    if (last !== undefined && !this.#isDue(reading, last)) return false;
    this.#told.delete(key);
    this.#told.set(key, {
      timeMs: reading.timeMs,
      totalCounts: reading.totalCounts,
      value: reading.value,
    });
    if (this.#told.size > MOST_REGISTERS) this.#told.delete(this.#told.keys().next().value!);
    return true;
  }

  #isDue(reading: RegisterReading, last: Told): boolean {
    const { onlyChanges, atMostEveryMs, atLeastEveryMs } = this.#rules;
    const elapsedMs = reading.timeMs - last.timeMs;
    if (elapsedMs < atMostEveryMs) return false;
    if (elapsedMs >= atLeastEveryMs || !onlyChanges || reading.beginsAnew) return true;
    return reading.totalCounts !== last.totalCounts || reading.value !== last.value;
  }
}
