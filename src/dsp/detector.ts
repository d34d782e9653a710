import type { Spectrogram } from './filterbank.js';
import type { LineCodeName } from './line-code.js';
import { Matches } from './matches.js';
import { lookaheadOf, PlainRows, type RowLoops, SUM_BINS } from './rows.js';
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
/** Half a frame step off costs at most a third of the correlation, so the first look asks for two thirds. */
const FIRST_LOOK = 2 / 3;
/** Unrest is followed at this pace per search. */
const UNREST_PACE = 1 / 32;
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
  readonly #threshold: number;
  /** Standard deviation of D per width for white noise of mean 1. */
  readonly #deviation: readonly number[];
  /** Measured fluctuation of D per width and bin, in units of white noise's; at least 1. */
  readonly #unrest: readonly Float32Array[];
  readonly #loops: RowLoops;
  readonly #found = new Matches(CAPACITY);

  /**
   * @param threshold  least score of a candidate, standard deviations
   * @param noiseVariance variance of the summed noise power of `width` bins
   * @param columns    columns of one search, a multiple of 16
   */
  constructor(
    patterns: readonly SyncPattern[],
    bins: number,
    threshold: number,
    noiseVariance: (width: number) => number,
    columns: number,
    loops: RowLoops = new PlainRows(
      searchWordsOf(patterns).map(({ symbols }) => symbols),
      bins,
      columns,
    ),
  ) {
    this.#words = searchWordsOf(patterns);
    this.#bins = bins;
    this.#columns = columns;
    this.#threshold = threshold;
    this.#noiseVariance = new Map(WIDTHS.map((width) => [width, noiseVariance(width)]));
    this.#deviation = WIDTHS.map((width) => Math.sqrt(2 * noiseVariance(width)));
    this.#unrest = WIDTHS.map(() => new Float32Array(bins).fill(1));
    this.lookahead = lookaheadOf(this.#words.map(({ symbols }) => symbols));
    this.#loops = loops;
  }

  /** Candidates that did not fit in one search, since the start. */
  get overflow(): number {
    return this.#found.dropped;
  }

  /** Forgets how restless the bins are. */
  reset(): void {
    for (const unrest of this.#unrest) unrest.fill(1);
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
    for (let group = 0; group < this.#bins; group += SUM_BINS) {
      for (let bin = group; bin < group + SUM_BINS; bin++) {
        this.#searchRow(rows, bin * stride + from, 0, bin, firstFrame);
      }
      // The rows of a group are summed while they are still in the cache.
      this.#loops.sumRows(rows, group * stride + from, stride, (group / SUM_BINS) * sumsStride, columns);
      this.#searchSums(1, group, firstFrame);
    }
    this.#widen(columns);
    for (let group = 0; group < this.#bins; group += SUM_BINS) this.#searchSums(2, group, firstFrame);
    found.keepBest();
    return found;
  }

  #searchSums(width: number, group: number, firstFrame: number): void {
    const bin = group + (WIDTHS[width] - 1) / 2;
    const at = (group / SUM_BINS) * this.#loops.sumsStride;
    this.#searchRow(this.#loops.sums, at, width, bin, firstFrame);
  }

  /** Adds to each group's sum that of the next one; the band is a circle, so the first follows the last. */
  #widen(columns: number): void {
    const { sums, sumsStride } = this.#loops;
    const end = (this.#bins / SUM_BINS) * sumsStride;
    sums.copyWithin(end, 0, columns);
    for (let to = 0; to < end; to += sumsStride) this.#loops.addRow(to + sumsStride, to, columns);
  }

  /**
   * @param at         index in `row` of the first column searched
   * @param width      index of the row's width in WIDTHS
   * @param bin        middle of its bins
   * @param firstFrame frame that `at` stands for
   */
  #searchRow(row: Float32Array, at: number, width: number, bin: number, firstFrame: number): void {
    const deviation = this.#deviation[width] * this.#accumulate(row, at, width, Math.floor(bin));
    for (let w = 0; w < this.#words.length; w++) {
      const { length } = this.#words[w].symbols;
      const least = this.#threshold * deviation * Math.sqrt(length);
      const noise = length * WIDTHS[width];
      const peaks = this.#loops.peaks(w, row, at, FIRST_LOOK * least, least, noise);
      for (let i = 0; i < peaks; i++) {
        const frame = firstFrame + this.#loops.peakColumn(i);
        const score = (this.#threshold / least) * this.#loops.peakScore(i);
        this.#note(this.#words[w], frame, bin, width, score);
      }
    }
  }

  /**
   * How much more D fluctuates here than in white noise: impulses strike all bins at once, and a foreign signal
   * keys a few of them. A mean of clipped magnitudes, so that packets do not count as unrest.
   */
  #accumulate(row: Float32Array, at: number, width: number, lowest: number): number {
    const unrest = this.#unrest[width];
    const expected = 0.8 * this.#deviation[width];
    const measured = this.#loops.accumulate(row, at, 3 * expected * unrest[lowest]) / expected;
    unrest[lowest] = Math.max(1, unrest[lowest] + UNREST_PACE * (measured - unrest[lowest]));
    return unrest[lowest];
  }

  #note({ patterns }: SearchWord, frame: number, bin: number, width: number, score: number): void {
    for (let p = 0; p < patterns.length; p++) {
      const { sync, frames } = patterns[p];
      this.#found.add(sync, frame - frames, bin, WIDTHS[width], score);
    }
  }
}
