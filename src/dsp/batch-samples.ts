import type { SampleFormat } from '../sources/source.js';
import { type Iq, PIECE_SAMPLES } from './downconverter.js';
import type { Geometry } from './geometry.js';
import { BATCH_FRAMES, type Kernel } from './kernel.js';
import { RecentSamples } from './recent-samples.js';
import { SAMPLE_READERS } from './samples.js';

/** Samples past the end of what is converted that may be written over. */
const CONVERTED_BEYOND = 8;

/** Samples that the frames of a batch read before its first chip, and from there on. */
function reachOf({ windowSamples, hopSamples }: Geometry): { behind: number; ahead: number } {
  return { behind: windowSamples, ahead: Math.ceil(BATCH_FRAMES * hopSamples) + windowSamples };
}

/** Room for samples that a kernel needs: those of a batch, and behind them a piece of older ones. */
export function roomFor(geometry: Geometry): number {
  const { behind, ahead } = reachOf(geometry);
  return behind + ahead + PIECE_SAMPLES + CONVERTED_BEYOND;
}

/**
 * Samples on their way into batches of frames, as floats in the kernel's memory; and, as the bytes they came as, for a second
 * look at those of some batches before.
 *
 *   | two windows | a batch's hops …        | a window |   older ones, once more |
 *   0             ↑ chip of its first frame             ↑ behind + ahead          ↑ roomFor()
 */
export class BatchSamples {
  /** Bytes of a sample. */
  readonly sampleBytes: number;
  readonly #geometry: Geometry;
  readonly #kernel: Kernel;
  readonly #recent: RecentSamples;
  readonly #behind: number;
  readonly #ahead: number;
  /** Place in the stream of frame 0. */
  #origin = 0;
  #batch = 0;
  /** Place in the stream of what is first in the kernel's memory, and how many samples are there. */
  #base = 0;
  #filled = 0;
  #learnable = 0;

  /**
   * @param kernel  with {@link roomFor} samples
   * @param batches kept before the one to come, and so many samples before them
   */
  constructor(geometry: Geometry, format: SampleFormat, kernel: Kernel, batches: number, before: number) {
    const reader = SAMPLE_READERS[format];
    const { behind, ahead } = reachOf(geometry);
    this.sampleBytes = reader.bytes;
    this.#geometry = geometry;
    this.#kernel = kernel;
    this.#recent = new RecentSamples(reader.bytes, batches * ahead + before, reader.silence);
    this.#behind = behind;
    this.#ahead = ahead;
  }

  /** Stands before sample `origin` with nothing but silence behind it. */
  restart(origin: number): void {
    this.#origin = origin;
    this.#batch = 0;
    this.#learnable = 0;
    this.#base = Math.floor(origin) - this.#behind;
    this.#filled = this.#behind;
    this.#kernel.iq.fill(0);
    this.#recent.restart(Math.floor(origin));
  }

  /** Place in the stream of a frame's chip; may lie between two samples. */
  placeOf(frame: number): number {
    return this.#origin + frame * this.#geometry.hopSamples;
  }

  /** First frame of the batch to come. */
  get firstFrame(): number {
    return this.#batch * BATCH_FRAMES;
  }

  /** Samples that the batch to come still lacks. */
  get wanted(): number {
    return Math.floor(this.placeOf(this.firstFrame)) + this.#ahead - this.#base - this.#filled;
  }

  /** Takes in samples, at most as many as are wanted. @returns how many clip */
  push(bytes: Uint8Array): number {
    // What lies in shared memory is slow to copy: once is enough.
    const clipped = this.#read(this.#recent.push(bytes), this.#filled);
    this.#filled += bytes.length / this.sampleBytes;
    this.#learnable += bytes.length / this.sampleBytes;
    return clipped;
  }

  /** Takes in silence for the samples that are wanted. */
  pad(): void {
    const { wanted } = this;
    this.#kernel.iq.fill(0, 2 * this.#filled, 2 * (this.#filled + wanted));
    this.#recent.pushSilence(wanted);
    this.#filled += wanted;
  }

  /** Where in the kernel's memory the first chip of the batch to come begins. */
  get firstChip(): number {
    return this.placeOf(this.firstFrame) - this.#base;
  }

  /** How many frames of the batch to come are air and no padding. */
  get learnableFrames(): number {
    const { hopSamples, windowSamples } = this.#geometry;
    return Math.min(BATCH_FRAMES, Math.floor((this.#learnable - windowSamples) / hopSamples));
  }

  /** Goes on to the next batch, and forgets samples that it does not need: two windows are left. */
  advance(): void {
    this.#batch++;
    this.#learnable = Math.max(0, this.#learnable - BATCH_FRAMES * this.#geometry.hopSamples);
    const shift = Math.floor(this.placeOf(this.firstFrame)) - this.#behind - this.#base;
    this.#kernel.iq.copyWithin(0, 2 * shift, 2 * this.#filled);
    this.#base += shift;
    this.#filled -= shift;
  }

  /** Samples from a place in the stream on, which are made floats once more when they are asked for. */
  from(firstSample: number): Iq {
    const room = this.#behind + this.#ahead;
    const subarray = (from: number, to: number): Float32Array => {
      this.#read(this.#recent.from(firstSample + from / 2, (to - from) / 2), room);
      return this.#kernel.iq.subarray(2 * room, 2 * room + to - from);
    };
    return { subarray };
  }

  /** Turns two stretches of bytes into floats from a place in the kernel's room on; returns how many samples clip. */
  #read([older, newer]: readonly [Uint8Array, Uint8Array], at: number): number {
    return this.#kernel.read(older, at) + this.#kernel.read(newer, at + older.length / this.sampleBytes);
  }
}
