import { expect, it } from 'vitest';
import { slicingOf, undivided } from '../../src/receiver/slicing.js';

const RATE_HZ = 2.4e6;

it.each([
  [false, 1 / 48],
  [true, 1 / 4],
])('a stream in one piece is searched by what may be late (unhurried: %s)', (unhurried, seconds) => {
  const slicing = undivided(slicingOf(RATE_HZ, 'cu8', 96, true), RATE_HZ, unhurried);
  expect(slicing.sliceSamples).toBe(Number.POSITIVE_INFINITY);
  expect(slicing.chunkSamples).toBe(seconds * RATE_HZ);
});
