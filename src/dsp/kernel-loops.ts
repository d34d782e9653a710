import type { SampleFormat } from '../sources/source.js';
import type { ChipLoops } from './chip-loops.js';
import type { Ring, Spectrogram } from './filterbank.js';
import type { Geometry } from './geometry.js';
import type { KeptChips } from './kept-chips.js';
import type { RowLoops, SearchShape } from './rows.js';

/** `simd`: WebAssembly with 128-bit SIMD; `reference`: plain TypeScript, its measure and the fallback. */
export type KernelName = 'simd' | 'reference';

/** How much a kernel works on, and holds. */
export interface KernelShape extends SearchShape {
  readonly geometry: Geometry;
  readonly format: SampleFormat;
  /** Samples that the buffer of samples holds. */
  readonly samples: number;
  /** Frames worked on at a time. */
  readonly batchFrames: number;
  /** The spectrogram's columns. */
  readonly ring: Ring;
  /** Batches of which one column a chip is kept for longer. */
  readonly keptBatches: number;
}

/** The loops that touch every sample or every bin: samples → float → window, FFT, power → rows. */
export interface KernelLoops {
  readonly name: KernelName;
  /** Complex baseband; float32, interleaved I,Q; full scale = ±1. */
  readonly iq: Float32Array;
  /** Powers over the noise floor. */
  readonly spectrogram: Spectrogram;
  readonly rows: RowLoops;
  /** On packets in that spectrogram. */
  readonly chips: ChipLoops;
  /** One column a chip of the batches kept; see {@link keep}. */
  readonly kept: readonly KeptChips[];
  /**
   * Takes in samples.
   * @param bytes whole samples in the format of the stream
   * @param at    place of the first one in {@link iq}, samples
   * @returns how many of them clip
   */
  read(bytes: Uint8Array, at: number): number;
  /**
   * Turns a batch of frames into columns of the spectrogram.
   * @param starts  first sample of each frame's window in {@link iq}
   * @param column  where the first one goes; a multiple of 4
   * @param floor   noise power per bin, that the powers are divided by
   */
  transform(starts: Int32Array, column: number, floor: Float32Array): void;
  /**
   * Keeps one column a chip of the batch that begins in a column.
   * @param slot which of {@link kept} it replaces
   * @returns per bin, the mean of what is kept of it, clipped at `NOISE_CEILING`; valid until the next call
   */
  keep(column: number, slot: number): Float32Array;
}
