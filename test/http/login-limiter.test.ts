import { expect, it } from 'vitest';
import { LoginLimiter } from '../../src/http/login-limiter.js';

const START = 1_700_000_000_000;

it('gives an address five guesses, and one more a minute', () => {
  const limiter = new LoginLimiter();
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
  const limiter = new LoginLimiter();
  const allowed = Array.from({ length: 5000 }, (_, i) => limiter.take(`address ${i}`, START) === 0);
  expect(allowed.filter((one) => one)).toHaveLength(20);
  expect(limiter.take('one more', START + 6000)).toBe(0);
});
