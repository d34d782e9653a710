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
  /** Mean noise power per bin; float32 [fftSize]. */
  readonly floor: Float32Array;
  readonly #lowest: number;
  #updates = 0;

  /** @param lowest power that the floor never falls below, such as the rounding noise of the samples */
  constructor(bins: number, lowest: number) {
    this.floor = new Float32Array(bins).fill(lowest);
    this.#lowest = lowest;
  }

  /** Takes in `count` new frames from column `from` on. */
  update(spectrogram: Spectrogram, from: number, count: number): void {
    if (count < FRAME_STEP) return;
    if (this.#updates === 0) this.#begin(spectrogram, from, count);
    this.#updates++;
    const step = Math.max(SETTLED_STEP, 1 / (this.#updates + 1)) * Math.min(1, count / 256);
    const { rows, stride } = spectrogram;
    for (let bin = 0; bin < this.floor.length; bin++) {
      const floor = this.floor[bin];
      const ceiling = CEILING * floor;
      let sum = 0;
      let n = 0;
      for (let i = bin * stride + from; i < bin * stride + from + count; i += FRAME_STEP, n++) {
        sum += Math.min(rows[i], ceiling);
      }
      const seen = sum / n / CEILED_MEAN;
      this.floor[bin] = Math.max(this.#lowest, floor + step * (seen - floor));
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
}

function quantile(values: Float32Array, share: number): number {
  return values.slice().sort()[Math.floor(values.length * share)];
}
