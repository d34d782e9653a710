import { Filterbank, type Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP } from './geometry.js';
import { HIT_POWER, HIT_WORD_BINS, type KeptChips, keptChips, rowOf } from './kept-chips.js';
import type { KernelLoops, KernelShape } from './kernel-loops.js';
import { PlainChips } from './plain-chips.js';
import { PlainRows } from './plain-rows.js';
import { clippedMeans, type RowLoops } from './rows.js';
import { SAMPLE_READERS, type SampleReader } from './samples.js';

/** Frames are gathered in tiles first: writing one column at a time would touch a page of memory for each bin. */
const TILE_FRAMES = 16;

/** The loops of the kernel in plain TypeScript, with fft.js. */
export class ReferenceLoops implements KernelLoops {
  readonly name = 'reference';
  readonly iq: Float32Array;
  readonly spectrogram: Spectrogram;
  readonly rows: RowLoops;
  readonly chips = new PlainChips();
  readonly kept: readonly KeptChips[];
  readonly #reader: SampleReader;
  readonly #bins: number;
  readonly #filterbank: Filterbank;
  readonly #tile: Spectrogram;
  readonly #means: Float32Array;

  constructor(shape: KernelShape) {
    const { geometry, format, samples, batchFrames, keptBatches, ring } = shape;
    const { fftSize } = geometry;
    this.#bins = fftSize;
    this.#filterbank = new Filterbank(geometry);
    this.#reader = SAMPLE_READERS[format];
    this.#tile = { rows: new Float32Array(fftSize * TILE_FRAMES), stride: TILE_FRAMES };
    this.#means = new Float32Array(fftSize);
    this.iq = new Float32Array(2 * samples);
    // An odd stride keeps the rows of one column out of each other's cache lines.
    const stride = ring.end + 9;
    this.spectrogram = { rows: new Float32Array(fftSize * stride), stride, ring };
    this.rows = new PlainRows(shape, fftSize, batchFrames);
    const chips = batchFrames / FRAMES_PER_CHIP;
    this.kept = Array.from({ length: keptBatches }, () => keptChips(fftSize, chips));
  }

  read(bytes: Uint8Array, at: number): number {
    return this.#reader.read(bytes, this.iq, 2 * at);
  }

  transform(starts: Int32Array, column: number, floor: Float32Array): void {
    for (let first = 0; first < starts.length; first += TILE_FRAMES) {
      for (let frame = 0; frame < TILE_FRAMES; frame++) {
        this.#filterbank.frame(this.iq, starts[first + frame], this.#tile, frame);
      }
      this.#layDown(column + first, floor);
    }
  }

  keep(column: number, slot: number): Float32Array {
    const { rows, stride } = this.spectrogram;
    const out = this.kept[slot];
    const { bits, count } = out.hits;
    const chips = out.stride;
    const step = FRAMES_PER_CHIP;
    bits.fill(0);
    count.fill(0);
    for (let k = 0; k < this.#bins; k++) {
      const bin = rowOf(k, this.#bins);
      const to = bin * chips;
      const word = Math.floor(k / HIT_WORD_BINS) * chips;
      for (let chip = 0, from = bin * stride + column; chip < chips; chip++, from += step) {
        out.rows[to + chip] = rows[from];
        if (!(rows[from] > HIT_POWER)) continue;
        bits[word + chip] |= 1 << (k % HIT_WORD_BINS);
        count[chip]++;
      }
    }
    return clippedMeans(this.spectrogram, column, chips * step, this.#means);
  }

  /** Moves a tile into the spectrogram. */
  #layDown(column: number, floor: Float32Array): void {
    const tile = this.#tile.rows;
    const { rows, stride } = this.spectrogram;
    for (let bin = 0; bin < this.#bins; bin++) {
      const gain = 1 / floor[bin];
      const to = bin * stride + column;
      const from = bin * TILE_FRAMES;
      for (let i = 0; i < TILE_FRAMES; i++) rows[to + i] = gain * tile[from + i];
    }
  }
}
