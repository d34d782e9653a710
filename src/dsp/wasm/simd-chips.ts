import { type ChipLoops, MOST_CHIPS, NESTED_WIDTHS, PICKED_ROWS, PICKED_STRIDE } from '../chip-loops.js';
import { NESTED_BYTES } from './chips-code.js';
import type { Places } from './places.js';

/** The functions that work on chips. */
export interface ChipExports {
  readonly memory: WebAssembly.Memory;
  readonly pick: (row: number, out: number, end: number) => void;
  readonly gather1: (row: number, out: number, end: number) => void;
  readonly gather4: (a: number, b: number, c: number, d: number, out: number, end: number) => void;
  readonly nest: (...rowsOutEnd: number[]) => void;
  readonly remainder: (chips: number, end: number) => number;
}

/** Where chips lie, bytes. */
export interface ChipPlaces {
  readonly gathered: number;
  readonly picked: number;
  readonly nested: number;
  readonly contributions: number;
}

export function chipPlaces(places: Places): ChipPlaces {
  return {
    gathered: places.floats(2 * MOST_CHIPS),
    picked: places.floats(PICKED_ROWS * PICKED_STRIDE),
    nested: places.floats((NESTED_WIDTHS.length * NESTED_BYTES) / 4),
    contributions: places.floats(MOST_CHIPS / 2),
  };
}

/** The loops over a packet's chips as WebAssembly. Rows are in its memory. */
export class SimdChips implements ChipLoops {
  readonly picked: Float32Array;
  readonly nested: readonly Float32Array[];
  readonly contributions: Int32Array;
  readonly #exports: ChipExports;
  readonly #gathered: Float64Array;

  constructor(exports: ChipExports, { gathered, picked, nested, contributions }: ChipPlaces) {
    const { buffer } = exports.memory;
    this.#exports = exports;
    this.#gathered = new Float64Array(buffer, gathered, MOST_CHIPS);
    this.picked = new Float32Array(buffer, picked, PICKED_ROWS * PICKED_STRIDE);
    this.nested = NESTED_WIDTHS.map(
      (_, k) => new Float32Array(buffer, nested + NESTED_BYTES * k, MOST_CHIPS),
    );
    this.contributions = new Int32Array(buffer, contributions, MOST_CHIPS / 2);
  }

  gather(rows: Float32Array, places: Int32Array, width: number, from: number, to: number): Float64Array {
    const { gather1, gather4 } = this.#exports;
    const at = rows.byteOffset;
    const [first, end] = [8 * from, 8 * to];
    this.#gathered.fill(0, from);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const [a, b, c, d] = [places[i], places[i + 1], places[i + 2], places[i + 3]];
      gather4(at + 4 * a, at + 4 * b, at + 4 * c, at + 4 * d, first, end);
    }
    for (; i < width; i++) gather1(at + 4 * places[i], first, end);
    return this.#gathered;
  }

  pick(rows: Float32Array, place: number, chips: number, to: number): void {
    const out = this.picked.byteOffset + 4 * to;
    this.#exports.pick(rows.byteOffset + 4 * place, out, out + 4 * chips);
  }

  nest(rows: Int32Array, chips: number): void {
    const at = this.picked.byteOffset;
    const row = 4 * PICKED_STRIDE;
    const [a, b, c, d] = rows;
    const [e, f, g, h] = rows.subarray(4);
    const out = this.nested[0].byteOffset;
    this.#exports.nest(
      ...[at + row * a, at + row * b, at + row * c, at + row * d],
      ...[at + row * e, at + row * f, at + row * g, at + row * h],
      ...[out, out + 4 * chips],
    );
  }

  remainder(width: number, symbols: number): number {
    const chips = this.nested[width].byteOffset;
    return this.#exports.remainder(chips, chips + 8 * symbols);
  }
}
