import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene } from '../bench/year/scene.js';
import { accountOf, storeScene, type UsageAccount } from '../bench/year/stored-usage.js';
import type { IntervalEntry } from '../src/readings/entry.js';
import { IntervalFeed } from '../src/readings/interval-feed.js';
import type { Belief } from '../src/readings/observer.js';
import { HOUR_MS } from '../src/readings/time-grid.js';
import { rollupDifferences } from '../src/sinks/sqlite-rollup-check.js';
import { tariffOf } from './readings/tariff-fixture.js';

const RULES = { zone: 'America/New_York', demandInterval: '15m' } as const;
/** With the night on which clocks are put forward; the receiver off for three hours, an outage, an exchange, a rollover. */
const SCENE = {
  ...{ seed: 11, meters: 12, startMs: Date.parse('2026-03-05T05:00Z'), days: 6 },
  ...{ loss: 0.7, periodMs: 120_000, spikes: 1 / 100, noisePerDay: 20 },
};
const TARIFF = tariffOf({
  unit: 'L',
  seasons: [],
  periods: tariffOf().periods.map((one) => ({ ...one, season: null })),
});

/** Remembers what it tells last of each interval. */
class Remembering extends IntervalFeed {
  readonly told = new Map<string, IntervalEntry>();

  override believed(belief: Belief) {
    const entries = super.believed(belief);
    for (const entry of entries) {
      if (entry.kind === 'interval')
        this.told.set(
          `${entry.meter.key} ${entry.register} ${entry.startMs} ${entry.endMs - entry.startMs}`,
          entry,
        );
    }
    return entries;
  }
}

describe('six days of a street, kept in a database', () => {
  const scene = new Scene(SCENE);
  const folder = mkdtempSync(join(tmpdir(), 'ertd-year-'));
  const feed = new Remembering({ lengths: ['15m', '1h', '1d'], zone: RULES.zone });
  let db: Database;
  let account: UsageAccount;

  beforeAll(async () => {
    await storeScene(scene, join(folder, 'db'), RULES, [feed]);
    db = new Sqlite(join(folder, 'db'), { readonly: true });
    account = accountOf(db, scene, RULES, TARIFF);
  }, 120_000);
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('has days as they truly were, within what the register tells', () => {
    expect(account.days).toBeGreaterThan(4 * 12);
    expect(account.wrongDays).toEqual([]);
    expect(account.wrongSums).toEqual([]);
    expect(account.measured / account.days).toBeGreaterThan(0.7);
  });

  it('has rates as they truly were, each stretch of them', () => {
    expect(account.stretches).toBeGreaterThan(100);
    expect(account.wrongStretches).toEqual([]);
    for (const [rate, { told, truth }] of account.rates) {
      expect(truth, rate).toBeGreaterThan(5000);
      expect(Math.abs(told / truth - 1), rate).toBeLessThan(0.01);
    }
  });

  it('has hours and days that are what its readings say', () => {
    expect([...rollupDifferences(db)]).toEqual([]);
  });

  it('fills the hours in which the receiver was off with what IDM packets tell', () => {
    const { fromMs, untilMs } = scene.planted.receiverOff;
    const sql = `SELECT quality, count(*) AS count FROM hours JOIN registers ON registers.id = register_id
      JOIN endpoints ON endpoints.id = endpoint_id
      WHERE type IN (7, 23) AND start_ms >= ? AND start_ms < ? GROUP BY quality`;
    const rows = db.prepare(sql).all(fromMs - (fromMs % HOUR_MS), untilMs) as {
      quality: string;
      count: number;
    }[];
    const measured = rows.find(({ quality }) => quality === 'measured')?.count ?? 0;
    expect(measured).toBeGreaterThan(15);
    expect(rows.reduce((sum, { count }) => sum + count, 0) - measured).toBeLessThan(4);
  });

  it('has told each interval, as the database has it', () => {
    const sql = `SELECT meters.key, registers.name, start_ms, thousandths, quality FROM hours
      JOIN registers ON registers.id = register_id JOIN endpoints ON endpoints.id = endpoint_id
      JOIN meters ON meters.id = meter_id WHERE quality <> 'missing'`;
    const rows = db.prepare(sql).raw().all() as [string, string, number, number, string][];
    expect(rows.length).toBeGreaterThan(12 * 5 * 24);
    let off = 0;
    for (const [key, register, startMs, thousandths] of rows) {
      const told = feed.told.get(`${key} ${register} ${startMs} ${HOUR_MS}`);
      expect(told, `${key} ${startMs}`).toBeDefined();
      if (Math.abs((told?.counts ?? -1e9) - thousandths / 1000) > 5) off += 1;
    }
    expect(off / rows.length).toBeLessThan(0.02);
  });
});
