import {
  type ChipLoops,
  type Eyes,
  MOST_CHIPS,
  NESTED_WIDTHS,
  PICKED_ROWS,
  PICKED_STRIDE,
  type Spread,
  TOGETHER,
  WIDEST,
} from '../chip-loops.js';
import { KNOWN_BYTES, NESTED_BYTES } from './chips-code.js';
import type { Places } from './places.js';

const FLOAT_BYTES = 4;
/** Symbols that there may be. */
const MOST_SYMBOLS = MOST_CHIPS / 2;
/** Bytes of a symbol's chips. */
const SYMBOL_BYTES = 2 * FLOAT_BYTES;
/** Bytes from one row picked to the next. */
export const PICKED_BYTES = FLOAT_BYTES * PICKED_STRIDE;
/** Bytes from the energies of rows to their openings. */
export const OPENINGS_GAP = FLOAT_BYTES * PICKED_ROWS;

/** The functions that work on chips. */
export interface ChipExports {
  readonly memory: WebAssembly.Memory;
  readonly pick: (row: number, out: number, end: number) => void;
  readonly gather1: (a: number, out: number, end: number) => void;
  readonly gather2: (a: number, b: number, out: number, end: number) => void;
  readonly gather4: (a: number, b: number, c: number, d: number, out: number, end: number) => void;
  readonly gather8: NestExport;
  readonly eyes: (chips: number, known: number, end: number, knownEnd: number, out: number) => void;
  readonly open: (row: number, out: number, end: number, signs: number, signsEnd: number) => void;
  readonly nest: NestExport;
  readonly remainder: (chips: number, end: number, out: number) => number;
}

type NestExport = (
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
  h: number,
  out: number,
  end: number,
) => void;

/** Where chips and what is told of them lie, bytes. */
export interface ChipPlaces {
  readonly gathered: number;
  readonly known: number;
  /** Of the last call. */
  readonly sums: number;
  readonly picked: number;
  readonly signs: number;
  readonly energies: number;
  readonly nested: number;
  readonly contributions: number;
}

export function chipPlaces(places: Places): ChipPlaces {
  return {
    gathered: places.floats(MOST_CHIPS),
    known: places.floats((MOST_SYMBOLS / TOGETHER) * (KNOWN_BYTES / FLOAT_BYTES)),
    sums: places.floats(6),
    picked: places.floats(PICKED_ROWS * PICKED_STRIDE),
    signs: places.floats(MOST_SYMBOLS),
    energies: places.floats(2 * PICKED_ROWS),
    nested: places.floats((NESTED_WIDTHS.length * NESTED_BYTES) / FLOAT_BYTES),
    contributions: places.floats(MOST_SYMBOLS),
  };
}

/** The loops over a packet's chips as WebAssembly. Rows are in its memory. */
export class SimdChips implements ChipLoops {
  readonly gathered: Float32Array;
  readonly picked: Float32Array;
  readonly energies: Float32Array;
  readonly openings: Float32Array;
  readonly nested: readonly Float32Array[];
  readonly contributions: Int32Array;
  readonly #exports: ChipExports;
  /** Of the rows of a call. */
  readonly #addresses = new Int32Array(WIDEST);
  readonly #at: ChipPlaces;
  readonly #known: Float32Array;
  readonly #signs: Float32Array;
  readonly #sums: Float32Array;
  readonly spread: Spread = { energy: 0, apart: 0, weakestOn: 0, loudestOff: 0 };
  readonly #eyes: Eyes = { syncEnergy: 0, matched: 0, lastMatched: 0, lastApart: 0, energy: 0, apart: 0 };
  #knownSigns: Float64Array | undefined;
  #knownEnd = 0;

  constructor(exports: ChipExports, at: ChipPlaces) {
    const floats = (from: number, count: number): Float32Array =>
      new Float32Array(exports.memory.buffer, from, count);
    this.#exports = exports;
    this.#at = at;
    this.gathered = floats(at.gathered, MOST_CHIPS);
    this.#known = floats(at.known, (MOST_SYMBOLS / TOGETHER) * (KNOWN_BYTES / FLOAT_BYTES));
    this.#sums = floats(at.sums, 6);
    this.picked = floats(at.picked, PICKED_ROWS * PICKED_STRIDE);
    this.#signs = floats(at.signs, MOST_SYMBOLS);
    this.energies = floats(at.energies, PICKED_ROWS);
    this.openings = floats(at.energies + OPENINGS_GAP, PICKED_ROWS);
    this.nested = NESTED_WIDTHS.map((_, k) => floats(at.nested + NESTED_BYTES * k, MOST_CHIPS));
    this.contributions = new Int32Array(exports.memory.buffer, at.contributions, MOST_SYMBOLS);
  }

  gather(rows: Float32Array, places: Int32Array, width: number, from: number, to: number): void {
    const { gather1, gather2, gather4, gather8 } = this.#exports;
    const at = this.#addresses;
    for (let i = 0; i < width; i++) at[i] = rows.byteOffset + FLOAT_BYTES * places[i];
    const out = this.#at.gathered + FLOAT_BYTES * from;
    const end = this.#at.gathered + FLOAT_BYTES * to;
    if (width === 1) gather1(at[0], out, end);
    else if (width === 2) gather2(at[0], at[1], out, end);
    else if (width === 4) gather4(at[0], at[1], at[2], at[3], out, end);
    else gather8(at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], out, end);
  }

  know(signs: Float64Array, last: number): void {
    if (signs === this.#knownSigns) return;
    this.#knownSigns = signs;
    const known = this.#known.fill(0);
    signs.forEach((sign, i) => {
      const at = ((i - (i % TOGETHER)) / TOGETHER) * (KNOWN_BYTES / FLOAT_BYTES) + (i % TOGETHER);
      known[at] = sign;
      known[at + TOGETHER] = 1;
      known[at + 2 * TOGETHER] = i < signs.length - last ? 0 : 1;
    });
    this.#knownEnd = this.#at.known + KNOWN_BYTES * Math.ceil(signs.length / TOGETHER);
  }

  eyes(symbols: number): Eyes {
    const { gathered, known, sums: out } = this.#at;
    this.#exports.eyes(gathered, known, gathered + SYMBOL_BYTES * symbols, this.#knownEnd, out);
    const [sums, eyes] = [this.#sums, this.#eyes];
    eyes.syncEnergy = sums[0];
    eyes.matched = sums[1];
    eyes.lastMatched = sums[2];
    eyes.lastApart = sums[3];
    eyes.energy = sums[4];
    eyes.apart = sums[5];
    return eyes;
  }

  pick(rows: Float32Array, place: number, chips: number, to: number): void {
    const out = this.#at.picked + FLOAT_BYTES * to;
    this.#exports.pick(rows.byteOffset + FLOAT_BYTES * place, out, out + FLOAT_BYTES * chips);
  }

  open(signs: Float64Array): void {
    const { picked, energies, signs: at } = this.#at;
    const symbols = TOGETHER * Math.ceil(signs.length / TOGETHER);
    this.#signs.set(signs);
    this.#signs.fill(0, signs.length, symbols);
    this.#exports.open(picked, energies, picked + PICKED_BYTES * PICKED_ROWS, at, at + FLOAT_BYTES * symbols);
  }

  nest(rows: Int32Array, chips: number): void {
    const { picked, nested } = this.#at;
    const at = this.#addresses;
    for (let i = 0; i < at.length; i++) at[i] = picked + PICKED_BYTES * rows[i];
    const end = nested + FLOAT_BYTES * chips;
    this.#exports.nest(at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], nested, end);
  }

  remainder(width: number, symbols: number): number {
    const chips = this.#at.nested + NESTED_BYTES * width;
    const rest = this.#exports.remainder(chips, chips + SYMBOL_BYTES * symbols, this.#at.sums);
    const [sums, spread] = [this.#sums, this.spread];
    spread.energy = sums[0];
    spread.apart = sums[1];
    spread.weakestOn = sums[2];
    spread.loudestOff = sums[3];
    return rest;
  }
}
