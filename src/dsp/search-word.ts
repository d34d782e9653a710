import type { SyncPattern } from './detector.js';
import { FRAMES_PER_SYMBOL } from './geometry.js';

/** Symbols that are searched for, and the patterns that have them. */
export interface SearchWord {
  readonly symbols: string;
  /** Which patterns, and how many frames each begins before its search word. */
  readonly patterns: readonly { readonly sync: number; readonly frames: number }[];
}

/** The different words to search for: what patterns have in common is searched for once. */
export function searchWordsOf(patterns: readonly SyncPattern[]): SearchWord[] {
  const words = new Map<string, { sync: number; frames: number }[]>();
  patterns.forEach(({ sync, search = [0, sync.length] }, index) => {
    const symbols = sync.slice(...search);
    const found = words.get(symbols) ?? [];
    found.push({ sync: index, frames: search[0] * FRAMES_PER_SYMBOL });
    words.set(symbols, found);
  });
  return [...words].map(([symbols, found]) => ({ symbols, patterns: found }));
}
