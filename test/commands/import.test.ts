import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { importCommand } from '../../src/commands/import.js';
import { encodeR900, r900 } from '../../src/decode/protocols/r900.js';
import { encodeScm, scm } from '../../src/decode/protocols/scm.js';
import type { Reading } from '../../src/readings/reading.js';
import { rtl433Json } from '../../src/sinks/formats/rtl433-json.js';
import { rtlamrCsv } from '../../src/sinks/formats/rtlamr-csv.js';
import { rtlamrJson } from '../../src/sinks/formats/rtlamr-json.js';
import { rollupProblems } from '../../src/sinks/sqlite-rollup-check.js';
import { directoryPerTest, rowsOf } from '../sinks/database-fixture.js';
import { heard } from '../sinks/formats/packets.js';
import { runCommand } from './command-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();
const START_MS = Date.UTC(2026, 2, 1);
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const electric = (hour: number): Reading =>
  heard(
    scm,
    encodeScm({
      id: 10_000_001,
      type: 7,
      consumption: 5000 + Math.floor(hour * 130),
      tamperPhy: 0,
      tamperEnc: 0,
      relayed: false,
    }),
    START_MS + hour * HOUR_MS,
  );
const water = (hour: number): Reading =>
  heard(
    r900,
    encodeR900({
      ...{ id: 10_000_201, meterType: 3, reading: 99_000 + Math.floor(hour * 7), noUse: 0, backflow: 0 },
      ...{ leak: 0, leakNow: 0, unknown1: 10, unknown2: 0 },
    }),
    START_MS + hour * HOUR_MS + MINUTE_MS,
  );

/** Lines of both meters every quarter of an hour. */
function lines(fromHour: number, toHour: number, format: (reading: Reading) => string = rtlamrJson): string {
  let text = '';
  for (let hour = fromHour; hour < toHour; hour += 0.25) text += format(electric(hour)) + format(water(hour));
  return text;
}

function run(text: string, ...args: string[]) {
  writeFileSync(at('log'), text);
  const options = ['--db', at('db'), '--unknown', 'store', '--zone', ZONE];
  return runCommand((context) => importCommand(context, () => START_MS), [at('log'), ...options, ...args]);
}

const READINGS = `SELECT meter, register, time_ms AS "timeMs", counts, total_counts AS total FROM meter_readings ORDER BY meter, time_ms`;
interface Row {
  readonly meter: string;
  readonly timeMs: number;
  readonly counts: number;
  readonly total: number;
}
const readings = () => rowsOf(at('db'), READINGS) as Row[];
const statistics = () =>
  rowsOf(at('db'), 'SELECT key, packets, first_heard_ms, last_heard_ms FROM endpoints ORDER BY key');

/** Every row says what the meter showed then, and totals differ as counts do; hours and days add up. */
function expectTrue(): void {
  for (const meter of ['ert-10000001', 'neptune-10000201']) {
    const rows = readings().filter((row) => row.meter === meter);
    const truth = meter.startsWith('ert') ? electric : water;
    for (const { timeMs, counts, total } of rows) {
      expect(counts).toBe(truth(Math.round(((timeMs - START_MS) / HOUR_MS) * 4) / 4).consumption);
      expect(total - rows[0].total).toBe(counts - rows[0].counts);
    }
  }
  const db = new Sqlite(at('db'), { readonly: true });
  expect(rollupProblems(db)).toEqual([]);
  db.close();
}

describe('ertd import', () => {
  it.each([
    ['rtlamr JSON', rtlamrJson],
    ['rtlamr CSV', rtlamrCsv],
    ['rtl_433 JSON', rtl433Json],
  ])('takes over a history of %s, and once only', async (_, format) => {
    const { err, failure } = await run(lines(0, 30, format));
    expect(failure).toBeNull();
    expect(err).toContain('240 lines, 240 packets\n');
    expect(err).toContain('240 packets were news; 0 were of a time that is known');
    const [first, counted] = [readings(), statistics()];
    expect(first.length).toBeGreaterThan(200);
    expectTrue();
    const again = await run(lines(0, 30, format));
    expect(again.err).toContain(
      '0 packets were news; 240 were of a time that is known, and added 0 readings',
    );
    expect([readings(), statistics()]).toEqual([first, counted]);
  });

  it('takes over older histories after newer ones, and what is missing between', {
    timeout: 30_000,
  }, async () => {
    await run(lines(40, 50));
    await run(lines(60, 70));
    const before = readings().length;
    expect((await run(lines(0, 30))).err).toMatch(
      /0 packets were news; 240 were of a time that is known, and added 2\d\d readings/,
    );
    expect((await run(lines(45, 65))).err).toMatch(/added [78]\d readings/);
    expect(readings().length).toBeGreaterThan(before + 280);
    expectTrue();
    const all = readings();
    await run(lines(20, 62));
    expectTrue();
    expect(
      readings().filter(({ timeMs }) => all.some((row) => row.timeMs === timeMs)).length,
    ).toBeGreaterThanOrEqual(all.length);
  });

  it('tells of bad lines, and of those of other devices', async () => {
    const scmLine = rtlamrJson(electric(0));
    const spoilt = scmLine.replace(/"Consumption":\d+/, '"Consumption":77');
    const { err, failure } = await run(
      `${lines(0, 1)}${spoilt}nonsense\n\n{"time":"2026-03-01 00:00:00","model":"Acurite"}\n${'{"x":1}\n'.repeat(9)}`,
    );
    expect(failure).toBeNull();
    expect(err).toContain(`${at('log')}, line 9, is left out: its checksum is not that of its fields\n`);
    expect(err.match(/is left out/g)).toHaveLength(5);
    expect(err).toContain('21 lines, 8 packets, 2 empty or of other devices, 11 bad\n');
  });

  it('keeps no readings of meters that are not yours', async () => {
    const { err, failure } = await run(lines(0, 5), '--unknown', 'count');
    expect({ failure, err }).toEqual({ failure: null, err: expect.stringContaining('40 packets were news') });
    expect(readings()).toEqual([]);
    expect(statistics()).toHaveLength(2);
  });

  it('lets no single wrong packet through', async () => {
    const spike = heard(
      scm,
      encodeScm({
        id: 10_000_001,
        type: 7,
        consumption: 2_710_996,
        tamperPhy: 0,
        tamperEnc: 0,
        relayed: false,
      }),
      START_MS + 2.1 * HOUR_MS,
    );
    await run(lines(0, 2) + rtlamrJson(spike) + lines(2.25, 4));
    expect(readings().map(({ counts }) => counts)).not.toContain(2_710_996);
  });

  it('reads standard input', async () => {
    const context = testContext({ stdin: Readable.from([lines(0, 2)]) });
    const args = ['-', '--db', at('db'), '--unknown', 'store'];
    expect(await runCommand((one) => importCommand(one), args, context)).toMatchObject({ failure: null });
    expectTrue();
  });

  it('says what it cannot read', async () => {
    expect(await run('nothing\n')).toMatchObject({
      code: 'INPUT_INVALID',
      failure: `${at('log')} has no packet of rtlamr or rtl_433 in it.`,
    });
    const missing = await runCommand((context) => importCommand(context), [at('none'), '--db', at('db')]);
    expect(missing).toMatchObject({ code: 'INPUT_NOT_FOUND', failure: `There is no file ${at('none')}.` });
  });
});
