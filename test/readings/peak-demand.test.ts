import { expect, it } from 'vitest';
import type { Interval } from '../../src/readings/intervals.js';
import { demandOf, peakOf } from '../../src/readings/peak-demand.js';
import type { Scale } from '../../src/readings/scale.js';

const quarter = (index: number, counts: number, quality: Interval['quality'] = 'measured'): Interval => ({
  startMs: index * 900_000,
  endMs: (index + 1) * 900_000,
  thousandths: counts * 1000,
  quality,
});
const SCALE: Scale = { unit: 'kWh', unitsPerCount: '0.01', offset: '7' };

it('the peak is the first of the highest intervals that are known', () => {
  const intervals = [
    quarter(0, 3),
    quarter(1, 9),
    quarter(2, 9),
    quarter(3, 99, 'missing'),
    quarter(4, 8, 'interpolated'),
  ];
  expect(peakOf(intervals)).toEqual(quarter(1, 9));
  expect(peakOf([quarter(0, 5, 'missing')])).toBeNull();
  expect(peakOf([])).toBeNull();
});

it('demand is what an hour like that would use', () => {
  expect(demandOf(quarter(0, 125), SCALE)).toEqual({ value: '5.00', unit: 'kW' });
  expect(demandOf({ ...quarter(0, 1), endMs: 300_000 }, { ...SCALE, unit: 'gal' })).toEqual({
    value: '0.12',
    unit: 'gal/h',
  });
});
