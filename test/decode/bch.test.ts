import { describe, expect, it } from 'vitest';
import { BchDecoder, bchParity } from '../../src/decode/bch.js';
import { writeUint } from '../../src/decode/bits.js';
import { Random } from '../../src/synth/random.js';

const FIRST = 5;
const LENGTH = 80;

/** A random codeword of the code shortened to 80 bits, the first five of them zero. */
function codeword(random: Random): Uint8Array {
  const bits = new Uint8Array(LENGTH);
  for (let i = FIRST; i < LENGTH - 16; i++) bits[i] = random.below(2);
  writeUint(bits, LENGTH - 16, 16, bchParity(bits, 0, LENGTH - 16));
  return bits;
}

/** Plain polynomial division, as the check is defined: remainder of the word times x¹⁶. */
function remainder(bits: Uint8Array): number {
  const work = [...bits, ...new Array<number>(16).fill(0)];
  const generator = [...(0x16f63).toString(2)].map(Number);
  for (let i = 0; i < bits.length; i++) {
    if (work[i] === 0) continue;
    for (let k = 0; k < generator.length; k++) work[i + k] ^= generator[k];
  }
  return Number.parseInt(work.slice(-16).join(''), 2);
}

/** Soft values that agree with the bits but for some places, which are weak and wrong. */
function damaged(bits: Uint8Array, wrong: readonly number[], strength = 6): Float32Array {
  const soft = Float32Array.from(bits, (bit) => (bit === 1 ? strength : -strength));
  for (const i of wrong) soft[i] *= -0.2;
  return soft;
}

function hard(soft: Float32Array): Uint8Array {
  return Uint8Array.from(soft, (value) => (value > 0 ? 1 : 0));
}

describe('bchParity', () => {
  it('is the remainder of polynomial division', () => {
    const random = new Random(1);
    for (let round = 0; round < 200; round++) {
      const bits = Uint8Array.from({ length: 64 }, () => random.below(2));
      expect(bchParity(bits, 0, 64)).toBe(remainder(bits));
    }
  });
});

describe('BchDecoder', () => {
  it('takes what is not a number for what says nothing, and infinity for what is sure', () => {
    const bits = codeword(new Random(12));
    const soft = damaged(bits, []);
    soft[20] = Number.NaN;
    soft[40] *= Number.POSITIVE_INFINITY;
    const received = hard(soft);
    const correction = new BchDecoder(FIRST, LENGTH).correct(received, soft, 0, 4);
    expect(received).toEqual(bits);
    expect(correction).toMatchObject({ flips: bits[20], cost: 0 });
    expect(correction?.confidence).toBeGreaterThan(0.9);
  });

  const decoder = new BchDecoder(FIRST, LENGTH);

  it('has distinct syndromes for all single and double errors: distance 5', () => {
    const seen = new Set<number>([0]);
    const word = new Uint8Array(LENGTH);
    const syndrome = (...flipped: number[]): number => {
      word.fill(0);
      for (const i of flipped) word[i] = 1;
      let received = 0;
      for (let i = LENGTH - 16; i < LENGTH; i++) received = (received << 1) | word[i];
      return bchParity(word, 0, LENGTH - 16) ^ received;
    };
    for (let a = 0; a < LENGTH; a++) {
      seen.add(syndrome(a));
      for (let b = a + 1; b < LENGTH; b++) seen.add(syndrome(a, b));
    }
    expect(seen.size).toBe(1 + 80 + 3160);
  });

  it.each([0, 1, 2, 3, 4])('corrects %i weak symbols and says how many', (errors) => {
    const random = new Random(10 + errors);
    for (let round = 0; round < 100; round++) {
      const sent = codeword(random);
      const wrong = new Set<number>();
      while (wrong.size < errors) wrong.add(FIRST + random.below(LENGTH - FIRST));
      const soft = damaged(sent, [...wrong]);
      const bits = hard(soft);
      const correction = decoder.correct(bits, soft, 0, 4);
      expect(correction?.flips).toBe(errors);
      expect(correction?.cost).toBeCloseTo(1.2 * errors, 4);
      expect(bits).toEqual(sent);
      expect(correction?.confidence).toBeGreaterThan(0.9);
    }
  });

  it('finds what a search over all patterns finds', () => {
    const random = new Random(3);
    const soft = Float32Array.from({ length: LENGTH }, () => random.gaussian());
    soft.fill(-9, 0, FIRST);
    const bits = hard(soft);
    let least = Number.POSITIVE_INFINITY;
    const flip = (from: number, left: number, cost: number): void => {
      let received = 0;
      for (let i = LENGTH - 16; i < LENGTH; i++) received = (received << 1) | bits[i];
      if (bchParity(bits, 0, LENGTH - 16) === received) least = Math.min(least, cost);
      if (left === 0) return;
      for (let i = from; i < LENGTH; i++) {
        bits[i] ^= 1;
        flip(i + 1, left - 1, cost + Math.abs(soft[i]));
        bits[i] ^= 1;
      }
    };
    flip(FIRST, 3, 0);
    const correction = decoder.correct(hard(soft), soft, 0, 3);
    expect(correction?.cost ?? Number.POSITIVE_INFINITY).toBeCloseTo(least, 4);
  });

  it('corrects no more than it may, and leaves what it cannot correct as it was', () => {
    const sent = codeword(new Random(4));
    const soft = damaged(sent, [20, 40, 60]);
    const bits = hard(soft);
    const before = bits.slice();
    const correction = decoder.correct(bits, soft, 0, 1);
    if (correction === null) expect(bits).toEqual(before);
    else expect(correction.flips).toBeLessThanOrEqual(1);
  });

  it('gives a confidence that is the share of right answers', () => {
    const random = new Random(5);
    let right = 0;
    let expected = 0;
    let answers = 0;
    for (let round = 0; round < 2000; round++) {
      const sent = codeword(random);
      // Binary signalling in Gaussian noise: the log-likelihood ratio is 2x/σ².
      const soft = Float32Array.from(sent, (bit, i) =>
        i < FIRST ? -99 : (2 * ((bit === 1 ? 1 : -1) + 0.58 * random.gaussian())) / 0.58 ** 2,
      );
      const bits = hard(soft);
      const correction = decoder.correct(bits, soft, 0, 4);
      if (correction === null) continue;
      answers++;
      expected += correction.confidence;
      if (bits.every((bit, i) => bit === sent[i])) right++;
    }
    expect(answers).toBeGreaterThan(1000);
    expect(Math.abs(right - expected) / answers).toBeLessThan(0.03);
    expect(right / answers).toBeGreaterThan(0.3);
    expect(right / answers).toBeLessThan(0.97);
  });
});
