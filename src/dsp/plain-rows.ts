import { Correlator, STRIDE } from './correlator.js';
import { FRAMES_PER_CHIP, FRAMES_PER_SYMBOL } from './geometry.js';
import {
  CEILING_DEVIATIONS,
  FIRST_LOOK,
  FLUCTUATION_STEP,
  lookaheadOf,
  MEAN_DIFFERENCE,
  type RowLoops,
  type SearchShape,
  SUM_BINS,
  SYNC_ORDER,
  UNREST_PACE,
} from './rows.js';

/** A peak is the highest within so many steps of the first look: a chip and a half. */
const PEAK_STEPS = 3;

/** Where a word seems to begin. */
interface Peak {
  readonly row: number;
  readonly word: number;
  readonly column: number;
  readonly score: number;
}

/** The loops in plain TypeScript: the measure for any faster ones. */
export class PlainRows implements RowLoops {
  readonly sums: Float32Array;
  readonly sumsStride: number;
  readonly #correlators: readonly Correlator[];
  readonly #shape: SearchShape;
  readonly #columns: number;
  readonly #lookahead: number;
  readonly #running: Float64Array;
  readonly #score: Float64Array;
  /** Steps whose score passes the first look. */
  readonly #passing: Int32Array;
  /**
   * Per width and row: how much more D fluctuates than in white noise, at least 1. Impulses strike all bins at once, and
   * a foreign signal keys a few of them.
   */
  readonly #unrest: readonly Float32Array[];
  #peaks: Peak[] = [];

  /** @param columns columns of one search */
  constructor(shape: SearchShape, bins: number, columns: number) {
    const { words, widths } = shape;
    this.#correlators = words.map((symbols) => new Correlator(symbols));
    this.#shape = shape;
    this.#columns = columns;
    this.#lookahead = lookaheadOf(words);
    this.sumsStride = columns + this.#lookahead;
    this.sums = new Float32Array((bins / SUM_BINS + 1) * this.sumsStride);
    this.#running = new Float64Array(this.sumsStride / STRIDE + FRAMES_PER_SYMBOL);
    this.#score = new Float64Array(columns / STRIDE + 2);
    this.#passing = new Int32Array(columns / STRIDE);
    this.#unrest = widths.map(() => new Float32Array(bins).fill(1));
  }

  sumRows(rows: Float32Array, from: number, stride: number, to: number, columns: number): void {
    const { sums } = this;
    const b = from + stride;
    const c = b + stride;
    const d = c + stride;
    for (let i = 0; i < columns; i++)
      sums[to + i] = rows[from + i] + rows[b + i] + (rows[c + i] + rows[d + i]);
  }

  addRow(from: number, to: number, columns: number): void {
    const { sums } = this;
    for (let i = 0; i < columns; i++) sums[to + i] += sums[from + i];
  }

  searchRows(
    width: number,
    row: Float32Array,
    at: number,
    step: number,
    count: number,
    first: number,
  ): number {
    this.#peaks = [];
    for (let i = 0; i < count; i++) this.#searchRow(width, row, at + i * step, first + i, i);
    return this.#peaks.length;
  }

  #searchRow(width: number, row: Float32Array, at: number, number: number, index: number): void {
    const { words, threshold, widths } = this.#shape;
    const { bins, deviation } = widths[width];
    const unrest = this.#unrest[width];
    const expected = MEAN_DIFFERENCE * deviation;
    this.#accumulate(row, at);
    const measured = this.#fluctuation(row, at, CEILING_DEVIATIONS * expected * unrest[number]) / expected;
    unrest[number] = Math.max(1, unrest[number] + UNREST_PACE * (measured - unrest[number]));
    words.forEach(({ length }, word) => {
      const least = threshold * (deviation * unrest[number]) * Math.sqrt(length);
      for (const { column, sure } of this.#peaksIn(row, at, word, least, length * bins)) {
        this.#peaks.push({ row: index, word, column, score: (threshold / least) * sure });
      }
    });
  }

  peakRow(i: number): number {
    return this.#peaks[i].row;
  }

  peakWord(i: number): number {
    return this.#peaks[i].word;
  }

  peakColumn(i: number): number {
    return this.#peaks[i].column;
  }

  peakScore(i: number): number {
    return this.#peaks[i].score;
  }

  forget(): void {
    for (const unrest of this.#unrest) unrest.fill(1);
  }

  /** Running sum of the chips' differences. */
  #accumulate(row: Float32Array, at: number): void {
    const running = this.#running;
    const steps = (this.#columns + this.#lookahead - FRAMES_PER_SYMBOL) / STRIDE;
    const symbol = FRAMES_PER_SYMBOL / STRIDE;
    const chip = FRAMES_PER_CHIP;
    const stride = STRIDE;
    for (let i = 0, r = at; i < steps; i++, r += stride) {
      running[i + symbol] = running[i] + row[r] - row[r + chip];
    }
  }

  /** Mean of the differences' magnitudes, each clipped at `ceiling`. */
  #fluctuation(row: Float32Array, at: number, ceiling: number): number {
    const step = FLUCTUATION_STEP;
    const chip = FRAMES_PER_CHIP;
    let sum = 0;
    for (let i = at; i < at + this.#columns; i += step)
      sum += Math.min(Math.abs(row[i] - row[i + chip]), ceiling);
    return sum / (this.#columns / step);
  }

  /**
   * @param least what the correlation must reach at its best column
   * @param noise energy of the word's off-chips in noise alone
   */
  #peaksIn(
    row: Float32Array,
    at: number,
    word: number,
    least: number,
    noise: number,
  ): { column: number; sure: number }[] {
    const score = this.#score;
    const correlator = this.#correlators[word];
    const steps = this.#columns / STRIDE;
    const passed = correlator.correlate(this.#running, steps, score, FIRST_LOOK * least, this.#passing);
    const found: { column: number; sure: number }[] = [];
    for (let k = 0; k < passed; k++) {
      const i = this.#passing[k];
      if (!isPeak(score, i, steps)) continue;
      let column = STRIDE * i;
      let best = score[i];
      for (const near of [column - 1, column + 1]) {
        if (near < 0) continue;
        const value = correlator.at(row, at + near);
        if (value > best) {
          best = value;
          column = near;
        }
      }
      const sure = best < least ? 0 : sureness(row, at + column, correlator.frames, best, noise);
      if (sure >= least) found.push({ column, sure });
    }
    return found;
  }
}

/**
 * The correlation in units of the noise that the pattern's own off-chips show, where that is more than the floor:
 * beside or below a strong signal the floor is not what there is. 0 where too little of the energy stands where
 * the pattern has its on-chips.
 * @param first  place of the pattern's first frame in the row
 * @param frames length of the pattern
 * @param noise  energy of its off-chips in noise alone
 */
function sureness(row: Float32Array, first: number, frames: number, score: number, noise: number): number {
  const chip = FRAMES_PER_CHIP;
  let energy = 0;
  for (let i = first; i < first + frames; i += chip) energy += row[i];
  if (score < SYNC_ORDER * (energy - 2 * noise)) return 0;
  return score / Math.max(1, (energy - score) / 2 / noise);
}

/** Whether no score within {@link PEAK_STEPS} is higher; a packet's correlation is wider than one step. */
function isPeak(score: Float64Array, i: number, count: number): boolean {
  for (let d = 1; d <= PEAK_STEPS; d++) {
    if (i + d < count && score[i] < score[i + d]) return false;
    if (i >= d && score[i] <= score[i - d]) return false;
  }
  return true;
}
