import { describe, expect, it } from 'vitest';
import type { Entry, IntervalEntry, MeterLabel, RegisterReading } from '../../src/readings/entry.js';
import { IntervalFeed } from '../../src/readings/interval-feed.js';
import { intervalsOf } from '../../src/readings/intervals.js';
import { ownPointsOf, registerTimeMs } from '../../src/readings/own-intervals.js';
import type { OwnMeter } from '../../src/readings/own-meter.js';
import type { Reading } from '../../src/readings/reading.js';
import { RegisterHistory } from '../../src/readings/register-history.js';
import type { Scale } from '../../src/readings/scale.js';
import { gridOf, HOUR_MS, type IntervalLength } from '../../src/readings/time-grid.js';
import { Random } from '../../src/synth/random.js';
import { scmReading } from '../sinks/reading-fixture.js';

const START_MS = Date.parse('2026-11-20T10:00Z');
const MINUTE_MS = 60_000;
const METER: MeterLabel = { key: 'ert-10000001', name: 'house', commodity: 'electric' };
const OWN: OwnMeter = {
  ...{ key: METER.key, name: 'house', commodity: null, scale: null, modulus: null, maxPerHour: null },
  siblings: new Map(),
};
const SCALE: Scale = { unit: 'kWh', unitsPerCount: '0.01', offset: '0' };

function reading(
  minutes: number,
  totalCounts: number,
  changes: Partial<RegisterReading> = {},
): RegisterReading {
  const timeMs = START_MS + minutes * MINUTE_MS;
  return {
    kind: 'reading',
    meter: METER,
    register: 'consumption',
    timeMs,
    counts: totalCounts,
    value: null,
    unit: null,
    total: null,
    totalCounts,
    beginsAnew: false,
    packet: scmReading({ timeMs, consumption: totalCounts }),
    ...changes,
  };
}

/** An IDM that ends its newest interval so many minutes after ten, heard 100 s later. */
function idm(
  minutes: number,
  total: number,
  intervals: readonly number[],
  fields: Reading['fields'] = {},
): RegisterReading {
  const timeMs = START_MS + minutes * MINUTE_MS + 100_000;
  const packet = scmReading({
    timeMs,
    protocol: 'IDM',
    consumption: total,
    fields: {
      intervalCounter: 0,
      outageFlags: '000000000000',
      transmitTimeOffset: 1600,
      ...fields,
      intervals,
    },
  });
  return reading(minutes, total, { packet });
}

/** A feed that is told readings one by one, and tells the intervals alone. */
class Told extends IntervalFeed {
  readonly #scale: Scale | null;
  history: Entry[] = [];

  constructor(lengths: readonly IntervalLength[], scale: Scale | null = SCALE, zone = 'America/New_York') {
    super({ lengths, zone });
    this.#scale = scale;
  }

  take(reading: RegisterReading): IntervalEntry[] {
    const own: OwnMeter = { ...OWN, scale: this.#scale };
    const packet = { ...reading.packet, timeMs: reading.timeMs };
    const entries = this.believed({ meter: METER, own, endpoint: METER.key, packet, readings: [reading] });
    this.history.push(...entries.filter(({ kind }) => kind === 'history'));
    return entries.filter((entry) => entry.kind === 'interval');
  }
}

const shown = ({ startMs, endMs, value, quality }: IntervalEntry): string =>
  `${(startMs - START_MS) / MINUTE_MS}–${(endMs - START_MS) / MINUTE_MS} ${value} ${quality}`;

describe('intervals as they complete', () => {
  it('are told once, with the first reading after their end', () => {
    const feed = new Told(['15m']);
    const told = [0, 7, 14, 16, 29, 30, 44, 46].map((minute) =>
      feed.take(reading(minute, minute * 10)).map(shown),
    );
    expect(told).toEqual([
      [],
      [],
      [],
      ['0–15 1.50 measured'],
      [],
      ['15–30 1.50 measured'],
      [],
      ['30–45 1.50 measured'],
    ]);
  });

  it('of several lengths come together, without a value where the scale is not known', () => {
    const feed = new Told(['15m', '1h'], null);
    for (let minute = 0; minute < 60; minute++) feed.take(reading(minute, minute));
    expect(feed.take(reading(61, 61))).toEqual([
      expect.objectContaining({ startMs: START_MS + 45 * MINUTE_MS, counts: 15, value: null, unit: null }),
      expect.objectContaining({ startMs: START_MS, endMs: START_MS + HOUR_MS, counts: 60, kind: 'interval' }),
    ]);
  });

  it('of a gap are interpolated when it is over', () => {
    const feed = new Told(['1h']);
    feed.take(reading(0, 0));
    expect(feed.take(reading(180, 100)).map(shown)).toEqual([
      '0–60 0.33333 interpolated',
      '60–120 0.33333 interpolated',
      '120–180 0.33334 interpolated',
    ]);
  });

  it('across an exchange of the meter are missing', () => {
    const feed = new Told(['1h']);
    feed.take(reading(0, 0));
    expect(feed.take(reading(90, 0, { beginsAnew: true })).map(shown)).toEqual(['0–60 null missing']);
    expect(feed.take(reading(120, 5)).map(shown)).toEqual(['60–120 null missing']);
  });

  it('of a day have its hours in the zone', () => {
    const feed = new Told(['1d']);
    const lastMs = Date.parse('2026-11-02T06:00Z');
    const told = [];
    for (let timeMs = Date.parse('2026-10-31T20:00Z'); timeMs <= lastMs; timeMs += 120_000) {
      told.push(...feed.take(reading((timeMs - START_MS) / MINUTE_MS, timeMs / 60_000)));
    }
    expect(told.map(({ startMs, endMs, counts }) => [(endMs - startMs) / HOUR_MS, counts])).toEqual([
      [25, 1500],
    ]);
  });

  it('go on after a restart from what was known', () => {
    const feed = new Told(['1h']);
    feed.seed({
      meter: METER.key,
      register: 'consumption',
      points: [{ timeMs: START_MS, untilMs: START_MS, total: 10 }],
    });
    expect(feed.take(reading(61, 20)).map(shown)).toEqual(['0–60 0.10 measured']);
    expect(new Told(['1h']).take(reading(61, 20))).toEqual([]);
  });
});

describe('the intervals of an IDM', () => {
  const intervals = Array.from({ length: 47 }, (_, i) => i);

  it('are points five minutes apart, before the packet was sent', () => {
    const heard = idm(0, 10_000, intervals);
    const points = ownPointsOf(heard);
    expect(registerTimeMs(heard.packet)).toBe(START_MS);
    expect(points).toHaveLength(48);
    expect(points.slice(-3).map(({ timeMs, total }) => [(timeMs - START_MS) / MINUTE_MS, total])).toEqual([
      [-10, 9999],
      [-5, 10_000],
      [0, 10_000],
    ]);
    expect(points[0]).toEqual({
      timeMs: START_MS - 235 * MINUTE_MS,
      untilMs: START_MS - 235 * MINUTE_MS,
      total: 10_000 - 1081,
    });
  });

  it('end where one is full or there was no power, and are none in other packets', () => {
    expect(ownPointsOf(idm(0, 1000, [1, 2, 511, 4]))).toHaveLength(3);
    expect(ownPointsOf(idm(0, 1000, [1, 2, 3, 4], { outageFlags: '200000000000' }))).toHaveLength(2);
    expect(ownPointsOf(reading(0, 5))).toEqual([]);
    expect(ownPointsOf({ ...idm(0, 5, intervals), register: 'generation' })).toEqual([]);
    expect(registerTimeMs(scmReading({ timeMs: 7 }))).toBe(7);
  });

  it('fill the hole that an outage of the receiver left, once', () => {
    const feed = new Told(['1h']);
    for (let minute = -10; minute <= 0; minute++) feed.take(reading(minute, 0));
    const after = reading(181, 470);
    expect(feed.take(after).map(shown)[0]).toBe('0–60 1.55801 interpolated');
    const counted = [...Array(12).fill(1), ...Array(12).fill(2), ...Array(12).fill(36), ...Array(11).fill(0)];
    expect(feed.take(idm(180, 468, counted)).map(shown)).toEqual([
      '0–60 4.32 measured',
      '60–120 0.24 measured',
      '120–180 0.12 measured',
    ]);
    expect(feed.history).toEqual([
      { kind: 'history', meter: METER, register: 'consumption', points: expect.any(Array) },
    ]);
    expect(feed.take(idm(180, 468, counted))).toEqual([]);
    expect(feed.take(reading(182, 471))).toEqual([]);
  });

  it('do not count where they contradict what was heard', () => {
    const feed = new Told(['1h']);
    feed.take(reading(0, 100));
    feed.take(reading(181, 470));
    expect(feed.take(idm(180, 468, Array(47).fill(100))).map(shown)).toEqual([
      '0–60 1.22666 interpolated',
      '60–120 1.22667 interpolated',
      '120–180 1.22667 interpolated',
    ]);
  });
});

describe('a history', () => {
  /** What intervals come out of, whatever else is remembered. */
  const hoursOf = (history: RegisterHistory) => {
    const { points } = history;
    return (['5m', '1h'] as const).map((length) =>
      intervalsOf(points, gridOf(length, points[0]!.timeMs, points.at(-1)!.untilMs, 'UTC')),
    );
  };

  it('tells the same in whatever order the readings come, and keeps two of five minutes at most', () => {
    const random = new Random(11);
    const points = Array.from({ length: 2000 }, (_, i) => {
      const timeMs = START_MS + i * 20_000;
      return { timeMs, untilMs: timeMs, total: Math.floor(i / 3) };
    });
    const inOrder = new RegisterHistory();
    for (const point of points) inOrder.take(point);
    const shuffled = new RegisterHistory();
    const order = points.map((point) => ({ point, at: random.uniform(0, 1) })).sort((a, b) => a.at - b.at);
    for (const { point } of order) shuffled.take(point);
    expect(hoursOf(shuffled)).toEqual(hoursOf(inOrder));
    expect(inOrder.points.length).toBeLessThanOrEqual((2 * 2000 * 20) / 300 + 2);
    expect(inOrder.points.length).toBeGreaterThan(130);
  });

  it('forgets what is old, but not the last', () => {
    const history = new RegisterHistory();
    for (let i = 0; i < 5; i++) history.take({ timeMs: i * HOUR_MS, untilMs: i * HOUR_MS, total: i });
    history.forgetBefore(3 * HOUR_MS, 3 * HOUR_MS);
    expect(history.points.map(({ total }) => total)).toEqual([3, 4]);
    history.forgetBefore(99 * HOUR_MS, 98 * HOUR_MS);
    expect(history.points.map(({ total }) => total)).toEqual([4]);
  });

  it('is not changed by what is known', () => {
    const history = new RegisterHistory();
    expect(history.last).toBeNull();
    expect(history.take({ timeMs: 10, untilMs: 20, total: 5 })).toEqual({ fromMs: 10, untilMs: 20 });
    expect(history.take({ timeMs: 15, untilMs: 15, total: 5 })).toBeNull();
    expect(history.take({ timeMs: 30, untilMs: 30, total: 5 })).toEqual({ fromMs: 20, untilMs: 30 });
    expect(history.points).toEqual([{ timeMs: 10, untilMs: 30, total: 5 }]);
  });
});
