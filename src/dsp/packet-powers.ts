import { type ChipLoops, WIDEST } from './chip-loops.js';
import { chipsToEnd, type Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP } from './geometry.js';

/** Powers of a packet's chips as they stand in the spectrogram, summed over some bins. */
export class PacketPowers {
  readonly #bins: number;
  readonly #loops: ChipLoops;
  readonly #places = new Int32Array(WIDEST);

  /** @param bins of the spectrogram */
  constructor(bins: number, loops: ChipLoops) {
    this.#bins = bins;
    this.#loops = loops;
  }

  /**
   * @param lowest      first of the bins; the band is a circle
   * @param width       how many of them: 1, 2, 4 or 8
   * @param firstColumn column of the first chip
   * @returns the same array each time
   */
  gather(
    spectrogram: Spectrogram,
    lowest: number,
    width: number,
    firstColumn: number,
    chips: number,
  ): Float32Array {
    const { rows, stride, ring } = spectrogram;
    const places = this.#places;
    for (let i = 0; i < width; i++) {
      const bin = lowest + i;
      const row = bin < 0 ? bin + this.#bins : bin < this.#bins ? bin : bin - this.#bins;
      places[i] = row * stride + firstColumn;
    }
    const straight = chipsToEnd(spectrogram, firstColumn);
    this.#loops.gather(rows, places, width, 0, Math.min(straight, chips));
    if (ring !== undefined && straight < chips) {
      for (let i = 0; i < width; i++) places[i] += straight * FRAMES_PER_CHIP - ring.length;
      this.#loops.gather(rows, places, width, straight, chips);
    }
    return this.#loops.gathered;
  }
}
