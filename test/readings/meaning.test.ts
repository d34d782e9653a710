import { describe, expect, it } from 'vitest';
import { commodityOf, isContested, meaningsOf } from '../../src/readings/meaning.js';

const TYPES = Array.from({ length: 16 }, (_, type) => type);

/** Of ERT types 0 to 15. */
const COMMODITIES = [
  'gas',
  'gas',
  'gas',
  'water',
  'electric',
  'electric',
  'unknown',
  'electric',
  'electric',
  'gas',
  'unknown',
  'water',
  'gas',
  'water',
  'unknown',
  'unknown',
];

describe('meaning of a type', () => {
  it('begins with the commodity that is usual', () => {
    expect(TYPES.map((type) => commodityOf('SCM', type))).toEqual(COMMODITIES);
  });

  it('goes by the low four bits of longer types', () => {
    expect(commodityOf('SCM+', 0xab)).toBe('water');
    expect(commodityOf('SCM+', 0x9c)).toBe('gas');
    expect(meaningsOf('IDM', 0x17)).toEqual(meaningsOf('SCM', 7));
    expect(meaningsOf('SCM+', 8)).toEqual(meaningsOf('SCM', 8));
  });

  it('keeps what sources contradict each other on', () => {
    expect(TYPES.filter((type) => isContested('SCM', type))).toEqual([4, 12]);
    expect(isContested('SCM+', 0x13)).toBe(true);
    expect(commodityOf('SCM+', 0x13)).toBe('electric');
  });

  it('is water of R900, whatever the type, in one of several units', () => {
    for (const type of [1, 3, 5]) expect(commodityOf('R900', type)).toBe('water');
    expect(meaningsOf('R900BCD', 1).map(({ unit }) => unit)).toEqual(['gal', 'ft³', 'm³']);
  });

  it('is ten watt-hours a count of intervals and registers of type 7', () => {
    expect(meaningsOf('IDM', 0x17)[0]).toMatchObject({ unit: 'kWh', unitsPerCount: 0.01 });
  });

  it('is energy of what has intervals, where it has any: demands and dates come as SCM', () => {
    expect(meaningsOf('SCM', 8).map(({ quantity }) => quantity)).toEqual(['energy', 'demand', 'date']);
    expect(meaningsOf('NetIDM', 0x18).map(({ quantity }) => quantity)).toEqual(['energy']);
    expect(commodityOf('IDM', 0x1c)).toBe('electric');
    expect(commodityOf('IDM', 0x1b)).toBe('water');
  });

  it('is nothing where nothing is known', () => {
    expect(meaningsOf('SCM', 14)).toEqual([]);
    expect(commodityOf('SCM', 14)).toBe('unknown');
  });
});
