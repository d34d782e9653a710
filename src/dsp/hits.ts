import type { Spectrogram } from './filterbank.js';
import type { RowLoops } from './rows.js';

/** Power over the noise floor from which a chip in one bin is energy: noise gets there once in 10⁶ looks. */
export const HIT_POWER = 14;
/** Power of all signals together from which the radio is overdriven; it then shows in this share of the bins. */
const OVERDRIVEN_POWER = 0.3;
const OVERDRIVEN_SHARE = 0.1;
/** A chip with energy in more than this share of the bins is an impulse; one beside it, from this share on. */
const IMPULSE_SHARE = 0.35;
const BESIDE_SHARE = 0.1;

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
  readonly count: Int32Array;
  /** Bins per chip, ascending; uint16 [chips][bins]. */
  readonly bin: Uint16Array;
  /** Their power above noise, whitened; float32 [chips][bins]. */
  readonly power: Float32Array;
  readonly #bins: number;
  /** Noise power per bin, full scale = 1. */
  readonly #floor: Float32Array;
  readonly #loops: RowLoops;

  constructor(bins: number, loops: RowLoops) {
    const { count, bin, power } = loops.hits;
    this.count = count;
    this.bin = bin;
    this.power = power;
    this.#bins = bins;
    this.#floor = new Float32Array(bins);
    this.#loops = loops;
  }

  /** Looks through a batch, one column a chip. @param column of its first chip */
  gather({ rows, stride }: Spectrogram, column: number): void {
    this.count.fill(0);
    const half = this.#bins / 2;
    for (const k of [0, half]) {
      this.#loops.addHits(rows, rowOf(k, this.#bins) * stride + column, stride, half, k, HIT_POWER);
    }
  }

  /** @param first chip that the batch begins with */
  leaveOut({ firstChip, lastChip, low, high }: Area, first: number): void {
    const hits = this.bin;
    const powers = this.power;
    const last = Math.min(this.count.length - 1, lastChip - first);
    for (let c = Math.max(0, firstChip - first); c <= last; c++) {
      const end = c * this.#bins + this.count[c];
      let from = c * this.#bins;
      while (from < end && hits[from] < low) from++;
      let to = from;
      while (to < end && hits[to] <= high) to++;
      this.count[c] -= to - from;
      for (; to < end; to++, from++) {
        powers[from] = powers[to];
        hits[from] = hits[to];
      }
    }
  }

  /**
   * A signal that drives the radio to its limits is heard all over the band: what is far from the strongest bin
   * then, is not on the air.
   * @param reach bins on either side of the strongest that are kept
   * @param floor noise power per bin, in the order of the FFT; full scale = 1
   */
  leaveOutDistortion(reach: number, floor: Float32Array): void {
    const struck = OVERDRIVEN_SHARE * this.#bins;
    if (!this.count.some((count) => count > struck)) return;
    const floorAt = this.#floor;
    let loudest = 0;
    for (let k = 0; k < floorAt.length; k++) {
      floorAt[k] = floor[rowOf(k, this.#bins)];
      loudest = Math.max(loudest, floorAt[k]);
    }
    const least = (OVERDRIVEN_POWER * this.#bins) / loudest;
    for (let c = 0; c < this.count.length; c++) {
      if (this.count[c] > struck && this.#powerAt(c) >= least) this.#leaveOutDistortionAt(c, reach);
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
