import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/layers.js';
import { seededFeed } from '../../src/daemon/seeded-feed.js';
import type { IntervalEntry } from '../../src/readings/entry.js';
import { HOUR_MS } from '../../src/readings/time-grid.js';
import { directoryPerTest, startedLedger } from '../sinks/database-fixture.js';

const at = directoryPerTest();
const START_MS = Date.UTC(2026, 10, 20, 10);
const { usage } = loadConfig({ env: { HOME: '/nonexistent', ERTD_USAGE_ZONE: 'America/New_York' } }).config;

/** Hears a meter by minutes, with a feed that begins with what the database has; the hours it tells. */
async function hearMinutes(fromMinute: number, untilMinute: number): Promise<IntervalEntry[]> {
  const told: IntervalEntry[] = [];
  const observers = [seededFeed(usage, at('db'))];
  const { sink, hear } = await startedLedger(at('db'), {}, { unknown: 'store', observers });
  const write = sink.write.bind(sink);
  sink.write = (entry) => {
    if (entry.kind === 'interval' && entry.endMs - entry.startMs === HOUR_MS) told.push(entry);
    write(entry);
  };
  for (let minute = fromMinute; minute < untilMinute; minute++)
    hear({ timeMs: START_MS + minute * 60_000, consumption: 1000 + minute });
  await sink.stop();
  return told;
}

it('an hour in which ertd was started anew is told, and none twice', async () => {
  expect((await hearMinutes(0, 30)).map(({ startMs }) => startMs)).toEqual([]);
  expect(
    (await hearMinutes(32, 70)).map(({ startMs, counts, quality }) => [startMs, counts, quality]),
  ).toEqual([[START_MS, 60, 'measured']]);
  expect((await hearMinutes(75, 119)).map(({ startMs }) => startMs)).toEqual([]);
  expect((await hearMinutes(119, 130)).map(({ startMs, counts }) => [startMs, counts])).toEqual([
    [START_MS + HOUR_MS, 60],
  ]);
});

it('a database that is not there yet is none', () => {
  expect(() => seededFeed(usage, at('none'))).not.toThrow();
  expect(() => seededFeed(usage, null)).not.toThrow();
});
