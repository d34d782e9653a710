import { describe, expect, it } from 'vitest';
import { HeardMeters } from '../../../src/readings/find/heard-meters.js';
import { scmReading } from '../../sinks/reading-fixture.js';

const MINUTE_MS = 60_000;

/** A meter that is heard each minute. @param counts what it says */
function heard(counts: readonly number[], more: object = {}): HeardMeters {
  const meters = new HeardMeters();
  counts.forEach((consumption, minute) => {
    meters.note(scmReading({ id: 7, consumption, timeMs: minute * MINUTE_MS, ...more }));
  });
  return meters;
}

describe('meters that were heard', () => {
  it('are candidates from the second packet on', () => {
    expect(heard([100]).candidates).toEqual([]);
    expect(heard([100, 101]).candidates).toMatchObject([
      {
        key: 'ert-7',
        points: [
          { timeMs: 0, counts: 100 },
          { timeMs: MINUTE_MS, counts: 101 },
        ],
      },
    ]);
    expect(heard([100, 101]).latest('ert-7')?.consumption).toBe(101);
    expect(heard([100]).latest('ert-8')).toBeNull();
  });

  it('have no more points than it takes to tell how a register went on', () => {
    const [still] = heard(Array.from({ length: 1000 }, (_, i) => (i < 500 ? 5 : 6))).candidates;
    expect(still?.points.map(({ timeMs }) => timeMs / MINUTE_MS)).toEqual([0, 499, 500, 999]);
    const [busy] = heard(Array.from({ length: 1000 }, (_, i) => i)).candidates;
    expect(busy!.points.length).toBeLessThanOrEqual(64);
    expect([busy!.points[0]!.counts, busy!.points.at(-1)!.counts]).toEqual([0, 999]);
    const times = busy!.points.map(({ timeMs }) => timeMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('are forgotten where too many others come', () => {
    const meters = heard([1, 2]);
    for (let id = 1000; id < 1500; id++)
      for (const timeMs of [0, 1]) meters.note(scmReading({ id, consumption: 1, timeMs }));
    expect(meters.candidates).toHaveLength(500);
    expect(meters.latest('ert-7')).toBeNull();
  });

  it('do not take the register of an IDM for that of the moment, nor what has no time', () => {
    const meters = heard([100, 101], { protocol: 'IDM' });
    expect(meters.candidates[0]?.points).toHaveLength(1);
    expect(heard([1, 2], { timeMs: null }).candidates).toEqual([]);
  });
});
