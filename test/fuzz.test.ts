import { describe, expect, it } from 'vitest';
import { fuzzBursts } from '../bench/fuzz-bursts.js';
import { fuzzFiles } from '../bench/fuzz-files.js';

/** Short versions of `npm run bench:fuzz`. */
describe('whatever comes', () => {
  it('as symbols is decoded or refused, and no packet has an impossible field', () => {
    const { failures, tallies } = fuzzBursts(1, 6000);
    expect(failures).toEqual([]);
    for (const protocol of ['SCM', 'SCM+', 'IDM', 'R900'])
      expect(tallies[`${protocol} packet`]?.right).toBeGreaterThan(0);
    expect(fuzzBursts(1, 100)).toMatchObject({ tallies: fuzzBursts(1, 100).tallies });
  });

  it('as noise or at random, however strong, makes no packet', () => {
    const { tallies } = fuzzBursts(2, 6000);
    for (const [key, { notSent }] of Object.entries(tallies)) {
      if (/noise|strong/.test(key)) expect([key, notSent]).toEqual([key, 0]);
    }
  });

  it('as a recording is read to its end, or refused in one sentence', async () => {
    const { count, read, refused, failures } = await fuzzFiles(1, 250);
    expect(failures).toEqual([]);
    expect(read).toBeGreaterThan(20);
    expect(Object.keys(refused).sort()).toEqual(['INPUT_INVALID', 'INPUT_NOT_FOUND', 'USAGE']);
    expect(read + Object.values(refused).reduce((a, b) => a + b)).toBe(count);
  });
});
