import type { Spectrogram } from '../../src/dsp/filterbank.js';
import type { Random } from '../../src/synth/random.js';

export const FRAMES_PER_CHIP = 4;
export const FRAMES_PER_SYMBOL = 8;
/** The sync word of SCM. */
export const SCM_SYNC = '111110010101001100000';

/** White noise of mean 1, independent in every bin and column. */
export function whiteSpectrogram(random: Random, bins: number, columns: number): Spectrogram {
  return { rows: Float32Array.from({ length: bins * columns }, () => random.exponential()), stride: columns };
}

/** Where chips are keyed: `width` bins from `bin`, which may go round; the first chip's frame is `column`. */
export interface Keying {
  readonly bin: number;
  readonly width: number;
  readonly column: number;
  readonly power: number;
}

/** Adds on-chips (1) of a string of chips; frames between two chips see a part of each. */
export function key(spectrogram: Spectrogram, chips: string, { bin, width, column, power }: Keying): void {
  const { rows, stride } = spectrogram;
  [...chips].forEach((chip, i) => {
    if (chip !== '1') return;
    const middle = column + i * FRAMES_PER_CHIP;
    for (let b = bin; b < bin + width; b++) {
      const row = (b * stride) % rows.length;
      for (let f = 1 - FRAMES_PER_CHIP; f < FRAMES_PER_CHIP; f++) {
        const at = middle + f;
        if (at >= 0 && at < stride) rows[row + at] += power * (1 - Math.abs(f) / FRAMES_PER_CHIP);
      }
    }
  });
}

/** Chips of Manchester symbols, both as digits: 1 → 10, 0 → 01. */
export function chipsOf(symbols: string): string {
  return [...symbols].map((symbol) => (symbol === '1' ? '10' : '01')).join('');
}

/** Digits 0 and 1 at random. */
export function randomDigits(random: Random, length: number): string {
  return Array.from({ length }, () => random.below(2)).join('');
}
