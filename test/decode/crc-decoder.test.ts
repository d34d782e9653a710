import { describe, expect, it } from 'vitest';
import { CrcDecoder } from '../../src/decode/crc-decoder.js';
import { crc16SyndromesOfBits } from '../../src/decode/crc16.js';
import { Random } from '../../src/synth/random.js';

const N = 18;
const places = Uint16Array.from({ length: N }, (_, i) => i);
const syndromes = crc16SyndromesOfBits(N);

function someSoft(seed: number, length = N): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => 3 * random.gaussian());
}

/** Every pattern of flips with this syndrome and at most so many flips: cost and bits. */
function everyPattern(
  soft: Float32Array,
  syndrome: number,
  most: number,
): { cost: number; bits: number[] }[] {
  const all: { cost: number; bits: number[] }[] = [];
  const go = (from: number, left: number, cost: number, bits: number[]): void => {
    if (left === 0) all.push({ cost, bits });
    if (bits.length === most) return;
    for (let i = from; i < soft.length; i++)
      go(i + 1, left ^ syndromes[i], cost + Math.abs(soft[i]), [...bits, i]);
  };
  go(0, syndrome, 0, []);
  return all.sort((a, b) => a.cost - b.cost);
}

describe('CrcDecoder', () => {
  it('finds what a search over all patterns of up to four flips finds', () => {
    const decoder = new CrcDecoder(syndromes, N, 3);
    const random = new Random(7);
    for (let round = 0; round < 50; round++) {
      const soft = someSoft(100 + round);
      const flipped = Array.from({ length: random.below(6) }, () => random.below(N));
      const syndrome = flipped.reduce((sum, i) => sum ^ syndromes[i], 0);
      const expected = everyPattern(soft, syndrome, 4);
      decoder.weigh(soft, places);
      decoder.search(syndrome);
      const { found } = decoder;
      expect(found.length).toBe(Math.min(3, expected.length));
      expect(found.likelihood).toBeCloseTo(
        expected.reduce((sum, { cost }) => sum + Math.exp(-cost), 0),
        5,
      );
      for (let k = 0; k < found.length; k++) {
        const bits = Array.from({ length: found.flipsOf(k) }, (_, i) => found.bitOf(k, i));
        expect(bits.sort((a, b) => a - b)).toEqual(expected[k].bits);
        expect(found.costOf(k)).toBeCloseTo(expected[k].cost, 5);
      }
    }
  });

  it.each([18, 9])('accounts for every pattern, with all flips tried among the %i weakest', (weakest) => {
    const decoder = new CrcDecoder(syndromes, weakest, 1);
    decoder.weigh(someSoft(3), places);
    let sum = 0;
    for (let syndrome = 0; syndrome < 1 << 16; syndrome++) {
      decoder.search(syndrome);
      sum += decoder.found.likelihood + decoder.beyond;
    }
    expect(sum / decoder.everything).toBeCloseTo(1, 6);
  });

  it('corrects one flip wherever it is, also beyond the weakest', () => {
    const decoder = new CrcDecoder(syndromes, 4, 1);
    decoder.weigh(new Float32Array(N).fill(5), places);
    for (let i = 0; i < N; i++) {
      decoder.search(syndromes[i]);
      expect([decoder.found.flipsOf(0), decoder.found.bitOf(0, 0)]).toEqual([1, i]);
    }
  });

  it('takes what is no number for no knowledge, and bounds what is too sure', () => {
    const decoder = new CrcDecoder(syndromes, N, 1);
    const soft = new Float32Array(N).fill(Number.POSITIVE_INFINITY);
    soft[3] = Number.NaN;
    decoder.weigh(soft, places);
    decoder.search(syndromes[3]);
    expect(decoder.found.costOf(0)).toBe(0);
    expect(decoder.everything).toBeCloseTo(2);
    decoder.search(syndromes[4]);
    expect(decoder.found.costOf(0)).toBe(40);
  });
});
