import Big from 'big.js';
import { Fault } from '../errors.js';

/** An exact decimal as text, such as `12345.60` or `-0.5`; the digits behind the point tell how fine it is. */
export type Decimal = string;

const DECIMAL_TEXT = /^-?(\d{1,18}(\.\d{0,12})?|\.\d{1,12})$/;

/**
 * Reads a decimal that a person wrote; a comma in the place of the point is taken for one.
 * @returns the same number as `Decimal`, with the digits that were written
 * @throws Fault `USAGE`
 */
export function parseDecimal(text: string): Decimal {
  const bare = text.trim().replace(',', '.').replace(/^\+/, '');
  if (!DECIMAL_TEXT.test(bare)) {
    throw new Fault('USAGE', `"${text}" is not a number; write it like 12345.6, with at most 18 digits.`);
  }
  return new Big(bare).toFixed(decimalsOf(bare));
}

/** Digits behind the point. */
export function decimalsOf(decimal: Decimal): number {
  const point = decimal.indexOf('.');
  return point < 0 ? 0 : decimal.length - point - 1;
}

/** The sum, as fine as the finest of them; `0` of none. */
export function sumOf(decimals: readonly Decimal[]): Decimal {
  const digits = decimals.map(decimalsOf).reduce((most, one) => Math.max(most, one), 0);
  return decimals.reduce((sum, one) => sum.plus(one), new Big(0)).toFixed(digits);
}
