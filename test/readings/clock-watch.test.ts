import { describe, expect, it } from 'vitest';
import { ClockWatch } from '../../src/readings/clock-watch.js';
import { Ledger } from '../../src/readings/ledger.js';
import type { TimedReading } from '../../src/readings/reading.js';
import { ownMeter } from '../sinks/database-fixture.js';
import { HEARD_MS, scmReading } from '../sinks/reading-fixture.js';

const HOUR_MS = 3_600_000;

/** A packet so many seconds after the stream began, by a clock that says so. */
function packet(seconds: number, timeMs: number, consumption = seconds): TimedReading {
  return { ...scmReading({ seconds, consumption }), timeMs };
}

/** What a watch lets through and says, as text: times are seconds after HEARD_MS. */
function watched(watch: ClockWatch, ...packets: TimedReading[]): string[] {
  return packets.flatMap((one) => {
    const { news, packets } = watch.take(one);
    const times = packets.map(({ timeMs }) => String((timeMs - HEARD_MS) / 1000));
    return [...news.map(({ kind, stepMs }) => `${kind} ${stepMs === null ? '?' : stepMs / 1000}`), ...times];
  });
}

describe('ClockWatch', () => {
  it('lets through what comes by a clock that goes on evenly, or nearly', () => {
    const times = watched(
      new ClockWatch(HEARD_MS - HOUR_MS),
      ...[packet(0, HEARD_MS), packet(10, HEARD_MS + 10_000), packet(20, HEARD_MS + 18_000)],
    );
    expect(times).toEqual(['0', '10', '18']);
  });

  it('keeps what was heard in 1970 until it knows the time', () => {
    const watch = new ClockWatch(null);
    expect(watched(watch, packet(1, 5000), packet(2, 6000))).toEqual(['behind ?']);
    expect(watch.isRight(7000)).toBe(false);
    expect(watched(watch, packet(61, HEARD_MS + 60_000))).toEqual([
      `right ${(HEARD_MS - 5000) / 1000}`,
      ...['0', '1', '60'],
    ]);
    expect(watch.isRight(HEARD_MS + 61_000)).toBe(true);
  });

  it('waits where the clock is before what is known already, but not for ever', () => {
    const watch = new ClockWatch(HEARD_MS + HOUR_MS);
    expect(watched(watch, packet(0, HEARD_MS), packet(600, HEARD_MS + 600_000))).toEqual(['behind ?']);
    expect(watched(watch, packet(901, HEARD_MS + 901_000))).toEqual(['back ?', '0', '600', '901']);
  });

  it('tells at once that a clock was put back or forward', () => {
    const watch = new ClockWatch(null);
    expect(watched(watch, packet(0, HEARD_MS), packet(10, HEARD_MS + 2 * HOUR_MS + 10_000))).toEqual([
      ...['0', 'forward 7200', '7210'],
    ]);
    expect(watched(watch, packet(20, HEARD_MS + 20_000))).toEqual(['back -7200', '20']);
  });

  it('remembers no more than it can hold', () => {
    const watch = new ClockWatch(null);
    for (let second = 0; second < 6000; second++) watched(watch, packet(second, 1000 * second));
    expect(watched(watch, packet(6000, HEARD_MS)).length).toBe(5002);
  });
});

describe('a ledger whose clock is put', () => {
  /** Totals by the seconds after HEARD_MS that they are dated. */
  function told(...packets: TimedReading[]) {
    const ledger = new Ledger({ own: [ownMeter(10_000_042)], isLive: true });
    const entries = packets.flatMap((one) => ledger.take(one));
    return {
      totals: entries.flatMap((entry) =>
        entry.kind === 'reading' ? [[(entry.timeMs - HEARD_MS) / 1000, entry.totalCounts]] : [],
      ),
      events: entries.flatMap((entry) => (entry.kind === 'event' ? [entry.type] : [])),
    };
  }

  it('neither loses nor doubles what was used, and says what happened', () => {
    const hour = HEARD_MS + HOUR_MS;
    const { totals, events } = told(
      ...[packet(0, 0, 100), packet(60, 60_000, 101)],
      ...[packet(120, HEARD_MS + 120_000, 102), packet(180, hour + 180_000, 103)],
      ...[packet(240, HEARD_MS + 240_000, 104), packet(300, HEARD_MS + 300_000, 105)],
    );
    expect(totals).toEqual([
      ...[
        [0, 0],
        [60, 1],
        [120, 2],
      ],
      [3780, 3],
      ...[
        [240, 4],
        [300, 5],
      ],
    ]);
    expect(events).toEqual(['clock.behind', 'clock.right', 'clock.forward', 'clock.back']);
  });
});
