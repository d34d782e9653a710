import { describe, expect, it } from 'vitest';
import { FastNoise } from '../../src/synth/fast-noise.js';
import { byteTable } from '../../src/synth/noise-tables.js';
import { quantise } from '../../src/synth/quantise.js';

const MANY = 1_000_000;
/** 10 steps, I and Q together: what benches use. */
const RMS = 10 / 127.5;
const VARIANCE = 50;
/** Rounding adds the variance of a uniform distribution of width 1. */
const ROUNDED_VARIANCE = VARIANCE + 1 / 12;

const BOTH = ['quiet', 'over'] as const;

/** Steps from the middle. */
function sample(how: (typeof BOTH)[number], seed = 1): Float64Array {
  const bytes = new Uint8Array(MANY);
  const noise = new FastNoise(RMS, seed);
  if (how === 'quiet') noise.quiet(bytes);
  else noise.over(new Float32Array(MANY), bytes);
  return Float64Array.from(bytes, (byte) => byte - 127.5);
}

function mean(values: Float64Array, of: (value: number, i: number) => number): number {
  return values.reduce((sum, value, i) => sum + of(value, i), 0) / values.length;
}

/** Share of a normal distribution beyond x, either side. */
function beyond(x: number): number {
  let sum = 0;
  const h = 1e-3;
  for (let at = x + h / 2; at < x + 8; at += h) sum += h * Math.exp(-0.5 * at * at);
  return (2 * sum) / Math.sqrt(2 * Math.PI);
}

describe.each(BOTH)('FastNoise.%s', (how) => {
  const values = sample(how);

  it('gives the same for the same seed, and something else for the next', () => {
    expect(sample(how).subarray(0, 1000)).toEqual(values.subarray(0, 1000));
    const other = sample(how, 2);
    const correlation = mean(values, (value, i) => value * other[i]) / VARIANCE;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(MANY));
  });

  it('has the moments of a rounded normal distribution', () => {
    const error = (power: number): number => mean(values, (value) => value ** power);
    expect(Math.abs(error(1))).toBeLessThan(4 * Math.sqrt(VARIANCE / MANY));
    expect(Math.abs(error(2) - ROUNDED_VARIANCE)).toBeLessThan(4 * VARIANCE * Math.sqrt(2 / MANY));
    expect(Math.abs(error(3))).toBeLessThan(4 * VARIANCE ** 1.5 * Math.sqrt(15 / MANY));
    expect(Math.abs(error(4) / error(2) ** 2 - 3)).toBeLessThan(4 * Math.sqrt(24 / MANY));
  });

  it('has every byte as often as it should', () => {
    const deviation = Math.sqrt(VARIANCE);
    const counts = new Map<number, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    let chiSquare = 0;
    let classes = 0;
    for (let step = 0.5; step < 4 * deviation; step++) {
      const inside = beyond((step - 0.5) / deviation) - beyond((step + 0.5) / deviation);
      for (const value of [step, -step]) {
        chiSquare += ((counts.get(value) ?? 0) - (inside / 2) * MANY) ** 2 / ((inside / 2) * MANY);
        classes++;
      }
    }
    expect(classes).toBeGreaterThan(50);
    expect(chiSquare).toBeLessThan(classes + 4 * Math.sqrt(2 * classes));
  });

  it.each([3, 4, 4.7])('has the tails of a normal distribution: beyond %s deviations', (deviations) => {
    const steps = Math.round(deviations * Math.sqrt(VARIANCE));
    const expected = beyond(steps / Math.sqrt(VARIANCE)) * MANY;
    const found = values.filter((value) => Math.abs(value) > steps).length;
    expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt(expected) + 1);
  });

  it.each([1, 2, 3, 4, 18, 36, 72, 128, 1024])('knows nothing of the number %i before', (lag) => {
    const product = mean(values.subarray(lag), (value, i) => value * values[i]);
    expect(Math.abs(product)).toBeLessThan((4.5 * VARIANCE) / Math.sqrt(MANY));
    const powers = mean(
      values.subarray(lag),
      (value, i) => (value ** 2 - ROUNDED_VARIANCE) * (values[i] ** 2 - ROUNDED_VARIANCE),
    );
    expect(Math.abs(powers)).toBeLessThan((4.5 * 2 * VARIANCE ** 2) / Math.sqrt(MANY));
  });
});

describe('FastNoise', () => {
  it('is noise over a signal, which clips where it is strong', () => {
    const signal = Float32Array.from({ length: MANY }, (_, i) => (i % 4 < 2 ? 1.5 : 0.25));
    const bytes = new Uint8Array(MANY);
    new FastNoise(RMS, 3).over(signal, bytes);
    const middle = bytes.filter((_, i) => i % 4 >= 2);
    const average = middle.reduce((sum, byte) => sum + byte, 0) / middle.length;
    expect(Math.abs(average - (127.5 + 0.25 * 127.5))).toBeLessThan(4 * Math.sqrt((2 * VARIANCE) / MANY));
    expect(bytes.filter((_, i) => i % 4 < 2).every((byte) => byte > 240)).toBe(true);
  });

  it.each(['cu8', 'cs8'] as const)('writes %s as quantise does', (format) => {
    const signal = new Float32Array(4096);
    signal.fill(0.3, 0, 2048);
    const bytes = new Uint8Array(signal.length);
    new FastNoise(1e-5, 4, format).over(signal, bytes);
    expect(bytes.subarray(0, 2048)).toEqual(quantise(signal, format).subarray(0, 2048));
    new FastNoise(1e-5, 4, 'cs8').quiet(bytes);
    expect(new Set(bytes)).toEqual(new Set([0]));
  });

  it('has a table of bytes that leaves no probability out', () => {
    for (const deviation of [0.3, 7, 60]) {
      const { values, sure, restValues, restBelow } = byteTable(deviation, 127.5, 0);
      expect(sure).toBeLessThanOrEqual(values.length);
      expect(values.length - sure).toBeLessThan(256);
      expect(restValues.length).toBe(restBelow.length);
      expect(restBelow.at(-1)).toBeCloseTo(1, 12);
    }
  });
});
