import FFT from 'fft.js';
import type { SampleFormat } from '../sources/source.js';
import { SAMPLE_READERS } from './samples.js';

/** Frequencies that a row tells of: as many as a screen has room for. */
export const SPECTRUM_BINS = 256;
/** Rows a second. */
const ROWS_PER_SECOND = 10;
/** Looks a row: one each 3 ms, so that hardly a packet of 6 ms falls between them. */
const LOOKS_PER_ROW = 32;

/** A row for the waterfall. */
export interface SpectrumLevels {
  /** First sample of the row in the stream. */
  readonly firstSample: number;
  /** Highest power of each bin in the row's time, dB of full scale, from the lowest frequency up; float32 [256]. */
  readonly dbfs: Float32Array;
}

/**
 * Looks at samples now and then and tells how strong they are where: for people to look at, at a cost of a thousandth of
 * what the search for packets takes.
 */
export class SpectrumWatch {
  readonly #sampleBytes: number;
  readonly #read: (bytes: Uint8Array, out: Float32Array) => void;
  readonly #fft = new FFT(SPECTRUM_BINS);
  readonly #iq = new Float32Array(2 * SPECTRUM_BINS);
  readonly #input = this.#fft.createComplexArray();
  readonly #output = this.#fft.createComplexArray();
  readonly #window: Float64Array;
  readonly #highest = new Float64Array(SPECTRUM_BINS);
  readonly #stepSamples: number;
  #rowFrom = 0;
  #looks = 0;
  #nextLook = Number.NEGATIVE_INFINITY;

  constructor(sampleRateHz: number, format: SampleFormat) {
    const reader = SAMPLE_READERS[format];
    this.#sampleBytes = reader.bytes;
    this.#read = (bytes, out) => reader.read(bytes, out, 0);
    this.#window = hann(SPECTRUM_BINS);
    this.#stepSamples = Math.round(sampleRateHz / ROWS_PER_SECOND / LOOKS_PER_ROW);
  }

  /**
   * Looks at a block.
   * @param firstSample place in the stream of its first sample
   * @param onRow is given each row that is complete
   */
  push(bytes: Uint8Array, firstSample: number, onRow: (row: SpectrumLevels) => void): void {
    const end = firstSample + bytes.length / this.#sampleBytes;
    let at = Math.max(firstSample, this.#nextLook);
    for (; at + SPECTRUM_BINS <= end; at += this.#stepSamples) {
      if (this.#looks === 0) this.#rowFrom = at;
      const from = (at - firstSample) * this.#sampleBytes;
      this.#look(bytes.subarray(from, from + SPECTRUM_BINS * this.#sampleBytes));
      if (++this.#looks === LOOKS_PER_ROW) onRow(this.#finishRow());
    }
    this.#nextLook = at;
  }

  #look(bytes: Uint8Array): void {
    this.#read(bytes, this.#iq);
    for (let i = 0; i < SPECTRUM_BINS; i++) {
      this.#input[2 * i] = this.#iq[2 * i] * this.#window[i];
      this.#input[2 * i + 1] = this.#iq[2 * i + 1] * this.#window[i];
    }
    this.#fft.transform(this.#output, this.#input);
    for (let bin = 0; bin < SPECTRUM_BINS; bin++) {
      const power = this.#output[2 * bin] ** 2 + this.#output[2 * bin + 1] ** 2;
      if (power > this.#highest[bin]) this.#highest[bin] = power;
    }
  }

  #finishRow(): SpectrumLevels {
    const half = SPECTRUM_BINS / 2;
    const dbfs = Float32Array.from(
      { length: SPECTRUM_BINS },
      (_, i) => 10 * Math.log10(Math.max(1e-20, this.#highest[(i + half) % SPECTRUM_BINS])),
    );
    this.#highest.fill(0);
    this.#looks = 0;
    return { firstSample: this.#rowFrom, dbfs };
  }
}

/** So scaled that a carrier of full scale in the middle of a bin has 0 dB. */
function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => (1 - Math.cos((2 * Math.PI * (i + 0.5)) / length)) / length);
}
