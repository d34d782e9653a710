import { expect, it } from 'vitest';
import type { Interval } from '../../src/readings/intervals.js';
import { demandOf, highestOf, peakOf } from '../../src/readings/peak-demand.js';
import type { Scale } from '../../src/readings/scale.js';

const quarter = (index: number, counts: number, quality: Interval['quality'] = 'measured'): Interval => ({
  startMs: index * 900_000,
  endMs: (index + 1) * 900_000,
  thousandths: counts * 1000,
  quality,
});
const SCALE: Scale = { unit: 'kWh', unitsPerCount: '0.01', offset: '7' };

it('the peak is the first of the highest intervals that are known', () => {
  const [first, second, low] = [quarter(1, 9), quarter(2, 9), quarter(4, 8, 'interpolated')];
  const peak = { startMs: 900_000, thousandths: 9000, quality: 'measured' } as const;
  expect(peakOf([quarter(0, 3), first, second, quarter(3, 99, 'missing'), low])).toEqual(peak);
  expect(peakOf([quarter(0, 5, 'missing')])).toBeNull();
  expect(peakOf([])).toBeNull();
  expect(highestOf([null, peak, { ...peak, startMs: 0 }, null])).toEqual(peak);
  expect(highestOf([null])).toBeNull();
});

it('demand is what an hour like that would use', () => {
  expect(demandOf(125_000, 900_000, SCALE)).toEqual({ value: '5.00', unit: 'kW' });
  expect(demandOf(1000, 300_000, { ...SCALE, unit: 'gal' })).toEqual({ value: '0.12', unit: 'gal/h' });
});
