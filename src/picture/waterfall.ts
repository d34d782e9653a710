import FFT from 'fft.js';
import { SAMPLE_READERS } from '../dsp/samples.js';
import type { SampleBlock } from '../sources/source.js';

/** A piece of a stream to draw, and how finely. */
export interface Section {
  readonly sampleRateHz: number;
  readonly firstSample: number;
  readonly samples: number;
  /** Pixels along time and along frequency. */
  readonly columns: number;
  readonly rows: number;
}

/** Resolution in frequency: between these, as fine as the columns allow, Hz. */
const FINEST_HZ = 4e3;
const COARSEST_HZ = 20e3;
/** Frames looked at in one column at most. */
const FRAMES_PER_COLUMN = 16;
/** Share of the columns that is noise in every row. */
const QUIET_SHARE = 0.3;
/** The floor of a row is the median of those of so many around it, so that a steady carrier stands out. */
const NEIGHBOUR_SHARE = 0.12;

/** Power over time and frequency, the greatest in each pixel. Takes the blocks of a stream in order. */
export class Waterfall {
  readonly #section: Section;
  readonly #size: number;
  readonly #fft: FFT;
  readonly #window: Float64Array;
  readonly #input: number[];
  readonly #output: number[];
  /** Power; float32 [columns][size], bins in order of frequency. */
  readonly #power: Float32Array;
  readonly #iq: Float32Array;
  /** Samples in `#iq`, and the place in the stream of its first. */
  #filled = 0;
  #base: number;
  #column = 0;

  constructor(section: Section) {
    const { sampleRateHz, samples, columns, firstSample } = section;
    const wished = Math.max(
      sampleRateHz / COARSEST_HZ,
      Math.min(sampleRateHz / FINEST_HZ, (2 * samples) / columns),
    );
    this.#section = section;
    this.#size = 2 ** Math.round(Math.log2(wished));
    this.#fft = new FFT(this.#size);
    this.#window = Float64Array.from(
      { length: this.#size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / this.#size),
    );
    this.#input = this.#fft.createComplexArray().fill(0);
    this.#output = this.#fft.createComplexArray().fill(0);
    this.#power = new Float32Array(columns * this.#size);
    this.#iq = new Float32Array(2 * (Math.ceil(samples / columns) + this.#size + 1));
    this.#base = firstSample;
  }

  /** True when all of the section has been seen. */
  get complete(): boolean {
    return this.#column === this.#section.columns;
  }

  add({ bytes, format, firstSample }: SampleBlock): void {
    const reader = SAMPLE_READERS[format];
    const total = bytes.length / reader.bytes;
    let at = Math.max(0, this.#base + this.#filled - firstSample);
    while (at < total && !this.complete) {
      const room = this.#iq.length / 2 - this.#filled;
      const count = Math.min(room, total - at);
      reader.read(bytes.subarray(at * reader.bytes, (at + count) * reader.bytes), this.#iq, 2 * this.#filled);
      this.#filled += count;
      at += count;
      while (!this.complete && this.#filled >= this.#columnEnd() - this.#base) this.#draw();
    }
  }

  /** dB over the noise; float32 [rows][columns], highest frequency first. */
  levels(): Float32Array {
    const { rows, columns } = this.#section;
    const levels = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const from = Math.floor(((rows - 1 - row) * this.#size) / rows);
      const end = Math.max(from + 1, Math.floor(((rows - row) * this.#size) / rows));
      for (let column = 0; column < columns; column++) {
        let most = 1e-20;
        for (let bin = from; bin < end; bin++) most = Math.max(most, this.#power[column * this.#size + bin]);
        levels[row * columns + column] = 10 * Math.log10(most);
      }
    }
    subtractFloor(levels, rows, columns, Math.max(1, this.#column));
    return levels;
  }

  /** Place in the stream of the last sample that a column's frames need. */
  #columnEnd(): number {
    const { firstSample, samples, columns } = this.#section;
    return firstSample + Math.floor(((this.#column + 1) * samples) / columns) + this.#size;
  }

  #draw(): void {
    const { firstSample, samples, columns } = this.#section;
    const from = firstSample + Math.floor((this.#column * samples) / columns);
    const length = this.#columnEnd() - this.#size - from;
    const frames = Math.max(1, Math.min(FRAMES_PER_COLUMN, Math.ceil(length / (this.#size / 2))));
    for (let f = 0; f < frames; f++) this.#frame(from + Math.floor((f * length) / frames) - this.#base);
    this.#column++;
    const keepFrom = from + length - this.#base;
    this.#iq.copyWithin(0, 2 * keepFrom, 2 * this.#filled);
    this.#filled -= keepFrom;
    this.#base += keepFrom;
  }

  #frame(at: number): void {
    const size = this.#size;
    for (let i = 0; i < size; i++) {
      this.#input[2 * i] = this.#iq[2 * (at + i)] * this.#window[i];
      this.#input[2 * i + 1] = this.#iq[2 * (at + i) + 1] * this.#window[i];
    }
    this.#fft.transform(this.#output, this.#input);
    for (let bin = 0; bin < size; bin++) {
      const out = this.#column * size + ((bin + size / 2) % size);
      const power = this.#output[2 * bin] ** 2 + this.#output[2 * bin + 1] ** 2;
      this.#power[out] = Math.max(this.#power[out], power);
    }
  }
}

/** Brings the noise of every row to 0 dB. @param drawn columns that hold anything */
function subtractFloor(levels: Float32Array, rows: number, columns: number, drawn: number): void {
  const quiet = Float32Array.from({ length: rows }, (_, row) => {
    const line = levels.slice(row * columns, row * columns + drawn).sort();
    return line[Math.floor(QUIET_SHARE * drawn)];
  });
  const reach = Math.ceil((NEIGHBOUR_SHARE * rows) / 2);
  for (let row = 0; row < rows; row++) {
    const around = quiet.slice(Math.max(0, row - reach), row + reach + 1).sort();
    const floor = around[around.length >> 1];
    for (let i = row * columns; i < (row + 1) * columns; i++) levels[i] -= floor;
  }
}
