import type { Spectrogram } from './filterbank.js';
import type { LineCodeName } from './line-code.js';
import type { LinearCheck } from './linear-check.js';
import { Matches } from './matches.js';
import { lookaheadOf, ROWS_TOGETHER, type RowLoops, type SearchShape, SUM_BINS } from './rows.js';
import { type SearchWord, searchWordsOf } from './search-word.js';

/** A known pattern at the start of packets of one kind. */
export interface SyncPattern {
  /** Manchester symbols as a string of 0 and 1; 1 = on,off. */
  readonly sync: string;
  /** Part of it that is searched for, from a symbol to another one; all of it where absent. */
  readonly search?: readonly [from: number, to: number] | undefined;
  /** Length of the whole packet in symbols of two chips, the pattern included. */
  readonly lengthSymbols: number;
  /** What follows the pattern; Manchester symbols too where absent. */
  readonly lineCode?: LineCodeName | undefined;
  /** What its symbols satisfy; where it is known, a strong packet can be read without tuning to it. */
  readonly check?: LinearCheck | undefined;
}

/** A sync word's symbols, +1 or −1. */
export function signsOf(sync: string): Float64Array {
  return Float64Array.from(sync, (symbol) => (symbol === '1' ? 1 : -1));
}

/** A place where a sync pattern seems to begin. */
export interface Candidate {
  readonly sync: number;
  /** Frame on the first chip. */
  readonly frame: number;
  /** Middle of the summed bins; may lie between two. */
  readonly bin: number;
  /** Bins summed. */
  readonly width: number;
  /** Correlation with the pattern, in standard deviations of noise. */
  readonly score: number;
}

/** Bins summed: a class P carrier fits in one, a free-running one scatters over eight. */
const WIDTHS = [1, 4, 8] as const;
/** Candidates kept per search: beyond that the air is full of something else, and only the best are kept. */
const CAPACITY = 4096;

/**
 * Finds sync patterns in a whitened spectrogram (noise of mean 1 in every bin).
 *
 * A Manchester symbol is a difference of two chips' energies, D = first − second, and the pattern is a sum of
 * ±D one symbol apart. Runs of equal bits need only the running sum of D at their two ends:
 *
 *   bits       1 1 1 1 1 0 0 1 0 …        C(t) = Σ ±D(t + 8i)
 *   running    Q(t) = Q(t−8) + D(t)       C(t) = [Q(end of run) − Q(before it)] − [next run] + …
 *
 * which is about half the additions, and the same for every pattern on the same running sum.
 */
export class Detector {
  readonly #noiseVariance: ReadonlyMap<number, number>;
  /** Columns after the last searched one that {@link search} reads. */
  readonly lookahead: number;
  readonly #words: readonly SearchWord[];
  readonly #bins: number;
  readonly #columns: number;
  readonly #loops: RowLoops;
  readonly #found = new Matches(CAPACITY);

  /**
   * @param noiseVariance variance of the summed noise power of `width` bins
   * @param columns    columns of one search, a multiple of 64
   * @param loops      made for {@link searchShape}
   */
  constructor(
    patterns: readonly SyncPattern[],
    bins: number,
    noiseVariance: (width: number) => number,
    columns: number,
    loops: RowLoops,
  ) {
    this.#words = searchWordsOf(patterns);
    this.#bins = bins;
    this.#columns = columns;
    this.#noiseVariance = new Map(WIDTHS.map((width) => [width, noiseVariance(width)]));
    this.lookahead = lookaheadOf(this.#words.map(({ symbols }) => symbols));
    this.#loops = loops;
  }

  /** Candidates that did not fit in one search, since the start. */
  get overflow(): number {
    return this.#found.dropped;
  }

  /** Forgets how restless the bins are. */
  reset(): void {
    this.#loops.forget();
  }

  /** Variance of the summed noise power of the bins of a candidate that is so wide. */
  noiseVariance(width: Candidate['width']): number {
    return this.#noiseVariance.get(width) ?? width;
  }

  /**
   * What begins in the columns from `from` on, in no particular order; valid until the next search.
   * @param firstFrame frame in column `from`
   */
  search({ rows, stride }: Spectrogram, from: number, firstFrame: number): Matches {
    const found = this.#found;
    found.length = 0;
    const columns = this.#columns + this.lookahead;
    const { sumsStride } = this.#loops;
    const groups = this.#bins / SUM_BINS;
    for (let group = 0; group < groups; group++) {
      const bin = group * SUM_BINS;
      const at = bin * stride + from;
      const peaks = this.#loops.searchRows(0, rows, at, stride, SUM_BINS, bin);
      this.#note(peaks, 0, bin, 1, firstFrame);
      // The rows of a group are summed while they are still in the cache.
      this.#loops.sumRows(rows, at, stride, group * sumsStride, columns);
      this.#searchSums(1, group, 1, firstFrame);
    }
    this.#widen(columns);
    for (let group = 0; group < groups; group += ROWS_TOGETHER) {
      this.#searchSums(2, group, Math.min(ROWS_TOGETHER, groups - group), firstFrame);
    }
    found.keepBest();
    return found;
  }

  /** Searches the sums of some groups from one on. */
  #searchSums(width: number, group: number, count: number, firstFrame: number): void {
    const { sums, sumsStride } = this.#loops;
    const peaks = this.#loops.searchRows(width, sums, group * sumsStride, sumsStride, count, group);
    this.#note(peaks, width, group * SUM_BINS, SUM_BINS, firstFrame);
  }

  /** Adds to each group's sum that of the next one; the band is a circle, so the first follows the last. */
  #widen(columns: number): void {
    const { sums, sumsStride } = this.#loops;
    const end = (this.#bins / SUM_BINS) * sumsStride;
    sums.copyWithin(end, 0, columns);
    for (let to = 0; to < end; to += sumsStride) this.#loops.addRow(to + sumsStride, to, columns);
  }

  /**
   * Takes the peaks of the rows just searched.
   * @param width   index of the rows' width
   * @param lowest  bin that the first row begins with
   * @param step    bins from one row to the next
   */
  #note(peaks: number, width: number, lowest: number, step: number, firstFrame: number): void {
    if (peaks === 0) return;
    const loops = this.#loops;
    const found = this.#found;
    const words = this.#words;
    const bins = WIDTHS[width];
    const middle = lowest + (bins - 1) / 2;
    for (let i = 0; i < peaks; i++) {
      const { patterns } = words[loops.peakWord(i)];
      const bin = middle + loops.peakRow(i) * step;
      const frame = firstFrame + loops.peakColumn(i);
      const score = loops.peakScore(i);
      for (let p = 0; p < patterns.length; p++) {
        const pattern = patterns[p];
        found.add(pattern.sync, frame - pattern.frames, bin, bins, score);
      }
    }
  }
}

/**
 * What the search for patterns asks of loops over rows.
 * @param threshold     least score of a candidate, standard deviations
 * @param noiseVariance as {@link Detector} has it
 */
export function searchShape(
  patterns: readonly SyncPattern[],
  threshold: number,
  noiseVariance: (width: number) => number,
): SearchShape {
  return {
    words: searchWordsOf(patterns).map(({ symbols }) => symbols),
    threshold,
    widths: WIDTHS.map((bins) => ({ bins, deviation: Math.sqrt(2 * noiseVariance(bins)) })),
  };
}
