import { describe, expect, it } from 'vitest';
import { type Candidate, Detector, type SyncPattern, searchShape } from '../../src/dsp/detector.js';
import { Filterbank, type Spectrogram, summedNoiseVariance } from '../../src/dsp/filterbank.js';
import { geometryOf } from '../../src/dsp/geometry.js';
import { PlainRows } from '../../src/dsp/plain-rows.js';
import { Random } from '../../src/synth/random.js';
import {
  chipsOf,
  FRAMES_PER_CHIP,
  FRAMES_PER_SYMBOL,
  key,
  SCM_SYNC as SCM,
  whiteSpectrogram,
} from './spectrogram.js';

const BINS = 32;
const COLUMNS = 512;
/** Symbols of hexadecimal digits, as sync words are written in documents. */
const hexSymbols = (hex: string): string =>
  [...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');

/** Patterns that begin and end in every way, that have long runs, one run, or one symbol. */
const PATTERNS: readonly string[] = [
  SCM,
  hexSymbols('16A3'),
  hexSymbols('0000E564'),
  ...[
    '1',
    '0',
    '10',
    '01',
    '11',
    '00',
    '111111',
    '000000',
    '0110',
    '1001',
    '101',
    '010',
    '1011',
    '0010',
    '110',
  ],
];

function pattern(sync: string): SyncPattern {
  return { sync, lengthSymbols: sync.length + 20 };
}

/** By default over bins whose noise is independent: the variance of a sum of `width` of them is `width`. */
function detector(
  syncs: readonly string[],
  threshold: number,
  bins = BINS,
  columns = COLUMNS,
  variance = (width: number): number => width,
): Detector {
  const patterns = syncs.map(pattern);
  const loops = new PlainRows(searchShape(patterns, threshold, variance), bins, columns);
  return new Detector(patterns, bins, variance, columns, loops);
}

/** White noise with room behind the searched columns for a whole pattern. */
function whiteNoise(seed: number, room: number): Spectrogram {
  return whiteSpectrogram(new Random(seed), BINS, COLUMNS + room);
}

/** What a candidate's score is by its definition, symbol by symbol and bin by bin. */
function scoreByDefinition(
  spectrogram: Spectrogram,
  sync: string,
  candidate: Candidate,
  column: number,
): number {
  const { bin, width } = candidate;
  const lowest = Math.round(bin - (width - 1) / 2);
  let [on, off] = [0, 0];
  [...sync].forEach((symbol, i) => {
    for (let b = lowest; b < lowest + width; b++) {
      const first = (b % BINS) * spectrogram.stride + column + i * FRAMES_PER_SYMBOL;
      const [x, y] = [spectrogram.rows[first], spectrogram.rows[first + FRAMES_PER_CHIP]];
      on += symbol === '1' ? x : y;
      off += symbol === '1' ? y : x;
    }
  });
  const noise = sync.length * width;
  const deviation = Math.sqrt(2 * width * sync.length);
  return (on - off) / deviation / Math.max(1, off / noise);
}

function strongest(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, one) => (one.score > best.score ? one : best));
}

describe('Detector', () => {
  it.each(PATTERNS)('scores %s as its definition does, wherever it seems to see it', (sync) => {
    const search = detector([sync], 1.5);
    const spectrogram = whiteNoise(3, search.lookahead + 7);
    const found = search.search(spectrogram, 7, 1000).candidates();
    expect(new Set(found.map(({ width }) => width))).toEqual(new Set([1, 4, 8]));
    expect(found.length).toBeGreaterThan(50);
    for (const candidate of found) {
      const expected = scoreByDefinition(spectrogram, sync, candidate, candidate.frame - 1000 + 7);
      expect(candidate.score / expected).toBeGreaterThan(0.99);
      expect(candidate.score / expected).toBeLessThan(1.0001);
      expect(candidate.score).toBeGreaterThanOrEqual(1.5);
    }
  });

  describe.each([1, 4, 8])('of a pattern over %i bins', (width) => {
    it.each(PATTERNS)('finds %s on its first column, even or odd, and on its bins', (sync) => {
      for (const column of [100, 201]) {
        const search = detector([sync], 6);
        const spectrogram = whiteNoise(width, search.lookahead);
        // Four and eight bins are summed from every fourth bin on, if not more often.
        key(spectrogram, chipsOf(sync), { bin: 12, width, column, power: 400 / Math.sqrt(sync.length) });
        const found = search.search(spectrogram, 0, 50).candidates();
        const exact = { frame: 50 + column, bin: 12 + (width - 1) / 2, width };
        expect(found).toContainEqual(expect.objectContaining(exact));
        // A short pattern is like its own shifts; a long one stands out.
        if (sync.length > 10) expect(strongest(found)).toMatchObject(exact);
      }
    });
  });

  it('finds weak patterns in every bin on even and odd columns, though it looks at every second one first', () => {
    const search = detector([SCM], 4.5);
    const spectrogram = whiteNoise(12, search.lookahead);
    // Eight deviations: 21 symbols of 2.5 over noise whose sum of 42 chips fluctuates by √42.
    const columnOf = (bin: number): number => 20 + 13 * bin;
    for (let bin = 0; bin < BINS; bin++) {
      key(spectrogram, chipsOf(SCM), { bin, width: 1, column: columnOf(bin), power: 2.5 });
    }
    const found = search.search(spectrogram, 0, 0).candidates();
    for (let bin = 0; bin < BINS; bin++) {
      const near = found.filter((c) => c.bin === bin && Math.abs(c.frame - columnOf(bin)) <= 1);
      expect(near.length, `in bin ${bin}`).toBeGreaterThan(0);
    }
  });

  it('sums bins across the end of the band, where they go round', () => {
    const search = detector([SCM], 6);
    const spectrogram = whiteNoise(5, search.lookahead);
    key(spectrogram, chipsOf(SCM), { bin: BINS - 4, width: 8, column: 60, power: 30 });
    const best = strongest(search.search(spectrogram, 0, 0).candidates());
    expect(best).toMatchObject({ frame: 60, bin: BINS - 0.5, width: 8 });
  });

  it('tells by its index which of several patterns it found', () => {
    const syncs = [SCM, hexSymbols('16A3'), hexSymbols('0000E564')];
    const search = detector(syncs, 6);
    expect(search.lookahead).toBe(32 * FRAMES_PER_SYMBOL + FRAMES_PER_SYMBOL);
    syncs.forEach((sync, index) => {
      const spectrogram = whiteNoise(6, search.lookahead);
      key(spectrogram, chipsOf(sync), { bin: 20, width: 1, column: 40, power: 100 });
      expect(strongest(search.search(spectrogram, 0, 0).candidates())).toMatchObject({
        sync: index,
        frame: 40,
      });
    });
  });

  it('finds a pattern on the first and on the last column, which reaches into the columns behind', () => {
    for (const column of [0, COLUMNS - 1]) {
      const search = detector([SCM], 6);
      const spectrogram = whiteNoise(7, search.lookahead + 1);
      key(spectrogram, chipsOf(SCM), { bin: 9, width: 1, column: column + 1, power: 50 });
      const found = search.search(spectrogram, 1, 0).candidates();
      // The last one lies between two columns of the first look, of which one belongs to the next search.
      const near = found.filter(({ frame, width }) => width === 1 && Math.abs(frame - column) <= 1);
      expect(near.map(({ bin }) => bin)).toEqual([9]);
    }
  });

  it('leaves what begins before the first column to the search before', () => {
    const search = detector([SCM], 4.5);
    const spectrogram = whiteNoise(13, search.lookahead + 8);
    key(spectrogram, chipsOf(SCM), { bin: 8, width: 8, column: 7, power: 50 });
    const found = search.search(spectrogram, 8, 1000).candidates();
    expect(found.length).toBeGreaterThan(0);
    for (const { frame } of found) expect(frame).toBeGreaterThanOrEqual(1000);
  });

  it('asks that three fifths of the energy stand where the pattern has it, however much stands out', () => {
    const offChips = [...chipsOf(SCM)].map((chip) => (chip === '1' ? '0' : '1')).join('');
    const isFound = (off: number): boolean => {
      const search = detector([SCM], 4.5);
      const spectrogram = whiteNoise(14, search.lookahead);
      key(spectrogram, chipsOf(SCM), { bin: 8, width: 1, column: 60, power: 2500 });
      key(spectrogram, offChips, { bin: 8, width: 1, column: 60, power: off });
      return search
        .search(spectrogram, 0, 0)
        .candidates()
        .some((c) => c.frame === 60 && c.bin === 8);
    };
    expect(isFound(450)).toBe(true);
    expect(isFound(650)).toBe(false);
  });

  it('sees no pattern in a carrier that stands, however strong, nor where all chips are on', () => {
    const search = detector([SCM], 4.5);
    const spectrogram = whiteNoise(8, search.lookahead);
    const { rows, stride } = spectrogram;
    for (let i = 0; i < stride; i++) rows[14 * stride + i] = 1e6;
    expect(
      search
        .search(spectrogram, 0, 0)
        .candidates()
        .filter(({ score }) => score > 6),
    ).toEqual([]);
  });

  it('does not see the pattern where a keyed signal leaves as much energy beside it as on it', () => {
    const random = new Random(9);
    const search = detector([SCM], 4.5);
    const spectrogram = whiteNoise(9, search.lookahead);
    const { rows, stride } = spectrogram;
    for (let i = 0; i < stride; i += FRAMES_PER_CHIP) {
      if (random.below(2) === 1) rows.subarray(14 * stride + i, 14 * stride + i + FRAMES_PER_CHIP).fill(1e4);
    }
    // 42 chips agree with the pattern by chance only; none of what is there looks like the real one would.
    const found = search
      .search(spectrogram, 0, 0)
      .candidates()
      .filter(({ width }) => width === 1);
    for (const { score } of found) expect(score).toBeLessThan(50);
    expect(found.length).toBeLessThan(20);
  });

  describe('where powers are not those of white noise', () => {
    /** Candidates in the first of many searches through such powers, and in the last. */
    function firstAndLast(power: (random: Random, column: number) => number): [number, number] {
      const random = new Random(10);
      const search = detector([SCM], 3.5);
      const stride = COLUMNS + search.lookahead;
      const rows = new Float32Array(BINS * stride);
      const counts: number[] = [];
      for (let round = 0; round < 100; round++) {
        for (let i = 0; i < rows.length; i++) rows[i] = power(random, i);
        counts.push(search.search({ rows, stride }, 0, 0).candidates().length);
      }
      return [counts[0], counts[99]];
    }

    it('learns to ask for more: something keyed at random is no noise', () => {
      let level = 1;
      const [first, last] = firstAndLast((random, column) => {
        if (column % FRAMES_PER_CHIP === 0) level = random.below(2) === 0 ? 1 : 6;
        return level * random.exponential();
      });
      expect(first).toBeGreaterThan(20);
      expect(last).toBeLessThan(first / 4);
    });

    it('does not ask for less: what is calmer than noise is no reason to believe more', () => {
      expect(firstAndLast((random) => random.uniform(0.5, 1.5))).toEqual([0, 0]);
    });
  });

  it('keeps a bounded number of candidates and counts the rest', () => {
    const search = detector(['1'], 0.01, 256);
    const random = new Random(11);
    const stride = COLUMNS + search.lookahead;
    const rows = Float32Array.from({ length: 256 * stride }, () => random.exponential());
    const found = search.search({ rows, stride }, 0, 0).candidates();
    expect(found.length).toBe(4096);
    expect(search.overflow).toBeGreaterThan(1000);
  });
});

describe('Detector over a filterbank', () => {
  const geometry = geometryOf(2_359_296);
  const bank = new Filterbank(geometry);
  const variance = (width: number): number => summedNoiseVariance(bank.window, geometry.fftSize, width);

  /** Spectrogram of white noise of unit power, frames a quarter chip apart. */
  function noiseSpectrogram(seed: number, columns: number): Spectrogram {
    const random = new Random(seed);
    const samples = Math.ceil(columns * geometry.hopSamples) + geometry.windowSamples;
    const iq = Float32Array.from({ length: 2 * samples }, () => random.gaussian() / Math.SQRT2);
    const out = { rows: new Float32Array(geometry.fftSize * columns), stride: columns };
    for (let f = 0; f < columns; f++) bank.frame(iq, Math.round(f * geometry.hopSamples), out, f);
    return out;
  }

  it('gives fewer than 600 candidates a second over a whole window of pure noise at 4.5 deviations', () => {
    const columns = 4096;
    const search = detector([SCM], 4.5, geometry.fftSize, columns, variance);
    let found = 0;
    for (let seed = 0; seed < 3; seed++) {
      found += search.search(noiseSpectrogram(seed, columns + search.lookahead), 0, 0).candidates().length;
    }
    expect(found / ((3 * columns) / (4 * 32_768))).toBeLessThan(600);
    expect(found).toBeGreaterThan(0);
  });
});
