import { describe, expect, it } from 'vitest';
import { IqRing } from '../../src/record/iq-ring.js';

/** Samples of which both bytes are their place in the stream. */
function block(firstSample: number, samples: number) {
  const bytes = Uint8Array.from({ length: 2 * samples }, (_, i) => firstSample + (i >> 1));
  return { bytes, firstSample };
}

const samplesOf = (bytes: Uint8Array) => [...bytes].filter((_, i) => i % 2 === 0);

describe('IqRing', () => {
  it('holds the last samples, wherever the blocks end', () => {
    const ring = new IqRing('cu8', 10);
    for (const [first, samples] of [
      [0, 4],
      [4, 4],
      [8, 7],
    ]) {
      ring.write(block(first, samples));
    }
    expect(ring.held).toEqual({ first: 5, end: 15 });
    expect(samplesOf(ring.read(ring.held))).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(samplesOf(ring.read({ first: 9, end: 12 }))).toEqual([9, 10, 11]);
  });

  it('begins anew after a gap', () => {
    const ring = new IqRing('cu8', 10);
    ring.write(block(0, 5));
    ring.write(block(23, 4));
    expect(ring.held).toEqual({ first: 23, end: 27 });
    expect(samplesOf(ring.read(ring.held))).toEqual([23, 24, 25, 26]);
  });

  it('takes a block that is longer than itself', () => {
    const ring = new IqRing('cu8', 10);
    ring.write(block(3, 25));
    expect(ring.held).toEqual({ first: 18, end: 28 });
    expect(samplesOf(ring.read(ring.held))).toEqual([18, 19, 20, 21, 22, 23, 24, 25, 26, 27]);
  });
});
