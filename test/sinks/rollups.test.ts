import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { RegisterHistoryEntry } from '../../src/readings/entry.js';
import { IntervalFeed } from '../../src/readings/interval-feed.js';
import { HOUR_MS, localTime } from '../../src/readings/time-grid.js';
import { rollupDifferences, rollupProblems } from '../../src/sinks/sqlite-rollup-check.js';
import { UsageReader } from '../../src/sinks/sqlite-usage.js';
import { periodsUsage } from '../../src/sinks/usage-period.js';
import { Random } from '../../src/synth/random.js';
import { directoryPerTest, rowsOf, scalarOf, startedLedger } from './database-fixture.js';

const at = directoryPerTest();
const ZONE = 'America/New_York';
const RULES = { zone: ZONE, demandInterval: '15m' } as const;
const MINUTE_MS = 60_000;
/** The Friday before clocks are put back: local midnight. */
const START_MS = Date.parse('2026-10-30T04:00Z');
const DAY_MS = 24 * HOUR_MS;

function differencesIn(path: string) {
  const db = new Sqlite(path, { readonly: true });
  try {
    return [...rollupDifferences(db)];
  } finally {
    db.close();
  }
}

/** What a water meter shows, one count every five minutes. */
const countsAt = (timeMs: number): number => 5000 + Math.floor((timeMs - START_MS) / (5 * MINUTE_MS));

/** Packets of four days, some five minutes apart, with silences. */
function* packets(seed: number) {
  const random = new Random(seed);
  for (let timeMs = START_MS + 7000; timeMs < START_MS + 4 * DAY_MS; ) {
    yield { timeMs, consumption: countsAt(timeMs) };
    timeMs += Math.floor(random.uniform(1, 9) * MINUTE_MS);
    if (random.below(100) === 0) timeMs += Math.floor(random.uniform(1, 9) * HOUR_MS);
  }
}

const SLOTS = { resolutionMs: 5 * MINUTE_MS };

describe('hours and days', () => {
  it('are at every commit what the readings say, through a change of clocks', async () => {
    const { sink, hear } = await startedLedger(at('db'), SLOTS);
    let index = 0;
    for (const packet of packets(1)) {
      hear(packet);
      if (++index % 40 !== 0) continue;
      await sink.flush();
      expect(differencesIn(at('db'))).toEqual([]);
    }
    await sink.stop();
    expect(differencesIn(at('db'))).toEqual([]);
    const days = rowsOf(at('db'), 'SELECT start_ms, end_ms, thousandths FROM days ORDER BY start_ms') as {
      readonly start_ms: number;
      readonly end_ms: number;
      readonly thousandths: number;
    }[];
    expect(days.map((day) => localTime(day.start_ms, ZONE).slice(0, 10))).toEqual([
      '2026-10-30',
      '2026-10-31',
      '2026-11-01',
    ]);
    for (const { start_ms, end_ms, thousandths } of days.slice(1)) {
      const truth = countsAt(end_ms) - countsAt(start_ms);
      expect(truth).toBe(end_ms - start_ms === 25 * HOUR_MS ? 300 : 288);
      expect(Math.abs(thousandths / 1000 - truth)).toBeLessThanOrEqual(1);
    }
  });

  it('add up to the register', async () => {
    const { sink, hear } = await startedLedger(at('db'), SLOTS);
    for (const packet of packets(2)) hear(packet);
    await sink.stop();
    const [first, last] = ['min', 'max'].map((end) =>
      Number(scalarOf(at('db'), `SELECT ${end}(total_counts) FROM readings`)),
    );
    const db = new Sqlite(at('db'), { readonly: true });
    const reader = new UsageReader(db);
    const [register] = reader.registers(null);
    const sum = (rows: readonly { readonly thousandths: number }[]) =>
      rows.reduce((all, { thousandths }) => all + thousandths, 0);
    const untilMs = START_MS + 5 * DAY_MS;
    for (const ends of [
      [START_MS, untilMs],
      [START_MS, START_MS + 1.5 * DAY_MS, START_MS + 2.7 * DAY_MS, untilMs],
      Array.from({ length: 6 }, (_, i) => START_MS + i * DAY_MS),
    ]) {
      const periods = periodsUsage(reader, register!, ends, RULES);
      expect(sum(periods)).toBe((last! - first!) * 1000);
      expect(periods.at(-1)!.isOver).toBe(false);
    }
    db.close();
  });

  it('count late readings and filled holes once, however often they come', async () => {
    const { sink, hear } = await startedLedger(at('db'), SLOTS);
    hear({ timeMs: START_MS + MINUTE_MS, consumption: 5000 });
    hear({ timeMs: START_MS + 2 * MINUTE_MS, consumption: 5000 });
    hear({ timeMs: START_MS + 30 * HOUR_MS, consumption: 5360 });
    hear({ timeMs: START_MS + 30 * HOUR_MS + MINUTE_MS, consumption: 5360 });
    await sink.flush();
    const hours = () =>
      rowsOf(at('db'), 'SELECT start_ms, thousandths, quality FROM hours ORDER BY start_ms');
    expect(hours()[3]).toMatchObject({ quality: 'interpolated' });
    const meter = { key: 'ert-10000042', name: null, commodity: 'water' } as const;
    const points = Array.from({ length: 40 }, (_, i) => ({
      timeMs: START_MS + HOUR_MS + i * 5 * MINUTE_MS,
      totalCounts: i < 20 ? 0 : 90,
    }));
    const fill: RegisterHistoryEntry = { kind: 'history', meter, register: 'consumption', points };
    for (let time = 0; time < 2; time++) {
      sink.write(fill);
      await sink.flush();
      expect(differencesIn(at('db'))).toEqual([]);
      expect(hours()[1]).toMatchObject({ thousandths: 0, quality: 'measured' });
      expect(hours()[2]).toMatchObject({ thousandths: 90_000, quality: 'measured' });
    }
    await sink.stop();
  });

  it('are made anew where the zone is another, and read so before that', async () => {
    const first = await startedLedger(at('db'), SLOTS);
    for (const packet of packets(3)) first.hear(packet);
    await first.sink.stop();
    const berlin = { zone: 'Europe/Berlin', demandInterval: '1h' } as const;
    const days = () => {
      const db = new Sqlite(at('db'), { readonly: true });
      const reader = new UsageReader(db);
      const found = reader.days(reader.registers('10000042')[0]!, START_MS, START_MS + 4 * DAY_MS, berlin);
      db.close();
      return found;
    };
    const before = days();
    expect(before.map(({ startMs }) => localTime(startMs, 'Europe/Berlin').slice(11, 16))).toEqual(
      Array(4).fill('00:00'),
    );
    const second = await startedLedger(at('db'), { ...SLOTS, ...berlin });
    await second.sink.flush();
    await second.sink.stop();
    expect(differencesIn(at('db'))).toEqual([]);
    expect(days()).toEqual(before);
    expect(rowsOf(at('db'), 'SELECT zone, demand_interval FROM day_rules')).toEqual([
      { zone: 'Europe/Berlin', demand_interval: '1h' },
    ]);
  });

  it('stay where the zone has another name only', async () => {
    const first = await startedLedger(at('db'), SLOTS);
    for (const packet of packets(3)) first.hear(packet);
    await first.sink.stop();
    const db = new Sqlite(at('db'));
    db.exec('UPDATE days SET thousandths = 1');
    db.close();
    const second = await startedLedger(at('db'), { ...SLOTS, zone: 'US/Eastern' });
    await second.sink.flush();
    await second.sink.stop();
    expect(rowsOf(at('db'), 'SELECT DISTINCT thousandths FROM days')).toEqual([{ thousandths: 1 }]);
    expect(rowsOf(at('db'), 'SELECT zone FROM day_rules')).toEqual([{ zone: 'US/Eastern' }]);
  });

  it('end where a clock that was put back cut off the readings', async () => {
    const { sink, hear } = await startedLedger(at('db'), SLOTS);
    for (const packet of packets(4)) hear(packet);
    await sink.flush();
    const event = { kind: 'event', id: 'c', type: 'clock.back', meter: null, endMs: null } as const;
    sink.write({ ...event, timeMs: START_MS + 50 * HOUR_MS, severity: 'warning', message: '', evidence: {} });
    await sink.flush();
    expect(differencesIn(at('db'))).toEqual([]);
    expect(scalarOf(at('db'), 'SELECT max(start_ms) FROM hours')).toBeLessThanOrEqual(
      START_MS + 49 * HOUR_MS,
    );
    await sink.stop();
  });

  it('are found to differ where somebody changed them', async () => {
    const { sink, hear } = await startedLedger(at('db'), SLOTS);
    for (const packet of packets(5)) hear(packet);
    await sink.stop();
    const db = new Sqlite(at('db'));
    db.exec(
      'UPDATE hours SET thousandths = thousandths + 1 WHERE start_ms = (SELECT max(start_ms) FROM hours)',
    );
    db.exec('DELETE FROM days WHERE start_ms = (SELECT max(start_ms) FROM days)');
    const problems = rollupProblems(db);
    db.close();
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(
      /^1 of the hours of ert-10000042, consumption are not what the readings say: 2026-/,
    );
    expect(
      differencesIn(at('db')).map(({ table, stored, computed }) => [
        table,
        stored === null,
        computed === null,
      ]),
    ).toEqual([
      ['hours', false, false],
      ['days', true, false],
    ]);
  });
});

describe('the feed behind a ledger', () => {
  it('tells the hours that the database has', async () => {
    const feed = new IntervalFeed({ lengths: ['1h'], zone: ZONE });
    const { sink, hear } = await startedLedger(at('db'), SLOTS, { unknown: 'store', observers: [feed] });
    const told = new Map<number, number>();
    const write = sink.write.bind(sink);
    sink.write = (entry) => {
      if (entry.kind === 'interval' && entry.counts !== null) told.set(entry.startMs, entry.counts);
      write(entry);
    };
    for (const packet of packets(6)) hear(packet);
    await sink.stop();
    const hours = rowsOf(at('db'), "SELECT start_ms, thousandths FROM hours WHERE quality <> 'missing'") as {
      readonly start_ms: number;
      readonly thousandths: number;
    }[];
    expect(hours.length).toBeGreaterThan(90);
    for (const { start_ms, thousandths } of hours) {
      expect(
        Math.abs((told.get(start_ms) ?? -99) - thousandths / 1000),
        String(start_ms),
      ).toBeLessThanOrEqual(1);
    }
  });
});
