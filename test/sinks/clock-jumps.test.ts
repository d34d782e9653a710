import { expect, it } from 'vitest';
import type { IntervalEntry } from '../../src/readings/entry.js';
import { IntervalFeed } from '../../src/readings/interval-feed.js';
import { HOUR_MS } from '../../src/readings/time-grid.js';
import { openForReading } from '../../src/sinks/sqlite-open-read.js';
import { rollupDifferences } from '../../src/sinks/sqlite-rollup-check.js';
import { directoryPerTest, ownMeter, rowsOf, startedLedger } from './database-fixture.js';
import { scmReading } from './reading-fixture.js';

const at = directoryPerTest();
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 10, 2);
const ID = 10_000_001;

/** What the clock of the machine shows, where it is wrong by `offMs(hours)`. */
interface Case {
  readonly what: string;
  /** Ms that the clock is wrong by, hours after the start. */
  readonly offMs: (hours: number) => number;
  readonly events: readonly string[];
  /** What was used, by the true hour, is in another hour: known of it is only the sum. */
  readonly isMoved: boolean;
}

const CASES: readonly Case[] = [
  {
    what: 'starts in 1970 and is put right after two hours',
    offMs: (hours) => (hours < 2 ? -START_MS : 0),
    events: ['clock.behind', 'clock.right'],
    isMoved: false,
  },
  {
    what: 'is three hours ahead for a while, and is put back',
    offMs: (hours) => (hours >= 6 && hours < 8 ? 3 * HOUR_MS : 0),
    events: ['clock.forward', 'clock.back'],
    isMoved: false,
  },
  {
    what: 'was three hours behind, and is put forward',
    offMs: (hours) => (hours < 8 ? -3 * HOUR_MS : 0),
    events: ['clock.forward'],
    isMoved: true,
  },
];

it.each(CASES)(
  'no interval is lost or told twice where the clock $what',
  async ({ offMs, events, isMoved }) => {
    const feed = new IntervalFeed({ lengths: ['1h'], zone: 'UTC' });
    const given = { zone: 'UTC', resolutionMs: 5 * MINUTE_MS, now: () => START_MS };
    const options = { own: [ownMeter(ID)], observers: [feed], isLive: true };
    const { sink, ledger } = await startedLedger(at('db'), given, options);
    const [told, happened] = [new Map<number, IntervalEntry>(), [] as string[]];
    for (let minute = 0; minute <= 24 * 60; minute += 5) {
      const trueMs = START_MS + minute * MINUTE_MS;
      const timeMs = trueMs + offMs(minute / 60);
      // Ten counts an hour.
      const consumption = 5000 + Math.floor(minute / 6);
      const packet = {
        id: ID,
        type: 7,
        commodity: 'electric',
        consumption,
        timeMs,
        seconds: minute * 60,
      } as const;
      for (const entry of ledger.take(scmReading({ ...packet, confidence: 0.999_99 }))) {
        sink.write(entry);
        if (entry.kind === 'event') happened.push(entry.type);
        if (entry.kind === 'interval') told.set(entry.startMs, entry);
      }
      if (minute % 60 === 0) await sink.flush();
    }
    await sink.stop();
    expect(happened).toEqual(events);
    expect(rowsOf(at('db'), 'SELECT type FROM events ORDER BY time_ms')).toHaveLength(events.length);
    const db = openForReading(at('db'));
    expect([...rollupDifferences(db)]).toEqual([]);
    db.close();
    const hours = rowsOf(at('db'), 'SELECT start_ms AS start, thousandths FROM hours ORDER BY start_ms') as {
      readonly start: number;
      readonly thousandths: number;
    }[];
    // Each hour once, none left out, and together what the register went on by.
    const first = isMoved ? START_MS - 3 * HOUR_MS : START_MS;
    expect(hours.map(({ start }) => start)).toEqual(
      Array.from({ length: (START_MS - first) / HOUR_MS + 24 }, (_, i) => first + i * HOUR_MS),
    );
    expect(hours.reduce((sum, { thousandths }) => sum + thousandths, 0)).toBe(240_000);
    // What was dated wrongly is apportioned anew.
    if (!isMoved)
      for (const { thousandths } of hours) expect(Math.abs(thousandths - 10_000)).toBeLessThan(1000);
    for (const { start, thousandths } of hours)
      if (told.has(start)) expect(told.get(start)?.counts, String(start)).toBe(thousandths / 1000);
    expect(told.size).toBe(hours.length);
  },
);
