/**
 * Whether a simulated year of a street is told as it truly was, packet by packet into the database: readings, totals of days
 * and rates, events. Then how long questions about a year take, and how large its database is, where each register has a
 * reading in every five minutes: more than any street sends. Processor time, the best of several.
 *
 *   npm run bench:usage [-- meters days]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { EventWatch } from '../src/readings/events/event-watch.js';
import { IntervalFeed } from '../src/readings/interval-feed.js';
import { gridOf, HOUR_MS } from '../src/readings/time-grid.js';
import { DatabaseReader } from '../src/sinks/sqlite-read.js';
import { rollupDifferences } from '../src/sinks/sqlite-rollup-check.js';
import { RollupWriter } from '../src/sinks/sqlite-rollups.js';
import { UsageReader } from '../src/sinks/sqlite-usage.js';
import { periodsUsage } from '../src/sinks/usage-period.js';
import { Random } from '../src/synth/random.js';
import { tariffOf } from '../test/readings/tariff-fixture.js';
import { table, verdict } from './table.js';
import { plantedEventsOf, toldEventsOf, wrongTotalsOf } from './year/account.js';
import { Scene } from './year/scene.js';
import { accountOf, storeScene } from './year/stored-usage.js';

const RULES = { zone: 'America/New_York', demandInterval: '15m' } as const;
const START_MS = Date.parse('2026-01-01T05:00Z');
const END_MS = Date.parse('2027-01-01T05:00Z');
const SLOT_MS = 300_000;
const REPEATS = 5;
/** Peak from 14 to 19 h on weekdays, also on those on which clocks are changed. */
const TARIFF = tariffOf({
  unit: 'L',
  seasons: [],
  periods: tariffOf().periods.map((one) => ({ ...one, season: null })),
});
const MONTH: readonly [number, number] = [Date.parse('2026-11-01T04:00Z'), Date.parse('2026-12-01T05:00Z')];

/** Gives every register that was heard in the first hour a reading in each slot of the year. */
function fillYear(db: Database): void {
  const random = new Random(1);
  const insert = db.prepare('INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?, 0)');
  const last = db.prepare(
    'SELECT counts, total_counts AS total FROM readings WHERE register_id = ? ORDER BY time_ms DESC',
  );
  for (const { id } of new UsageReader(db).registers(null)) {
    db.transaction(() => {
      let { counts, total } = last.get(id) as { counts: number; total: number };
      for (let slotMs = START_MS + 2 * HOUR_MS; slotMs < END_MS; slotMs += SLOT_MS) {
        const used = 1 + random.below(20);
        counts = (counts + used) % 10_000_000;
        total += used;
        insert.run(id, slotMs + random.below(SLOT_MS), counts, total);
      }
      const rollups = new RollupWriter(db, RULES);
      rollups.touch(id, START_MS, END_MS);
      rollups.renew();
    })();
  }
}

/** Least processor time of several, ms. */
function cpuMs(work: () => unknown, repeats = REPEATS): number {
  const times = Array.from({ length: repeats }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

function questions(db: Database, path: string): readonly (readonly [string, number, number | null])[] {
  const reader = new UsageReader(db);
  const registers = reader.registers(null);
  const one = registers[0]!;
  const days = gridOf('1d', START_MS, END_MS, RULES.zone);
  const database = DatabaseReader.open(path);
  const meter = one.meter.key;
  const asked = { meter, sinceMs: MONTH[0], untilMs: MONTH[1], limit: null };
  const rows = [
    ['readings of a month, one meter', cpuMs(() => [...database.readings(asked)]), 200],
    ['daily totals of the year, one meter', cpuMs(() => periodsUsage(reader, one, days, RULES)), 100],
    [
      `daily totals of the year, ${registers.length} registers`,
      cpuMs(() => registers.map((register) => periodsUsage(reader, register, days, RULES))),
      null,
    ],
    ['hours of the year, one meter', cpuMs(() => reader.hours(one, START_MS, END_MS)), null],
    ['readings of a month as points', cpuMs(() => reader.points(one, ...MONTH)), null],
    [
      'all hours and days computed anew and compared',
      cpuMs(() => [...rollupDifferences(db)].length, 1),
      null,
    ],
  ] as const;
  database.close();
  return rows;
}

/** Keeps a street for a year, and compares all that is told with the truth. */
async function compareWithTruth(path: string, meters: number, days: number): Promise<void> {
  const began = process.cpuUsage();
  const sending = { loss: 0.7, periodMs: 240_000, spikes: 1e-3, noisePerDay: 5 };
  const scene = new Scene({ seed: 1, meters, startMs: START_MS, days, ...sending });
  const heard = await storeScene(scene, path, RULES, [
    new IntervalFeed({ lengths: ['15m', '1h', '1d'], zone: RULES.zone }),
    new EventWatch({
      ...{ rules: [], night: { fromMinute: 60, toMinute: 300 }, nightCommodities: ['water'] },
      ...{ budgetOf: () => null, zone: RULES.zone },
    }),
  ]);
  const db = new Sqlite(path, { readonly: true });
  const account = accountOf(db, scene, RULES, TARIFF);
  const inconsistent = [...rollupDifferences(db)].length;
  db.close();
  const share = (part: number, whole: number): string => `${part} of ${whole}`;
  const none = (count: number): string => verdict(count === 0);
  const wrongTotals = wrongTotalsOf(scene, heard);
  const [expected, told] = [plantedEventsOf(scene), toldEventsOf(heard)];
  const rows = [
    ['spikes, right by their check', String(heard.spikes), ''],
    ['readings that are not true', share(heard.wrong.length, heard.readings), none(heard.wrong.length)],
    ['registers whose total is off', share(wrongTotals.length, heard.off.size), none(wrongTotals.length)],
    ['days that are measured', share(account.measured, account.days), ''],
    [
      'days off by more than the register tells',
      share(account.wrongDays.length, account.days),
      none(account.wrongDays.length),
    ],
    ['the most a day is off', `${account.worstCounts.toFixed(1)} counts`, ''],
    [
      'stretches of one rate that are off by more',
      share(account.wrongStretches.length, account.stretches),
      none(account.wrongStretches.length),
    ],
    ...[...account.rates].map(([rate, { told, truth }]) => [
      `rate "${rate}", all meters`,
      `${told.toFixed(1)} of ${truth} counts, ${((told / truth - 1) * 100).toFixed(3)} %`,
      '',
    ]),
    [
      'registers whose intervals do not add up',
      String(account.wrongSums.length),
      none(account.wrongSums.length),
    ],
    ['hours and days that are not what the readings say', String(inconsistent), none(inconsistent)],
    ['events', told.join(', '), `${expected.join(', ')}: ${verdict(told.join() === expected.join())}`],
  ];
  console.log(table([`${days} days of ${meters} meters`, 'measured', 'target'], rows));
  for (const wrong of [...account.wrongDays, ...account.wrongStretches, ...account.wrongSums])
    console.log(wrong);
  const { user, system } = process.cpuUsage(began);
  console.log(`${heard.packets} packets heard, ${((user + system) / 1e6).toFixed(0)} s of processor time`);
}

const folder = mkdtempSync(join(tmpdir(), 'ertd-usage-'));
try {
  const path = join(folder, 'year.db');
  const [meters = 50, days = 365] = process.argv.slice(2).map(Number);
  await compareWithTruth(join(folder, 'truth.db'), meters, days);
  const scene = {
    seed: 1,
    meters,
    startMs: START_MS,
    days: 1,
    loss: 0,
    periodMs: 1_200_000,
    spikes: 0,
    noisePerDay: 0,
  };
  await storeScene(new Scene(scene), path, RULES, []);
  const db = new Sqlite(path);
  fillYear(db);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const rows = questions(db, path).map(([what, ms, target]) => [
    what,
    `${ms.toFixed(1)} ms`,
    target === null ? '' : `${target} ms: ${verdict(ms <= target)}`,
  ]);
  console.log(table(['question', 'processor time', 'target'], rows));
  console.log(
    `Database: ${(statSync(path).size / 1e6).toFixed(0)} MB, ${rollupDifferences(db).next().done ? 'consistent' : 'NOT consistent'}`,
  );
  for (const { name, bytes } of db
    .prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 4')
    .all() as { name: string; bytes: number }[])
    console.log(`  ${name}: ${(bytes / 1e6).toFixed(1)} MB`);
  db.close();
} finally {
  rmSync(folder, { recursive: true });
}
