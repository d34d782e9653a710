import { expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import type { Entry, RegisterReading } from '../../src/readings/entry.js';
import { IntervalFeed } from '../../src/readings/interval-feed.js';
import type { LedgerOptions } from '../../src/readings/ledger.js';
import type { Reading } from '../../src/readings/reading.js';
import { openForReading } from '../../src/sinks/sqlite-open-read.js';
import { rollupDifferences } from '../../src/sinks/sqlite-rollup-check.js';
import { testContext } from '../commands/test-context.js';
import { directoryPerTest, ownMeter, startedLedger } from '../sinks/database-fixture.js';
import { scmReading } from '../sinks/reading-fixture.js';

const at = directoryPerTest();
const START_MS = Date.UTC(2026, 2, 3);
const HOUR_MS = 3_600_000;
const N = 10_000_830;
const HOUSE = ownMeter(N, {
  name: 'House',
  commodity: 'electric',
  scale: { unit: 'kWh', unitsPerCount: '0.01', offset: '0' },
});
const HOURS = 300;

/** Demand grows day by day, and is reset in between; 0.0001 kW a count. */
const demandAt = (hours: number): number =>
  31_000 + 1000 * Math.floor(hours / 30) - (hours % 100 < 50 ? 0 : 20_000);

/** An endpoint of type 8 that sends energy, demand and a date, 50 ms apart, every hour. */
function* packets(): Generator<Reading> {
  for (let hours = 0; hours < HOURS; hours++) {
    const date = hours < 150 ? 22_826 : 30_926;
    for (const [place, consumption] of [1_400_000 + 130 * hours, demandAt(hours), date].entries()) {
      const timeMs = START_MS + hours * HOUR_MS + 50 * place;
      const given = { id: N + place, type: 8, commodity: 'electric', consumption, timeMs } as const;
      yield scmReading({ ...given, confidence: 0.999_99 });
    }
  }
}

async function heard(options: LedgerOptions): Promise<Entry[]> {
  const feed = new IntervalFeed({ lengths: ['1h', '1d'], zone: 'UTC' });
  const given = { zone: 'UTC', now: () => START_MS };
  const { sink, ledger } = await startedLedger(at('db'), given, { ...options, observers: [feed] });
  const told: Entry[] = [];
  for (const packet of packets()) {
    for (const entry of ledger.take(packet)) {
      told.push(entry);
      sink.write(entry);
    }
    if (told.length % 100 === 0) await sink.flush();
  }
  await sink.stop();
  return told;
}

async function ertd(...args: string[]): Promise<string> {
  const context = testContext({ env: { ERTD_DATABASE_PATH: at('db'), ERTD_USAGE_ZONE: 'UTC' } });
  await runErtd(args, context);
  return context.err() + context.out();
}

const jsonLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

it('tells the demand of a meter as its demand, and its date as none of its readings', {
  timeout: 60_000,
}, async () => {
  const told = await heard({ own: [HOUSE], unknown: 'count' });
  const readings = told.filter((entry): entry is RegisterReading => entry.kind === 'reading');
  const demands = readings.filter(({ register }) => register === 'demand');
  expect(demands.at(-1)).toMatchObject({
    meter: { key: `ert-${N}`, name: 'House' },
    counts: demandAt(HOURS - 1),
    value: '2.0000',
    unit: 'kW',
    total: null,
    beginsAnew: false,
  });
  const truths = new Set(Array.from({ length: HOURS }, (_, hours) => demandAt(hours)));
  for (const { counts } of demands) expect(truths).toContain(counts);
  expect(new Set(readings.map(({ packet }) => packet.id))).toEqual(new Set([N, N + 1]));
  const intervals = told.filter((entry) => entry.kind === 'interval');
  expect(new Set(intervals.map(({ register }) => register))).toEqual(new Set(['consumption']));
  expect(told.filter(({ kind }) => kind === 'event')).toMatchObject([{ type: 'meter.siblings' }]);

  const usage = jsonLines(await ertd('usage', 'House', '--since', '2026-03-03', '--output', 'jsonl'));
  expect(new Set(usage.map(({ register }) => register))).toEqual(new Set(['consumption']));
  expect(usage[4]).toMatchObject({ value: '31.20', unit: 'kWh' });
  expect(await ertd('statement', 'House', '--from', '2026-03-04', '--to', '2026-03-10')).not.toContain(
    'demand',
  );
  expect(
    jsonLines(await ertd('readings', '--meter', 'House', '--limit', '2', '--output', 'jsonl')),
  ).toMatchObject([
    { register: 'consumption', unit: 'kWh' },
    { register: 'demand', value: '2.0000', unit: 'kW' },
  ]);
  expect(jsonLines(await ertd('meters', '--output', 'jsonl'))).toMatchObject([
    { name: 'House', register: 'consumption', unit: 'kWh' },
    { name: 'House', register: 'demand', value: '2.0000', unit: 'kW' },
    { name: 'House', register: 'date', value: '2026-03-09', unit: null },
  ]);
});

it('never counts as used what is none, of meters of others either', { timeout: 60_000 }, async () => {
  const told = await heard({ unknown: 'store' });
  const readings = told.filter((entry): entry is RegisterReading => entry.kind === 'reading');
  const ids = (register: string) =>
    new Set(readings.filter((one) => one.register === register).map(({ packet }) => packet.id));
  // The first packets come before anybody can know that there are more IDs.
  const early = readings.filter(({ packet, register }) => register === 'consumption' && packet.id !== N);
  for (const { timeMs } of early) expect(timeMs).toBeLessThan(START_MS + 4 * HOUR_MS);
  expect(ids('demand')).toEqual(new Set([N + 1]));
  const db = openForReading(at('db'));
  const names = db
    .prepare('SELECT DISTINCT name FROM registers JOIN hours ON register_id = id')
    .pluck()
    .all();
  expect(names).toEqual(['consumption']);
  const used = db.prepare(
    'SELECT DISTINCT key FROM registers r JOIN endpoints e ON e.id = endpoint_id JOIN days ON register_id = r.id',
  );
  expect(used.pluck().all()).toEqual([`ert-${N}`]);
  expect([...rollupDifferences(db)]).toEqual([]);
  db.close();
});

it('takes the ID of a demand for what it is where its owner took it for his meter’s', {
  timeout: 60_000,
}, async () => {
  const own = ownMeter(N + 1, {
    name: 'Mistaken',
    scale: { unit: 'kWh', unitsPerCount: '0.01', offset: '0' },
  });
  const told = await heard({ own: [own], unknown: 'count' });
  const readings = told.filter((entry): entry is RegisterReading => entry.kind === 'reading');
  expect(readings.at(-1)).toMatchObject({ register: 'demand', value: '2.0000', unit: 'kW' });
  expect(await ertd('usage', 'Mistaken')).toContain('There is no meter "Mistaken"');
  expect(await ertd('meters', 'add', String(N + 1), '--name', 'x')).toContain(
    'This ID tells a demand, no consumption',
  );
});
