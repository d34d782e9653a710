import { expect, it } from 'vitest';
import { crc16SyndromesOfBits } from '../../src/decode/crc16.js';
import { TripleTable } from '../../src/decode/triple-table.js';

it('holds each triple once, under its syndrome, the first bits first', () => {
  const bits = crc16SyndromesOfBits(30);
  const table = new TripleTable(bits);
  const seen = new Set<number>();
  for (let syndrome = 0; syndrome < 2 ** 16; syndrome++) {
    let before = -1;
    for (let t = table.from[syndrome]; t < table.from[syndrome + 1]; t++) {
      const triple = table.bits[t];
      const [a, b, c] = [triple & 255, (triple >> 8) & 255, triple >> 16];
      expect([a < b, b < c, a >= before]).toEqual([true, true, true]);
      expect(bits[a] ^ bits[b] ^ bits[c]).toBe(syndrome);
      before = a;
      seen.add(triple);
    }
  }
  expect(seen.size).toBe((30 * 29 * 28) / 6);
  expect(table.from[2 ** 16]).toBe(seen.size);
});
