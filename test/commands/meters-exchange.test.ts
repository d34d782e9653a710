import { describe, expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { EventWatch } from '../../src/readings/events/event-watch.js';
import { IntervalFeed } from '../../src/readings/interval-feed.js';
import { Ledger, type UnknownPolicy } from '../../src/readings/ledger.js';
import { openForReading } from '../../src/sinks/sqlite-open-read.js';
import { rollupDifferences } from '../../src/sinks/sqlite-rollup-check.js';
import { directoryPerTest, ownMeter, startedSink } from '../sinks/database-fixture.js';
import { scmReading } from '../sinks/reading-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 2);
const [OLD, NEW, NEXT] = [10_000_001, 10_000_099, 10_000_200];
/** The meter is exchanged at noon of the third day: the old one is heard until 11:30, the new one from 12:30 on. */
const EXCHANGE_H = 60;
const SCALE = { unit: 'kWh', unitsPerCount: '1', offset: '5' } as const;

/** kWh used since the start: one and a half an hour. */
const used = (hours: number): number => Math.floor(1.5 * hours);
/** What each shows: the old one whole kWh, the new one hundredths, from 7.00 on. */
const oldCounts = (hours: number): number => 48_000 + used(hours);
const newCounts = (hours: number): number => 700 + Math.round(150 * (hours - EXCHANGE_H));

async function ertd(...args: string[]) {
  const env = { ERTD_DATABASE_PATH: at('db'), ERTD_USAGE_ZONE: 'UTC' };
  const context = testContext({ env });
  const status = await runErtd(args, context);
  return { status, out: context.out(), err: context.err() };
}

async function rowsOf(...args: string[]) {
  const { out } = await ertd(...args, '--output', 'jsonl');
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/**
 * A daemon that hears the street from one hour to another, with what its database has.
 * @param nextH when the meter is exchanged once more
 */
async function listen(
  fromH: number,
  untilH: number,
  unknown: UnknownPolicy,
  described = OLD,
  nextH = Number.POSITIVE_INFINITY,
) {
  const { sink } = await startedSink(at('db'), { zone: 'UTC', now: () => START_MS });
  const resumed = sink.resume();
  const house = ownMeter(described, { name: 'House', commodity: 'electric', scale: SCALE });
  const rules = { rules: [], night: { fromMinute: 60, toMinute: 300 }, nightCommodities: [], zone: 'UTC' };
  const ledger = new Ledger({
    unknown,
    own: resumed.own.length > 0 ? resumed.own : [house],
    state: resumed.state,
    observers: [
      new IntervalFeed({ lengths: ['1h', '1d'], zone: 'UTC' }),
      new EventWatch({ ...rules, budgetOf: () => null }),
    ],
  });
  sink.keep(ledger.journal);
  const told = [];
  for (let hours = fromH; hours < untilH; hours += 0.5) {
    if (hours === EXCHANGE_H) continue;
    const isNew = hours > EXCHANGE_H;
    const packet = scmReading({
      ...{
        id: hours >= nextH ? NEXT : isNew ? NEW : OLD,
        type: 7,
        commodity: 'electric',
        timeMs: START_MS + hours * HOUR_MS,
      },
      consumption: isNew ? newCounts(hours) : oldCounts(hours),
      fields: { tamperPhy: isNew ? 2 : 1, tamperEnc: isNew ? 0 : 3, relayed: false, checksum: 0 },
      confidence: 0.999_99,
    });
    for (const entry of [...ledger.take(packet), ...ledger.tick(packet.timeMs ?? 0)]) {
      told.push(entry);
      sink.write(entry);
    }
  }
  await sink.stop();
  return told;
}

describe.each(['count', 'store'] as const)(
  'a meter that is exchanged, where of others one keeps: %s',
  (unknown) => {
    it('goes on under its name, its totals right across the exchange', { timeout: 30_000 }, async () => {
      await listen(0, 72, unknown);
      await ertd(
        'meters',
        'add',
        String(OLD),
        '--name',
        'House',
        '--unit',
        'kWh',
        '--scale',
        '1',
        '--offset',
        '5',
      );
      const [final, initial] = [String(5 + oldCounts(EXCHANGE_H)), '7'];
      const dial = (newCounts(71.5) / 100).toFixed(2);
      const when = ['--at', '2026-11-04T12:00', '--final', final, '--initial', initial, '--dial', dial];
      const { status, out, err } = await ertd('meters', 'exchange', 'House', String(NEW), ...when);
      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(out).toBe('House goes on as ert-10000099 from 2026-11-04 12:00 Z on.\n');

      const told = await listen(72, 120, unknown);
      const readings = told.filter((entry) => entry.kind === 'reading');
      expect(readings.at(-1)).toMatchObject({
        meter: { key: `ert-${OLD}`, name: 'House' },
        value: (newCounts(119.5) / 100).toFixed(2),
        total: (1.5 * 119.5).toFixed(2),
      });
      expect(readings.some(({ beginsAnew }) => beginsAnew)).toBe(false);
      expect(told.filter(({ kind }) => kind === 'event')).toEqual([]);

      const days = await rowsOf('usage', 'House', '--since', '2026-11-02', '--until', '2026-11-06');
      expect(days.map(({ value, quality }) => [value, quality])).toEqual(
        Array.from({ length: 4 }, () => ['36.00', 'measured']),
      );
      const all = await rowsOf('readings', '--meter', 'House');
      expect(all[0]).toMatchObject({ id: OLD, counts: 48_000, value: '48005', unit: 'kWh' });
      expect(all.at(-1)).toMatchObject({ id: NEW, counts: newCounts(119.5), unit: 'kWh' });
      for (const id of [OLD, NEW]) expect(await rowsOf('readings', '--meter', String(id))).toEqual(all);
      const { out: statement } = await ertd(
        'statement',
        'House',
        '--from',
        '2026-11-03',
        '--to',
        '2026-11-06',
        '--output',
        'json',
      );
      expect(JSON.parse(statement)).toMatchObject([
        {
          opening: { dial: '48041' },
          closing: { dial: '61.00' },
          consumption: '108.00',
          quality: 'measured',
        },
      ]);
      expect(await rowsOf('events')).toMatchObject([
        {
          type: 'meter.exchanged',
          name: 'House',
          evidence: { before: `ert-${OLD}`, after: `ert-${NEW}`, final, initial },
        },
      ]);
      const db = openForReading(at('db'));
      expect([...rollupDifferences(db)]).toEqual([]);
      db.close();
      expect((await ertd('usage', String(OLD), '--since', '2026-11-02')).out).toContain('House');
    });

    it('says what is not known where nobody read the dials', { timeout: 30_000 }, async () => {
      await listen(0, 72, unknown);
      const { out } = await ertd('meters', 'exchange', String(OLD), String(NEW));
      expect(out).toContain('What was used meanwhile is not known: see --final and --initial.');
      const told = await listen(72, 96, unknown);
      expect(told.filter(({ kind }) => kind === 'event')).toEqual([]);
      const days = await rowsOf('usage', 'House', '--since', '2026-11-02', '--until', '2026-11-06');
      expect(days.map(({ quality }) => quality)).toEqual(['measured', 'measured', 'missing', 'measured']);
      const db = openForReading(at('db'));
      expect([...rollupDifferences(db)]).toEqual([]);
      db.close();
    });
  },
);

it('a meter that was exchanged may be described by its new ID', { timeout: 30_000 }, async () => {
  await listen(0, 72, 'count');
  await ertd('meters', 'exchange', 'House', String(NEW));
  const told = await listen(72, 80, 'count', NEW);
  expect(told.filter(({ kind }) => kind === 'reading').at(-1)).toMatchObject({
    meter: { key: `ert-${OLD}`, name: 'House' },
  });
  expect((await rowsOf('meters')).map(({ name, register }) => [name, register])).toEqual([
    ['House', 'former'],
    ['House', 'consumption'],
  ]);
});

it('a meter that was exchanged twice may be described by the ID between', { timeout: 30_000 }, async () => {
  await listen(0, 72, 'count');
  await ertd('meters', 'exchange', 'House', String(NEW));
  await listen(72, 84, 'count', NEW, 76);
  await ertd('meters', 'exchange', 'House', String(NEXT));
  const told = await listen(84, 90, 'count', NEW, 76);
  expect(told.filter(({ kind }) => kind === 'reading').at(-1)).toMatchObject({
    meter: { key: `ert-${OLD}`, name: 'House' },
  });
  expect((await rowsOf('meters')).map(({ id, name, register }) => [id, name, register])).toEqual([
    [OLD, 'House', 'former'],
    [NEW, 'House', 'former'],
    [NEXT, 'House', 'consumption'],
  ]);
});

describe('ertd meters exchange', () => {
  it.each([
    [['House', '10000055'], 'Meter 10000055 has not been heard yet'],
    [
      ['House', String(NEW), '--at', '2026-11-03T12:00'],
      'The old meter was heard until 2026-11-04T11:30:00.000Z',
    ],
    [
      ['House', String(NEW), '--final', '48000'],
      '--final 48000 is less than what was heard of the old meter last',
    ],
    [
      ['House', String(NEW), '--initial', '90000'],
      '--initial 90000 is more than what was heard of the new meter first',
    ],
    [['House', 'House'], 'House is an endpoint of "House" already'],
  ])('refuses %j in a sentence', { timeout: 30_000 }, async (args, message) => {
    await listen(0, 72, 'count');
    const { status, err } = await ertd('meters', 'exchange', ...args);
    expect(err).toContain(message);
    expect(status).toBe(64);
  });

  it('waits for no daemon', async () => {
    const { sink } = await startedSink(at('db'), { zone: 'UTC' });
    const { status, err } = await ertd('meters', 'exchange', 'House', String(NEW));
    await sink.stop();
    expect(err).toContain('is in use by ertd run');
    expect(status).toBe(78);
  });
});

describe('a meter that counts both ways', () => {
  /** What the three endpoints from `first` on tell: delivered, received, net, one set an hour. */
  async function listenNet(fromH: number, untilH: number) {
    const { sink } = await startedSink(at('db'), { zone: 'UTC', now: () => START_MS });
    const { state, own } = sink.resume();
    const ledger = new Ledger({ unknown: 'count', own, state });
    sink.keep(ledger.journal);
    for (let hours = fromH; hours < untilH; hours++) {
      const first = hours < EXCHANGE_H ? OLD : NEW;
      const since = hours < EXCHANGE_H ? hours : hours - EXCHANGE_H;
      const [delivered, received] = [4000 + 20 * since, 1000 + 30 * since];
      for (const [place, consumption] of [delivered, received, delivered - received].entries()) {
        const timeMs = START_MS + hours * HOUR_MS + 1000 * place;
        const packet = { id: first + place, type: 8, commodity: 'electric', consumption, timeMs } as const;
        for (const entry of ledger.take(scmReading({ ...packet, confidence: 0.999_99 }))) sink.write(entry);
      }
    }
    await sink.stop();
  }

  it('takes its three IDs along', { timeout: 30_000 }, async () => {
    await listenNet(0, 2);
    await ertd(
      'meters',
      'add',
      String(OLD),
      '--name',
      'Roof',
      '--unit',
      'kWh',
      '--scale',
      '1',
      '--generation-id',
      String(OLD + 1),
      '--net-id',
      String(OLD + 2),
    );
    await listenNet(2, 72);
    const exchanged = await ertd('meters', 'exchange', 'Roof', String(NEW), '--dial', '42.20');
    expect(exchanged).toMatchObject({ status: 0, err: '' });
    await listenNet(72, 96);
    const rows = await rowsOf('meters');
    expect(rows.map(({ id, name, register }) => [id, name, register])).toEqual([
      ...[OLD, OLD + 1, OLD + 2].map((id) => [id, 'Roof', 'former']),
      ...['consumption', 'generation', 'net'].map((register, place) => [NEW + place, 'Roof', register]),
    ]);
    const usage = await rowsOf('usage', 'Roof', '--since', '2026-11-03', '--until', '2026-11-06');
    const days = (register: string) => usage.filter((row) => row.register === register);
    for (const [register, counts] of [
      ['consumption', 48_000],
      ['generation', 72_000],
      ['net', -24_000],
    ] as const) {
      expect(days(register).map((row) => [row.counts, row.quality])).toEqual([
        [counts, 'measured'],
        [expect.any(Number), 'missing'],
        [expect.any(Number), 'measured'],
      ]);
    }
    const readings = await rowsOf('readings', '--meter', 'Roof');
    const told = (id: number) => readings.filter((row) => row.id === id);
    for (const [place, register, first, last] of [
      [0, 'consumption', '4040', '47.00'],
      [1, 'generation', '1060', '20.50'],
      [2, 'net', '2980', '26.50'],
    ] as const) {
      expect(told(OLD + place)[0]).toMatchObject({ register, value: first, unit: 'kWh' });
      expect(told(NEW + place).at(-1)).toMatchObject({ register, value: last, unit: 'kWh' });
    }
    const db = openForReading(at('db'));
    expect([...rollupDifferences(db)]).toEqual([]);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    db.close();
  });
});
