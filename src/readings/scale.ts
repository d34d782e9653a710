import Big from 'big.js';
import { type Decimal, decimalsOf } from './decimal.js';
import type { Unit } from './entry.js';

/** What one count of a register is. */
export interface Scale {
  readonly unit: Unit;
  /** Above zero. */
  readonly unitsPerCount: Decimal;
  /** What the dial shows while the register is at zero, in `unit`. */
  readonly offset: Decimal;
}

/** What a register counts as a dial shows it: as many digits behind the point as a count is fine. */
export function dialOf(counts: number, { unitsPerCount, offset }: Scale): Decimal {
  const digits = Math.max(decimalsOf(unitsPerCount), decimalsOf(offset));
  return new Big(counts).times(unitsPerCount).plus(offset).toFixed(digits);
}

/** An amount, the difference of two readings: without the offset. */
export function amountOf(counts: number, { unitsPerCount }: Scale): Decimal {
  return new Big(counts).times(unitsPerCount).toFixed(decimalsOf(unitsPerCount));
}

/**
 * An amount that may be a part of a count, exactly.
 * @param thousandths of a count
 * @returns with the digits of whole counts at least, with up to three more where it is a part
 */
export function amountOfThousandths(thousandths: number, { unitsPerCount }: Scale): Decimal {
  const amount = new Big(thousandths).times(unitsPerCount).times('0.001');
  const digits = decimalsOf(unitsPerCount);
  return thousandths % 1000 === 0 ? amount.toFixed(digits) : amount.toFixed(digits + 3);
}
