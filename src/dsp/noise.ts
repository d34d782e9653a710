import { kthSmallest } from '../quickselect.js';
import type { Spectrogram } from './filterbank.js';
import { NOISE_CEILING } from './rows.js';

/** Mean of min(x, NOISE_CEILING) for exponentially distributed noise of mean 1. */
const CEILED_MEAN = 1 - Math.exp(-NOISE_CEILING);
/** Share of the way that one update goes, once settled; about half a second at a batch each 8 ms. */
const SETTLED_STEP = 1 / 64;
/** Share of frames that is noise even while a meter is sending: an off-chip leaves about one frame in five. */
const QUIET_SHARE = 0.1;
/** Means of clipped powers, 0.78 over noise, from which the floor is far too low (8 dB) or too high (7 dB). */
const FAR_ABOVE = 1.38;
const FAR_BELOW = 0.15;
/** Share of the bins that must be that far off: the band itself is louder or quieter, not a signal in it. */
const BAND_SHARE = 0.75;
/** Least updates from one beginning to the next. */
const SETTLING = 8;

/**
 * Noise floor per bin, robust against bursts and quick to settle on short recordings.
 *
 * It begins with a low quantile of the first batch, limited by the median over the bins (a packet that fills a
 * short recording must not pass for noise), and then follows a mean of clipped powers. Where the whole band has
 * become much louder or quieter (another gain, a radio that starts with silence) it begins anew.
 */
export class NoiseFloor {
  /** Mean noise power per bin; float32 [fftSize]. All 1 until the first batch. */
  readonly floor: Float32Array;
  readonly #lowest: number;
  #updates = 0;

  /** @param lowest power that the floor never falls below, such as the rounding noise of the samples */
  constructor(bins: number, lowest: number) {
    this.floor = new Float32Array(bins).fill(1);
    this.#lowest = lowest;
  }

  /**
   * Whether the floor has to begin anew.
   * @param means {@link clippedMeans} of a batch over the present floor
   */
  isOff(means: Float32Array): boolean {
    return this.#updates === 0 || (this.#updates > SETTLING && this.#strayed(means));
  }

  /**
   * Begins anew with a batch, and brings all columns to the new floor.
   * @param spectrogram powers over the floor as it was before the call
   * @param from  first column of the batch
   * @param count how many of its columns are air, from the first; padding must not touch the floor
   */
  begin({ rows, stride }: Spectrogram, from: number, count: number): void {
    const before = this.floor.slice();
    for (let bin = 0; bin < this.floor.length; bin++) {
      const at = bin * stride + from;
      const quiet = quantile(rows.subarray(at, at + count), QUIET_SHARE) / -Math.log(1 - QUIET_SHARE);
      this.floor[bin] = Math.max(this.#lowest, this.floor[bin] * quiet);
    }
    const median = quantile(this.floor, 0.5);
    for (let bin = 0; bin < this.floor.length; bin++) {
      this.floor[bin] = Math.min(this.floor[bin], 4 * median);
      const gain = before[bin] / this.floor[bin];
      const first = bin * stride;
      for (let i = first; i < first + stride; i++) rows[i] *= gain;
    }
    this.#updates = 0;
  }

  /**
   * Follows the noise.
   * @param means {@link clippedMeans} of a batch's air over the present floor
   * @param count how many of its columns are air
   */
  follow(means: Float32Array, count: number): void {
    this.#updates++;
    const step = Math.max(SETTLED_STEP, 1 / (this.#updates + 1)) * Math.min(1, count / 256);
    for (let bin = 0; bin < this.floor.length; bin++) {
      const change = 1 + step * (means[bin] / CEILED_MEAN - 1);
      this.floor[bin] = Math.max(this.#lowest, this.floor[bin] * change);
    }
  }

  /** Forgets the floor: the next batch begins it. */
  reset(): void {
    this.floor.fill(1);
    this.#updates = 0;
  }

  /** Whether most bins are far from their floor, all on the same side of it. */
  #strayed(means: Float32Array): boolean {
    let above = 0;
    let below = 0;
    for (let bin = 0; bin < this.floor.length; bin++) {
      if (means[bin] > FAR_ABOVE) above++;
      else if (means[bin] < FAR_BELOW && this.floor[bin] > 4 * this.#lowest) below++;
    }
    return Math.max(above, below) > BAND_SHARE * this.floor.length;
  }
}

function quantile(values: Float32Array, share: number): number {
  const place = Math.floor(values.length * share);
  const found = kthSmallest(values.slice(), place);
  // Where there are values that are no numbers, they are behind all others.
  return Number.isNaN(found) ? values.slice().sort()[place] : found;
}
