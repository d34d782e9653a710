import type { Geometry } from './geometry.js';

/** Samples per chip after decimation are at least this many. */
const SAMPLES_PER_CHIP = 8;
/**
 * Filter length in output samples (Hann-windowed sinc): pass band ±100 kHz, −44 dB from 175 kHz on where there are
 * just eight samples a chip; both grow with the output rate where there are more.
 */
const FILTER_SPAN = 10;

/** Samples that a downconverter takes at a time: they stay in a cache of the processor. */
export const PIECE_SAMPLES = 4096;

/** Complex baseband, interleaved I,Q, as a Float32Array is; its owner may make a piece of it only when it is asked for. */
export interface Iq {
  /** @returns at most PIECE_SAMPLES samples, from index `from` to `to`; valid until the next call */
  subarray(from: number, to: number): Float32Array;
}

/** What a downconverter makes of samples: one carrier at zero frequency, at a lower rate. */
export interface Baseband {
  /** [capacity]; the first `count` of the last conversion are valid. */
  readonly real: Float32Array | Float64Array;
  readonly imaginary: Float32Array | Float64Array;
}

/** How samples are brought to a lower rate. */
export interface Decimation {
  /** Input samples per output sample. */
  readonly decimation: number;
  /** Input samples that the filter needs before and after the wanted ones. */
  readonly margin: number;
}

/** Shifts one carrier to zero and keeps ±100 kHz of it, at about eight samples a chip. */
export interface Downconverter extends Baseband, Decimation {
  /**
   * Output sample i stands at input sample `at + margin + i·decimation`; the carrier's phase is kept with
   * respect to `at`.
   * @returns number of output samples
   */
  convert(iq: Iq, at: number, count: number, carrierHz: number): number;
}

export function decimationOf(geometry: Geometry): Decimation {
  const decimation = Math.max(1, Math.floor(geometry.samplesPerChip / SAMPLES_PER_CHIP));
  return { decimation, margin: (FILTER_SPAN * decimation) >> 1 };
}

/** Output samples that `count` input samples make. */
export function outputsOf({ decimation, margin }: Decimation, count: number): number {
  return Math.max(0, Math.floor((count - 2 * margin - 1) / decimation) + 1);
}

/** The downconverter in plain TypeScript. */
export class ReferenceDownconverter implements Downconverter {
  readonly decimation: number;
  readonly margin: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  readonly #sampleRateHz: number;
  readonly #taps: Float64Array;
  readonly #mixedReal: Float64Array;
  readonly #mixedImaginary: Float64Array;

  /** @param maxSamples most input samples in one call */
  constructor(geometry: Geometry, maxSamples: number) {
    const { decimation, margin } = decimationOf(geometry);
    this.#sampleRateHz = geometry.sampleRateHz;
    this.decimation = decimation;
    this.margin = margin;
    this.#taps = lowpass(this);
    this.#mixedReal = new Float64Array(maxSamples);
    this.#mixedImaginary = new Float64Array(maxSamples);
    const capacity = Math.ceil(maxSamples / this.decimation) + 1;
    this.real = new Float64Array(capacity);
    this.imaginary = new Float64Array(capacity);
  }

  convert(iq: Iq, at: number, count: number, carrierHz: number): number {
    this.#mix(iq, at, count, carrierHz);
    const taps = this.#taps;
    const re = this.#mixedReal;
    const im = this.#mixedImaginary;
    const outputs = outputsOf(this, count);
    for (let i = 0; i < outputs; i++) {
      const from = i * this.decimation;
      let real = 0;
      let imaginary = 0;
      for (let t = 0; t < taps.length; t++) {
        real += taps[t] * re[from + t];
        imaginary += taps[t] * im[from + t];
      }
      this.real[i] = real;
      this.imaginary[i] = imaginary;
    }
    return outputs;
  }

  #mix(iq: Iq, at: number, count: number, carrierHz: number): void {
    const angle = (-2 * Math.PI * carrierHz) / this.#sampleRateHz;
    const stepReal = Math.cos(angle);
    const stepImaginary = Math.sin(angle);
    let c = 1;
    let s = 0;
    for (let done = 0; done < count; done += PIECE_SAMPLES) {
      const end = Math.min(count, done + PIECE_SAMPLES);
      const piece = iq.subarray(2 * (at + done), 2 * (at + end));
      for (let i = done, k = 0; i < end; i++, k += 2) {
        const x = piece[k];
        const y = piece[k + 1];
        this.#mixedReal[i] = x * c - y * s;
        this.#mixedImaginary[i] = x * s + y * c;
        const next = c * stepReal - s * stepImaginary;
        s = c * stepImaginary + s * stepReal;
        c = next;
      }
    }
  }
}

/** Hann-windowed sinc, −6 dB at half the output rate, gain 1 at zero. */
export function lowpass({ decimation, margin }: Decimation): Float64Array {
  const taps = Float64Array.from({ length: 2 * margin + 1 }, (_, i) => {
    const x = (Math.PI * (i - margin)) / decimation;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * (i - margin)) / (margin + 1));
    return (x === 0 ? 1 : Math.sin(x) / x) * window;
  });
  const gain = taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap) => tap / gain);
}
