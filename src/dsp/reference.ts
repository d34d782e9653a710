import { type Candidate, Detector, type SyncPattern } from './detector.js';
import { Filterbank, type Spectrogram, summedNoiseVariance } from './filterbank.js';
import type { Geometry } from './geometry.js';
import { NoiseFloor } from './noise.js';

/** Frames worked on at a time: 7.8 ms. */
export const BATCH_FRAMES = 1024;

/** Frames are gathered in tiles first: writing one column at a time would touch a page of memory for each bin. */
const TILE_FRAMES = 16;

/**
 * Everything that touches every sample or every bin, in plain TypeScript: frames → FFT → power → noise floor →
 * whitening → sync search. It is the measure for any faster kernel.
 *
 * The spectrogram holds `history` columns of the past and a batch of new ones.
 */
export class ReferenceKernel {
  readonly noise: NoiseFloor;
  readonly spectrogram: Spectrogram;
  readonly history: number;
  readonly detector: Detector;
  readonly #geometry: Geometry;
  readonly #filterbank: Filterbank;
  readonly #tile: Spectrogram;

  /**
   * @param historyFrames columns to keep behind a batch; at least the longest packet
   * @param threshold     least score of a candidate, standard deviations of noise
   * @param lowestNoise   least noise power of a sample to reckon with
   */
  constructor(
    geometry: Geometry,
    patterns: readonly SyncPattern[],
    historyFrames: number,
    threshold: number,
    lowestNoise: number,
  ) {
    this.#geometry = geometry;
    this.#filterbank = new Filterbank(geometry);
    this.noise = new NoiseFloor(geometry.fftSize, lowestNoise);
    const { window } = this.#filterbank;
    this.detector = new Detector(
      patterns,
      geometry.fftSize,
      threshold,
      (width) => summedNoiseVariance(window, geometry.fftSize, width),
      BATCH_FRAMES,
    );
    this.history = Math.max(historyFrames, this.detector.lookahead);
    this.#tile = { rows: new Float32Array(geometry.fftSize * TILE_FRAMES), stride: TILE_FRAMES };
    // An odd stride keeps the rows of one column out of each other's cache lines.
    const stride = this.history + BATCH_FRAMES + 9;
    this.spectrogram = { rows: new Float32Array(geometry.fftSize * stride), stride };
  }

  /** Samples before a frame's chip that its window reads. */
  get lead(): number {
    return Math.ceil((this.#geometry.windowSamples - this.#geometry.samplesPerChip) / 2) + 1;
  }

  /**
   * Takes in one batch of frames and searches for sync words that are now complete.
   * @param iq          complex baseband; float32, interleaved I,Q
   * @param chipAt      index in `iq` of frame f's chip: a chip that begins there fills the frame's window
   * @param learnFrames how many of the frames are air; padding must not touch the noise floor
   * @param firstFrame  the first new frame's number
   */
  batch(
    iq: Float32Array,
    chipAt: (frame: number) => number,
    learnFrames: number,
    firstFrame: number,
  ): Candidate[] {
    const { history } = this;
    const offset = (this.#geometry.samplesPerChip - this.#geometry.windowSamples) / 2;
    for (let first = 0; first < BATCH_FRAMES; first += TILE_FRAMES) {
      for (let frame = 0; frame < TILE_FRAMES; frame++) {
        const at = Math.round(chipAt(first + frame) + offset);
        this.#filterbank.frame(iq, at, this.#tile, frame);
      }
      this.#layDown(history + first);
    }
    this.noise.update(this.spectrogram, history, BATCH_FRAMES, learnFrames);
    const { lookahead } = this.detector;
    return this.detector.search(this.spectrogram, history - lookahead, BATCH_FRAMES, firstFrame - lookahead);
  }

  /** Forgets the oldest batch of columns. */
  advance(): void {
    const { rows, stride } = this.spectrogram;
    for (let row = 0; row < rows.length; row += stride) {
      rows.copyWithin(row, row + BATCH_FRAMES, row + BATCH_FRAMES + this.history);
    }
  }

  /** Moves a tile into the spectrogram, whitened by the noise floor as it is so far. */
  #layDown(column: number): void {
    const tile = this.#tile.rows;
    const { rows, stride } = this.spectrogram;
    for (let bin = 0; bin < this.#geometry.fftSize; bin++) {
      const gain = 1 / this.noise.floor[bin];
      const to = bin * stride + column;
      const from = bin * TILE_FRAMES;
      for (let i = 0; i < TILE_FRAMES; i++) rows[to + i] = gain * tile[from + i];
    }
  }
}
