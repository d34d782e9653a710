import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/errors.js';
import { decimalsOf, parseDecimal, sumOf } from '../../src/readings/decimal.js';
import { amountOf, amountOfThousandths, dialOf } from '../../src/readings/scale.js';
import { convert, isConvertible, UNITS, unitOf } from '../../src/readings/unit.js';

describe('exact decimals', () => {
  it.each([
    ['12345.60', '12345.60'],
    [' 0,1 ', '0.1'],
    ['.5', '0.5'],
    ['+7', '7'],
    ['-12.', '-12'],
    ['000123', '123'],
  ])('%j is read as %s', (text, decimal) => {
    expect(parseDecimal(text)).toBe(decimal);
  });

  it.each(['', '.', '1e5', '1 000', 'NaN', '0x10', '1'.repeat(19), '0.1234567890123'])(
    '%j is refused',
    (text) => {
      expect(() => parseDecimal(text)).toThrow(Fault);
    },
  );

  it('add up as binary floats do not', () => {
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(sumOf(['0.1', '0.2'])).toBe('0.3');
    expect(sumOf(['1', '0.10', '-2.005'])).toBe('-0.905');
    expect(sumOf([])).toBe('0');
    expect(sumOf(Array.from({ length: 1000 }, () => '0.01'))).toBe('10.00');
  });

  it('tell their digits', () => {
    expect(['1', '0.10', '-2.005'].map(decimalsOf)).toEqual([0, 2, 3]);
  });
});

describe('units', () => {
  it.each([
    ['1', 'CCF', 'ft³', 3, '100.000'],
    ['1', 'm³', 'L', 0, '1000'],
    ['1', 'gal', 'L', 12, '3.785411784000'],
    ['1', 'ft³', 'L', 9, '28.316846592'],
    ['1728', 'gal', 'ft³', 6, '231.000000'],
    ['1', 'm³', 'ft³', 6, '35.314667'],
    ['-0.5', 'm³', 'gal', 3, '-132.086'],
  ] as const)('%s %s in %s', (value, from, to, decimals, expected) => {
    expect(convert(value, from, to, decimals)).toBe(expected);
  });

  it('come back as they went', () => {
    for (const from of UNITS) {
      for (const to of UNITS.filter((unit) => isConvertible(from, unit))) {
        expect(convert(convert('12345.678', from, to, 12), to, from, 6), `${from} ${to}`).toBe(
          '12345.678000',
        );
      }
    }
  });

  it('are not mixed up', () => {
    expect(isConvertible('kWh', 'kW')).toBe(false);
    expect(() => convert('1', 'kWh', 'gal', 0)).toThrow('kWh cannot be told in gal');
    expect(['M3', 'cf', 'KWH', 'l', 'constructor'].map(unitOf)).toEqual(['m³', 'ft³', 'kWh', 'L', null]);
  });
});

describe('a scale', () => {
  const hundredths = { unit: 'kWh', unitsPerCount: '0.01', offset: '0' } as const;

  it('shows what the dial does', () => {
    expect(dialOf(1_234_560, hundredths)).toBe('12345.60');
    expect(dialOf(0xffff_ffff, hundredths)).toBe('42949672.95');
    expect(dialOf(7, { unit: 'ft³', unitsPerCount: '2', offset: '-0.5' })).toBe('13.5');
    expect(dialOf(7, { unit: 'm³', unitsPerCount: '10', offset: '0' })).toBe('70');
  });

  it('tells amounts without the offset, and parts of a count with more digits', () => {
    expect(amountOf(5, { ...hundredths, offset: '100' })).toBe('0.05');
    expect(amountOfThousandths(5000, hundredths)).toBe('0.05');
    expect(amountOfThousandths(1, hundredths)).toBe('0.00001');
    expect(amountOfThousandths(-1500, { unit: 'gal', unitsPerCount: '0.1', offset: '0' })).toBe('-0.1500');
  });
});
