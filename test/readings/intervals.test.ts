import { describe, expect, it } from 'vitest';
import { type Interval, intervalsOf } from '../../src/readings/intervals.js';
import type { RegisterPoint } from '../../src/readings/register-total.js';
import { totalsAt } from '../../src/readings/register-total.js';
import { gridOf, HOUR_MS } from '../../src/readings/time-grid.js';
import { Random } from '../../src/synth/random.js';

const START_MS = Date.parse('2026-11-20T10:00Z');
const MINUTE_MS = 60_000;

/** Heard at so many minutes after ten o'clock, once. */
function heard(minutes: number, total: number, changes: Partial<RegisterPoint> = {}): RegisterPoint {
  const timeMs = START_MS + minutes * MINUTE_MS;
  return { timeMs, untilMs: timeMs, total, ...changes };
}

function hours(points: readonly RegisterPoint[], count = 3): readonly (readonly [number, string])[] {
  const grid = gridOf('1h', START_MS, START_MS + count * HOUR_MS, 'UTC');
  return intervalsOf(points, grid).map(({ thousandths, quality }) => [thousandths / 1000, quality]);
}

describe('an hour', () => {
  it('is measured where readings lie within five minutes of its ends', () => {
    expect(hours([heard(-4, 100), heard(57, 160), heard(63, 166), heard(125, 200)])).toEqual(
      [
        [59, 'measured'],
        [34, 'measured'],
      ].concat([[3, 'missing']]) as never,
    );
  });

  it('is measured, however long nothing was heard, where the register did not move', () => {
    expect(hours([heard(-1, 7), heard(200, 7)])).toEqual([
      [0, 'measured'],
      [0, 'measured'],
      [0, 'measured'],
    ]);
  });

  it('is interpolated across a gap, and the parts add up', () => {
    expect(hours([heard(0, 0), heard(180, 10)])).toEqual([
      [3.333, 'interpolated'],
      [3.333, 'interpolated'],
      [3.334, 'interpolated'],
    ]);
  });

  it('is missing before the first reading and after the last, and where the register began anew', () => {
    expect(hours([heard(30, 5), heard(70, 9), heard(119, 12)])).toEqual([
      [3, 'missing'],
      [4, 'missing'],
    ]);
    const exchanged = [heard(0, 50), heard(58, 60), heard(90, 60, { broken: true }), heard(180, 90)];
    expect(hours(exchanged)).toEqual([
      [10, 'missing'],
      [10, 'missing'],
      [20, 'interpolated'],
    ]);
  });

  it('of an IDM lies between two of its own intervals', () => {
    const own = Array.from({ length: 40 }, (_, i) => heard(i * 5 - 3, i * 10));
    expect(hours(own)).toEqual([
      [120, 'measured'],
      [120, 'measured'],
      [120, 'measured'],
    ]);
  });

  it('is not there where nothing is known', () => {
    expect(hours([])).toEqual([]);
    expect(hours([heard(-30, 1), heard(-20, 2)])).toEqual([]);
    expect(intervalsOf([heard(0, 1)], [START_MS])).toEqual([]);
  });

  it('can be below zero for a meter that runs back', () => {
    expect(hours([heard(0, 10), heard(60, 4), heard(120, 5)], 2)).toEqual([
      [-6, 'measured'],
      [1, 'measured'],
    ]);
  });
});

/** Registers that go up at random, heard now and then, with silences of hours. */
function randomPoints(random: Random, count: number): RegisterPoint[] {
  let [timeMs, total] = [START_MS, random.below(1_000_000)];
  return Array.from({ length: count }, () => {
    const untilMs = timeMs + (random.below(2) === 0 ? 0 : random.below(400_000));
    const point = { timeMs, untilMs, total };
    timeMs = untilMs + 1 + random.below(random.below(10) === 0 ? 20 * HOUR_MS : 600_000);
    total += 1 + random.below(random.below(20) === 0 ? 4_000_000_000 : 300);
    return point;
  });
}

/** The straight way: every moment looked for among all points, in exact fractions. */
function plainThousandths(points: readonly RegisterPoint[], momentMs: number): [bigint, bigint] {
  const before = points.findLast(({ timeMs }) => timeMs <= momentMs);
  const after = points.find(({ timeMs }) => timeMs > momentMs);
  if (before === undefined) return [BigInt(after!.total) * 1000n, 1n];
  if (after === undefined || momentMs <= before.untilMs) return [BigInt(before.total) * 1000n, 1n];
  const length = BigInt(after.timeMs - before.untilMs);
  const part = BigInt(after.total - before.total) * 1000n * BigInt(momentMs - before.untilMs);
  return [BigInt(before.total) * 1000n * length + part, length];
}

describe('whatever is heard', () => {
  const random = new Random(4);
  const cases = Array.from({ length: 40 }, () => randomPoints(random, 2 + random.below(120)));

  it('totals are those of the straight way, to a thousandth or a count where they are measured', () => {
    for (const points of cases) {
      const moments = gridOf('15m', points[0]!.timeMs, points.at(-1)!.untilMs + HOUR_MS, 'UTC');
      for (const [i, { thousandths, certainty }] of totalsAt(points, moments, 225_000).entries()) {
        const [numerator, denominator] = plainThousandths(points, moments[i]!);
        const off = BigInt(thousandths) * denominator - numerator;
        const limit = (certainty === 'measured' ? 500n : 1n) * denominator;
        expect(off <= limit && off >= -limit, `${thousandths}`).toBe(true);
        if (certainty === 'measured') expect(thousandths % 1000).toBe(0);
      }
    }
  });

  it.each(['5m', '15m', '1h', '1d'] as const)(
    'intervals of %s add up to the register, and none is below zero',
    (length) => {
      for (const points of cases) {
        const [first, last] = [points[0]!, points.at(-1)!];
        for (const zone of ['America/New_York', 'Asia/Kathmandu']) {
          const grid = gridOf(length, first.timeMs, last.untilMs, zone);
          const intervals: Interval[] = intervalsOf(points, grid);
          const sum = intervals.reduce((all, { thousandths }) => all + thousandths, 0);
          expect(sum).toBe((last.total - first.total) * 1000);
          expect(Math.min(0, ...intervals.map(({ thousandths }) => thousandths))).toBe(0);
        }
      }
    },
  );
});
