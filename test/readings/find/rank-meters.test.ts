import { describe, expect, it } from 'vitest';
import type { Candidate, Clues } from '../../../src/readings/find/clue.js';
import { rankMeters } from '../../../src/readings/find/rank-meters.js';
import { boundsAt, riseBetween } from '../../../src/readings/find/register-curve.js';
import { Random } from '../../../src/synth/random.js';

const START_MS = Date.UTC(2026, 10, 20);
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A meter that is heard every few minutes for a day; `perHour` counts of an hour since the start. */
function meter(
  id: number,
  given: { first: number; perHour: (hour: number) => number; everyMs?: number } & Partial<Candidate>,
): Candidate {
  const { first, perHour, everyMs = 3 * MINUTE_MS, ...rest } = given;
  const points = [];
  let counts = first;
  for (let ms = 0; ms <= 24 * HOUR_MS; ms += everyMs) {
    points.push({ timeMs: START_MS + ms, counts: Math.floor(counts) });
    counts += (perHour(ms / HOUR_MS) * everyMs) / HOUR_MS;
  }
  return { key: `ert-${id}`, name: null, commodity: 'electric', scales: [0.01], snrDb: 20, points, ...rest };
}

/** Meters of a street, each with another register and another use. */
function street(seed: number, count = 40): Candidate[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const usual = random.uniform(20, 200);
    const hours = Array.from({ length: 25 }, () => usual * random.uniform(0.3, 2));
    return meter(10_000_001 + i, {
      first: Math.floor(Math.exp(random.uniform(Math.log(1e4), Math.log(9e6)))),
      perHour: (hour) => hours[Math.floor(hour)],
      snrDb: random.uniform(10, 30),
    });
  });
}

const NO_CLUE: Clues = { commodity: null, dials: [], load: null };

const countsAt = ({ points }: Candidate, timeMs: number): number => boundsAt(points, timeMs)!.least;

function dial(candidate: Candidate, hour: number, { scale = 0.01, digits = 1, offset = 0 } = {}) {
  const timeMs = START_MS + hour * HOUR_MS;
  const step = 10 ** -digits;
  const value = Number(
    (Math.floor((countsAt(candidate, timeMs) * scale + offset) / step) * step).toFixed(digits),
  );
  return { timeMs, value, resolution: step };
}

describe('which meter is mine', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is told by one reading of the dial, street %i', (seed) => {
    const meters = street(seed);
    const mine = meters[seed * 4];
    const [best, next] = rankMeters(meters, { ...NO_CLUE, dials: [dial(mine, 10)] });
    expect(best.candidate).toBe(mine);
    expect(best.probability).toBeGreaterThan(0.9);
    expect(next.probability).toBeLessThan(0.1);
    expect(best.reasons[0]).toMatch(
      /^its register \(\d+( to \d+)?\) is the dial's [\d.]+ at 0.01 a count, as its type has it$/,
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is told by two, where the dial was exchanged, street %i', (seed) => {
    const meters = street(seed, 12);
    const mine = meters[seed];
    const dials = [2, 20].map((hour) => dial(mine, hour, { offset: 4321.4, digits: 2 }));
    const { candidate, reasons } = rankMeters(meters, { ...NO_CLUE, dials })[0];
    expect(candidate).toBe(mine);
    expect(reasons.join()).toContain('while the dial went on by');
  });

  it('is not one that is not heard', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const [mine, ...others] = street(seed);
      const [best] = rankMeters(others, { ...NO_CLUE, dials: [dial(mine, 2), dial(mine, 20)] });
      expect(best.probability).toBeLessThan(0.8);
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is told by a load of 2 kW for ten minutes, street %i', (seed) => {
    const meters = street(seed, 30);
    const switchesMs = [600, 610, 620, 630].map((minute) => START_MS + minute * MINUTE_MS);
    const isOn = (hour: number) => hour * 60 >= 610 && hour * 60 < 620;
    const mine = meter(10_000_099, {
      first: 55_000,
      perHour: (hour) => (isOn(hour) ? 260 : 60),
      everyMs: MINUTE_MS,
    });
    const [best] = rankMeters([...meters, mine], { ...NO_CLUE, load: { switchesMs } });
    expect(best.candidate).toBe(mine);
    expect(best.reasons[0]).toMatch(/^it counted 2\d\d an hour with the load on, \d+ without$/);
  });

  it('prefers the commodity, and a strong one among equals', () => {
    const still = { first: 1000, perHour: () => 0 };
    const meters = [
      meter(1, { ...still, commodity: 'gas', snrDb: 30 }),
      meter(2, { ...still, snrDb: 30 }),
      meter(3, { ...still, snrDb: 20 }),
      meter(4, { ...still, commodity: 'unknown', snrDb: 20 }),
      meter(5, { ...still, snrDb: 20 }),
    ];
    const ranked = rankMeters(meters, { ...NO_CLUE, commodity: 'electric' });
    expect(ranked.map(({ candidate }) => candidate.key)).toEqual([
      'ert-2',
      'ert-3',
      'ert-4',
      'ert-5',
      'ert-1',
    ]);
    expect(ranked[0].reasons).toEqual(['it is 10 dB stronger than most']);
    expect(ranked.at(-1)?.reasons[0]).toBe('its type is of gas meters');
    expect(ranked.reduce((sum, { probability }) => sum + probability, 0)).toBeLessThan(1);
  });

  it('says nothing of meters that were not heard', () => {
    expect(rankMeters([], { ...NO_CLUE, dials: [{ timeMs: 0, value: 5, resolution: 1 }] })).toEqual([]);
    const silent = { ...meter(1, { first: 1, perHour: () => 0 }), points: [] };
    expect(
      rankMeters([silent], { ...NO_CLUE, dials: [{ timeMs: 0, value: 5, resolution: 1 }] })[0].reasons,
    ).toEqual([]);
  });
});

describe('a register between two hearings', () => {
  const points = [
    { timeMs: START_MS, counts: 100 },
    { timeMs: START_MS + HOUR_MS, counts: 160 },
    { timeMs: START_MS + 2 * HOUR_MS, counts: 160 },
  ];

  it.each([
    [0, { least: 100, most: 100 }],
    [0.5, { least: 100, most: 160 }],
    [1.5, { least: 160, most: 160 }],
    [2, { least: 160, most: 160 }],
    [3, { least: 160, most: 251 }],
    [-1, { least: 9, most: 100 }],
  ])('after %d h', (hours, bounds) => {
    expect(boundsAt(points, START_MS + hours * HOUR_MS)).toEqual(bounds);
  });

  it('went up by no less and no more', () => {
    expect(riseBetween(points, START_MS, START_MS + HOUR_MS)).toEqual({ least: 60, most: 60 });
    expect(riseBetween(points, START_MS + HOUR_MS / 2, START_MS + 2 * HOUR_MS)).toEqual({
      least: 0,
      most: 60,
    });
    expect(riseBetween([], 0, 1)).toBeNull();
  });
});
