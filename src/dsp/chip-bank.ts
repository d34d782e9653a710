import { offsetHz } from './chip-raster.js';
import type { Baseband } from './downconverter.js';
import { eyeOpening } from './eye.js';

/** Carriers whose sums are kept: looking for the best one goes to a neighbour of three neighbours at most. */
export const KEPT = 4;
/** How far before the end of the samples the last place lies that is looked at. */
const BEFORE_END = 1e-6;

/**
 * Matched filter for chips: complex amplitude of any stretch of one chip, at any of a set of carrier offsets.
 * Each offset keeps a running sum of the samples, turned to zero frequency; a chip is a difference of two
 * places in it, which may lie between samples.
 */
export interface ChipBank {
  /** Takes over the first `count` samples of the baseband, which must stay as they are. */
  load(count: number): void;
  /**
   * Complex amplitude of `chips` consecutive chips at one carrier.
   * @param start  where the first chip begins; output samples of the downconverter, sample i covering [i, i+1)
   * @param length length of a chip in the same samples
   * @param scale  factor on the sum of samples
   */
  amplitudes(
    carrier: number,
    start: number,
    length: number,
    chips: number,
    scale: number,
    outReal: Float64Array,
    outImaginary: Float64Array,
  ): void;
  /**
   * How far the eye of a packet is open at one carrier; see {@link eyeOpening}.
   * @param start   where its first chip begins; this, length and scale as above
   * @param symbols of two chips each, those of the sync word included
   */
  opening(
    carrier: number,
    start: number,
    length: number,
    scale: number,
    sync: Float64Array,
    symbols: number,
  ): number;
}

/** The last place that a bank over so many samples looks at. */
export function lastPlace(count: number): number {
  return count - BEFORE_END;
}

/** The bank in plain TypeScript. */
export class ReferenceBank implements ChipBank {
  readonly #baseband: Baseband;
  readonly #outputHz: number;
  readonly #sumReal: Float64Array[];
  readonly #sumImaginary: Float64Array[];
  /** The carrier that each of those kept is of. */
  readonly #carriers: Int8Array;
  readonly #energy: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  #count = 0;

  /** @param chips of the longest packet */
  constructor(baseband: Baseband, outputHz: number, chips: number) {
    this.#baseband = baseband;
    this.#outputHz = outputHz;
    this.#carriers = new Int8Array(KEPT);
    const length = baseband.real.length + 1;
    this.#sumReal = Array.from({ length: KEPT }, () => new Float64Array(length));
    this.#sumImaginary = Array.from({ length: KEPT }, () => new Float64Array(length));
    this.#energy = new Float64Array(chips);
    this.#real = new Float64Array(chips);
    this.#imaginary = new Float64Array(chips);
  }

  load(count: number): void {
    this.#count = count;
    this.#carriers.fill(-1);
  }

  /** Turns the samples to one carrier's zero frequency, where they are not. @returns where its sums are */
  #prepared(carrier: number): number {
    const kept = carrier % KEPT;
    if (this.#carriers[kept] === carrier) return kept;
    this.#carriers[kept] = carrier;
    const turns = offsetHz(carrier) / this.#outputHz;
    accumulate(this.#baseband, this.#count, turns, this.#sumReal[kept], this.#sumImaginary[kept]);
    return kept;
  }

  amplitudes(
    carrier: number,
    start: number,
    length: number,
    chips: number,
    scale: number,
    outReal: Float64Array,
    outImaginary: Float64Array,
  ): void {
    const kept = this.#prepared(carrier);
    const sumReal = this.#sumReal[kept];
    const sumImaginary = this.#sumImaginary[kept];
    const last = lastPlace(this.#count);
    let lastReal = 0;
    let lastImaginary = 0;
    for (let chip = 0; chip <= chips; chip++) {
      const place = start + chip * length;
      const at = place < 0 ? 0 : place > last ? last : place;
      const i = at | 0;
      const part = at - i;
      const real = sumReal[i] + part * (sumReal[i + 1] - sumReal[i]);
      const imaginary = sumImaginary[i] + part * (sumImaginary[i + 1] - sumImaginary[i]);
      if (chip > 0) {
        outReal[chip - 1] = scale * (real - lastReal);
        outImaginary[chip - 1] = scale * (imaginary - lastImaginary);
      }
      lastReal = real;
      lastImaginary = imaginary;
    }
  }

  opening(
    carrier: number,
    start: number,
    length: number,
    scale: number,
    sync: Float64Array,
    symbols: number,
  ): number {
    this.energies(carrier, start, length, 2 * symbols, scale, this.#energy);
    return eyeOpening(this.#energy, sync, symbols);
  }

  /** Energy of the same chips as of {@link amplitudes}, |amplitude|². */
  energies(
    carrier: number,
    start: number,
    length: number,
    chips: number,
    scale: number,
    out: Float64Array,
  ): void {
    const [real, imaginary] = [this.#real, this.#imaginary];
    // Scaled at the end, so that a factor is rounded once.
    this.amplitudes(carrier, start, length, chips, 1, real, imaginary);
    const square = scale * scale;
    for (let c = 0; c < chips; c++) out[c] = square * (real[c] * real[c] + imaginary[c] * imaginary[c]);
  }
}

/** Samples in pairs, each with a phasor of its own: one waits for the other only in the sums. */
function accumulate(
  { real, imaginary }: Baseband,
  count: number,
  turnsPerSample: number,
  sumReal: Float64Array,
  sumImaginary: Float64Array,
): void {
  const angle = -2 * Math.PI * turnsPerSample;
  const stepReal = Math.cos(2 * angle);
  const stepImaginary = Math.sin(2 * angle);
  let c = 1;
  let s = 0;
  let c1 = Math.cos(angle);
  let s1 = Math.sin(angle);
  let totalReal = 0;
  let totalImaginary = 0;
  sumReal[0] = 0;
  sumImaginary[0] = 0;
  // The last pair may reach one past the end, where there is room.
  for (let i = 0; i < count; i += 2) {
    const x = real[i];
    const y = imaginary[i];
    const x1 = real[i + 1];
    const y1 = imaginary[i + 1];
    totalReal += x * c - y * s;
    totalImaginary += x * s + y * c;
    sumReal[i + 1] = totalReal;
    sumImaginary[i + 1] = totalImaginary;
    totalReal += x1 * c1 - y1 * s1;
    totalImaginary += x1 * s1 + y1 * c1;
    sumReal[i + 2] = totalReal;
    sumImaginary[i + 2] = totalImaginary;
    const next = c * stepReal - s * stepImaginary;
    s = c * stepImaginary + s * stepReal;
    c = next;
    const next1 = c1 * stepReal - s1 * stepImaginary;
    s1 = c1 * stepImaginary + s1 * stepReal;
    c1 = next1;
  }
}
