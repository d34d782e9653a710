import { afterEach, expect, it, vi } from 'vitest';
import { newSearch } from '../../src/receiver/new-search.js';

const STREAM = {
  sampleRateHz: 2.4e6,
  format: 'cu8',
  firstSample: 0,
  live: false,
  lengthSamples: 1000,
} as const;
const SCM = { sync: '111110010101001100000', lengthSymbols: 96 };

function search(kernel: 'simd' | 'reference') {
  const nothing = (): void => {};
  const options = { threads: undefined, observer: undefined, slicing: undefined, patienceMs: undefined };
  return newSearch(STREAM, { ...options, patterns: [SCM], kernel, onFound: nothing, onFailure: nothing });
}

afterEach(() => void vi.restoreAllMocks());

it('says so where SIMD is asked for and the machine has none', () => {
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  expect(() => search('simd')).toThrow(
    'receiver.kernel is "simd", but WebAssembly has no SIMD on this machine; use "auto" or "reference".',
  );
  expect(() => search('reference')).not.toThrow();
});
