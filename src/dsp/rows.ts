import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP, FRAMES_PER_SYMBOL } from './geometry.js';

/** Bins are summed in groups of so many: a scattered carrier does not notice half a sum's width. */
export const SUM_BINS = 4;
/** Rows searched in one call, at most. */
export const ROWS_TOGETHER = 4;
/** Fluctuation is measured, and energy looked for, on every so many columns. */
export const FLUCTUATION_STEP = 16;

/** Least share of the energy in the sync word's place that must stand where its on-chips are. */
export const SYNC_ORDER = 0.6;
/** Powers that count as at most this much in the mean that the noise floor follows. */
export const NOISE_CEILING = 1.5;

/** Half a frame step off costs at most a third of the correlation, so the first look asks for two thirds. */
export const FIRST_LOOK = 2 / 3;
/** Mean of |D| in white noise, in its standard deviations. */
export const MEAN_DIFFERENCE = 0.8;
/** In the mean of |D| that is followed, each counts as at most so many times what it is: packets are no unrest. */
export const CEILING_DEVIATIONS = 3;
/** Unrest is followed at this pace per search. */
export const UNREST_PACE = 1 / 32;

/** What is looked for in rows. */
export interface SearchShape {
  /** Symbols of the words. */
  readonly words: readonly string[];
  /** Least score of a peak, standard deviations of noise. */
  readonly threshold: number;
  /** The widths that rows have: bins summed, and the standard deviation of D in white noise of mean 1. */
  readonly widths: readonly { readonly bins: number; readonly deviation: number }[];
}

/**
 * The loops over rows of powers (a bin's, or the sum of some), behind the filterbank. A place in a row is an index
 * into an array that holds many rows. Columns come in multiples: of a search 64, of sums 8.
 */
export interface RowLoops {
  /** Sums of groups of bins, and room for one more row; float32 [bins/SUM_BINS + 1][sumsStride]. */
  readonly sums: Float32Array;
  readonly sumsStride: number;
  /** Sums the rows at `from` and the three after it into the sums' row at `to`. */
  sumRows(rows: Float32Array, from: number, stride: number, to: number, columns: number): void;
  /** Adds the sums' row at `from` to that at `to`. */
  addRow(from: number, to: number, columns: number): void;
  /**
   * Looks for words in some rows, at most {@link ROWS_TOGETHER}: local maxima in time of the correlation with a word, where
   * they stand out of what surrounds them (see {@link sureness}) and of what the row is like.
   * @param width index of their width
   * @param at    place of the first row's first column
   * @param step  from one row to the next
   * @param first number of the first row among those of its width
   * @returns how many; see {@link peakRow}, {@link peakWord}, {@link peakColumn} and {@link peakScore}
   */
  searchRows(
    width: number,
    row: Float32Array,
    at: number,
    step: number,
    count: number,
    first: number,
  ): number;
  /** Which of the rows searched together. */
  peakRow(i: number): number;
  peakWord(i: number): number;
  peakColumn(i: number): number;
  /** Standard deviations of noise. */
  peakScore(i: number): number;
  /** Forgets how restless the rows are. */
  forget(): void;
}

/**
 * Per bin, the mean of the powers of every fourth column, each clipped at {@link NOISE_CEILING}.
 * @param out takes them
 */
export function clippedMeans(
  { rows, stride }: Spectrogram,
  from: number,
  columns: number,
  out: Float32Array,
): Float32Array {
  const step = FRAMES_PER_CHIP;
  const ceiling = NOISE_CEILING;
  const chips = Math.ceil(columns / step);
  for (let bin = 0; bin < out.length; bin++) {
    let sum = 0;
    const first = bin * stride + from;
    for (let i = first; i < first + columns; i += step) sum += Math.min(rows[i], ceiling);
    out[bin] = sum / chips;
  }
  return out;
}

/** Columns after the last searched one that a search reads. */
export function lookaheadOf(patterns: readonly string[]): number {
  return (Math.max(...patterns.map((symbols) => symbols.length)) + 1) * FRAMES_PER_SYMBOL;
}
