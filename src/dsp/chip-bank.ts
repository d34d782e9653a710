import type { Downconverter } from './downconverter.js';

/**
 * Matched filter for chips: complex amplitude of any stretch of one chip, at any of a set of carrier offsets.
 * Each offset keeps a running sum of the samples, turned to zero frequency; a chip is a difference of two
 * places in it, which may lie between samples.
 */
export class ChipBank {
  readonly offsetsHz: readonly number[];
  readonly #down: Downconverter;
  readonly #stepHz: number;
  readonly #sumReal: Float64Array[];
  readonly #sumImaginary: Float64Array[];
  readonly #ready: Uint8Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  #count = 0;

  /**
   * @param reachHz   greatest offset either way
   * @param spacingHz distance between offsets
   */
  constructor(down: Downconverter, sampleRateHz: number, reachHz: number, spacingHz: number) {
    const steps = Math.round(reachHz / spacingHz);
    this.#down = down;
    this.#stepHz = sampleRateHz / down.decimation;
    this.offsetsHz = Array.from({ length: 2 * steps + 1 }, (_, i) => (i - steps) * spacingHz);
    this.#ready = new Uint8Array(this.offsetsHz.length);
    const length = down.real.length + 1;
    // A chip is longer than a sample, so there are never more of them.
    this.#real = new Float64Array(length);
    this.#imaginary = new Float64Array(length);
    this.#sumReal = this.offsetsHz.map(() => new Float64Array(length));
    this.#sumImaginary = this.offsetsHz.map(() => new Float64Array(length));
  }

  /** Takes over the first `count` samples of the downconverter, which must stay as they are. */
  load(count: number): void {
    this.#count = count;
    this.#ready.fill(0);
  }

  /** Turns the samples to one carrier's zero frequency, the first time that it is asked for. */
  #prepare(offset: number): void {
    if (this.#ready[offset] === 1) return;
    this.#ready[offset] = 1;
    const turns = this.offsetsHz[offset] / this.#stepHz;
    accumulate(this.#down, this.#count, turns, this.#sumReal[offset], this.#sumImaginary[offset]);
  }

  /**
   * Complex amplitude of `chips` consecutive chips at one offset.
   * @param start  where the first chip begins; output samples of the downconverter, sample i covering [i, i+1)
   * @param length length of a chip in the same samples
   * @param scale  factor on the sum of samples
   */
  amplitudes(
    offset: number,
    start: number,
    length: number,
    chips: number,
    scale: number,
    outReal: Float64Array,
    outImaginary: Float64Array,
  ): void {
    this.#prepare(offset);
    const sumReal = this.#sumReal[offset];
    const sumImaginary = this.#sumImaginary[offset];
    const last = this.#count - 1e-6;
    let lastReal = 0;
    let lastImaginary = 0;
    for (let chip = 0; chip <= chips; chip++) {
      const at = Math.min(Math.max(start + chip * length, 0), last);
      const i = Math.floor(at);
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

  /** Energy of the same chips, |amplitude|². */
  energies(
    offset: number,
    start: number,
    length: number,
    chips: number,
    scale: number,
    out: Float64Array,
  ): void {
    const real = this.#real;
    const imaginary = this.#imaginary;
    this.amplitudes(offset, start, length, chips, scale, real, imaginary);
    for (let chip = 0; chip < chips; chip++) out[chip] = real[chip] ** 2 + imaginary[chip] ** 2;
  }
}

function accumulate(
  down: Downconverter,
  count: number,
  turnsPerSample: number,
  sumReal: Float64Array,
  sumImaginary: Float64Array,
): void {
  const { real, imaginary } = down;
  const stepReal = Math.cos(-2 * Math.PI * turnsPerSample);
  const stepImaginary = Math.sin(-2 * Math.PI * turnsPerSample);
  let c = 1;
  let s = 0;
  let totalReal = 0;
  let totalImaginary = 0;
  sumReal[0] = 0;
  sumImaginary[0] = 0;
  for (let i = 0; i < count; i++) {
    totalReal += real[i] * c - imaginary[i] * s;
    totalImaginary += real[i] * s + imaginary[i] * c;
    sumReal[i + 1] = totalReal;
    sumImaginary[i + 1] = totalImaginary;
    const next = c * stepReal - s * stepImaginary;
    s = c * stepImaginary + s * stepReal;
    c = next;
  }
}
