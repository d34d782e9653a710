import { beforeEach, describe, expect, it } from 'vitest';
import { TwinFilter } from '../../src/daemon/twin-filter.js';
import type { Reading } from '../../src/readings/reading.js';
import { HEARD_MS, scmReading } from '../sinks/reading-fixture.js';

let passed: Reading[] = [];
let filter: TwinFilter;
beforeEach(() => {
  passed = [];
  filter = new TwinFilter((reading) => passed.push(reading));
});

const roof = scmReading({ receiver: 'roof', snrDb: 12, confidence: 0.999 });
const attic = {
  ...roof,
  receiver: 'attic',
  snrDb: 20,
  carrierHz: roof.carrierHz - 21_000,
  timeMs: HEARD_MS + 210,
};

describe('TwinFilter', () => {
  it('lets a transmission that two heard through once, by the better, with both reports', () => {
    filter.take(roof, 0);
    filter.take(attic, 900);
    filter.passDue(1400);
    expect(passed).toEqual([]);
    filter.passDue(1500);
    filter.passDue(1750);
    const { receiver, carrierHz, snrDb, correctedBits, confidence } = roof;
    expect(passed).toEqual([
      { ...attic, alsoHeard: [{ receiver, carrierHz, snrDb, correctedBits, confidence }] },
    ]);
    expect(filter.twins).toBe(1);
  });

  it('drops a twin that comes when its transmission has passed', () => {
    filter.take(roof, 0);
    filter.passDue(1500);
    filter.take(attic, 20_000);
    filter.passDue(29_000);
    filter.flush();
    expect(passed).toEqual([roof]);
  });

  it.each([
    ['another meter', { id: 10_000_043 }],
    ['another value', { consumption: 1 }],
    ['other fields', { fields: { ...roof.fields, relayed: true } }],
    ['another channel', { carrierHz: roof.carrierHz + 200e3 }],
    ['another time', { timeMs: HEARD_MS + 600 }],
    ['the same receiver', { receiver: 'roof' }],
  ])('lets through both where it is %s', (_what, change) => {
    filter.take(roof, 0);
    filter.take({ ...attic, ...change }, 10);
    filter.flush();
    expect(passed).toHaveLength(2);
  });

  it('keeps the order, and loses nothing when it is flushed', () => {
    const ids = [10_000_003, 10_000_001, 10_000_002];
    for (const [i, id] of ids.entries()) filter.take({ ...roof, id }, 100 * i);
    filter.passDue(1550);
    expect(passed.map(({ id }) => id)).toEqual([10_000_003]);
    filter.flush();
    filter.flush();
    expect(passed.map(({ id }) => id)).toEqual(ids);
  });
});
