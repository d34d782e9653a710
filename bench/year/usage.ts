import type { Random } from '../../src/synth/random.js';

const HOUR_MS = 3_600_000;

/** What a register counts, hour by hour: the truth that readings are compared with. */
export class Usage {
  readonly #startMs: number;
  /** Counts since the start at the beginning of each hour. */
  readonly #totals: Float64Array;

  /** @param hourly counts in each hour from the start on */
  constructor(startMs: number, hourly: readonly number[]) {
    this.#startMs = startMs;
    this.#totals = new Float64Array(hourly.length + 1);
    for (const [hour, counts] of hourly.entries()) this.#totals[hour + 1] = this.#totals[hour] + counts;
  }

  /** Whole counts since the start. */
  at(timeMs: number): number {
    const hours = Math.max(0, (timeMs - this.#startMs) / HOUR_MS);
    const hour = Math.min(Math.floor(hours), this.#totals.length - 2);
    const part = Math.min(1, hours - hour);
    return Math.floor(this.#totals[hour] + part * (this.#totals[hour + 1] - this.#totals[hour]));
  }
}

/** How a kind of meter is used. */
export interface Habit {
  /** Counts in a usual hour of the day. */
  readonly perHour: number;
  /** Share of the hours in which nothing at all is used. */
  readonly idle: number;
  /** What is used in every hour, as a share of a usual one: a leak, a refrigerator. */
  readonly base: number;
}

/** Counts in each hour: more in the morning and the evening, by chance, none while `off` says so. */
export function hourlyUse(
  random: Random,
  { perHour, idle, base }: Habit,
  hours: number,
  off: (hour: number) => boolean = () => false,
): number[] {
  return Array.from({ length: hours }, (_, hour) => {
    const time = hour % 24;
    const busy = (time >= 6 && time < 9) || (time >= 17 && time < 22) ? 2 : 0.6;
    const used = random.uniform() < idle ? 0 : busy * random.uniform(0.3, 1.7);
    return off(hour) ? 0 : Math.round(perHour * (base + used));
  });
}
