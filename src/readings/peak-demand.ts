import Big from 'big.js';
import { type Decimal, decimalsOf } from './decimal.js';
import type { Unit } from './entry.js';
import type { Interval } from './intervals.js';
import { amountOfThousandths, type Scale } from './scale.js';
import { HOUR_MS } from './time-grid.js';

/** The interval with the highest consumption, the first of equals; null where none is known. */
export function peakOf(intervals: readonly Interval[]): Interval | null {
  const known = intervals.filter(({ quality }) => quality !== 'missing');
  return known.reduce<Interval | null>(
    (peak, one) => (peak === null || one.thousandths > peak.thousandths ? one : peak),
    null,
  );
}

/** The mean of an interval, in so much an hour: kW of what is counted in kWh. */
export interface Demand {
  readonly value: Decimal;
  readonly unit: 'kW' | `${Unit}/h`;
}

/** @param interval as long as a whole part of an hour, so that the value has an end */
export function demandOf({ startMs, endMs, thousandths }: Interval, scale: Scale): Demand {
  const amount = amountOfThousandths(thousandths, scale);
  const value = new Big(amount).times(HOUR_MS).div(endMs - startMs);
  return { value: value.toFixed(decimalsOf(amount)), unit: scale.unit === 'kWh' ? 'kW' : `${scale.unit}/h` };
}
