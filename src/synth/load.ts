import type { Random } from './random.js';

/** A register, and how what it counts is used: more at some times than at others, never backwards. */
export interface Register {
  /** Counts at time 0. */
  readonly first: number;
  /** Counts per second, on average. */
  readonly perSecond: number;
  /** It begins anew at this count. */
  readonly size: number;
  /** What makes its use go up and down; none where it is always the same. */
  readonly swings: readonly Swing[];
}

/** Use that swings around the average: up to so much of it, once a period. */
interface Swing {
  readonly share: number;
  readonly periodSeconds: number;
  readonly phase: number;
}

/** Periods of swings, s: of a day, of heating, of a kettle. Their shares together are less than all. */
const PERIODS_SECONDS = [86_400, 2700, 420];
const MOST_SHARE = 0.3;
/** What {@link Register.perSecond} is exceeded by at most. */
export const MOST_OVER_AVERAGE = 1 + PERIODS_SECONDS.length * MOST_SHARE;

export function swingsOf(random: Random): Swing[] {
  return PERIODS_SECONDS.map((periodSeconds) => ({
    share: random.uniform(0, MOST_SHARE),
    periodSeconds: periodSeconds * random.uniform(0.8, 1.2),
    phase: random.uniform(0, 2 * Math.PI),
  }));
}

/** What has been counted by a time, whole counts, before wrapping; time 0 may lie in the middle of its life. */
export function countsAt({ first, perSecond, swings }: Register, seconds: number): number {
  let steady = seconds;
  for (const { share, periodSeconds, phase } of swings) {
    const step = (2 * Math.PI) / periodSeconds;
    steady += (share / step) * (Math.sin(phase + step * seconds) - Math.sin(phase));
  }
  return Math.floor(first + steady * perSecond);
}

/** A register as it is sent. */
export function registerAt(register: Register, seconds: number): number {
  const { size } = register;
  return ((countsAt(register, seconds) % size) + size) % size;
}
