import { describe, expect, it } from 'vitest';
import { LINE_CODES, type LineCode } from '../../src/dsp/line-code.js';
import { Random } from '../../src/synth/random.js';

/** Every symbol of a code as the chips that are on. */
const ALPHABETS = {
  manchester: [[0], [1]],
  'two-of-four': [
    [0, 1],
    [0, 2],
    [0, 3],
    [1, 2],
    [1, 3],
    [2, 3],
  ],
} as const;

function sumOf(values: Float64Array, from: number, chips: readonly number[]): number {
  return chips.reduce((sum, chip) => sum + values[from + chip], 0);
}

describe.each(['manchester', 'two-of-four'] as const)('line code %s', (name) => {
  const code: LineCode = LINE_CODES[name];
  const alphabet: readonly (readonly number[])[] = ALPHABETS[name];
  const CHIPS = 40;
  const random = new Random(5);
  const values = Float64Array.from({ length: CHIPS + 4 }, () => 3 * random.exponential());
  const places = Array.from({ length: CHIPS / code.symbolChips }, (_, i) => 4 + i * code.symbolChips);

  it('has the alphabet and the length of its symbols', () => {
    expect(code.alphabet).toBe(alphabet.length);
    for (const chips of alphabet) expect(chips).toHaveLength(code.symbolChips / 2);
  });

  it('takes the weaker half of each symbol’s chips', () => {
    const expected = places.map((at) => {
      const sorted = [...values.subarray(at, at + code.symbolChips)].sort((a, b) => a - b);
      return sorted.slice(0, code.symbolChips / 2).reduce((a, b) => a + b);
    });
    expect(code.leastEnergy(values, 4, 4 + CHIPS)).toBeCloseTo(
      expected.reduce((a, b) => a + b),
      9,
    );
  });

  it('weighs all symbols for the evidence, each as likely as another', () => {
    const expected = places.map((at) =>
      Math.log(
        alphabet.reduce((sum, chips) => sum + Math.exp(sumOf(values, at, chips)), 0) / alphabet.length,
      ),
    );
    expect(code.evidence(values, 4, 4 + CHIPS)).toBeCloseTo(
      expected.reduce((a, b) => a + b),
      3,
    );
    expect(code.evidence(new Float64Array(8), 0, 8)).toBeCloseTo(0, 4);
  });

  it('finds the on-energy of symbols that leave no doubt, and a mean where there is none', () => {
    const clear = new Float64Array(8);
    for (let at = 0; at < 8; at += code.symbolChips) for (const chip of alphabet[1]) clear[at + chip] = 100;
    expect(code.likelyOnEnergy(clear, clear.map(Math.sqrt), 0, 8, 5)).toBeCloseTo(400, 4);
    const same = new Float64Array(8).fill(2);
    expect(code.likelyOnEnergy(same, same, 0, 8, 5)).toBeCloseTo(8, 4);
  });

  it.each([1, 8])('knows how far noise of %i bins opens an eye', (width) => {
    const { mean, deviation } = code.openingOfNoise(width);
    const openings = Array.from({ length: 20_000 }, () => {
      const chips = Array.from({ length: code.symbolChips }, () => {
        let power = 0;
        for (let bin = 0; bin < width; bin++) power += random.exponential();
        return power / Math.sqrt(width);
      }).sort((a, b) => a - b);
      const half = code.symbolChips / 2;
      return chips.reduce((sum, power, i) => sum + (i < half ? -power : power), 0);
    });
    const measured = openings.reduce((a, b) => a + b) / openings.length;
    const square = openings.reduce((sum, opening) => sum + (opening - measured) ** 2, 0) / openings.length;
    expect(Math.abs(measured / mean - 1)).toBeLessThan(0.05);
    expect(Math.abs(Math.sqrt(square) / deviation - 1)).toBeLessThan(0.1);
  });
});
