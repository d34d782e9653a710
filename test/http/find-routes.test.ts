import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOwnMeters } from '../../src/sinks/sqlite-own-meters.js';
import { DatabaseReader } from '../../src/sinks/sqlite-read.js';
import { directoryPerTest, startedLedger, type TestLedger } from '../sinks/database-fixture.js';
import { scmReading } from '../sinks/reading-fixture.js';
import { ServedHouse } from './served-house.js';

const MINE = 10_000_003;
const HOUR_MS = 3_600_000;
/** Registers of a street, counts. */
const STREET = new Map([
  [10_000_001, 734_512],
  [10_000_002, 98_127],
  [MINE, 1_234_567],
  [10_000_004, 412_090],
]);
const DIAL = '12345.6';

const pathOf = directoryPerTest();
let written: TestLedger;
let served: ServedHouse | null = null;

beforeEach(async () => {
  written = await startedLedger(pathOf('ertd.db'), {}, { unknown: 'count' });
});

afterEach(async () => {
  await served?.stop();
  served = null;
  await written.sink.stop();
});

async function started(showsUnknown: boolean): Promise<string> {
  served = new ServedHouse(pathOf, showsUnknown);
  for (let agoMs = HOUR_MS; agoMs >= 0; agoMs -= 60_000) {
    for (const [id, counts] of STREET) {
      const consumption = counts - Math.round((agoMs / HOUR_MS) * (id - 10_000_000) * 100);
      const packet = scmReading({
        ...{ id, type: 7, commodity: 'electric', consumption },
        timeMs: Date.now() - agoMs,
      });
      served.house.note({ kind: 'packet', packet });
    }
  }
  return served.start();
}

interface Found {
  readonly candidates: readonly {
    readonly candidate: string;
    readonly key: string | null;
    readonly probability: number;
    readonly reasons: readonly string[];
  }[];
  readonly heard: number;
}

async function find(url: string, query: string): Promise<Found> {
  return (await fetch(`${url}/api/v1/meters/find?${query}`)).json() as Promise<Found>;
}

function take(url: string, body: object): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(`${url}/api/v1/meters/found`, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('which meter is mine', () => {
  it('is told by the dial, with the reasons', async () => {
    const { candidates, heard } = await find(await started(true), `dial=${DIAL}&commodity=electric`);
    expect([heard, candidates.length]).toEqual([4, 4]);
    expect(candidates[0]).toMatchObject({
      key: `ert-${MINE}`,
      reasons: [expect.stringContaining("is the dial's 12345.6 at 0.01 a count")],
    });
    expect(candidates[0]!.probability).toBeGreaterThan(0.9);
  });

  it('is surer with a second reading of the dial', async () => {
    const url = await started(true);
    const [nowMs, wrong] = [Date.now(), '12000.0'];
    const right = await find(url, `dial=${nowMs - HOUR_MS}%3D12342.6&dial=${nowMs}%3D${DIAL}`);
    const other = await find(url, `dial=${nowMs - HOUR_MS}%3D${wrong}&dial=${nowMs}%3D${DIAL}`);
    expect(right.candidates[0]!.key).toBe(`ert-${MINE}`);
    expect(right.candidates[0]!.reasons.join()).toContain('while the dial went on by 3');
    expect(other.candidates[0]!.probability).toBeLessThan(right.candidates[0]!.probability);
  });

  it('tells nothing of a neighbour who does not fit, and no ID of who does', async () => {
    const url = await started(false);
    const { candidates, heard } = await find(url, `dial=${DIAL}`);
    expect([heard, candidates.length]).toEqual([4, 1]);
    expect(candidates[0]).toMatchObject({ key: null, reasons: ['its register is what the dial shows'] });
    const told = JSON.stringify(candidates);
    for (const [id, counts] of STREET)
      for (const number of [id, counts]) expect(told).not.toContain(String(number));
    // Without a dial, or with one that fits anybody.
    for (const query of ['', 'commodity=electric', 'dial=123', 'dial=1', 'dial=7777.7'])
      expect([query, (await find(url, query)).candidates]).toEqual([query, []]);
  });

  it('tells nothing of a neighbour by a dial that is only near, or was read before', async () => {
    const url = await started(false);
    const nowMs = Date.now();
    const near = ['12345.3', '12345.9', '12333.3', '12222.2'];
    const before = [`${nowMs - 10 * 60_000}%3D${DIAL}`, `${nowMs - HOUR_MS}%3D12342.6`];
    for (const dial of [...near, ...before])
      expect([dial, (await find(url, `dial=${dial}`)).candidates]).toEqual([dial, []]);
    const [once] = (await find(url, `dial=${DIAL}`)).candidates;
    const [again] = (await find(url, `dial=${before[1]}&dial=${DIAL}`)).candidates;
    expect([once, again]).toEqual([expect.anything(), once]);
  });

  it.each([false, true])('is no way to try all dials (others are shown: %s)', async (showsUnknown) => {
    const url = await started(showsUnknown);
    const answers = [];
    for (let guess = 0; guess < 12; guess++) {
      answers.push(await fetch(`${url}/api/v1/meters/find?dial=${20_000 + guess}`));
    }
    const refused = showsUnknown ? [] : [429, 429];
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array(12 - refused.length).fill(200),
      ...refused,
    ]);
    if (showsUnknown) return;
    expect(Number(answers.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(20);
    expect(await answers.at(-1)!.json()).toEqual({
      error: expect.stringMatching(/^Too many guesses; try again in \d+ s\.$/),
    });
    // What gives no dial is no guess, nor is the same dial once more.
    for (const query of ['', '?dial=20009', '?dial=20009&commodity=electric'])
      expect((await fetch(`${url}/api/v1/meters/find${query}`)).status).toBe(200);
  });

  it('ends with its name, and with its scale where the dial tells', async () => {
    const url = await started(false);
    const [best] = (await find(url, `dial=${DIAL}`)).candidates;
    const taken = await take(url, { candidate: best!.candidate, name: 'House', dial: DIAL, unit: 'kWh' });
    expect([taken.status, await taken.json()]).toEqual([200, { key: `ert-${MINE}` }]);
    const reader = DatabaseReader.open(pathOf('ertd.db'));
    expect(readOwnMeters(reader.db)).toMatchObject([
      { key: `ert-${MINE}`, name: 'House', scale: { unit: 'kWh', unitsPerCount: '0.01' } },
    ]);
    reader.close();
  });

  it('is none where nobody is called so, or the dial makes no sense', async () => {
    const url = await started(false);
    expect((await take(url, { candidate: `ert-${MINE}`, name: 'x' })).status).toBe(404);
    for (const dial of ['x', '1e9', `${Date.now() + HOUR_MS}%3D5`, '<b>']) {
      const answer = await fetch(`${url}/api/v1/meters/find?dial=${dial}`);
      expect([dial, answer.status]).toEqual([dial, 400]);
    }
  });
});
