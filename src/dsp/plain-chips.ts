import {
  type ChipLoops,
  type Eyes,
  MOST_CHIPS,
  NESTED_WIDTHS,
  PICKED_ROWS,
  PICKED_STRIDE,
  type Spread,
  TOGETHER,
} from './chip-loops.js';
import { FRAMES_PER_CHIP } from './geometry.js';

/** The loops over a packet's chips in plain TypeScript: the measure for any faster ones. */
export class PlainChips implements ChipLoops {
  readonly gathered = new Float32Array(MOST_CHIPS);
  readonly picked = new Float32Array(PICKED_ROWS * PICKED_STRIDE);
  readonly energies = new Float32Array(PICKED_ROWS);
  readonly openings = new Float32Array(PICKED_ROWS);
  readonly nested = NESTED_WIDTHS.map(() => new Float32Array(MOST_CHIPS));
  readonly contributions = new Int32Array(MOST_CHIPS / 2);
  readonly spread: Spread = { energy: 0, apart: 0, weakestOn: 0, loudestOff: 0 };
  readonly #eyes: Eyes = { syncEnergy: 0, matched: 0, lastMatched: 0, lastApart: 0, energy: 0, apart: 0 };
  #signs: Float64Array = new Float64Array(0);
  #last = 0;

  gather(rows: Float32Array, places: Int32Array, width: number, from: number, to: number): void {
    for (let chip = from, at = 0; chip < to; chip++, at += FRAMES_PER_CHIP) {
      this.gathered[chip] = sumOf(width, (row) => rows[places[row] + at]);
    }
  }

  know(signs: Float64Array, last: number): void {
    this.#signs = signs;
    this.#last = signs.length - last;
  }

  eyes(symbols: number): Eyes {
    const { gathered: chips } = this;
    const signs = this.#signs;
    const eyes = this.#eyes;
    eyes.syncEnergy = eyes.matched = eyes.lastMatched = eyes.lastApart = eyes.energy = eyes.apart = 0;
    for (let i = 0; i < symbols; i++) {
      const both = chips[2 * i] + chips[2 * i + 1];
      const difference = chips[2 * i] - chips[2 * i + 1];
      if (i < signs.length) {
        eyes.syncEnergy += both;
        eyes.matched += signs[i] * difference;
      } else {
        eyes.energy += both;
        eyes.apart += Math.abs(difference);
      }
      if (i >= this.#last && i < signs.length) {
        eyes.lastMatched += signs[i] * difference;
        eyes.lastApart += Math.abs(difference);
      }
    }
    return eyes;
  }

  pick(rows: Float32Array, place: number, chips: number, to: number): void {
    for (let c = 0; c < chips; c++) this.picked[to + c] = rows[place + c * FRAMES_PER_CHIP];
  }

  open(signs: Float64Array): void {
    const symbols = TOGETHER * Math.ceil(signs.length / TOGETHER);
    for (let row = 0; row < PICKED_ROWS; row++) {
      const chips = this.picked.subarray(row * PICKED_STRIDE);
      let energy = 0;
      let opening = 0;
      for (let i = 0; i < symbols; i++) {
        energy += chips[2 * i] + chips[2 * i + 1];
        if (i < signs.length) opening += signs[i] * (chips[2 * i] - chips[2 * i + 1]);
      }
      this.energies[row] = energy;
      this.openings[row] = opening;
    }
  }

  nest(rows: Int32Array, chips: number): void {
    for (let c = 0; c < chips; c++) {
      let sum = 0;
      let from = 0;
      for (const [k, width] of NESTED_WIDTHS.entries()) {
        const first = from;
        const more = sumOf(width - from, (row) => this.picked[rows[first + row] * PICKED_STRIDE + c]);
        sum = Math.fround(sum + more);
        this.nested[k][c] = sum;
        from = width;
      }
    }
  }

  remainder(width: number, symbols: number): number {
    const chips = this.nested[width];
    const { spread } = this;
    spread.energy = spread.apart = spread.loudestOff = 0;
    spread.weakestOn = Number.POSITIVE_INFINITY;
    let rest = 0;
    for (let i = 0; i < symbols; i++) {
      const [first, second] = [chips[2 * i], chips[2 * i + 1]];
      if (first > second) rest ^= this.contributions[i];
      spread.energy += first + second;
      spread.apart += Math.abs(first - second);
      spread.weakestOn = Math.min(spread.weakestOn, Math.max(first, second));
      spread.loudestOff = Math.max(spread.loudestOff, Math.min(first, second));
    }
    return rest;
  }
}

/** Sum of 1, 2, 4 or 8 values, in pairs and in float32, as vectors do it. */
function sumOf(count: number, value: (i: number) => number, first = 0): number {
  if (count === 1) return value(first);
  const half = count / 2;
  return Math.fround(sumOf(half, value, first) + sumOf(half, value, first + half));
}
