import { expect, it } from 'vitest';
import { PairTable } from '../../src/decode/pair-table.js';
import { Random } from '../../src/synth/random.js';

/** Every pair with this syndrome, the last one first. */
function pairsOf(table: PairTable, syndrome: number): number[][] {
  const found: number[][] = [];
  for (let pair = table.last(syndrome); pair > 0; pair = table.before(pair))
    found.push([table.a[pair - 1], table.b[pair - 1]]);
  return found;
}

it('holds the pairs of the bits that it was filled with last, by their syndrome', () => {
  const random = new Random(5);
  const table = new PairTable(20);
  for (let round = 0; round < 3; round++) {
    // Few values, so that many pairs share a syndrome and many syndromes a place in the table.
    const bits = Uint16Array.from({ length: 20 }, () => random.below(4) | (random.below(16) << 12));
    table.fill(bits);
    const expected = new Map<number, number[][]>();
    for (let a = 19; a >= 0; a--)
      for (let b = 19; b > a; b--)
        expected.set(bits[a] ^ bits[b], [...(expected.get(bits[a] ^ bits[b]) ?? []), [a, b]]);
    for (let syndrome = 0; syndrome < 2 ** 16; syndrome++) {
      const pairs = expected.get(syndrome) ?? [];
      if (pairs.length > 0 || table.last(syndrome) !== 0) expect(pairsOf(table, syndrome)).toEqual(pairs);
    }
    for (let p = 0; p < 190; p++) expect(table.syndromeOf[p]).toBe(bits[table.a[p]] ^ bits[table.b[p]]);
  }
});
