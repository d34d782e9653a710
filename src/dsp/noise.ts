import type { Spectrogram } from './filterbank.js';

/** Powers above this many times the floor count as this much: a burst cannot raise the floor by itself. */
const CEILING = 1.5;
/** Mean of min(x, CEILING) for exponentially distributed noise of mean 1. */
const CEILED_MEAN = 1 - Math.exp(-CEILING);
/** Share of the way that one update goes, once settled; about half a second at a batch each 8 ms. */
const SETTLED_STEP = 1 / 64;
/** Share of frames that is noise even while a meter is sending: an off-chip leaves about one frame in five. */
const QUIET_SHARE = 0.1;
/** Frames of one chip overlap; every fourth is a new look. */
const FRAME_STEP = 4;

/**
 * Noise floor per bin, robust against bursts and quick to settle on short recordings.
 *
 * It begins with a low quantile of the first batch, limited by the median over the bins (a packet that fills a
 * short recording must not pass for noise), and then follows a mean of clipped powers.
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
   * Takes in a batch of frames and leaves it whitened: divided by the floor, so that noise has mean 1.
   * @param spectrogram columns `from … from+count−1` hold powers over the floor as it was before the call
   * @param learnable   how many of them are air, from the first; padding must not touch the floor
   */
  update(spectrogram: Spectrogram, from: number, count: number, learnable: number): void {
    if (learnable < FRAME_STEP) return;
    if (this.#updates === 0) {
      this.#begin(spectrogram, from, learnable);
      this.#whiten(spectrogram, from, count);
    }
    this.#updates++;
    const step = Math.max(SETTLED_STEP, 1 / (this.#updates + 1)) * Math.min(1, learnable / 256);
    const { rows, stride } = spectrogram;
    for (let bin = 0; bin < this.floor.length; bin++) {
      let sum = 0;
      let n = 0;
      const first = bin * stride + from;
      for (let i = first; i < first + learnable; i += FRAME_STEP, n++) sum += Math.min(rows[i], CEILING);
      const change = 1 + step * (sum / n / CEILED_MEAN - 1);
      this.floor[bin] = Math.max(this.#lowest, this.floor[bin] * change);
    }
  }

  #begin(spectrogram: Spectrogram, from: number, count: number): void {
    for (let bin = 0; bin < this.floor.length; bin++) {
      const at = bin * spectrogram.stride + from;
      const quiet = quantile(spectrogram.rows.subarray(at, at + count), QUIET_SHARE);
      this.floor[bin] = Math.max(this.#lowest, quiet / -Math.log(1 - QUIET_SHARE));
    }
    const median = quantile(this.floor, 0.5);
    for (let bin = 0; bin < this.floor.length; bin++) this.floor[bin] = Math.min(this.floor[bin], 4 * median);
  }

  #whiten({ rows, stride }: Spectrogram, from: number, count: number): void {
    for (let bin = 0; bin < this.floor.length; bin++) {
      const first = bin * stride + from;
      for (let i = first; i < first + count; i++) rows[i] /= this.floor[bin];
    }
  }
}

function quantile(values: Float32Array, share: number): number {
  return values.slice().sort()[Math.floor(values.length * share)];
}
