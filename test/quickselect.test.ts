import { expect, it } from 'vitest';
import { kthSmallest } from '../src/quickselect.js';
import { Random } from '../src/synth/random.js';

it('selects what sorting would put there, of distinct and of equal values', () => {
  const random = new Random(3);
  for (let round = 0; round < 300; round++) {
    const kinds = 1 + random.below(40);
    const values = Float32Array.from({ length: 1 + random.below(60) }, () => random.below(kinds) / 3);
    const k = random.below(values.length);
    const sorted = values.slice().sort();
    expect(kthSmallest(values, k)).toBe(sorted[k]);
    expect(values.sort()).toEqual(sorted);
  }
});
