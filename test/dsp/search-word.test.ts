import { describe, expect, it } from 'vitest';
import { searchWordsOf } from '../../src/dsp/search-word.js';

describe('search words', () => {
  it('are the sync words where nothing else is said', () => {
    expect(searchWordsOf([{ sync: '1101', lengthSymbols: 20 }])).toEqual([
      { symbols: '1101', patterns: [{ sync: 0, frames: 0 }] },
    ]);
  });

  it('are searched for once where patterns have them in common, each with its own beginning', () => {
    const words = searchWordsOf([
      { sync: '0110', lengthSymbols: 20 },
      { sync: '1011', search: [0, 3], lengthSymbols: 20 },
      { sync: '00101', search: [2, 5], lengthSymbols: 90 },
    ]);
    expect(words).toEqual([
      { symbols: '0110', patterns: [{ sync: 0, frames: 0 }] },
      {
        symbols: '101',
        patterns: [
          { sync: 1, frames: 0 },
          { sync: 2, frames: 16 },
        ],
      },
    ]);
  });
});
