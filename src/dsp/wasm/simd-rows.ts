import { STRIDE } from '../correlator.js';
import type { KernelShape } from '../kernel-loops.js';
import { lookaheadOf, ROWS_TOGETHER, type RowLoops, type SearchShape, SUM_BINS } from '../rows.js';
import { LOOK_BYTES, MAXIMUM_STEPS, PEAK_BYTES } from './peaks-code.js';
import { LINE_BYTES, LINE_FLOATS, oddLines, type Places } from './places.js';
import type { SearchLayout } from './search-code.js';

const GREATEST_INT16 = 32_767;

/** The functions that work on rows. */
export interface RowExports {
  readonly memory: WebAssembly.Memory;
  readonly sumRows: (a: number, b: number, c: number, d: number, out: number, end: number) => void;
  readonly addRow: (from: number, out: number, end: number) => void;
  readonly searchRows: (
    row: number,
    step: number,
    count: number,
    unrest: number,
    deviation: number,
    bins: number,
  ) => number;
}

/** The loops over rows as WebAssembly. A row is a place in its memory. */
export class SimdRows implements RowLoops {
  readonly sums: Float32Array;
  readonly sumsStride: number;
  readonly #exports: RowExports;
  readonly #shape: SearchShape;
  readonly #words: number;
  /** Per width and row, how restless it is; see `PlainRows`. */
  readonly #unrest: readonly Float32Array[];
  /** Peaks as they are noted: scores as float64 [2·i], columns and marks as int32 [4·i + 2], [4·i + 3]. */
  readonly #scores: Float64Array;
  readonly #places: Int32Array;

  constructor(shape: KernelShape, exports: RowExports, search: SearchPlaces) {
    const { buffer } = exports.memory;
    const { fftSize } = shape.geometry;
    this.#exports = exports;
    this.#shape = shape;
    this.#words = shape.words.length;
    this.sumsStride = search.sumsStride;
    this.sums = new Float32Array(buffer, search.sums, (fftSize / SUM_BINS + 1) * search.sumsStride);
    this.#unrest = search.unrest.map((at) => new Float32Array(buffer, at, fftSize).fill(1));
    this.#scores = new Float64Array(buffer, search.peaks, search.peakFloats / 2);
    this.#places = new Int32Array(buffer, search.peaks, search.peakFloats);
    const score = new Float32Array(buffer, search.score - 12, search.steps + 6);
    score.fill(Number.NEGATIVE_INFINITY);
  }

  sumRows(rows: Float32Array, from: number, stride: number, to: number, columns: number): void {
    const a = rows.byteOffset + 4 * from;
    const out = this.sums.byteOffset + 4 * to;
    this.#exports.sumRows(a, a + 4 * stride, a + 8 * stride, a + 12 * stride, out, out + 4 * columns);
  }

  addRow(from: number, to: number, columns: number): void {
    const { byteOffset } = this.sums;
    this.#exports.addRow(byteOffset + 4 * from, byteOffset + 4 * to, byteOffset + 4 * (to + columns));
  }

  searchRows(
    width: number,
    row: Float32Array,
    at: number,
    step: number,
    count: number,
    first: number,
  ): number {
    const { bins, deviation } = this.#shape.widths[width];
    const from = row.byteOffset + 4 * at;
    const unrest = this.#unrest[width].byteOffset + 4 * first;
    return this.#exports.searchRows(from, 4 * step, count, unrest, deviation, bins) / PEAK_BYTES;
  }

  peakRow(i: number): number {
    return (this.#places[4 * i + 3] / this.#words) | 0;
  }

  peakWord(i: number): number {
    return this.#places[4 * i + 3] % this.#words;
  }

  peakColumn(i: number): number {
    return this.#places[4 * i + 2];
  }

  peakScore(i: number): number {
    return this.#scores[2 * i];
  }

  forget(): void {
    for (const unrest of this.#unrest) unrest.fill(1);
  }
}

/** Where all that lies. */
export interface SearchPlaces extends SearchLayout {
  readonly unrest: readonly number[];
  readonly peakFloats: number;
  readonly sums: number;
  readonly sumsStride: number;
}

export function searchPlaces(places: Places, shape: KernelShape): SearchPlaces {
  const { words, widths, geometry, batchFrames } = shape;
  const steps = batchFrames / STRIDE;
  // Were every step of every row a peak, there would still be room.
  const peakFloats = ROWS_TOGETHER * words.length * steps * (PEAK_BYTES / 4);
  const lookahead = lookaheadOf(words);
  const sumsStride = oddLines(batchFrames + lookahead);
  return {
    columns: batchFrames,
    lookahead,
    sumsStride,
    sums: places.floats((geometry.fftSize / SUM_BINS + 1) * sumsStride),
    running: places.floats((batchFrames + lookahead) / STRIDE),
    rounded: places.floats((batchFrames + lookahead) / STRIDE / 2),
    greatest: Math.floor(GREATEST_INT16 / Math.max(...words.map(({ length }) => length))),
    score: places.floats(steps + LINE_FLOATS) + LINE_BYTES,
    steps,
    turns: places.floats(steps),
    list: places.floats(steps / MAXIMUM_STEPS),
    looks: places.floats(((steps / MAXIMUM_STEPS) * LOOK_BYTES) / 4),
    peaks: places.floats(peakFloats),
    peakFloats,
    unrest: widths.map(() => places.floats(geometry.fftSize)),
  };
}
