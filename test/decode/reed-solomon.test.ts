import { describe, expect, it } from 'vitest';
import {
  correctSymbols,
  DATA_SYMBOLS,
  isWord,
  PRODUCT,
  solveChecks,
  WORD_SYMBOLS,
  writeParity,
} from '../../src/decode/reed-solomon.js';
import { Random } from '../../src/synth/random.js';

function randomWord(random: Random): Uint8Array {
  const word = new Uint8Array(WORD_SYMBOLS);
  for (let i = 0; i < DATA_SYMBOLS; i++) word[i] = random.below(32);
  writeParity(word);
  return word;
}

/** Some different places. */
function somePlaces(random: Random, count: number): number[] {
  const places = new Set<number>();
  while (places.size < count) places.add(random.below(WORD_SYMBOLS));
  return [...places];
}

/** Product in GF(32) as it is defined: of polynomials, modulo x⁵+x²+1. */
function product(a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < 5; i++) if (b & (1 << i)) sum ^= a << i;
  for (let i = 8; i >= 5; i--) if (sum & (1 << i)) sum ^= 37 << (i - 5);
  return sum;
}

/** Parity as it is defined: remainder of data · x¹⁵ and ten zeros by the generator polynomial. */
function parityByDivision(data: Uint8Array): number[] {
  const generator = [1, 28, 19, 19, 28, 1];
  const work = [...data, ...new Array<number>(15).fill(0)];
  for (let i = 0; i < 26; i++) {
    const factor = work[i];
    for (let k = 0; k < generator.length; k++) work[i + k] ^= product(factor, generator[k]);
  }
  return work.slice(-5);
}

describe('GF(32)', () => {
  it('multiplies polynomials modulo x⁵+x²+1', () => {
    for (let a = 0; a < 32; a++) for (let b = 0; b < 32; b++) expect(PRODUCT[32 * a + b]).toBe(product(a, b));
  });
});

describe('Reed–Solomon code', () => {
  it('has the parity that division by the generator leaves', () => {
    const random = new Random(1);
    for (let round = 0; round < 100; round++) {
      const word = randomWord(random);
      expect([...word.slice(DATA_SYMBOLS)]).toEqual(parityByDivision(word.slice(0, DATA_SYMBOLS)));
      expect(isWord(word)).toBe(true);
    }
  });

  it('has distance 6: of five symbols, any, none can differ alone', () => {
    const rows = new Uint8Array(5 * WORD_SYMBOLS);
    // With 16 symbols zero the other five can only be zero too, whichever they are: each row is solved for one.
    for (let round = 0, random = new Random(2); round < 500; round++) {
      const unknown = somePlaces(random, 5);
      solveChecks(unknown, rows);
      unknown.forEach((place, r) => {
        expect(unknown.map((other) => rows[r * WORD_SYMBOLS + other])).toEqual(
          unknown.map((other) => (other === place ? 1 : 0)),
        );
      });
    }
  });

  it.each([
    [0, 5],
    [0, 3],
    [1, 0],
    [1, 3],
    [2, 0],
    [2, 1],
  ])('corrects %i wrong and %i erased symbols', (wrong, erased) => {
    const random = new Random(10 + wrong + erased);
    for (let round = 0; round < 60; round++) {
      const word = randomWord(random);
      const sent = word.slice();
      const places = somePlaces(random, wrong + erased);
      for (const i of places.slice(0, wrong)) word[i] ^= 1 + random.below(31);
      for (const i of places.slice(wrong)) word[i] = random.below(32);
      expect(correctSymbols(word, places.slice(wrong))).toBe(wrong);
      expect(word).toEqual(sent);
    }
  });

  it('notices three wrong symbols: refuses them, or finds another word two away, as the sphere of words says', () => {
    const random = new Random(4);
    let found = 0;
    for (let round = 0; round < 400; round++) {
      const word = randomWord(random);
      const sent = word.slice();
      for (const i of somePlaces(random, 3)) word[i] ^= 1 + random.below(31);
      const before = word.slice();
      if (correctSymbols(word) === null) expect(word).toEqual(before);
      else {
        found++;
        expect(word).not.toEqual(sent);
        expect(isWord(word)).toBe(true);
      }
    }
    // 0.6 % of random words are that near to some word.
    expect(found).toBeLessThan(12);
  });

  it('accepts random words as often as the sphere around a word is large', { timeout: 30_000 }, () => {
    // 1 + 21·31 + 210·31² = 202 462 words within two symbols, of 32⁵.
    const random = new Random(5);
    let accepted = 0;
    const rounds = 4000;
    for (let round = 0; round < rounds; round++) {
      if (correctSymbols(Uint8Array.from({ length: WORD_SYMBOLS }, () => random.below(32))) !== null)
        accepted++;
    }
    expect(accepted / rounds).toBeGreaterThan(0.003);
    expect(accepted / rounds).toBeLessThan(0.01);
  });

  it('refuses more than five erased symbols', () => {
    expect(correctSymbols(new Uint8Array(WORD_SYMBOLS), [0, 1, 2, 3, 4, 5])).toBeNull();
  });
});
