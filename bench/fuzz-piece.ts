import { type BurstFigures, fuzzBursts } from './fuzz-bursts.js';
import { type FileFigures, fuzzFiles } from './fuzz-files.js';

export const FUZZED = ['bursts', 'files'] as const;
export type Fuzzed = (typeof FUZZED)[number];

/** Which piece: the seeds of each kind count up from 1. */
export interface FuzzPiece {
  readonly what: Fuzzed;
  readonly seed: number;
}

/** How many are in a piece: some seconds of work. */
export const COUNT_OF_PIECE: Readonly<Record<Fuzzed, number>> = { bursts: 100_000, files: 10_000 };

/** What came of a piece, what it cost and how large the process was after it. */
export type FuzzFigures = (BurstFigures | FileFigures) & {
  readonly cpuSeconds: number;
  readonly residentMb: number;
};

export async function figuresOf({ what, seed }: FuzzPiece): Promise<FuzzFigures> {
  const before = process.cpuUsage();
  const count = COUNT_OF_PIECE[what];
  const figures = what === 'bursts' ? fuzzBursts(seed, count) : await fuzzFiles(seed, count);
  const { user, system } = process.cpuUsage(before);
  const residentMb = process.memoryUsage.rss() / 1e6;
  return { ...figures, cpuSeconds: (user + system) / 1e6, residentMb };
}
