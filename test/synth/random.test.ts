import { describe, expect, it } from 'vitest';
import { Random } from '../../src/synth/random.js';

const MANY = 400_000;

function sample(draw: (random: Random) => number, seed = 1): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: MANY }, () => draw(random));
}

function mean(values: Float64Array, of: (value: number) => number = (value) => value): number {
  return values.reduce((sum, value) => sum + of(value), 0) / values.length;
}

/** Largest distance between the share of values below x and what it should be, over all x. */
function distance(values: Float64Array, distribution: (x: number) => number): number {
  return values.toSorted().reduce((worst, x, i) => Math.max(worst, Math.abs(distribution(x) - i / MANY)), 0);
}

/** Share of a normal distribution below x, by Simpson's rule from 0. */
function normalBelow(x: number): number {
  const steps = 64;
  const h = x / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-0.5 * (i * h) ** 2);
  }
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

/** Kolmogorov's bound, which a right generator keeps in all but one of 10 000 seeds. */
const FIT = 2.2 / Math.sqrt(MANY);

describe('Random', () => {
  it('gives the same numbers for the same seed, and others for the next', () => {
    const draw = (random: Random): number => random.int32();
    expect(sample(draw, 7).subarray(0, 1000)).toEqual(sample(draw, 7).subarray(0, 1000));
    const [a, b] = [sample((random) => random.gaussian(), 7), sample((random) => random.gaussian(), 8)];
    const correlation = a.reduce((sum, value, i) => sum + value * b[i], 0) / MANY;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(MANY));
  });

  it('is uniform over its range', () => {
    const values = sample((random) => random.uniform(-3, 5));
    expect(Math.min(...values.subarray(0, 100_000))).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...values.subarray(0, 100_000))).toBeLessThan(5);
    expect(distance(values, (x) => (x + 3) / 8)).toBeLessThan(FIT);
  });

  it('gives every whole number below a bound equally often', () => {
    const counts = new Array(50).fill(0);
    for (const value of sample((random) => random.below(50))) counts[value]++;
    const expected = MANY / 50;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(100); // 49 expected, deviation 9.9
  });

  it('is normal in the middle and in the tails', () => {
    const values = sample((random) => random.gaussian());
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(MANY));
    expect(mean(values, (x) => x * x)).toBeCloseTo(1, 1.9);
    expect(mean(values, (x) => x ** 4)).toBeCloseTo(3, 1);
    expect(distance(values, normalBelow)).toBeLessThan(FIT);
    const beyond = (limit: number): number => mean(values, (x) => (Math.abs(x) > limit ? 1 : 0));
    expect(beyond(3)).toBeGreaterThan(0.0023);
    expect(beyond(3)).toBeLessThan(0.0031);
    expect(beyond(4) * MANY).toBeGreaterThan(8); // 25 expected
    expect(beyond(4) * MANY).toBeLessThan(50);
  });

  it('is not more often on one side, and successive normals have nothing to do with each other', () => {
    const values = sample((random) => random.gaussian(), 3);
    expect(Math.abs(mean(values, Math.sign))).toBeLessThan(4 / Math.sqrt(MANY));
    let sum = 0;
    for (let i = 1; i < MANY; i++) sum += values[i] * values[i - 1];
    expect(Math.abs(sum / MANY)).toBeLessThan(4 / Math.sqrt(MANY));
  });

  it('is exponential with mean 1', () => {
    expect(
      distance(
        sample((random) => random.exponential()),
        (x) => 1 - Math.exp(-x),
      ),
    ).toBeLessThan(FIT);
  });
});
