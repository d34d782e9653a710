import { describe, expect, it } from 'vitest';
import { correctSymbols, isWord, WORD_SYMBOLS, writeParity } from '../../src/decode/reed-solomon.js';
import { SoftReedSolomon } from '../../src/decode/soft-reed-solomon.js';
import { Random } from '../../src/synth/random.js';

const decoder = new SoftReedSolomon();

function randomWord(random: Random): Uint8Array {
  const word = Uint8Array.from({ length: WORD_SYMBOLS }, () => random.below(32));
  writeParity(word);
  return word;
}

/** A log-likelihood of 12 nats for each symbol as it stands, and none for other values. */
function asItStands(word: Uint8Array): Float64Array {
  const values = new Float64Array(WORD_SYMBOLS * 32);
  for (let i = 0; i < WORD_SYMBOLS; i++) values[i * 32 + word[i]] = 12;
  return values;
}

/** Each of the five bits of a symbol in Gaussian noise. */
function noisy(word: Uint8Array, sigma: number, random: Random): Float64Array {
  const values = new Float64Array(WORD_SYMBOLS * 32);
  for (let i = 0; i < WORD_SYMBOLS; i++) {
    for (let bit = 0; bit < 5; bit++) {
      const sent = (word[i] >> bit) & 1 ? 1 : -1;
      const nats = (sent + sigma * random.gaussian()) / sigma ** 2;
      for (let v = 0; v < 32; v++) values[i * 32 + v] += (v >> bit) & 1 ? nats : -nats;
    }
  }
  return values;
}

describe('SoftReedSolomon', () => {
  it('finds every word that the hard decoder finds', () => {
    const random = new Random(1);
    for (let round = 0; round < 200; round++) {
      const received = randomWord(random);
      for (let n = random.below(3); n > 0; n--) received[random.below(WORD_SYMBOLS)] = random.below(32);
      const hard = received.slice();
      const soft = new Uint8Array(WORD_SYMBOLS);
      expect(correctSymbols(hard)).not.toBeNull();
      const { confidence } = decoder.decode(asItStands(received), soft);
      expect(soft).toEqual(hard);
      expect(confidence).toBeGreaterThan(0.9);
    }
  });

  it('corrects five symbols of which nothing is known, and says how many bits it changed', () => {
    const random = new Random(2);
    const sent = randomWord(random);
    const values = asItStands(sent);
    for (const i of [0, 4, 9, 16, 20]) values.fill(0, i * 32, i * 32 + 32);
    const word = new Uint8Array(WORD_SYMBOLS);
    const { confidence } = decoder.decode(values, word);
    expect(word).toEqual(sent);
    expect(confidence).toBeGreaterThan(0.99);
    const wrong = sent.slice();
    wrong[7] ^= 0b10110;
    expect(decoder.decode(asItStands(wrong), word).correctedBits).toBe(3);
  });

  it('always finds a word', () => {
    const random = new Random(3);
    const word = new Uint8Array(WORD_SYMBOLS);
    for (let round = 0; round < 300; round++) {
      const scale = 10 ** random.uniform(-2, 3);
      const values = Float64Array.from({ length: WORD_SYMBOLS * 32 }, () => scale * random.gaussian());
      const { confidence } = decoder.decode(round === 0 ? new Float64Array(WORD_SYMBOLS * 32) : values, word);
      expect(isWord(word)).toBe(true);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it('gives a confidence that is the share of right answers', { timeout: 30_000 }, () => {
    const random = new Random(4);
    const word = new Uint8Array(WORD_SYMBOLS);
    const rounds = 700;
    let right = 0;
    let expected = 0;
    for (let round = 0; round < rounds; round++) {
      const sent = randomWord(random);
      expected += decoder.decode(noisy(sent, 0.66, random), word).confidence;
      if (word.every((symbol, i) => symbol === sent[i])) right++;
    }
    expect(right / rounds).toBeGreaterThan(0.3);
    expect(right / rounds).toBeLessThan(0.9);
    expect(Math.abs(right - expected) / rounds).toBeLessThan(0.03);
  });
});
