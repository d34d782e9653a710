import { describe, expect, it } from 'vitest';
import { PICKED_ROWS, PICKED_STRIDE } from '../../src/dsp/chip-loops.js';
import { pickChips } from '../../src/dsp/pick-chips.js';
import { PlainChips } from '../../src/dsp/plain-chips.js';

const BINS = 16;
const STRIDE = 200;

/** A power tells its bin and its column. */
function power(bin: number, column: number): number {
  return 1000 * bin + column;
}

const rows = Float32Array.from({ length: BINS * STRIDE }, (_, i) =>
  power(Math.floor(i / STRIDE), i % STRIDE),
);

/** The chips of a row picked. */
function chipsOf({ picked }: PlainChips, row: number, chips: number): number[] {
  return [...picked.subarray(row * PICKED_STRIDE, row * PICKED_STRIDE + chips)];
}

describe('pickChips', () => {
  it('takes every fourth column of bins that are side by side, round the end of the band', () => {
    const loops = new PlainChips();
    pickChips({ rows, stride: STRIDE }, BINS - 3, 5, 10, loops);
    for (let row = 0; row < PICKED_ROWS; row++) {
      const bin = (BINS - 3 + row) % BINS;
      expect(chipsOf(loops, row, 10)).toEqual(Array.from({ length: 10 }, (_, c) => power(bin, 5 + 4 * c)));
    }
    pickChips({ rows, stride: STRIDE }, -2, 5, 10, loops);
    expect(chipsOf(loops, 0, 1)).toEqual([power(BINS - 2, 5)]);
  });

  it.each([80, 81, 82, 83])('goes on where columns are used again before column %i', (end) => {
    const loops = new PlainChips();
    const length = 60;
    pickChips({ rows, stride: STRIDE, ring: { end, length } }, 2, 62, 12, loops);
    const columns = Array.from({ length: 12 }, (_, c) => 62 + 4 * c).map((c) => (c < end ? c : c - length));
    expect(chipsOf(loops, 0, 12)).toEqual(columns.map((column) => power(2, column)));
  });
});
