import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP } from './geometry.js';
import type { RowLoops } from './rows.js';

/** Power over the noise floor from which a chip in one bin is energy: noise gets there once in 10⁶ looks. */
export const HIT_POWER = 14;
/** Power of all signals together from which the radio is overdriven; it then shows in this share of the bins. */
const OVERDRIVEN_POWER = 0.3;
const OVERDRIVEN_SHARE = 0.1;
/** A chip with energy in more than this share of the bins is an impulse; one beside it, from this share on. */
const IMPULSE_SHARE = 0.35;
const BESIDE_SHARE = 0.1;
/** As many rows of a column a chip as have the columns of a batch, which is what fits the list of those that exceed. */
const ROWS_TOGETHER = FRAMES_PER_CHIP;

/** A piece of time and band; bins in order of frequency. */
export interface Area {
  readonly firstChip: number;
  readonly lastChip: number;
  readonly low: number;
  readonly high: number;
}

/** The bins and chips of a batch in which there is energy; bins in order of frequency. */
export class Hits {
  /** How many of each chip. */
  readonly count: Uint16Array;
  /** Bins per chip, ascending; uint16 [chips][bins]. */
  readonly bin: Uint16Array;
  /** Their power above noise, whitened; float32 [chips][bins]. */
  readonly power: Float32Array;
  readonly #bins: number;
  /** Noise power per bin, full scale = 1. */
  readonly #floor: Float32Array;
  readonly #loops: RowLoops;

  constructor(chips: number, bins: number, loops: RowLoops) {
    this.count = new Uint16Array(chips);
    this.bin = new Uint16Array(chips * bins);
    this.power = new Float32Array(chips * bins);
    this.#bins = bins;
    this.#floor = new Float32Array(bins);
    this.#loops = loops;
  }

  /** Looks through a batch, one column a chip. @param column of its first chip */
  gather({ rows, stride }: Spectrogram, column: number): void {
    this.count.fill(0);
    // Rows that follow each other without a gap are looked through together.
    const together = stride === this.count.length ? ROWS_TOGETHER : 1;
    for (let k = 0; k < this.#bins; k += together) {
      this.#gatherRows(rows, rowOf(k, this.#bins) * stride + column, k, together);
    }
  }

  /** Notes bins from `k` on for each chip that has energy there. @param first index in `rows` of the first chip */
  #gatherRows(rows: Float32Array, first: number, k: number, together: number): void {
    const { exceeding } = this.#loops;
    const counts = this.count;
    const chips = counts.length;
    const found = this.#loops.exceedances(rows, first, chips * together, HIT_POWER);
    for (let i = 0, bin = k, end = chips; i < found; i++) {
      for (; exceeding[i] >= end; end += chips) bin++;
      const chip = exceeding[i] - end + chips;
      const at = chip * this.#bins + counts[chip]++;
      this.bin[at] = bin;
      this.power[at] = rows[first + exceeding[i]] - 1;
    }
  }

  /** @param first chip that the batch begins with */
  leaveOut({ firstChip, lastChip, low, high }: Area, first: number): void {
    const hits = this.bin;
    const powers = this.power;
    const last = Math.min(this.count.length - 1, lastChip - first);
    for (let c = Math.max(0, firstChip - first); c <= last; c++) {
      const from = c * this.#bins;
      let kept = from;
      for (let i = from; i < from + this.count[c]; i++) {
        if (hits[i] >= low && hits[i] <= high) continue;
        powers[kept] = powers[i];
        hits[kept++] = hits[i];
      }
      this.count[c] = kept - from;
    }
  }

  /**
   * A signal that drives the radio to its limits is heard all over the band: what is far from the strongest bin
   * then, is not on the air.
   * @param reach bins on either side of the strongest that are kept
   * @param floor noise power per bin, in the order of the FFT; full scale = 1
   */
  leaveOutDistortion(reach: number, floor: Float32Array): void {
    const floorAt = this.#floor;
    let loudest = 0;
    for (let k = 0; k < floorAt.length; k++) {
      floorAt[k] = floor[rowOf(k, this.#bins)];
      loudest = Math.max(loudest, floorAt[k]);
    }
    const least = (OVERDRIVEN_POWER * this.#bins) / loudest;
    for (let c = 0; c < this.count.length; c++) {
      const isStruck = this.count[c] > OVERDRIVEN_SHARE * this.#bins;
      if (isStruck && this.#powerAt(c) >= least) this.#leaveOutDistortionAt(c, reach);
    }
  }

  /** Power of all bins of a chip, over the noise floor. */
  #powerAt(c: number): number {
    const from = c * this.#bins;
    const end = from + this.count[c];
    let sum = 0;
    for (let i = from; i < end; i++) sum += this.power[i];
    return sum;
  }

  #leaveOutDistortionAt(c: number, reach: number): void {
    const floor = this.#floor;
    const hits = this.bin;
    const powers = this.power;
    const from = c * this.#bins;
    const to = from + this.count[c];
    let sum = 0;
    let most = 0;
    let strongest = 0;
    for (let i = from; i < to; i++) {
      const power = powers[i] * floor[hits[i]];
      sum += power;
      if (power <= most) continue;
      most = power;
      strongest = hits[i];
    }
    if (sum < OVERDRIVEN_POWER * this.#bins) return;
    let first = from;
    while (hits[first] < strongest - reach) first++;
    let near = 0;
    let end = first;
    for (; end < to && hits[end] <= strongest + reach; end++) near += powers[end] * floor[hits[end]];
    // An impulse is as strong everywhere; distortion is the lesser part of what it comes from.
    if (near < sum / 2) return;
    hits.copyWithin(from, first, end);
    powers.copyWithin(from, first, end);
    this.count[c] = end - first;
  }

  /** Whether a chip is struck all over the band. */
  isImpulse(c: number): boolean {
    const counts = this.count;
    const least = IMPULSE_SHARE * this.#bins;
    // Past the ends of the batch there is nothing to compare with.
    const beside = (counts[c - 1] ?? 0) > least || (counts[c + 1] ?? 0) > least;
    return counts[c] > (beside ? BESIDE_SHARE * this.#bins : least);
  }
}

/** Row of the spectrogram of the k-th bin in order of frequency. */
export function rowOf(k: number, bins: number): number {
  return (k + bins / 2) % bins;
}
