import { expect, it } from 'vitest';
import { DIAL_GUESSES, GuessLimiter, PASSWORD_GUESSES } from '../../src/http/guess-limiter.js';

const START = 1_700_000_000_000;

it('gives an address five guesses, and one more a minute', () => {
  const limiter = new GuessLimiter(PASSWORD_GUESSES);
  for (let i = 0; i < 5; i++) expect(limiter.take('a', START)).toBe(0);
  expect(limiter.take('a', START)).toBe(60_000);
  expect(limiter.take('a', START + 20_000)).toBe(40_000);
  expect(limiter.take('b', START)).toBe(0);
  expect(limiter.take('a', START + 60_000)).toBe(0);
  expect(limiter.take('a', START + 60_000)).toBe(60_000);
  limiter.forgive('a');
  expect(limiter.take('a', START + 60_000)).toBe(0);
});

it('does not let a crowd of addresses guess more, nor fill the memory', () => {
  const limiter = new GuessLimiter(PASSWORD_GUESSES);
  const allowed = Array.from({ length: 5000 }, (_, i) => limiter.take(`address ${i}`, START) === 0);
  expect(allowed.filter((one) => one)).toHaveLength(20);
  expect(limiter.take('one more', START + 6000)).toBe(0);
});

it('counts a guess that is repeated once', () => {
  const limiter = new GuessLimiter(PASSWORD_GUESSES);
  for (let i = 0; i < 50; i++) expect(limiter.take('a', START, '12345')).toBe(0);
  for (let i = 0; i < 4; i++) expect(limiter.take('a', START, `${i}`)).toBe(0);
  expect(limiter.take('a', START, '12345')).toBe(60_000);
  expect(limiter.take('a', START, '3')).toBe(0);
});

it('takes days to try all dials of five digits, whoever helps', () => {
  const limiter = new GuessLimiter(DIAL_GUESSES);
  let nowMs = START;
  for (let guesses = 0, tries = 0; guesses < 2000; tries++) {
    const waitMs = limiter.take(`address ${tries % 100}`, nowMs);
    if (waitMs === 0) guesses++;
    nowMs += waitMs;
  }
  // A guess fits five dials.
  expect(((nowMs - START) / 2000) * 2e4).toBeGreaterThan(2 * 86_400_000);
});
