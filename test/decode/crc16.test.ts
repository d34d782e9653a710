import { describe, expect, it } from 'vitest';
import { bitsOfHex } from '../../src/decode/bits.js';
import { crc16Of, crc16Register, crc16Syndrome, crc16SyndromesOfBits } from '../../src/decode/crc16.js';
import { Random } from '../../src/synth/random.js';

function crcOfText(text: string): number {
  const bits = bitsOfHex([...text].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join(''));
  return crc16Of(crc16Register(bits, 0, bits.length));
}

/** How many pairs of bits share each syndrome. */
function pairsOfSyndrome(length: number): Uint32Array {
  const syndromes = crc16SyndromesOfBits(length);
  const pairs = new Uint32Array(1 << 16);
  for (let a = 0; a < length; a++) for (let b = a + 1; b < length; b++) pairs[syndromes[a] ^ syndromes[b]]++;
  return pairs;
}

/** Codewords with four ones: pairs of pairs with one syndrome, each found three times. */
function wordsOfWeightFour(length: number): number {
  return pairsOfSyndrome(length).reduce((sum, n) => sum + (n * (n - 1)) / 2, 0) / 3;
}

describe('CRC-16', () => {
  it('is the one catalogued as CRC-16/GENIBUS', () => {
    expect(crcOfText('123456789')).toBe(0xd64e);
  });

  it('takes up a word in pieces', () => {
    const bits = bitsOfHex('0700bc614e00106c1c0100');
    expect(crc16Register(bits, 40, 88, crc16Register(bits, 0, 40))).toBe(crc16Register(bits, 0, 88));
  });

  it('leaves the same residue whatever the word', () => {
    const word = bitsOfHex('1e0700bc614e00106c1c0100b95b');
    expect(crc16Register(word, 0, 112)).toBe(0x1d0f);
    expect(crc16Syndrome(crc16Register(word, 0, 112))).toBe(0);
  });

  it('shows in the syndrome which bits are wrong, whatever the word', () => {
    const random = new Random(1);
    const syndromes = crc16SyndromesOfBits(112);
    for (let round = 0; round < 200; round++) {
      const word = bitsOfHex('1e0700bc614e00106c1c0100b95b');
      let expected = 0;
      for (let n = random.below(6); n > 0; n--) {
        const i = random.below(112);
        word[i] ^= 1;
        expected ^= syndromes[i];
      }
      expect(crc16Syndrome(crc16Register(word, 0, 112))).toBe(expected);
    }
  });

  it('notices every odd number of wrong bits: all syndromes of single bits have odd weight', () => {
    const odd = (value: number): boolean => value.toString(2).replaceAll('0', '').length % 2 === 1;
    expect(crc16SyndromesOfBits(736).every(odd)).toBe(true);
  });

  it('has period 32 767', () => {
    expect(new Set(crc16SyndromesOfBits(32_767)).size).toBe(32_767);
    expect(new Set(crc16SyndromesOfBits(32_768)).size).toBe(32_767);
  });

  it.each([
    ['the serial number of IDM', 48, 48],
    ['SCM+', 112, 390],
    ['IDM', 704, 307_705],
  ])('has distance 4 for %s, %i bits: %i words of weight 4', (_, length, words) => {
    expect(pairsOfSyndrome(length)[0]).toBe(0);
    expect(wordsOfWeightFour(length)).toBe(words);
  });

  it('tells two thirds of the double errors in SCM+ apart, and next to none in IDM', () => {
    const alone = (length: number): number => pairsOfSyndrome(length).filter((n) => n === 1).length;
    expect(alone(112)).toBe(4167);
    expect(alone(704)).toBe(35);
  });
});
