import type { Random } from './random.js';
import { type Transmission, transmissionFrom, transmissionSamples, transmit } from './transmitter.js';

/** A transmission and the seed of what is random in it, so that it sounds the same wherever blocks are cut. */
export interface OnAir {
  readonly transmission: Transmission;
  readonly random: Random;
}

/** Sums transmissions and noise into complex baseband, block by block, holding only what is on the air. */
export class Air {
  readonly #noise: Random;
  readonly #deviation: number;
  readonly #upcoming: OnAir[];
  #sounding: { from: number; samples: Float32Array }[] = [];
  #position = 0;

  /**
   * @param transmissions in any order
   * @param noiseRms root mean square of the complex noise, I and Q together; full scale = 1
   */
  constructor(transmissions: readonly OnAir[], noiseRms: number, noise: Random) {
    this.#upcoming = [...transmissions].sort(
      (a, b) => a.transmission.startSample - b.transmission.startSample,
    );
    this.#noise = noise;
    this.#deviation = noiseRms / Math.SQRT2;
  }

  /** The next `out.length / 2` samples; interleaved I,Q; overwrites `out`. */
  next(out: Float32Array): void {
    const noise = this.#noise;
    const deviation = this.#deviation;
    if (deviation > 0) for (let i = 0; i < out.length; i++) out[i] = deviation * noise.gaussian();
    else out.fill(0);
    const end = this.#position + out.length / 2;
    this.#begin(end);
    for (const { from, samples } of this.#sounding) {
      const first = Math.max(from, this.#position);
      const last = Math.min(from + samples.length / 2, end);
      for (let i = 2 * (first - this.#position), s = 2 * (first - from); s < 2 * (last - from); i++, s++) {
        out[i] += samples[s];
      }
    }
    this.#position = end;
    this.#sounding = this.#sounding.filter(({ from, samples }) => from + samples.length / 2 > end);
  }

  #begin(end: number): void {
    while (this.#upcoming.length > 0 && transmissionFrom(this.#upcoming[0].transmission) < end) {
      const { transmission, random } = this.#upcoming.shift() as OnAir;
      const samples = new Float32Array(2 * transmissionSamples(transmission));
      transmit(transmission, random, samples);
      this.#sounding.push({ from: transmissionFrom(transmission), samples });
    }
  }
}

/**
 * Amplitude of a transmission with a given Eb/N0, where Eb is the energy of one on-chip.
 * @param noiseRms root mean square of the complex noise at the sample rate
 */
export function amplitudeFor(ebN0Db: number, noiseRms: number, samplesPerChip: number): number {
  return noiseRms * Math.sqrt(10 ** (ebN0Db / 10) / samplesPerChip);
}
