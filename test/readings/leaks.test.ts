import { describe, expect, it } from 'vitest';
import { backflowInWords, daysOfBucket, leakNowInWords } from '../../src/readings/leaks.js';

describe('flags of R900', () => {
  it('are buckets of days', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(daysOfBucket)).toEqual([
      '0 days',
      '1–2 days',
      '3–7 days',
      '8–14 days',
      '15–21 days',
      '22–34 days',
      '35 days or more',
      null,
    ]);
  });

  it('are words where they are not days, and nothing where they are not told', () => {
    expect([0, 1, 2, 3].map(backflowInWords)).toEqual(['none', 'low', 'high', null]);
    expect([0, 1, 2, 3].map(leakNowInWords)).toEqual(['none', 'intermittent', 'continuous', null]);
  });
});
