import FFT from 'fft.js';
import { FRAMES_PER_CHIP, type Geometry } from './geometry.js';
import { prototypeWindow } from './window.js';

/**
 * Power per bin over time, one row a bin: rows[bin·stride + column] with a column a frame.
 * Rows lie along time because everything after the FFT (noise floor, sync search) runs along time.
 */
export interface Spectrogram {
  readonly rows: Float32Array;
  readonly stride: number;
  readonly ring?: Ring;
}

/** Where columns are used again: the one before `end` is followed by that at `end − length`. */
export interface Ring {
  readonly end: number;
  readonly length: number;
}

/** Chips from a column on before columns are used again. */
export function chipsToEnd({ ring }: Spectrogram, column: number): number {
  return ring === undefined ? Number.POSITIVE_INFINITY : Math.ceil((ring.end - column) / FRAMES_PER_CHIP);
}

/** Windowed FFT of one frame at a time; the plain implementation, with fft.js. */
export class Filterbank {
  readonly window: Float64Array;
  readonly #size: number;
  readonly #fft: FFT;
  readonly #input: number[];
  readonly #output: number[];

  constructor(geometry: Geometry) {
    this.window = prototypeWindow(geometry.windowSamples, geometry.samplesPerChip);
    this.#size = geometry.fftSize;
    this.#fft = new FFT(geometry.fftSize);
    // fft.js runs twice as fast on plain arrays as on typed ones.
    this.#input = this.#fft.createComplexArray().fill(0);
    this.#output = this.#fft.createComplexArray().fill(0);
  }

  /**
   * Power of the frame whose window begins at sample `at`, written down one column.
   * @param iq complex baseband, float32, interleaved I,Q
   */
  frame(iq: Float32Array, at: number, out: Spectrogram, column: number): void {
    const { window } = this;
    const input = this.#input;
    const windowed = 2 * window.length;
    for (let i = 0, s = 2 * at; i < windowed; i += 2, s += 2) {
      const w = window[i >> 1];
      input[i] = iq[s] * w;
      input[i + 1] = iq[s + 1] * w;
    }
    const output = this.#output;
    this.#fft.transform(output, input);
    const { rows, stride } = out;
    const end = 2 * this.#size;
    for (let o = 0, r = column; o < end; o += 2, r += stride) {
      const re = output[o];
      const im = output[o + 1];
      rows[r] = re * re + im * im;
    }
  }
}

/**
 * Variance of the summed power of `width` neighbouring bins for white noise of mean power 1 a bin. Bins are
 * closer than the window is selective, so their noise is correlated: cov = |Σ w² e^{jωn}|².
 */
export function summedNoiseVariance(window: Float64Array, fftSize: number, width: number): number {
  let variance = 0;
  for (let distance = 1 - width; distance < width; distance++) {
    let real = 0;
    let imaginary = 0;
    for (let i = 0; i < window.length; i++) {
      const angle = (2 * Math.PI * distance * i) / fftSize;
      real += window[i] * window[i] * Math.cos(angle);
      imaginary += window[i] * window[i] * Math.sin(angle);
    }
    variance += (width - Math.abs(distance)) * (real * real + imaginary * imaginary);
  }
  return variance;
}
