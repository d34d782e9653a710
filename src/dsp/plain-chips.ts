import { type ChipLoops, MOST_CHIPS, NESTED_WIDTHS, PICKED_ROWS, PICKED_STRIDE } from './chip-loops.js';
import { FRAMES_PER_CHIP } from './geometry.js';

/** The loops over a packet's chips in plain TypeScript: the measure for any faster ones. */
export class PlainChips implements ChipLoops {
  readonly picked = new Float32Array(PICKED_ROWS * PICKED_STRIDE);
  readonly nested = NESTED_WIDTHS.map(() => new Float32Array(MOST_CHIPS));
  readonly contributions = new Int32Array(MOST_CHIPS / 2);
  readonly #powers = new Float64Array(MOST_CHIPS);

  /** Along four rows at a time, as they lie in memory. */
  gather(rows: Float32Array, places: Int32Array, width: number, from: number, to: number): Float64Array {
    const powers = this.#powers.fill(0, from);
    let i = 0;
    for (; i + 4 <= width; i += 4) {
      const [a, b, c, d] = [places[i], places[i + 1], places[i + 2], places[i + 3]];
      for (let chip = from, at = 0; chip < to; chip++, at += FRAMES_PER_CHIP) {
        powers[chip] += rows[a + at] + rows[b + at] + (rows[c + at] + rows[d + at]);
      }
    }
    for (; i < width; i++) {
      for (let chip = from, at = places[i]; chip < to; chip++, at += FRAMES_PER_CHIP)
        powers[chip] += rows[at];
    }
    return powers;
  }

  pick(rows: Float32Array, place: number, chips: number, to: number): void {
    for (let c = 0; c < chips; c++) this.picked[to + c] = rows[place + c * FRAMES_PER_CHIP];
  }

  nest(rows: Int32Array, chips: number): void {
    const { picked } = this;
    const [one, two, four, eight] = this.nested;
    const [a, b, c, d, e, f, g, h] = Array.from(rows, (row) => row * PICKED_STRIDE);
    // In float32 after each addition, as vectors do it.
    const sum = Math.fround;
    for (let i = 0; i < chips; i++) {
      one[i] = picked[a + i];
      two[i] = one[i] + picked[b + i];
      four[i] = two[i] + sum(picked[c + i] + picked[d + i]);
      eight[i] = four[i] + sum(sum(picked[e + i] + picked[f + i]) + sum(picked[g + i] + picked[h + i]));
    }
  }

  remainder(width: number, symbols: number): number {
    const chips = this.nested[width];
    let rest = 0;
    for (let i = 0; i < symbols; i++) if (chips[2 * i] > chips[2 * i + 1]) rest ^= this.contributions[i];
    return rest;
  }
}
