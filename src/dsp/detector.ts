import { Correlator, STRIDE } from './correlator.js';
import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP, FRAMES_PER_SYMBOL } from './geometry.js';

/** A known pattern at the start of packets of one kind. */
export interface SyncPattern {
  /** Manchester symbols as a string of 0 and 1; 1 = on,off. */
  readonly sync: string;
  /** Symbols of the whole packet, the pattern included. */
  readonly lengthSymbols: number;
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
/** Bins are summed in groups of so many: a scattered carrier does not notice half a sum's width. */
const SUM_BINS = 4;
/** Half a frame step off costs at most a third of the correlation, so the first look asks for two thirds. */
const FIRST_LOOK = 2 / 3;
/** A candidate's score is the highest within so many steps of the first look. */
const PEAK_STEPS = 3;
/** Least share of the energy in the sync word's place that must stand where its on-chips are. */
const SYNC_ORDER = 0.5;
/** Unrest is measured on every so many columns, and followed at this pace per search. */
const UNREST_STEP = 16;
const UNREST_PACE = 1 / 32;
/** Candidates kept per search; beyond that the air is full of something else, and only the count goes on. */
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
  /** Candidates that did not fit in one search, since the start. */
  overflow = 0;
  readonly #noiseVariance: ReadonlyMap<number, number>;
  /** Columns after the last searched one that {@link search} reads. */
  readonly lookahead: number;
  readonly #patterns: readonly Correlator[];
  readonly #bins: number;
  readonly #threshold: number;
  /** Standard deviation of D per width for white noise of mean 1. */
  readonly #deviation: readonly number[];
  /** Measured fluctuation of D per width and bin, in units of white noise's; at least 1. */
  readonly #unrest: readonly Float32Array[];
  /** Sums of groups of bins; float32 [bins/SUM_BINS][rowLength]. */
  readonly #sums: Float32Array;
  readonly #firstSum: Float32Array;
  readonly #running: Float64Array;
  readonly #score: Float64Array;
  readonly #rowLength: number;

  /**
   * @param threshold  least score of a candidate, standard deviations
   * @param noiseVariance variance of the summed noise power of `width` bins
   * @param maxColumns most columns in one search
   */
  constructor(
    patterns: readonly SyncPattern[],
    bins: number,
    threshold: number,
    noiseVariance: (width: number) => number,
    maxColumns: number,
  ) {
    this.#patterns = patterns.map((pattern) => new Correlator(pattern.sync));
    this.#bins = bins;
    this.#threshold = threshold;
    this.#noiseVariance = new Map(WIDTHS.map((width) => [width, noiseVariance(width)]));
    this.#deviation = WIDTHS.map((width) => Math.sqrt(2 * noiseVariance(width)));
    this.#unrest = WIDTHS.map(() => new Float32Array(bins).fill(1));
    this.lookahead = Math.max(...this.#patterns.map((pattern) => pattern.frames)) + FRAMES_PER_SYMBOL;
    this.#rowLength = maxColumns + this.lookahead;
    this.#sums = new Float32Array((bins / SUM_BINS) * this.#rowLength);
    this.#firstSum = new Float32Array(this.#rowLength);
    this.#running = new Float64Array(this.#rowLength / STRIDE + FRAMES_PER_SYMBOL);
    this.#score = new Float64Array(maxColumns / STRIDE + 2);
  }

  /** Variance of the summed noise power of the bins of a candidate that is so wide. */
  noiseVariance(width: Candidate['width']): number {
    return this.#noiseVariance.get(width) ?? width;
  }

  /**
   * Candidates that begin in columns `from … from+count−1`, in no particular order.
   * @param count even
   * @param firstFrame frame in column `from`
   */
  search(spectrogram: Spectrogram, from: number, count: number, firstFrame: number): Candidate[] {
    const found: Candidate[] = [];
    const columns = count + this.lookahead;
    const { rows, stride } = spectrogram;
    for (let group = 0; group < this.#bins; group += SUM_BINS) {
      for (let bin = group; bin < group + SUM_BINS; bin++) {
        this.#searchRow({ row: rows, at: bin * stride + from, width: 0, bin, firstFrame }, count, found);
      }
      this.#sum(spectrogram, from, group, columns);
      this.#searchSums(1, group, count, firstFrame, found);
    }
    this.#widen(columns);
    for (let group = 0; group < this.#bins; group += SUM_BINS) {
      this.#searchSums(2, group, count, firstFrame, found);
    }
    return found;
  }

  #searchSums(width: number, group: number, count: number, firstFrame: number, found: Candidate[]): void {
    const bin = group + (WIDTHS[width] - 1) / 2;
    const at = (group / SUM_BINS) * this.#rowLength;
    this.#searchRow({ row: this.#sums, at, width, bin, firstFrame }, count, found);
  }

  /** Sums the rows of a group of bins while they are still in the cache. */
  #sum({ rows, stride }: Spectrogram, from: number, group: number, columns: number): void {
    const sums = this.#sums;
    const out = (group / SUM_BINS) * this.#rowLength;
    const a = group * stride + from;
    const b = a + stride;
    const c = b + stride;
    const d = c + stride;
    for (let i = 0; i < columns; i++) sums[out + i] = rows[a + i] + rows[b + i] + (rows[c + i] + rows[d + i]);
  }

  /** Adds to each group's sum that of the next one; the band is a circle. */
  #widen(columns: number): void {
    const sums = this.#sums;
    // The first row is overwritten before the last one needs it.
    const first = this.#firstSum;
    first.set(sums.subarray(0, columns));
    const last = sums.length - this.#rowLength;
    for (let out = 0; out < last; out += this.#rowLength) {
      const next = out + this.#rowLength;
      for (let i = 0; i < columns; i++) sums[out + i] += sums[next + i];
    }
    for (let i = 0; i < columns; i++) sums[last + i] += first[i];
  }

  #searchRow(line: Line, count: number, found: Candidate[]): void {
    const { row, at } = line;
    const running = this.#running;
    const steps = (count + this.lookahead - FRAMES_PER_SYMBOL) / STRIDE;
    const symbol = FRAMES_PER_SYMBOL / STRIDE;
    const chip = FRAMES_PER_CHIP;
    const stride = STRIDE;
    for (let i = 0, r = at; i < steps; i++, r += stride) {
      running[i + symbol] = running[i] + row[r] - row[r + chip];
    }
    const deviation = this.#deviation[line.width] * this.#measureUnrest(line, count);
    for (let p = 0; p < this.#patterns.length; p++) {
      const least = this.#threshold * deviation * Math.sqrt(this.#patterns[p].symbols);
      const hits = this.#patterns[p].correlate(running, count / STRIDE, this.#score, FIRST_LOOK * least);
      if (hits > 0) this.#collect(p, line, count, least, found);
    }
  }

  /**
   * How much more D fluctuates here than in white noise: impulses strike all bins at once, and a foreign signal
   * keys a few of them. A mean of clipped magnitudes, so that packets do not count as unrest.
   */
  #measureUnrest(line: Line, count: number): number {
    const { row, at } = line;
    const bin = Math.floor(line.bin);
    const unrest = this.#unrest[line.width];
    const expected = 0.8 * this.#deviation[line.width];
    const ceiling = 3 * expected * unrest[bin];
    let sum = 0;
    let n = 0;
    for (let i = at; i < at + count; i += UNREST_STEP, n++) {
      sum += Math.min(Math.abs(row[i] - row[i + FRAMES_PER_CHIP]), ceiling);
    }
    unrest[bin] = Math.max(1, unrest[bin] + UNREST_PACE * (sum / n / expected - unrest[bin]));
    return unrest[bin];
  }

  /** Looks closer around the local maxima in time of one row's scores. */
  #collect(sync: number, line: Line, count: number, least: number, found: Candidate[]): void {
    const score = this.#score;
    const pattern = this.#patterns[sync];
    for (let i = 0; i < count / STRIDE; i++) {
      const here = score[i];
      if (here <= FIRST_LOOK * least || !isPeak(score, i, count / STRIDE)) continue;
      let column = STRIDE * i;
      let best = here;
      for (const near of [column - 1, column + 1]) {
        if (near < 0) continue;
        const value = pattern.at(line.row, line.at + near);
        if (value > best) {
          best = value;
          column = near;
        }
      }
      const sure = this.#sureness(line, column, pattern, best);
      if (sure < least) continue;
      if (found.length >= CAPACITY) {
        this.overflow++;
        continue;
      }
      const { bin, width, firstFrame } = line;
      found.push({
        sync,
        frame: firstFrame + column,
        bin,
        width: WIDTHS[width],
        score: (sure / least) * this.#threshold,
      });
    }
  }

  /**
   * The correlation in units of the noise that the pattern's own off-chips show, where that is more than the
   * floor: beside or below a strong signal the floor is not what there is. 0 where too little of the energy
   * stands where the pattern has its on-chips.
   */
  #sureness(line: Line, column: number, pattern: Correlator, score: number): number {
    let energy = 0;
    const first = line.at + column;
    for (let i = first; i < first + pattern.frames; i += FRAMES_PER_CHIP) energy += line.row[i];
    const noise = pattern.symbols * WIDTHS[line.width];
    if (score < SYNC_ORDER * (energy - 2 * noise)) return 0;
    return score / Math.max(1, (energy - score) / 2 / noise);
  }
}

/** Whether no score within a chip and a half is higher; a packet's correlation is wider than one step. */
function isPeak(score: Float64Array, i: number, count: number): boolean {
  for (let d = 1; d <= PEAK_STEPS; d++) {
    if (i + d < count && score[i] < score[i + d]) return false;
    if (i >= d && score[i] <= score[i - d]) return false;
  }
  return true;
}

/** One row of powers to search: a bin or a sum of some. */
interface Line {
  readonly row: Float32Array;
  /** Index in `row` of the first column searched. */
  readonly at: number;
  /** Index of its width in WIDTHS. */
  readonly width: number;
  /** Middle of its bins. */
  readonly bin: number;
  /** Frame that `at` stands for. */
  readonly firstFrame: number;
}
