import Big from 'big.js';
import type { Decimal } from './decimal.js';
import type { Unit } from './entry.js';

/**
 * Exact factors: the inch is 25.4 mm (1959), the US gallon 231 cubic inches, the CCF a hundred cubic feet. Volumes are
 * in cubic metres.
 */
const BASE: Readonly<Record<Unit, { readonly of: 'energy' | 'power' | 'volume'; readonly factor: Decimal }>> =
  {
    kWh: { of: 'energy', factor: '1' },
    kW: { of: 'power', factor: '1' },
    'm³': { of: 'volume', factor: '1' },
    L: { of: 'volume', factor: '0.001' },
    'ft³': { of: 'volume', factor: '0.028316846592' },
    CCF: { of: 'volume', factor: '2.8316846592' },
    gal: { of: 'volume', factor: '0.003785411784' },
  };

/** Every unit that readings are told in. */
export const UNITS = Object.keys(BASE) as readonly Unit[];

/** How else people and other programs write them. */
const SPELLINGS: Readonly<Record<string, Unit>> = {
  kwh: 'kWh',
  kw: 'kW',
  'm³': 'm³',
  m3: 'm³',
  'm^3': 'm³',
  l: 'L',
  liter: 'L',
  litre: 'L',
  'ft³': 'ft³',
  ft3: 'ft³',
  'ft^3': 'ft³',
  cf: 'ft³',
  ccf: 'CCF',
  hcf: 'CCF',
  gal: 'gal',
  gallon: 'gal',
  gallons: 'gal',
};

/** The unit that a text names, such as `m3` or `kwh`; null for none. */
export function unitOf(text: string): Unit | null {
  const name = text.trim().toLowerCase();
  return Object.hasOwn(SPELLINGS, name) ? SPELLINGS[name] : null;
}

/** Whether a value of one unit can be told in the other. */
export function isConvertible(from: Unit, to: Unit): boolean {
  return BASE[from].of === BASE[to].of;
}

/**
 * Tells a value in another unit of the same kind.
 * @param decimals digits behind the point that the result is rounded to
 * @throws Error where they are of different kinds; ask `isConvertible` first
 */
export function convert(value: Decimal, from: Unit, to: Unit, decimals: number): Decimal {
  if (!isConvertible(from, to)) throw new Error(`${from} cannot be told in ${to}`);
  return new Big(value).times(BASE[from].factor).div(BASE[to].factor).toFixed(decimals);
}
