import { bchParity } from '../decode/bch.js';
import { bitsOf, readUint } from '../decode/bits.js';
import { crc16Of, crc16Register } from '../decode/crc16.js';
import { idmFrame } from '../decode/protocols/idm-family.js';
import {
  COVERED_FROM,
  CRC_FROM,
  SERIAL_CRC_FROM,
  SERIAL_FROM,
  SERIAL_TO,
  SPARE_BIT,
} from '../decode/protocols/idm-frame.js';
import { r900 } from '../decode/protocols/r900.js';
import { scm } from '../decode/protocols/scm.js';
import { scmPlus } from '../decode/protocols/scm-plus.js';
import { correctSymbols, DATA_SYMBOLS, isWord, PARITY_SYMBOLS, writeParity } from '../decode/reed-solomon.js';
import type { TypedPacket } from './decode-input.js';
import { bitsOfSymbols, chipsOfSymbols, SYMBOL_BITS, symbolsOf } from './decode-r900.js';
import { type Flips, nearestFlips } from './nearest-words.js';

/** One check: what it covers, what was sent and what should have been. */
export interface Sum {
  readonly name: string;
  readonly sent: number;
  readonly computed: number;
  readonly bits: number;
}

export interface Check {
  readonly agrees: boolean;
  readonly sums: readonly Sum[];
  /** Places of known bits (chips of R900) that are not as they must be; the check takes them as they must be. */
  readonly knownWrong: readonly number[];
  /** Known bits put right; the rest as typed. */
  readonly bits: Uint8Array;
}

/** Bits that every packet of the kind has: the sync word, and the spare bit of IDM. */
function knownBits(kind: 'scm' | 'scm+' | 'idm'): Map<number, number> {
  const sync = { scm, 'scm+': scmPlus, idm: idmFrame }[kind].sync;
  const known = new Map([...bitsOf(sync)].map((bit, i) => [i, bit]));
  return kind === 'idm' ? known.set(SPARE_BIT, 0) : known;
}

function sumsOf(kind: 'scm' | 'scm+' | 'idm', bits: Uint8Array): Sum[] {
  const crc = (name: string, from: number, to: number, at: number): Sum => ({
    name,
    sent: readUint(bits, at, 16),
    computed: crc16Of(crc16Register(bits, from, to)),
    bits: 16,
  });
  if (kind === 'scm')
    return [
      {
        name: 'BCH over bits 16–79',
        sent: readUint(bits, 80, 16),
        computed: bchParity(bits, 16, 80),
        bits: 16,
      },
    ];
  if (kind === 'scm+') return [crc('CRC-16 over bits 16–111', 16, 112, 112)];
  return [
    crc('CRC-16 of the ID, bits 72–103', SERIAL_FROM, SERIAL_TO, SERIAL_CRC_FROM),
    crc('CRC-16 over bits 32–719', COVERED_FROM, CRC_FROM, CRC_FROM),
  ];
}

/** Whether the check agrees with what was typed, known bits taken as they must be. */
export function checkOf({ kind, bits: typed, symbols, erased }: TypedPacket): Check {
  if (kind === 'r900') return checkOfR900(typed, symbols, erased);
  const known = knownBits(kind);
  const bits = typed.slice();
  for (const [place, bit] of known) bits[place] = bit;
  const sums = sumsOf(kind, bits);
  return {
    agrees: sums.every(({ sent, computed }) => sent === computed),
    sums,
    knownWrong: [...known.keys()].filter((place) => typed[place] !== bits[place]),
    bits,
  };
}

function checkOfR900(bits: Uint8Array, chips: Uint8Array, erased: readonly number[]): Check {
  const word = symbolsOf(bits);
  const right = word.slice();
  writeParity(right);
  const parity = (of: Uint8Array): number => readUint(bitsOfSymbols(of.subarray(DATA_SYMBOLS)), 0, 25);
  const preamble = chipsOfSymbols(new Uint8Array(0));
  return {
    agrees: erased.length === 0 && isWord(word),
    sums: [{ name: 'Reed–Solomon over bits 0–79', sent: parity(word), computed: parity(right), bits: 25 }],
    knownWrong: [...preamble.keys()].filter((i) => preamble[i] !== chips[i]),
    bits,
  };
}

/** A word of the code that is as near to what was typed as any. */
export interface NearWord {
  /** Bits in which it differs, in order. */
  readonly flips: Flips;
  readonly bits: Uint8Array;
}

/** The nearest words of the code; for a packet whose check fails. None where nothing is near. */
export function nearestWords({ kind, erased }: TypedPacket, { bits }: Check): NearWord[] {
  if (kind === 'r900') return nearestR900(bits, erased);
  const known = knownBits(kind);
  const flipped = (flips: Flips): Uint8Array => bits.map((bit, i) => (flips.includes(i) ? 1 - bit : bit));
  const syndrome = syndromeOf(kind, bits);
  const syndromes = new Map<number, number>();
  for (let i = 0; i < bits.length; i++) {
    // The checks are linear: what a bit does to the syndrome is the same in every word.
    if (!known.has(i)) syndromes.set(i, (syndromeOf(kind, flipped([i])) ^ syndrome) >>> 0);
  }
  return nearestFlips(syndrome, syndromes).map((flips) => ({ flips, bits: flipped(flips) }));
}

/** Difference between what was sent and what should have been, of all checks together. */
function syndromeOf(kind: 'scm' | 'scm+' | 'idm', bits: Uint8Array): number {
  return sumsOf(kind, bits).reduce((all, { sent, computed }) => ((all << 16) | (sent ^ computed)) >>> 0, 0);
}

/** The only word within two wrong symbols, or more erased ones. */
function nearestR900(bits: Uint8Array, erased: readonly number[]): NearWord[] {
  const word = symbolsOf(bits);
  // Five unknown symbols can always be told from the others, right or wrong: nothing is left to check them.
  if (erased.length >= PARITY_SYMBOLS || correctSymbols(word, erased) === null) return [];
  const right = bitsOfSymbols(word);
  const changed = [...right.keys()].filter((i) => right[i] !== bits[i]);
  // What was not known has not been flipped.
  return [{ flips: changed.filter((i) => !erased.includes(Math.floor(i / SYMBOL_BITS))), bits: right }];
}

/** Parser of a kind. */
export const PARSERS = { scm, 'scm+': scmPlus, idm: idmFrame, r900 } as const;
/** A parser takes soft values: nats for each symbol, as of a strong packet. */
const HARD_NATS = 8;

export function softOf(symbols: Uint8Array): Float32Array {
  return Float32Array.from(symbols, (bit) => (bit === 1 ? HARD_NATS : -HARD_NATS));
}

/** Symbols for the parser of bits of the layout. */
export function symbolsOfBits(kind: TypedPacket['kind'], bits: Uint8Array): Uint8Array {
  return kind === 'r900' ? chipsOfSymbols(symbolsOf(bits)) : bits;
}
