import type { Decimal } from './decimal.js';
import { type RegisterPoint, type TotalCertainty, toleranceOf, totalsAt } from './register-total.js';
import { dialOf, type Scale } from './scale.js';
import { HOUR_MS, monthAfter, startOfDay, startOfMonth } from './time-grid.js';

/** A point with what the register showed. */
export interface CountedPoint extends RegisterPoint {
  /** As sent, with its wraps. */
  readonly counts: number;
}

/** What a register showed at a moment that was chosen beforehand. */
export interface SelfRead {
  /** ms since 1970. */
  readonly timeMs: number;
  /** Whole; null where nothing is known of it. */
  readonly counts: number | null;
  /** As the dial shows; null where that is so, or the scale is not known. */
  readonly dial: Decimal | null;
  /** `measured` from a reading within five minutes, or between two that are the same. */
  readonly certainty: TotalCertainty;
  /** The readings around it, ms since 1970. */
  readonly heardBeforeMs: number | null;
  readonly heardAfterMs: number | null;
}

/** What a register can show, and what that is. */
export interface Dial {
  /** It is back at 0 after so many counts. */
  readonly modulus: number;
  readonly scale: Scale | null;
  /** The meters before this one, by time; none where it never was exchanged. */
  readonly former: readonly FormerDial[];
}

/** What a meter showed that was exchanged. */
export interface FormerDial extends Omit<Dial, 'former'> {
  /** When it was exchanged, ms since 1970. */
  readonly untilMs: number;
  /** Counts of the present meter, in which totals are, in one of its own. */
  readonly ratio: number;
}

/** The dial that there was at a time. */
export function dialAt({ former, ...present }: Dial, timeMs: number): Omit<FormerDial, 'untilMs'> {
  return former.find(({ untilMs }) => timeMs <= untilMs) ?? { ...present, ratio: 1 };
}

/**
 * Reads a register at a moment.
 * @param points ascending in time, with the nearest before and after the moment
 */
export function selfReadAt(points: readonly CountedPoint[], timeMs: number, dial: Dial): SelfRead {
  const { modulus, scale, ratio } = dialAt(dial, timeMs);
  const before = points.findLast((point) => point.timeMs <= timeMs);
  const after = points.find((point) => point.timeMs >= timeMs);
  const around = { heardBeforeMs: before?.timeMs ?? null, heardAfterMs: after?.timeMs ?? null };
  const [total] = totalsAt(points, [timeMs], toleranceOf(HOUR_MS));
  if (before === undefined || total === undefined || total.certainty === 'missing') {
    return { timeMs, counts: null, dial: null, certainty: 'missing', ...around };
  }
  const { thousandths, certainty } = total;
  const ahead = before.counts + Math.floor((thousandths / 1000 - before.total) / ratio);
  const counts = ((ahead % modulus) + modulus) % modulus;
  return { timeMs, counts, dial: scale === null ? null : dialOf(counts, scale), certainty, ...around };
}

/** The starts of billing days from one moment until before another. @param billingDay 1–28 */
export function billingTimes(fromMs: number, untilMs: number, billingDay: number, zone: string): number[] {
  const times: number[] = [];
  for (let monthMs = startOfMonth(fromMs, zone); monthMs < untilMs; monthMs = monthAfter(monthMs, zone)) {
    const noonMs = monthMs + ((billingDay - 1) * 24 + 12) * HOUR_MS;
    const timeMs = startOfDay(noonMs, zone);
    if (fromMs <= timeMs && timeMs < untilMs) times.push(timeMs);
  }
  return times;
}
