import type { Spectrogram } from './filterbank.js';

/** Power over the noise floor from which a chip in one bin is energy: noise gets there once in 10⁶ looks. */
export const HIT_POWER = 14;
/** Bins of a word of {@link ChipHits}. */
export const HIT_WORD_BINS = 32;

/** Which bins of chips hold more than {@link HIT_POWER}: a bit each, since where there is one there are many. */
export interface ChipHits {
  /** The lowest bit of a chip's first word is the lowest bin in order of frequency; int32 [bins/32][chips]. */
  readonly bits: Int32Array;
  /** How many of each chip; int32 [chips]. */
  readonly count: Int32Array;
}

/** One column a chip of a batch; chips come in multiples of 16. */
export interface KeptChips extends Spectrogram {
  readonly hits: ChipHits;
}

/** Words of a chip's hits. */
export function hitWords(bins: number): number {
  return bins / HIT_WORD_BINS;
}

/**
 * Room for a batch.
 * @param rowsAt where the rows lie in the buffer, bytes
 * @param hitsAt where the hits lie, the counts right behind the bits
 */
export function keptChips(
  bins: number,
  chips: number,
  buffer: ArrayBuffer = new ArrayBuffer(4 * chips * (bins + hitWords(bins) + 1)),
  rowsAt = 0,
  hitsAt = 4 * chips * bins,
): KeptChips {
  const words = hitWords(bins) * chips;
  return {
    rows: new Float32Array(buffer, rowsAt, bins * chips),
    stride: chips,
    hits: {
      bits: new Int32Array(buffer, hitsAt, words),
      count: new Int32Array(buffer, hitsAt + 4 * words, chips),
    },
  };
}

/** Row of the spectrogram of the k-th bin in order of frequency. */
export function rowOf(k: number, bins: number): number {
  return (k + bins / 2) % bins;
}
