import { type ChipLoops, MOST_CHIPS, PICKED_STRIDE } from './chip-loops.js';
import { syncOpening } from './eye.js';
import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP } from './geometry.js';

/**
 * Powers of a packet's chips in some neighbouring bins, side by side. In the spectrogram they lie so far apart that it is
 * worth the while to copy what is to be looked at more than once.
 */
export class ChipRows {
  readonly #bins: number;
  readonly #loops: ChipLoops;
  readonly #chips: readonly Float32Array[];

  /** @param bins of the spectrogram */
  constructor(bins: number, loops: ChipLoops) {
    this.#bins = bins;
    this.#loops = loops;
    this.#chips = Array.from({ length: loops.picked.length / PICKED_STRIDE }, (_, row) =>
      loops.picked.subarray(row * PICKED_STRIDE, row * PICKED_STRIDE + MOST_CHIPS),
    );
  }

  /**
   * Takes the chips of some bins.
   * @param lowest      first of the bins; the band is a circle
   * @param firstColumn column of chip 0
   */
  take({ rows, stride, ring }: Spectrogram, lowest: number, firstColumn: number, chips: number): void {
    const end = ring?.end ?? Number.POSITIVE_INFINITY;
    const length = ring?.length ?? 0;
    const straight = Math.min(chips, Math.max(0, Math.ceil((end - firstColumn) / FRAMES_PER_CHIP)));
    const second = firstColumn + straight * FRAMES_PER_CHIP - length;
    for (let i = 0; i < this.#chips.length; i++) {
      const row = ((lowest + i + this.#bins) % this.#bins) * stride;
      const to = i * PICKED_STRIDE;
      this.#loops.pick(rows, row + firstColumn, straight, to);
      if (straight < chips) this.#loops.pick(rows, row + second, chips - straight, to + straight);
    }
  }

  /** How far the eye of known symbols, the first ones, is open in one of them. */
  opening(row: number, signs: Float64Array): number {
    return syncOpening(this.#chips[row], signs);
  }

  /** Power of the first chips of one of them. */
  power(row: number, chips: number): number {
    const powers = this.#chips[row];
    let sum = 0;
    for (let c = 0; c < chips; c++) sum += powers[c];
    return sum;
  }
}
