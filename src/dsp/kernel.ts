import type { SampleFormat } from '../sources/source.js';
import type { ChipLoops } from './chip-loops.js';
import { Detector, type SyncPattern, searchShape } from './detector.js';
import { type Ring, type Spectrogram, summedNoiseVariance } from './filterbank.js';
import { FRAMES_PER_CHIP, FRAMES_PER_SYMBOL, type Geometry } from './geometry.js';
import type { KeptChips } from './kept-chips.js';
import type { KernelLoops, KernelName } from './kernel-loops.js';
import type { Matches } from './matches.js';
import { NoiseFloor } from './noise.js';
import { ReferenceLoops } from './reference.js';
import { clippedMeans, lookaheadOf } from './rows.js';
import { MOST_SYMBOLS } from './screening.js';
import { SimdLoops, simdIsSupported } from './wasm/simd-loops.js';
import { prototypeWindow } from './window.js';

/** Frames worked on at a time: 7.8 ms. */
export const BATCH_FRAMES = 1024;
/** The newest batch, and the one in which the packets that it completes began. */
const BATCHES_HELD = 2;
/** Columns of a cache line. */
const LINE = 16;

/** The kernel that this machine runs fastest. */
export function bestKernel(): KernelName {
  return simdIsSupported() ? 'simd' : 'reference';
}

/** Where columns are used again. @throws RangeError where a packet may begin before what is held, when it is looked at */
function ringFor(patterns: readonly SyncPattern[], lookahead: number): Ring {
  const before = lookahead + Math.max(...patterns.map(({ search = [0] }) => search[0] * FRAMES_PER_SYMBOL));
  const length = BATCHES_HELD * BATCH_FRAMES;
  if (Math.max(before, MOST_SYMBOLS * FRAMES_PER_SYMBOL) > length - BATCH_FRAMES) {
    throw new RangeError(`Packets are looked at over more than ${length - BATCH_FRAMES} frames.`);
  }
  return { end: LINE * Math.ceil(lookahead / LINE) + length, length };
}

/**
 * From samples to candidates: frames → FFT → power → noise floor → whitening → sync search, a batch of frames at a
 * time. What touches every sample or every bin is done by its loops; this is the order they go in.
 *
 * The spectrogram holds two batches that are written in turn. A word that is complete now may have begun in the batch
 * before, so the end of the second one is copied before the first one; a packet is followed from the second one's end
 * to the first one's beginning.
 *
 *   | end of the second | first batch | second batch |
 *                       ↑ #firstColumn              ↑ end of the ring
 */
export class Kernel {
  readonly noise: NoiseFloor;
  readonly detector: Detector;
  readonly #geometry: Geometry;
  readonly #loops: KernelLoops;
  readonly #starts = new Int32Array(BATCH_FRAMES);
  readonly #ring: Ring;
  #column: number;
  #slot = 0;

  /**
   * @param keptBatches   batches of which one column a chip is kept, the newest included
   * @param samples       samples that {@link iq} holds
   * @param threshold     least score of a candidate, standard deviations of noise
   * @param lowestNoise   least noise power of a sample to reckon with
   */
  constructor(
    name: KernelName,
    geometry: Geometry,
    format: SampleFormat,
    patterns: readonly SyncPattern[],
    keptBatches: number,
    samples: number,
    threshold: number,
    lowestNoise: number,
  ) {
    this.#geometry = geometry;
    const { fftSize, windowSamples, samplesPerChip } = geometry;
    const window = prototypeWindow(windowSamples, samplesPerChip);
    const variance = (width: number): number => summedNoiseVariance(window, fftSize, width);
    const search = searchShape(patterns, threshold, variance);
    this.#ring = ringFor(patterns, lookaheadOf(search.words));
    const shape = {
      geometry,
      format,
      ...search,
      samples,
      ring: this.#ring,
      batchFrames: BATCH_FRAMES,
      keptBatches,
    };
    this.#loops = name === 'simd' ? new SimdLoops(shape) : new ReferenceLoops(shape);
    this.noise = new NoiseFloor(fftSize, lowestNoise);
    this.detector = new Detector(patterns, fftSize, variance, BATCH_FRAMES, this.#loops.rows);
    this.#column = this.#firstColumn;
  }

  get name(): KernelName {
    return this.#loops.name;
  }

  /** Complex baseband; float32, interleaved I,Q. */
  get iq(): Float32Array {
    return this.#loops.iq;
  }

  get spectrogram(): Spectrogram {
    return this.#loops.spectrogram;
  }

  /** Loops over the chips of packets in the spectrogram. */
  get packetLoops(): ChipLoops {
    return this.#loops.chips;
  }

  /** Column of a frame of the newest batch or the one before. @param frame counted from the newest one's first */
  columnOf(frame: number): number {
    const column = this.#column + frame;
    return column < this.#firstColumn ? column + this.#ring.length : column;
  }

  get #firstColumn(): number {
    return this.#ring.end - this.#ring.length;
  }

  /** Converts samples to floats at place `at` of {@link iq}; returns how many clip. */
  read(bytes: Uint8Array, at: number): number {
    return this.#loops.read(bytes, at);
  }

  /**
   * Takes in one batch of frames and searches for sync words that are now complete.
   * @param chipAt      index in `iq` of frame f's chip: a chip that begins there fills the frame's window
   * @param learnFrames how many of the frames are air; padding must not touch the noise floor
   * @param firstFrame  the first new frame's number
   */
  batch(chipAt: (frame: number) => number, learnFrames: number, firstFrame: number): Matches {
    this.transform(chipAt);
    this.#slot = (this.#slot + 1) % this.#loops.kept.length;
    let means = this.#keep(learnFrames);
    if (learnFrames >= FRAMES_PER_CHIP) {
      if (this.noise.isOff(means)) {
        this.noise.begin(this.spectrogram, this.#column, learnFrames);
        means = this.#keep(learnFrames);
      }
      this.noise.follow(means, learnFrames);
    }
    const { lookahead } = this.detector;
    return this.detector.search(this.spectrogram, this.#column - lookahead, firstFrame - lookahead);
  }

  /** Keeps one column a chip. @returns the means of those that are air, where some are */
  #keep(learnFrames: number): Float32Array {
    const means = this.#loops.keep(this.#column, this.#slot);
    const isPart = learnFrames >= FRAMES_PER_CHIP && learnFrames < BATCH_FRAMES;
    return isPart ? clippedMeans(this.spectrogram, this.#column, learnFrames, means) : means;
  }

  /** The first half of {@link batch}: frames to columns. */
  transform(chipAt: (frame: number) => number): void {
    const offset = (this.#geometry.samplesPerChip - this.#geometry.windowSamples) / 2;
    for (let frame = 0; frame < BATCH_FRAMES; frame++) {
      this.#starts[frame] = Math.round(chipAt(frame) + offset);
    }
    this.#loops.transform(this.#starts, this.#column, this.noise.floor);
  }

  /** One column a chip of the batch so many before the newest one. */
  chips(batchesAgo: number): KeptChips {
    const { kept } = this.#loops;
    return kept[(this.#slot - batchesAgo + kept.length) % kept.length];
  }

  /** Makes room for the next batch. */
  advance(): void {
    this.#column += BATCH_FRAMES;
    const { rows, stride } = this.spectrogram;
    const { end } = this.#ring;
    if (this.#column < end) return;
    this.#column = this.#firstColumn;
    for (let row = 0; row < rows.length; row += stride) {
      rows.copyWithin(row, row + end - this.#column, row + end);
    }
  }

  /** Forgets everything, as if it had just been made. */
  reset(): void {
    this.noise.reset();
    this.detector.reset();
    this.clear();
  }

  /** Forgets the columns; the noise floor is kept. */
  clear(): void {
    this.spectrogram.rows.fill(0);
    this.#column = this.#firstColumn;
  }
}
