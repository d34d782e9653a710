import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Credentials } from '../../src/http/credentials.js';
import type { Tariff } from '../../src/readings/tariff.js';
import { directoryPerTest, ownMeter, startedLedger, type TestLedger } from '../sinks/database-fixture.js';
import { HOUSE, meterEvent, WATER } from '../sinks/entry-fixture.js';
import { scmReading } from '../sinks/reading-fixture.js';
import { ServedHouse } from './served-house.js';

/** Midnight in New York, as the database's days have it. */
const MIDNIGHT_MS = Date.UTC(2026, 10, 20, 5);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINE = 10_000_001;
const THEIRS = 10_000_002;
const KEY = `ert-${MINE}`;
const NAME = '<script>alert(1)</script>';
const TARIFF: Tariff = {
  ...{ name: 'flat', meters: [KEY], register: 'consumption', unit: 'kWh', currency: 'USD' },
  ...{ rates: [{ name: 'all', price: '0.25' }], seasons: [], holidays: [], periods: [], otherwise: 'all' },
  standingCharge: null,
};

const pathOf = directoryPerTest();
let written: TestLedger;
let served: ServedHouse | null = null;

beforeEach(async () => {
  const scale = { unit: 'kWh', unitsPerCount: '0.01', offset: '0' } as const;
  const own = [ownMeter(MINE, { name: NAME, commodity: 'electric', scale })];
  written = await startedLedger(pathOf('ertd.db'), {}, { unknown: 'store', own });
  // A day of 100 counts an hour, told every five minutes; and what follows, so that the day is over.
  for (let ms = 0; ms <= DAY_MS + HOUR_MS; ms += 300_000) {
    const consumption = 1_000_000 + Math.floor(ms / 36_000);
    written.hear({ id: MINE, type: 7, commodity: 'electric', timeMs: MIDNIGHT_MS + ms, consumption });
    const theirs = scmReading({ id: THEIRS, timeMs: MIDNIGHT_MS + ms + 7000, consumption: 500 });
    for (const entry of written.ledger.take(theirs)) written.sink.write(entry);
  }
  // What cannot be right waits.
  for (const id of [MINE, THEIRS]) {
    const strange = scmReading({
      id,
      type: 7,
      consumption: 60_000_000,
      timeMs: MIDNIGHT_MS + DAY_MS + 1.1 * HOUR_MS,
    });
    for (const entry of written.ledger.take(strange)) written.sink.write(entry);
  }
  written.sink.write(meterEvent({ id: 'a', meter: { ...HOUSE, key: KEY, name: NAME }, timeMs: MIDNIGHT_MS }));
  const theirs = { ...WATER, key: `ert-${THEIRS}`, name: null } as const;
  written.sink.write(meterEvent({ id: 'b', meter: theirs, timeMs: MIDNIGHT_MS }));
  await written.sink.flush();
});

afterEach(async () => {
  await served?.stop();
  served = null;
  await written.sink.stop();
});

async function started(showsUnknown: boolean): Promise<string> {
  served = new ServedHouse(pathOf, showsUnknown, [TARIFF]);
  return served.start();
}

// biome-ignore lint/suspicious/noExplicitAny: it is compared with what it should be
type Answer = any;

async function get(url: string): Promise<Answer> {
  const response = await fetch(url);
  expect([url, response.status]).toEqual([url, 200]);
  return response.json();
}

function during(url: string, path: string, fromMs: number, toMs: number, more = ''): Promise<Answer> {
  return get(`${url}/api/v1/meters/${KEY}/${path}?from=${fromMs}&to=${toMs}${more}`);
}

describe('a meter of the user', () => {
  it('is listed with its register and what it is called', async () => {
    const { meters, hidden } = await get(`${await started(false)}/api/v1/meters`);
    expect(hidden).toBe(1);
    expect(meters).toHaveLength(1);
    expect(meters[0]).toMatchObject({ key: KEY, name: NAME, commodity: 'electric', unit: 'kWh' });
    expect(meters[0].registers).toEqual([
      { name: 'consumption', counts: 1_002_500, value: '10025.00', unit: 'kWh' },
    ]);
  });

  it.each([
    ['5m', 300_000, 288],
    ['15m', 900_000, 96],
    ['1h', HOUR_MS, 24],
    ['1d', DAY_MS, 1],
  ])('used the same in every %s', async (length, lengthMs, count) => {
    const url = await started(false);
    const usage = await during(url, 'usage', MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS, `&length=${length}`);
    expect(usage.unit).toBe('kWh');
    expect(usage.intervals).toHaveLength(count);
    const sum = usage.intervals.reduce((all: number, one: { value: string }) => all + Number(one.value), 0);
    expect(sum).toBeCloseTo(24, 9);
    expect(usage.intervals[0]).toMatchObject({ startMs: MIDNIGHT_MS, endMs: MIDNIGHT_MS + lengthMs });
  });

  it('says what it did not hear', async () => {
    const usage = await during(await started(false), 'usage', MIDNIGHT_MS - HOUR_MS, MIDNIGHT_MS);
    expect(usage.intervals).toEqual([
      ...[
        { startMs: MIDNIGHT_MS - HOUR_MS, endMs: MIDNIGHT_MS, counts: null, value: null, quality: 'missing' },
      ],
    ]);
  });

  it('has a statement that ends where it was heard last, with its cost', async () => {
    const url = await started(false);
    const { statements } = await during(url, 'statement', MIDNIGHT_MS, MIDNIGHT_MS + 9 * DAY_MS);
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatchObject({
      ...{ register: 'consumption', untilMs: MIDNIGHT_MS + DAY_MS + HOUR_MS, value: '25.00', unit: 'kWh' },
      bills: [{ tariff: 'flat', currency: 'USD', total: '6.25' }],
    });
    expect(statements[0].opening).toMatchObject({
      counts: 1_000_000,
      dial: '10000.00',
      certainty: 'measured',
    });
  });

  it('is told of anew as soon as the database has more', async () => {
    const url = await started(false);
    const ask = () => get(`${url}/api/v1/meters/${KEY}/readings?limit=1`);
    const before = await ask();
    expect(await ask()).toEqual(before);
    const timeMs = MIDNIGHT_MS + DAY_MS + 2 * HOUR_MS;
    for (const afterMs of [0, 60_000])
      written.hear({
        id: MINE,
        type: 7,
        commodity: 'electric',
        timeMs: timeMs + afterMs,
        consumption: 1_002_600,
      });
    await written.sink.flush();
    expect((await ask()).readings[0].counts).toBe(1_002_600);
  });

  it('is told again to nobody who is not let in by now', async () => {
    const url = `${await started(false)}/api/v1/meters/${KEY}/readings?limit=1`;
    await get(url);
    await new Credentials(pathOf('auth.json')).setPassword('correct horse battery');
    expect((await fetch(url)).status).toBe(401);
  });

  it('has totals with the highest demand', async () => {
    const { periods } = await during(await started(false), 'totals', MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS);
    expect(periods).toHaveLength(1);
    expect(periods[0]).toMatchObject({ isOver: true, value: '24.00', peak: { value: '1.00', unit: 'kW' } });
  });

  it('tells of its registers', async () => {
    const { registers } = await get(`${await started(false)}/api/v1/meters/${KEY}/registers`);
    expect(registers).toMatchObject([
      { register: 'consumption', scale: { unit: 'kWh', unitsPerCount: '0.01' }, firstMs: MIDNIGHT_MS },
    ]);
  });

  it('has one sentence for what is too much, or makes no sense', async () => {
    const url = await started(false);
    for (const query of [
      `usage?from=0&to=${8.64e15}&length=5m`,
      `usage?from=0&to=${8.64e15}&length=1d`,
      `statement?from=0&to=${8.64e15}`,
      `totals?from=0&to=${8.64e15}`,
      'usage?from=-1&to=1',
      'usage?from=a&to=1',
      'readings?limit=1000000000',
    ]) {
      const response = await fetch(`${url}/api/v1/meters/${KEY}/${query}`);
      expect([query, response.status]).toEqual([query, 400]);
      expect(((await response.json()) as { error: string }).error).toMatch(/\.$/);
    }
    expect((await during(url, 'usage', 2 * DAY_MS, DAY_MS)).intervals).toEqual([]);
    expect((await during(url, 'totals', 2 * DAY_MS, DAY_MS)).periods).toEqual([]);
  });
});

function post(url: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('what the user names', () => {
  it('is a meter from then on, whatever the name', async () => {
    const url = await started(true);
    const named = await post(`${url}/api/v1/meters/ert-${THEIRS}/name`, { name: '"><img src=x>' });
    expect(named.status).toBe(204);
    const added = await post(`${url}/api/v1/meters`, { id: '07 10000009', name: 'Barn' });
    expect(await added.json()).toEqual({ key: 'ert-10000009' });
    expect((await post(`${url}/api/v1/meters/ert-5/name`, { name: 'x' })).status).toBe(404);
    const garage = await post(`${url}/api/v1/meters`, { id: 'garage', name: 'x' });
    expect([garage.status, await garage.json()]).toEqual([
      400,
      { error: expect.stringMatching(/^"garage" is not the ID of a meter; write its ID/) },
    ]);
    expect((await post(`${url}/api/v1/meters`, { id: '1', name: 'x', scale: '1' })).status).toBe(400);
  });
});

describe('a packet that waits', () => {
  it('is dropped or believed as the user wants, once', async () => {
    const url = await started(false);
    const { suspects, hidden } = await get(`${url}/api/v1/quarantine`);
    expect([suspects.length, hidden]).toEqual([1, 1]);
    expect(suspects[0]).toMatchObject({ endpoint: KEY, sightings: 1, outcome: 'waiting' });
    const decide = (id: number, decision: string) => post(`${url}/api/v1/quarantine/${id}`, { decision });
    expect((await decide(suspects[0].id, 'eat')).status).toBe(400);
    expect((await decide(suspects[0].id, 'drop')).status).toBe(204);
    expect((await decide(999, 'drop')).status).toBe(404);
    expect((await get(`${url}/api/v1/quarantine`)).suspects[0].outcome).toBe('to drop');
  });
});

describe('meters of other people', () => {
  const theirs = ['readings', 'readings.csv', 'registers', `usage?from=0&to=1`, 'statement?from=0&to=1'];

  it('are told of nowhere', async () => {
    const url = await started(false);
    for (const path of theirs) {
      const response = await fetch(`${url}/api/v1/meters/ert-${THEIRS}/${path}`);
      expect([path, response.status]).toEqual([path, 404]);
    }
    for (const path of ['meters', 'events/past', 'quarantine']) {
      expect([path, JSON.stringify(await get(`${url}/api/v1/${path}`))]).not.toEqual([
        path,
        expect.stringContaining(String(THEIRS)),
      ]);
    }
    expect((await get(`${url}/api/v1/events/past`)).events).toMatchObject([{ meter: KEY, type: 'leak' }]);
  });

  it('are told of where the user chose to keep them', async () => {
    const url = await started(true);
    expect((await get(`${url}/api/v1/meters`)).meters).toHaveLength(2);
    expect((await get(`${url}/api/v1/events/past`)).events).toHaveLength(2);
    expect((await get(`${url}/api/v1/meters/ert-${THEIRS}/registers`)).registers).toHaveLength(1);
  });

  it('are on the air without their numbers', async () => {
    await started(false);
    const packet = scmReading({ id: THEIRS, consumption: 777 });
    expect(served!.house.shown({ kind: 'packet', packet })).toEqual({
      kind: 'packet',
      packet: {
        ...{ timeMs: packet.timeMs, receiver: 'roof', protocol: 'SCM', id: null, commodity: 'water' },
        ...{ consumption: null, carrierHz: packet.carrierHz, snrDb: packet.snrDb },
      },
    });
    const own = { kind: 'packet', packet: scmReading({ id: MINE }) } as const;
    expect(served!.house.shown(own)).toBe(own);
    expect(served!.house.shown(meterEvent({ meter: { ...WATER, name: null } }))).toBeNull();
    expect(served!.house.shown(meterEvent({ meter: null }))).not.toBeNull();
  });
});

describe('metrics', () => {
  it('are told as Prometheus has them', async () => {
    const response = await fetch(`${await started(false)}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await response.text()).toBe('ertd_up 1\n');
  });
});
