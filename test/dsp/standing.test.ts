import { describe, expect, it } from 'vitest';
import { standingCarriers } from '../../src/dsp/standing.js';

const BINS = 64;

/** A floor in the order of the FFT. @param at in order of frequency */
function floorOf(at: (k: number) => number): Float32Array {
  const floor = new Float32Array(BINS);
  for (let k = 0; k < BINS; k++) floor[(k + BINS / 2) % BINS] = at(k);
  return floor;
}

describe('standingCarriers', () => {
  it('finds none in a flat floor, nor in one that falls towards the edges', () => {
    expect(standingCarriers(floorOf(() => 0.3))).toEqual([]);
    expect(standingCarriers(floorOf((k) => 0.02 + Math.sin((Math.PI * k) / BINS)))).toEqual([]);
  });

  it('finds what stands out, with its strongest bin, width and power', () => {
    const floor = floorOf((k) => ({ 20: 5, 21: 100, 22: 7, 63: 50 })[k] ?? 1);
    expect(standingCarriers(floor)).toEqual([
      { bin: 21, width: 3, power: 100 },
      { bin: 63, width: 1, power: 50 },
    ]);
  });
});
