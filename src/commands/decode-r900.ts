import { bitsOf, readUint, writeUint } from '../decode/bits.js';
import { r900 } from '../decode/protocols/r900.js';
import { DATA_SYMBOLS, WORD_SYMBOLS, writeParity } from '../decode/reed-solomon.js';
import { CHIPS_OF_A_DIGIT, DIGITS, readDigit, writeDigit } from '../decode/two-of-four.js';
import type { TypedPacket } from './decode-input.js';

export const SYMBOL_BITS = 5;
const SYMBOL_CHIPS = 2 * CHIPS_OF_A_DIGIT;
const preamble = bitsOf(r900.sync);
const FIRST_CHIP = 2 * preamble.length;

/** Symbols of 5 bits that so many bits make. */
export function symbolsOf(bits: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: bits.length / SYMBOL_BITS }, (_, i) =>
    readUint(bits, i * SYMBOL_BITS, SYMBOL_BITS),
  );
}

export function bitsOfSymbols(word: Uint8Array): Uint8Array {
  const bits = new Uint8Array(word.length * SYMBOL_BITS);
  for (const [i, symbol] of word.entries()) writeUint(bits, i * SYMBOL_BITS, SYMBOL_BITS, symbol);
  return bits;
}

/** Preamble and symbols as chips. */
export function chipsOfSymbols(word: Uint8Array): Uint8Array {
  const chips = new Uint8Array(FIRST_CHIP + word.length * SYMBOL_CHIPS);
  for (const [i, bit] of preamble.entries()) chips[2 * i + 1 - bit] = 1;
  for (const [i, symbol] of word.entries()) {
    const at = FIRST_CHIP + i * SYMBOL_CHIPS;
    writeDigit(chips, at, Math.floor(symbol / DIGITS));
    writeDigit(chips, at + CHIPS_OF_A_DIGIT, symbol % DIGITS);
  }
  return chips;
}

/** The 80 bits of data alone, as other receivers print them: they carry no check. */
export function r900FromData(data: Uint8Array): TypedPacket {
  const word = new Uint8Array(WORD_SYMBOLS);
  word.set(symbolsOf(data).subarray(0, DATA_SYMBOLS));
  writeParity(word);
  return { ...r900FromSymbols(bitsOfSymbols(word)), checked: false };
}

/** Data and parity, 105 bits. */
export function r900FromSymbols(bits: Uint8Array): TypedPacket {
  return { kind: 'r900', bits, symbols: chipsOfSymbols(symbolsOf(bits)), erased: [], checked: true };
}

/** All 232 chips. A symbol whose chips are no digits, or no symbol's digits, is not known: zero, and erased. */
export function r900FromChips(chips: Uint8Array): TypedPacket {
  const word = new Uint8Array(WORD_SYMBOLS);
  const erased: number[] = [];
  for (let i = 0; i < WORD_SYMBOLS; i++) {
    const at = FIRST_CHIP + i * SYMBOL_CHIPS;
    const [first, second] = [readDigit(chips, at), readDigit(chips, at + CHIPS_OF_A_DIGIT)];
    const symbol = first * DIGITS + second;
    if (first < 0 || second < 0 || symbol >= 2 ** SYMBOL_BITS) erased.push(i);
    else word[i] = symbol;
  }
  return { kind: 'r900', bits: bitsOfSymbols(word), symbols: chips, erased, checked: true };
}
