import { SAMPLE_BYTES, type SampleBlock } from '../sources/source.js';
import { loudnessOf } from './loudness.js';

/** Air from which it is known how loud it is, ms. */
const REFERENCE_MS = 200;
/** The gain is lowered by this for a moment, and that is seen where the noise falls by at least that, dB. */
const STEP_DB = 15;
const SEEN_DB = 3;
/** How finely it is looked when that happens, ms, and how many such pieces in a row have to be quiet. */
const PIECE_MS = 1;
const QUIET_PIECES = 4;
/** If it has not happened within so much air, it does not; ms. */
const LONGEST_MS = 2500;

/** What to do with the radio's gain: nothing, lower it, put it back. */
export type GainWish = 'keep' | 'lower' | 'restore';

/**
 * How long it takes from telling a radio something until it shows in the samples, by their own clock: buffers and networks
 * lie between. It is measured by lowering the gain for a moment.
 */
export class TuningDelay {
  readonly #sampleRateHz: number;
  readonly #levels: number[] = [];
  #referenceMs = 0;
  #toldMs: number | null = null;
  #waitedMs = 0;
  #quietPieces = 0;
  #isOver = false;
  #delayMs: number | null = null;

  constructor(sampleRateHz: number) {
    this.#sampleRateHz = sampleRateHz;
  }

  /** A gain that tells the delay, or null where the present one cannot be lowered enough. */
  static lowerGain(gainDb: number | 'auto' | 'agc'): number | null {
    return typeof gainDb === 'number' && gainDb >= STEP_DB ? gainDb - STEP_DB : null;
  }

  /** Whether it is known, or will not be. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** ms; null where it could not be told. */
  get delayMs(): number | null {
    return this.#delayMs;
  }

  /** Takes the blocks in order. @param nowMs on the clock of the blocks' times */
  look(block: SampleBlock & { readonly timeMs: number }, nowMs: number): GainWish {
    const lengthMs = (1000 * block.bytes.length) / SAMPLE_BYTES[block.format] / this.#sampleRateHz;
    if (this.#toldMs === null) {
      this.#levels.push(loudnessOf(block));
      this.#referenceMs += lengthMs;
      if (this.#referenceMs < REFERENCE_MS) return 'keep';
      this.#toldMs = nowMs;
      return 'lower';
    }
    this.#delayMs = this.#fallIn(block, this.#toldMs);
    this.#waitedMs += lengthMs;
    this.#isOver = this.#delayMs !== null || this.#waitedMs > LONGEST_MS;
    return this.#isOver ? 'restore' : 'keep';
  }

  /** When in the block the noise fell, ms after it was told to. */
  #fallIn(
    { bytes, format, timeMs }: SampleBlock & { readonly timeMs: number },
    toldMs: number,
  ): number | null {
    const threshold = median(this.#levels) - SEEN_DB;
    const pieceBytes = Math.round((PIECE_MS / 1000) * this.#sampleRateHz) * SAMPLE_BYTES[format];
    for (let at = 0; at + pieceBytes <= bytes.length; at += pieceBytes) {
      const level = loudnessOf({ bytes: bytes.subarray(at, at + pieceBytes), format });
      this.#quietPieces = level < threshold ? this.#quietPieces + 1 : 0;
      if (this.#quietPieces < QUIET_PIECES) continue;
      const firstQuiet = at / pieceBytes + 1 - QUIET_PIECES;
      return Math.max(0, timeMs + firstQuiet * PIECE_MS - toldMs);
    }
    return null;
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
