import type { Random } from './random.js';
import { type Transmission, transmissionFrom, transmissionSamples, transmit } from './transmitter.js';

/** A transmission and the seed of what is random in it, so that it sounds the same wherever blocks are cut. */
export interface OnAir {
  readonly transmission: Transmission;
  readonly random: Random;
}

/**
 * Sums transmissions and noise into complex baseband, block by block, holding only what is on the air. What
 * comes out does not depend on how it is cut into blocks.
 */
export class Air {
  readonly #noise: Random;
  readonly #deviation: number;
  readonly #upcoming: Iterator<OnAir>;
  #next: OnAir | null;
  #sounding: { from: number; samples: Float32Array }[] = [];
  #position = 0;

  /**
   * @param transmissions an array in any order; anything else in order of its start, and is asked for the next
   *   one only when the one before has begun
   * @param noiseRms root mean square of the complex noise, I and Q together; full scale = 1
   */
  constructor(transmissions: Iterable<OnAir>, noiseRms: number, noise: Random) {
    const inOrder = Array.isArray(transmissions) ? transmissions.toSorted(byStart) : transmissions;
    this.#upcoming = inOrder[Symbol.iterator]();
    this.#next = this.#following();
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
    while (this.#next !== null && transmissionFrom(this.#next.transmission) < end) {
      const { transmission, random } = this.#next;
      const samples = new Float32Array(2 * transmissionSamples(transmission));
      transmit(transmission, random, samples);
      this.#sounding.push({ from: transmissionFrom(transmission), samples });
      this.#next = this.#following();
    }
  }

  #following(): OnAir | null {
    const { value, done } = this.#upcoming.next();
    return done ? null : value;
  }
}

function byStart(a: OnAir, b: OnAir): number {
  return a.transmission.startSample - b.transmission.startSample;
}

/**
 * Amplitude of a transmission with a given Eb/N0, where Eb is the energy of one on-chip.
 * @param noiseRms root mean square of the complex noise at the sample rate
 */
export function amplitudeFor(ebN0Db: number, noiseRms: number, samplesPerChip: number): number {
  return noiseRms * Math.sqrt(10 ** (ebN0Db / 10) / samplesPerChip);
}
