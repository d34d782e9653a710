import Big from 'big.js';
import { type Decimal, decimalsOf } from './decimal.js';
import type { Unit } from './entry.js';
import type { Interval } from './intervals.js';
import { amountOfThousandths, type Scale } from './scale.js';
import { HOUR_MS } from './time-grid.js';

/** The interval with the highest consumption. */
export type Peak = Omit<Interval, 'endMs'>;

/** The peak of intervals of one length, the first of equals; null where none is known. */
export function peakOf(intervals: readonly Interval[]): Peak | null {
  return highestOf(
    intervals
      .filter(({ quality }) => quality !== 'missing')
      .map(({ startMs, thousandths, quality }) => ({ startMs, thousandths, quality })),
  );
}

/** The highest of several peaks, the first of equals; null where there is none. */
export function highestOf(peaks: readonly (Peak | null)[]): Peak | null {
  return peaks.reduce(
    (best, peak) => (peak !== null && (best === null || peak.thousandths > best.thousandths) ? peak : best),
    null,
  );
}

/** The mean of an interval, in so much an hour: kW of what is counted in kWh. */
export interface Demand {
  readonly value: Decimal;
  readonly unit: 'kW' | `${Unit}/h`;
}

/**
 * @param thousandths of a count, in the interval
 * @param lengthMs    of the interval: a whole part of an hour, so that the value has an end
 */
export function demandOf(thousandths: number, lengthMs: number, scale: Scale): Demand {
  const amount = amountOfThousandths(thousandths, scale);
  const value = new Big(amount).times(HOUR_MS).div(lengthMs);
  return { value: value.toFixed(decimalsOf(amount)), unit: scale.unit === 'kWh' ? 'kW' : `${scale.unit}/h` };
}
