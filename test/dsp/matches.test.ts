import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../src/dsp/detector.js';
import { geometryOf } from '../../src/dsp/geometry.js';
import { Matches } from '../../src/dsp/matches.js';
import { Random } from '../../src/synth/random.js';

const geometry = geometryOf(2_359_296);
/** Bins of this geometry in 100 kHz, and in a chip rate. */
const BINS_PER_100_KHZ = 100e3 / geometry.binHz;

function candidate(overrides: Partial<Candidate>): Candidate {
  return { sync: 0, frame: 100, bin: 40, width: 1, score: 10, ...overrides };
}

function matchesOf(candidates: readonly Candidate[], capacity = 4096): Matches {
  const matches = new Matches(capacity);
  for (const { sync, frame, bin, width, score } of candidates) matches.add(sync, frame, bin, width, score);
  return matches;
}

function thinOut(candidates: readonly Candidate[], most: number): Candidate[] {
  return matchesOf(candidates).thinOut(geometry, most);
}

/** More than any of these tests asks about. */
const MOST = 1000;

/** Which candidates remain, by their scores. */
function remaining(...candidates: readonly Partial<Candidate>[]): number[] {
  return thinOut(candidates.map(candidate), MOST).map(({ score }) => score);
}

describe('Matches: thinning out', () => {
  it('keeps the strongest of those that lie within a chip and a channel', () => {
    const found = [
      { score: 10, frame: 100, bin: 40 },
      { score: 12, frame: 102, bin: 41 },
      { score: 11, frame: 104, bin: 40, width: 4 },
    ];
    expect(remaining(...found)).toEqual([12]);
    expect(remaining(...found.toReversed())).toEqual([12]);
  });

  it('keeps packets of equal strength that begin together on other channels, both ways from the first', () => {
    const away = Math.round(2 * BINS_PER_100_KHZ);
    expect(remaining({ score: 20 }, { score: 19, bin: 40 + away }, { score: 18, bin: 40 - away })).toEqual([
      20, 19, 18,
    ]);
  });

  it('keeps what begins more than a chip later, however weak', () => {
    expect(remaining({ score: 900 }, { score: 5, frame: 105 }, { score: 6, frame: 90, bin: 43 })).toEqual([
      900, 6, 5,
    ]);
  });

  it('drops what the leakage of a stronger one explains, and keeps what it does not', () => {
    const beside = (score: number): number[] => remaining({ score: 100 }, { score, bin: 46, frame: 102 });
    expect(beside(3)).toEqual([100]);
    expect(beside(60)).toEqual([100, 60]);
    // The same score far away is another transmitter's.
    expect(remaining({ score: 100 }, { score: 3, bin: 100, frame: 102 })).toEqual([100, 3]);
  });

  it('knows that the band is a circle', () => {
    expect(remaining({ score: 30, bin: 0 }, { score: 20, bin: geometry.fftSize - 1 })).toEqual([30]);
  });

  it('gives the same candidates in the same order, whatever their order, equal scores included', () => {
    const random = new Random(1);
    const found = Array.from({ length: 200 }, () =>
      candidate({ frame: random.below(900), bin: random.below(128), score: 5 + random.below(5) }),
    );
    const once = thinOut([...found], MOST);
    expect(once.length).toBeGreaterThan(10);
    expect(once.length).toBeLessThan(200);
    expect(thinOut(found.toReversed(), MOST)).toEqual(once);
  });

  it('keeps no more than it may, the strongest', () => {
    const found = Array.from({ length: 20 }, (_, i) => candidate({ frame: 1000 * i, score: 5 + (i % 7) }));
    expect(thinOut(found, 4).map(({ score }) => score)).toEqual([11, 11, 10, 10]);
  });
});

describe('Matches: the best of many', () => {
  const random = new Random(2);
  // Scores near each other, equal, and beyond what is told apart at first.
  const scores = [5, 5 + 1e-9, 900, 1e7, 1e7 + 1, 1e300, Number.POSITIVE_INFINITY];
  const many = Array.from({ length: 1000 }, (_, i) =>
    candidate({
      frame: 100 * random.below(500) - 20_000,
      score: i % 2 ? random.uniform(5, 50) : scores[random.below(scores.length)],
    }),
  );

  it('are in order of score, frame and bin, however great the scores', () => {
    const told = thinOut(many, MOST);
    expect(told.length).toBeGreaterThan(100);
    const sorted = told.toSorted((a, b) =>
      a.score === b.score ? a.frame - b.frame : a.score < b.score ? 1 : -1,
    );
    expect(told).toEqual(sorted);
  });

  it('are kept where there are too many, and the others counted', () => {
    const matches = matchesOf(many, 100);
    matches.keepBest();
    expect(matches.length).toBe(100);
    expect(matches.dropped).toBe(900);
    const best = many.map(({ score }) => score).toSorted((a, b) => (a < b ? 1 : -1));
    expect(matches.candidates().map(({ score }) => score)).toEqual(best.slice(0, 100));
  });
});
