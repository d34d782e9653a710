import { describe, expect, it } from 'vitest';
import { type ChipLoops, NESTED_WIDTHS, PICKED_ROWS, PICKED_STRIDE } from '../../../src/dsp/chip-loops.js';
import { type SyncPattern, signsOf } from '../../../src/dsp/detector.js';
import { geometryOf } from '../../../src/dsp/geometry.js';
import { Kernel } from '../../../src/dsp/kernel.js';
import type { KernelName } from '../../../src/dsp/kernel-loops.js';
import { Random } from '../../../src/synth/random.js';
import { SCM_SYNC } from '../spectrogram.js';

const PATTERN: SyncPattern = { sync: SCM_SYNC, lengthSymbols: 96 };
const signs = signsOf(SCM_SYNC);

/** Both kernels' loops on equal powers, of which some are those of silence. */
function both(seed: number) {
  const random = new Random(seed);
  const [simd, plain] = (['simd', 'reference'] satisfies KernelName[]).map((name) => {
    const kernel = new Kernel(name, geometryOf(2_359_296), 'cu8', [PATTERN], 4, 40_000, 4.5, 0);
    return { loops: kernel.packetLoops, rows: kernel.spectrogram.rows };
  });
  const powers = plain.rows.map(() => (random.below(10) === 0 ? 0 : 20 * random.exponential()));
  for (const { rows } of [simd, plain]) rows.set(powers.subarray(0, rows.length));
  return { simd, plain, random, most: Math.min(simd.rows.length, plain.rows.length) };
}

type Side = ReturnType<typeof both>['simd'];

function onBoth<T>({ simd, plain }: { simd: Side; plain: Side }, work: (side: Side) => T): [T, T] {
  return [work(simd), work(plain)];
}

/** Picks chips into every row of those picked. */
function pickAll({ loops, rows }: Side, places: readonly number[], chips: number): ChipLoops {
  for (const [row, place] of places.entries()) loops.pick(rows, place, chips, row * PICKED_STRIDE);
  return loops;
}

describe('SimdChips', () => {
  const pair = both(6);
  const { random, most } = pair;
  const place = (): number => random.below(most - 4 * 260);

  it.each(NESTED_WIDTHS)(
    'gathers the same powers of chips as the plain ones over %i rows, to the last bit',
    (width) => {
      for (const chips of [2, 7, 192]) {
        const [places, others] = [1, 2].map(() => Int32Array.from({ length: 8 }, place));
        const [got, expected] = onBoth(pair, ({ loops, rows }) => {
          loops.gather(rows, places, width, 0, chips);
          loops.gather(rows, others, width, chips, 251);
          return loops.gathered.slice(0, 251);
        });
        expect(got).toEqual(expected);
        expect(expected.filter((power) => power > 0).length).toBeGreaterThan(200);
      }
    },
  );

  it('comes to the same eyes, whatever it knows of the sync word', () => {
    for (const known of [1, 4, 21, 22]) {
      const last = Math.min(known, 11);
      const sync = Float64Array.from({ length: known }, (_, i) => signs[i % signs.length]);
      const places = Int32Array.from({ length: 8 }, place);
      const [got, expected] = onBoth(pair, ({ loops, rows }) => {
        loops.gather(rows, places, 4, 0, 192);
        loops.know(sync, last);
        return { ...loops.eyes(96) };
      });
      for (const [name, value] of Object.entries(expected)) {
        expect(got[name as keyof typeof got] / value, name).toBeCloseTo(1, 4);
      }
      const { gathered: chips } = pair.plain.loops;
      const apart = (from: number, to: number): number =>
        chips
          .subarray(2 * from, 2 * to)
          .reduce((sum, power, c, all) => sum + (c % 2 === 0 ? Math.abs(power - all[c + 1]) : 0), 0);
      expect(got.lastApart / apart(known - last, known)).toBeCloseTo(1, 4);
      expect(got.apart / apart(known, 96)).toBeCloseTo(1, 4);
    }
  });

  it('picks the same chips, and a second stretch behind a first one of any length', () => {
    for (const first of [1, 2, 3, 96]) {
      const [from, then] = [place(), place()];
      const [got, expected] = onBoth(pair, ({ loops, rows }) => {
        loops.pick(rows, from, first, PICKED_STRIDE);
        loops.pick(rows, then, 192 - first, PICKED_STRIDE + first);
        return loops.picked.slice(PICKED_STRIDE, PICKED_STRIDE + 192);
      });
      expect(got).toEqual(expected);
      expect(got[first]).toBe(pair.plain.rows[then]);
    }
  });

  it('opens each row by the signs of so many symbols', () => {
    const places = Array.from({ length: PICKED_ROWS }, place);
    for (const symbols of [1, 4, 21, 96]) {
      const some = Float64Array.from({ length: symbols }, (_, i) => signs[(5 * i) % signs.length]);
      const [got, expected] = onBoth(pair, (side) => {
        const loops = pickAll(side, places, 192);
        loops.open(some);
        return [...loops.energies, ...loops.openings];
      });
      expect(expected.some((value) => value < 0)).toBe(true);
      got.forEach((value, i) => {
        expect(Math.abs(value - expected[i])).toBeLessThan(1e-4 * Math.abs(got[i % PICKED_ROWS]));
      });
    }
  });

  it('sums rows one within another, and tells what the check makes of them', () => {
    for (let trial = 0; trial < 20; trial++) {
      const places = Array.from({ length: PICKED_ROWS }, place);
      const order = Int32Array.from({ length: 8 }, () => random.below(PICKED_ROWS));
      const contributions = Int32Array.from({ length: 96 }, () => random.below(2 ** 16));
      const [got, expected] = onBoth(pair, (side) => {
        const loops = pickAll(side, places, 192);
        loops.contributions.fill(0).set(contributions);
        loops.nest(order, 192);
        return NESTED_WIDTHS.map((_, k) => ({
          sums: loops.nested[k].slice(0, 192),
          remainder: loops.remainder(k, 96),
          ...loops.spread,
        }));
      });
      expected.forEach(({ energy, apart, ...exact }, k) => {
        expect(got[k]).toMatchObject(exact);
        expect(got[k].energy / energy).toBeCloseTo(1, 4);
        expect(got[k].apart / apart).toBeCloseTo(1, 4);
      });
      const ones = contributions.filter((_, i) => expected[3].sums[2 * i] > expected[3].sums[2 * i + 1]);
      expect(got[3].remainder).toBe(ones.reduce((a, b) => a ^ b, 0));
    }
  });
});
