import { describe, expect, it } from 'vitest';
import {
  DIGIT_CHIPS,
  digitDoubt,
  digitLikelihoods,
  leastDigitDoubt,
  readDigit,
  writeDigit,
} from '../../src/decode/two-of-four.js';

describe('two of four', () => {
  it('has six digits, each with two chips on, and reads what it writes', () => {
    expect(new Set(DIGIT_CHIPS).size).toBe(6);
    const chips = new Uint8Array(8);
    for (let digit = 0; digit < 6; digit++) {
      writeDigit(chips, 4, digit);
      expect(chips.reduce((a, b) => a + b)).toBe(2);
      expect(readDigit(chips, 4)).toBe(digit);
    }
    expect(readDigit(Uint8Array.of(1, 1, 1, 0), 0)).toBe(-1);
  });

  it('weighs a digit by its two chips', () => {
    const out = new Float64Array(7);
    digitLikelihoods(Float32Array.of(9, 1, 2, 4, 8), 1, out, 1);
    expect([...out]).toEqual([0, 12, 10, 6, 3, 5, 9]);
  });

  it('believes no chip too much, and none that is no number', () => {
    const out = new Float64Array(6);
    digitLikelihoods(Float32Array.of(Number.NaN, 1e9, -1e9, 0), 0, out, 0);
    expect([...out]).toEqual([-20, 20, 0, 0, -40, -20]);
  });

  it('doubts a digit by what the others have for them', () => {
    const soft = Float32Array.of(-3, -3, 3, 3);
    const [sent, another] = [new Uint8Array(4), new Uint8Array(4)];
    writeDigit(sent, 0, 0);
    writeDigit(another, 0, 3);
    expect(digitDoubt(new Float32Array(4), sent, 0, 4)).toBeCloseTo(Math.log(6));
    const others = Math.log(1 + 4 * Math.exp(-6) + Math.exp(-12));
    expect(digitDoubt(soft, sent, 0, 4)).toBeCloseTo(others);
    expect(digitDoubt(soft, another, 0, 4)).toBeCloseTo(12 + others);
    expect(leastDigitDoubt(soft, 0, 4)).toBe(digitDoubt(soft, sent, 0, 4));
  });
});
