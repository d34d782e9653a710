import { describe, expect, it } from 'vitest';
import { INTERVAL_MS, intervalsIn, outagesIn } from '../../src/readings/meter-intervals.js';
import type { TimedReading } from '../../src/readings/reading.js';
import { messageAt } from '../../src/synth/endpoint-message.js';
import { saidIn } from '../../src/synth/message.js';
import { type Meter, populate } from '../../src/synth/meter.js';
import { scmReading } from '../sinks/reading-fixture.js';

const START_MS = Date.UTC(2026, 2, 3);

const POPULATION = {
  meters: 1,
  firstId: 10_000_001,
  class: 'F',
  periodSeconds: { least: 1, most: 5 },
  ebN0Db: { least: 8, most: 30 },
  relayedShare: 0,
} as const;

function meterOf(protocols: Meter['sends']): Meter {
  return populate({ ...POPULATION, protocols }, 3)[0];
}

const METER = meterOf(['SCM', 'IDM']);

/** What a made-up meter sends, heard at a time, s. */
function heard(
  seconds: number,
  changes: Readonly<Record<string, unknown>> = {},
  meter = METER,
): TimedReading {
  const { id, type, consumption, ...fields } = saidIn(messageAt(meter, 'IDM', seconds));
  const timeMs = START_MS + 1000 * seconds;
  const reading = scmReading({ protocol: 'IDM', id, type, consumption, commodity: 'electric' });
  return { ...reading, timeMs, fields: { ...fields, ...(changes as typeof fields) } };
}

/** When the first interval of the meter that begins in the recording does, s. */
const FIRST_BORDER = 300 - METER.intervals.phaseSeconds;

describe('the intervals of a packet', () => {
  it('are placed by the offset, the newest first', () => {
    const seconds = FIRST_BORDER + 7 * 300 + 42;
    const intervals = intervalsIn(heard(seconds));
    expect(intervals).toHaveLength(47);
    const endMs = START_MS + 1000 * (seconds - 42);
    // The offset is in sixteenths of a second.
    expect(Math.abs(intervals[0].endMs - endMs)).toBeLessThanOrEqual(63);
    for (const [k, { startMs, endMs: end, number }] of intervals.entries()) {
      expect(end - startMs).toBe(INTERVAL_MS);
      expect(end).toBe(intervals[0].endMs - k * INTERVAL_MS);
      expect(number).toBe(intervals[0].number - k);
    }
  });

  it('are marked where the meter had no power, or the field is full', () => {
    const counts = [5, 511, 0, 0, ...Array.from({ length: 43 }, () => 9)];
    const states = intervalsIn(heard(1000, { intervals: counts, outageFlags: '180000000000' })).map(
      ({ state }) => state,
    );
    expect(states.slice(0, 5)).toEqual(['counted', 'full', 'outage', 'outage', 'counted']);
  });

  it('are none of other packets, and of an offset that cannot be', () => {
    expect(intervalsIn(scmReading())).toEqual([]);
    expect(intervalsIn(heard(1000, { transmitTimeOffset: 4800 }))).toHaveLength(47);
    expect(intervalsIn(heard(1000, { transmitTimeOffset: 5000 }))).toEqual([]);
    expect(intervalsIn({ ...heard(1000), consumption: null })).toEqual([]);
  });
});

describe('the outage flags', () => {
  it('have a bit an interval, the highest for the running one', () => {
    expect(outagesIn('000000000000')).toEqual([]);
    expect(outagesIn('800000000001')).toEqual([-1, 46]);
    expect(outagesIn('500000000000')).toEqual([0, 2]);
    expect(outagesIn('no digits')).toEqual([]);
  });

  it('are those of NetIDM too', () => {
    const meter = { ...meterOf(['SCM', 'IDM']), sends: ['NetIDM'] as const, type: 8 };
    const { id, type, consumption, ...fields } = saidIn(messageAt(meter, 'NetIDM', 400));
    const reading = scmReading({ protocol: 'NetIDM', id, type, consumption, fields });
    expect(intervalsIn({ ...reading, timeMs: START_MS })).toHaveLength(27);
  });
});
