import { bitsOf, readUint, writeUint } from '../bits.js';
import type { ParseResult, Protocol } from '../protocol.js';
import { DATA_SYMBOLS, FIELD_SIZE, WORD_SYMBOLS, writeParity } from '../reed-solomon.js';
import { contradiction } from '../soft-bits.js';
import { SoftReedSolomon } from '../soft-reed-solomon.js';
import {
  CHIPS_OF_A_DIGIT,
  DIGITS,
  digitDoubt,
  digitLikelihoods,
  leastDigitDoubt,
  readDigit,
  writeDigit,
} from '../two-of-four.js';

/**
 * R900 and R900BCD: sent by Neptune's water meter endpoints every 14 s or so, day and night.
 * Sources: rtlamr `r900` and `r900bcd`, rtl_433 `neptune_r900.c`; checked against published packets.
 *
 *   232 chips at 32 768 chip/s: 7.08 ms
 *   64 chips   32 bits 0x0000E564 in Manchester: preamble and sync word
 *   168 chips  21 symbols of 5 bits, each as two base-6 digits (6·first + second, 0–31) of four chips: two-of-four.ts
 *              16 symbols of data, five of parity: reed-solomon.ts
 *
 *   80 bits of data, one letter a bit:
 *
 *   iiiiiiii iiiiiiii iiiiiiii iiiiiiii uuuutttt vvvnnnbb rrrrrrrr rrrrrrrr rrrrrrrr RRRlllLL
 *   0                                   32       40       48                         72
 *
 *   i ID           u unknown: 0xA, at times 0x8     t meter type: 1 digits (BCD), 3 a binary number
 *   v unknown      n no use, b backflow, l leak in the past 35 days, L leak in the past 24 hours: as buckets
 *   r reading      R bits 26–24 of a binary reading; unknown where the reading is in digits
 *
 * All symbols zero are a word of the code, and what a keyed carrier at half the rate looks like: ID 0 is refused.
 */
const SYNC = '00000000000000001110010101100100';
const PREAMBLE_CHIPS = 64;
export const R900_CHIPS = 232;
const SYMBOL_CHIPS = 2 * CHIPS_OF_A_DIGIT;
const SYMBOL_BITS = 5;
const DATA_BITS = DATA_SYMBOLS * SYMBOL_BITS;
const TYPE_BCD = 1;
const TYPE_BINARY = 3;
/** 42 free digits are 108.6 bits, of which a packet has 80. */
const CHECK_BITS = 2 * WORD_SYMBOLS * Math.log2(DIGITS) - DATA_BITS;
/** What preamble and check are worth, nats; see {@link contradiction}. */
const WORTH_NATS = (SYNC.length + CHECK_BITS) * Math.LN2;
/** What an endpoint sends in digits when it cannot read its register. */
const NO_READING = 0xaaaaaa;

export interface R900Fields {
  readonly id: number;
  /** 1: reading in digits (R900BCD), 3: binary. */
  readonly meterType: number;
  /** Counts; null where it is sent as "no reading" (digits only), or the type tells not how it is sent. */
  readonly reading: number | null;
  readonly noUse: number;
  readonly backflow: number;
  readonly leak: number;
  readonly leakNow: number;
  /** Bits 32–35, and 40–42. */
  readonly unknown1: number;
  readonly unknown2: number;
}

const preamble = bitsOf(SYNC);
const code = new SoftReedSolomon();
const likelihoods = new Float64Array(WORD_SYMBOLS * FIELD_SIZE);
const digits = new Float64Array(2 * DIGITS);

/** Chips of an R900 packet; uint8 [232], 1 = on. Values are taken modulo their field's size. */
export function encodeR900(fields: R900Fields): Uint8Array {
  const data = new Uint8Array(DATA_BITS);
  writeUint(data, 0, 32, fields.id);
  writeUint(data, 32, 4, fields.unknown1);
  writeUint(data, 36, 4, fields.meterType);
  writeUint(data, 40, 3, fields.unknown2);
  writeUint(data, 43, 3, fields.noUse);
  writeUint(data, 46, 2, fields.backflow);
  writeReading(data, fields);
  writeUint(data, 75, 3, fields.leak);
  writeUint(data, 78, 2, fields.leakNow);
  return chipsOfData(data);
}

function writeReading(data: Uint8Array, { meterType, reading }: R900Fields): void {
  if (meterType === TYPE_BCD) {
    writeUint(data, 48, 24, reading === null ? NO_READING : Number.parseInt(String(reading % 1e6), 16));
    // What published packets have there.
    writeUint(data, 72, 3, 1);
  } else {
    writeUint(data, 48, 24, reading ?? 0);
    writeUint(data, 72, 3, Math.floor((reading ?? 0) / 2 ** 24));
  }
}

/** Chips of 80 bits of data, with preamble and parity. */
export function chipsOfData(data: Uint8Array): Uint8Array {
  const word = new Uint8Array(WORD_SYMBOLS);
  for (let i = 0; i < DATA_SYMBOLS; i++) word[i] = readUint(data, i * SYMBOL_BITS, SYMBOL_BITS);
  writeParity(word);
  return chipsOfWord(word);
}

function chipsOfWord(word: Uint8Array): Uint8Array {
  const chips = new Uint8Array(R900_CHIPS);
  for (const [i, bit] of preamble.entries()) chips[2 * i + 1 - bit] = 1;
  for (let i = 0; i < WORD_SYMBOLS; i++) {
    const at = PREAMBLE_CHIPS + i * SYMBOL_CHIPS;
    writeDigit(chips, at, Math.floor(word[i] / DIGITS));
    writeDigit(chips, at + CHIPS_OF_A_DIGIT, word[i] % DIGITS);
  }
  return chips;
}

/** The five parity symbols of a packet as one number of 25 bits. @param chips uint8 [232] */
export function r900Checksum(chips: Uint8Array): number {
  let checksum = 0;
  for (let at = PREAMBLE_CHIPS + DATA_SYMBOLS * SYMBOL_CHIPS; at < R900_CHIPS; at += SYMBOL_CHIPS) {
    const symbol = DIGITS * readDigit(chips, at) + readDigit(chips, at + CHIPS_OF_A_DIGIT);
    checksum = checksum * FIELD_SIZE + symbol;
  }
  return checksum;
}

/** Log-likelihoods of the 32 values of each symbol; the pairs of digits 52–55 stand for none and are left out. */
function weighSymbols(soft: Float32Array): void {
  for (let i = 0; i < WORD_SYMBOLS; i++) {
    const at = PREAMBLE_CHIPS + i * SYMBOL_CHIPS;
    digitLikelihoods(soft, at, digits, 0);
    digitLikelihoods(soft, at + CHIPS_OF_A_DIGIT, digits, DIGITS);
    for (let value = 0; value < FIELD_SIZE; value++) {
      likelihoods[i * FIELD_SIZE + value] =
        digits[Math.floor(value / DIGITS)] + digits[DIGITS + (value % DIGITS)];
    }
  }
}

/** The 80 bits of data of a word. */
function dataOf(word: Uint8Array): Uint8Array {
  const data = new Uint8Array(DATA_BITS);
  for (let i = 0; i < DATA_SYMBOLS; i++) writeUint(data, i * SYMBOL_BITS, SYMBOL_BITS, word[i]);
  return data;
}

/** The fields of 80 bits of data, or null where a reading in digits has some above 9. */
export function readR900(data: Uint8Array): R900Fields | null {
  const meterType = readUint(data, 36, 4);
  const reading = meterType === TYPE_BCD ? readDigits(readUint(data, 48, 24)) : readBinary(data, meterType);
  if (reading === undefined) return null;
  return {
    id: readUint(data, 0, 32),
    meterType,
    reading,
    noUse: readUint(data, 43, 3),
    backflow: readUint(data, 46, 2),
    leak: readUint(data, 75, 3),
    leakNow: readUint(data, 78, 2),
    unknown1: readUint(data, 32, 4),
    unknown2: readUint(data, 40, 3),
  };
}

function readBinary(data: Uint8Array, meterType: number): number | null {
  return meterType === TYPE_BINARY ? readUint(data, 72, 3) * 2 ** 24 + readUint(data, 48, 24) : null;
}

/** The number that six hexadecimal digits spell; null where they spell "no reading", undefined where none. */
function readDigits(value: number): number | null | undefined {
  if (value === NO_READING) return null;
  const hex = value.toString(16);
  return /^[0-9]+$/.test(hex) ? Number(hex) : undefined;
}

/** Nats by which the first chips speak against being the preamble; see {@link contradiction}. */
function preambleContradiction(soft: Float32Array): number {
  const symbols = Float32Array.from(preamble, (_, i) => soft[2 * i] - soft[2 * i + 1]);
  return contradiction(symbols, preamble);
}

/**
 * Corrects symbols; see {@link SoftReedSolomon}. There is always a word that is the likeliest, so it is refused where
 * more speaks against it than preamble and check are worth.
 */
export function parseR900(soft: Float32Array): ParseResult {
  if (soft.length < R900_CHIPS) return { ok: false, why: 'length' };
  const against = preambleContradiction(soft);
  // No word has less against it than this, and it is far sooner told than the likeliest word.
  if (against > WORTH_NATS || against + leastDigitDoubt(soft, PREAMBLE_CHIPS, R900_CHIPS) > WORTH_NATS)
    return { ok: false, why: 'integrity' };
  const word = new Uint8Array(WORD_SYMBOLS);
  weighSymbols(soft);
  const { correctedBits, confidence } = code.decode(likelihoods, word);
  const bits = chipsOfWord(word);
  if (against + digitDoubt(soft, bits, PREAMBLE_CHIPS, R900_CHIPS) > WORTH_NATS)
    return { ok: false, why: 'integrity' };
  const fields = readR900(dataOf(word));
  if (fields === null || fields.id === 0) return { ok: false, why: 'implausible' };
  const { id, meterType, reading, ...rest } = fields;
  return {
    ok: true,
    message: meterType === TYPE_BCD ? 'R900BCD' : 'R900',
    meterId: id,
    type: meterType,
    consumption: reading,
    fields: { ...rest, checksum: r900Checksum(bits) },
    bits,
    correctedBits,
    confidence,
  };
}

export const r900: Protocol = {
  name: 'R900',
  sync: SYNC,
  lineCode: 'two-of-four',
  lengthSymbols: R900_CHIPS / 2,
  checkBits: CHECK_BITS,
  parse: parseR900,
};
