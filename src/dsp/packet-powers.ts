import type { ChipLoops } from './chip-loops.js';
import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP } from './geometry.js';

/** Bins that are summed at most. */
const GREATEST_WIDTH = 8;

/** Powers of a packet's chips as they stand in the spectrogram, summed over some bins. */
export class PacketPowers {
  readonly #bins: number;
  readonly #loops: ChipLoops;
  readonly #places = new Int32Array(GREATEST_WIDTH);

  /** @param bins of the spectrogram */
  constructor(bins: number, loops: ChipLoops) {
    this.#bins = bins;
    this.#loops = loops;
  }

  /**
   * Chips `from … to−1`; those before stay as they were gathered last.
   * @param lowest      first of the bins; the band is a circle
   * @param width       how many of them: 1, 2, 4 or 8
   * @param firstColumn column of chip 0
   */
  gather(
    { rows, stride, ring }: Spectrogram,
    lowest: number,
    width: number,
    firstColumn: number,
    from: number,
    to: number,
  ): Float32Array {
    const places = this.#places;
    const end = ring?.end ?? Number.POSITIVE_INFINITY;
    const length = ring?.length ?? 0;
    for (let chip = from; chip < to; ) {
      const straight = firstColumn + chip * FRAMES_PER_CHIP;
      const column = straight < end ? straight : straight - length;
      const next = Math.min(to, chip + Math.ceil((end - column) / FRAMES_PER_CHIP));
      for (let i = 0; i < width; i++) {
        places[i] = ((lowest + i + this.#bins) % this.#bins) * stride + column;
      }
      this.#loops.gather(rows, places, width, chip, next);
      chip = next;
    }
    return this.#loops.gathered;
  }
}
