import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import { intervalsCommand } from '../../src/commands/intervals.js';
import { markCommand } from '../../src/commands/mark.js';
import { selfreadsCommand } from '../../src/commands/selfreads.js';
import { statementCommand } from '../../src/commands/statement.js';
import { usageCommand } from '../../src/commands/usage.js';
import { Fault } from '../../src/errors.js';
import { HOUR_MS } from '../../src/readings/time-grid.js';
import { directoryPerTest, ownMeter, startedLedger } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();
/** Friday, local midnight; clocks are put back on Sunday. */
const START_MS = Date.parse('2026-10-30T04:00Z');
const HOURS = 120;
const NOW_MS = START_MS + HOURS * HOUR_MS;

const CONFIG = `
[usage]
zone = "America/New_York"
[[tariffs]]
name = "water"
meters = ["garden"]
unit = "L"
currency = "USD"
prices = { day = "0.01", night = "0.005" }
otherwise = "night"
standingCharge = "0.10"
standingPer = "day"
[[tariffs.periods]]
rate = "day"
from = "06:00"
until = "22:00"
`;

/** A water meter in litres: 60 in each hour, 180 in the hour from 12 on Saturday. Made once, copied for each test. */
let made: Buffer;
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ertd-usage-'));
  const scale = { unit: 'L', unitsPerCount: '1', offset: '0' } as const;
  const own = [ownMeter(10_000_042, { name: 'garden', scale })];
  const rules = { resolutionMs: 300_000, commitIntervalMs: 3_600_000 };
  const { sink, hear } = await startedLedger(join(folder, 'db'), rules, { unknown: 'off', own });
  for (let minute = 0; minute <= HOURS * 60; minute += 5) {
    const busy = Math.min(120, Math.max(0, (minute - 36 * 60) * 2));
    hear({ timeMs: START_MS + minute * 60_000, consumption: 1000 + minute + busy });
  }
  await sink.stop();
  made = readFileSync(join(folder, 'db'));
  rmSync(folder, { recursive: true });
}, 30_000);

beforeEach(() => {
  writeFileSync(at('db'), made);
  writeFileSync(at('config.toml'), CONFIG);
});

type Factory = (context: CommandContext, now: () => number) => Command;

/** What a command prints, and what it throws. */
async function run(factory: Factory, ...args: string[]) {
  const context = testContext();
  const command = factory(context, () => NOW_MS).exitOverride();
  command.configureOutput({ writeErr: () => {} });
  const all = [...args, '--db', at('db'), '--config', at('config.toml')];
  const failure = await command.parseAsync(all, { from: 'user' }).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure !== null && !(failure instanceof Error)) throw failure;
  const message = failure === null ? null : failure.message;
  return { out: context.out(), err: context.err(), message, fault: failure instanceof Fault };
}

async function rows(factory: Factory, ...args: string[]): Promise<Record<string, unknown>[]> {
  const { out, message } = await run(factory, ...args);
  expect(message).toBeNull();
  return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

describe('ertd intervals', () => {
  it('lists the load profile', async () => {
    const list = await rows(
      intervalsCommand,
      'garden',
      '--since',
      '2026-10-31T11:45',
      '--until',
      '2026-10-31T13:15',
    );
    expect(list.map(({ start, value, mean }) => [start, value, mean])).toEqual([
      ['2026-10-31T11:45:00-04:00', '15', '60'],
      ['2026-10-31T12:00:00-04:00', '45', '180'],
      ['2026-10-31T12:15:00-04:00', '45', '180'],
      ['2026-10-31T12:30:00-04:00', '45', '180'],
      ['2026-10-31T12:45:00-04:00', '45', '180'],
      ['2026-10-31T13:00:00-04:00', '15', '60'],
    ]);
    expect(list[0]).toEqual({
      meter: 'ert-10000042',
      name: 'garden',
      register: 'consumption',
      start: '2026-10-31T11:45:00-04:00',
      end: '2026-10-31T12:00:00-04:00',
      counts: 15,
      value: '15',
      unit: 'L',
      quality: 'measured',
      mean: '60',
      meanUnit: 'L/h',
    });
  });

  it('has the hour that comes twice, twice', async () => {
    const list = await rows(
      intervalsCommand,
      '10000042',
      '--length',
      '1h',
      '--since',
      '2026-11-01',
      '--until',
      '2026-11-01T04:00',
    );
    expect(list.map(({ start }) => String(start).slice(11))).toEqual([
      '00:00:00-04:00',
      '01:00:00-04:00',
      '01:00:00-05:00',
      '02:00:00-05:00',
      '03:00:00-05:00',
    ]);
  });

  it('prints a table and CSV', async () => {
    const some = [
      'garden',
      '--length',
      '5m',
      '--since',
      '2026-10-31T12:00',
      '--until',
      '2026-10-31T12:10',
      '--output',
    ];
    expect((await run(intervalsCommand, ...some, 'table')).out.split('\n')).toEqual([
      'START                   METER             REGISTER             USED  UNIT          MEAN  HOW',
      '2026-10-31 12:00 -04:00  garden            consumption            15  L              180  measured',
      '2026-10-31 12:05 -04:00  garden            consumption            15  L              180  measured',
      '',
    ]);
    expect((await run(intervalsCommand, ...some, 'csv')).out.split('\r\n')[1]).toBe(
      'ert-10000042,garden,consumption,2026-10-31T12:00:00-04:00,2026-10-31T12:05:00-04:00,15,15,L,measured,180,L/h',
    );
  });

  it('says what it does not know', async () => {
    expect(await run(intervalsCommand, 'attic')).toMatchObject({
      message: 'There is no meter "attic"; ertd meters lists those that are heard.',
      fault: true,
    });
    expect((await run(intervalsCommand, 'garden', '--until', '2026-01-01')).message).toContain(
      '--since must be before',
    );
    expect(
      await run(intervalsCommand, 'garden', '--since', '2026-01-01', '--until', '2026-01-02'),
    ).toMatchObject({
      message: null,
      err: 'ertd: Nothing is known of that time.\n',
    });
  });
});

describe('ertd usage', () => {
  it('sums up days with their peak, of 23 to 25 hours, and the one that goes on', async () => {
    const list = await rows(usageCommand, 'garden', '--since', '2026-10-30');
    expect(
      list.map(({ from, value, peak, peakAt, isOver }) => [
        String(from).slice(0, 10),
        value,
        peak,
        peakAt,
        isOver,
      ]),
    ).toEqual([
      ['2026-10-30', '1440', '60', '2026-10-30T00:00:00-04:00', true],
      ['2026-10-31', '1560', '180', '2026-10-31T12:00:00-04:00', true],
      ['2026-11-01', '1500', '60', '2026-11-01T00:00:00-04:00', true],
      ['2026-11-02', '1440', '60', '2026-11-02T00:00:00-05:00', true],
      ['2026-11-03', '1380', '60', '2026-11-03T00:00:00-05:00', false],
    ]);
  });

  it('sums up months and bills, which marks cut', async () => {
    const months = await rows(usageCommand, '--by', 'month');
    expect(months.map(({ from, value, quality }) => [from, value, quality])).toEqual([
      ['2026-10-01T00:00:00-04:00', '3000', 'missing'],
      ['2026-11-01T00:00:00-04:00', '4320', 'measured'],
    ]);
    expect((await run(markCommand, 'garden', 'demand-reset', '--at', '2026-10-31T18:30:20')).out).toBe(
      'Marked: demand-reset of garden at 2026-10-31 18:30 -04:00\n',
    );
    const bills = await rows(usageCommand, 'garden', '--by', 'bill');
    expect(bills.map(({ from, value, peak }) => [from, value, peak])).toEqual([
      ['2026-10-01T00:00:00-04:00', '2670', '180'],
      ['2026-10-31T18:30:00-04:00', '330', '60'],
      ['2026-11-01T00:00:00-04:00', '4320', '60'],
    ]);
    expect(
      (await run(markCommand, 'garden', 'demand-reset', '--at', '2026-10-31T18:30', '--remove')).out,
    ).toContain('Removed');
    expect(await rows(usageCommand, 'garden', '--by', 'bill')).toHaveLength(2);
  });

  it('prints a table', async () => {
    expect((await run(usageCommand, '--since', '2026-11-02', '--output', 'table')).out.split('\n')[2]).toBe(
      '2026-11-03 00:00 -05:00  garden            consumption          1380  L               60  2026-11-03 00:00 -05:00  measured, so far',
    );
  });
});

describe('ertd selfreads', () => {
  it('lists billing days and marks, with what the dial showed', async () => {
    await run(markCommand, 'garden', 'tenant', '--at', '2026-11-02T12:00', '--note', 'Doe moves in');
    const list = await rows(selfreadsCommand, 'garden');
    expect(list.map(({ time, dial, why, how, note }) => [time, dial, why, how, note])).toEqual([
      ['2026-11-01T00:00:00-04:00', '4000', 'billing', 'measured', ''],
      ['2026-11-02T12:00:00-05:00', '6220', 'tenant', 'measured', 'Doe moves in'],
    ]);
    expect((await run(selfreadsCommand, '--output', 'table')).out.split('\n')[1]).toBe(
      '2026-11-01 00:00 -04:00  garden            consumption          4000  L       billing       measured',
    );
  });
});

describe('ertd mark', () => {
  it.each([
    [['garden', 'demand-reset', '--at', '2027-01-01'], '--at must not be in the future.'],
    [
      ['garden', 'tenant', '--remove'],
      'There is no tenant of garden at 2026-11-03 23:00 -05:00; ertd selfreads lists marks.',
    ],
    [['attic', 'tenant'], 'There is no meter "attic"'],
    [['garden', 'party'], 'Allowed choices are tenant, demand-reset'],
  ])('refuses %j', async (args, message) => {
    expect((await run(markCommand, ...args)).message).toContain(message);
  });
});

describe('ertd statement', () => {
  it('tells opening and closing, consumption by rate and cost', async () => {
    const { out } = await run(
      statementCommand,
      'garden',
      '--from',
      '2026-10-31',
      '--to',
      '2026-11-02',
      '--output',
      'table',
    );
    expect(out.split('\n')).toEqual([
      'garden, consumption',
      '  opening  2026-10-31 00:00 -04:00  2440 L  measured, heard 2026-10-31 00:00 -04:00 and 2026-10-31 00:00 -04:00',
      '  closing  2026-11-02 00:00 -05:00  5500 L  measured, heard 2026-11-02 00:00 -05:00 and 2026-11-02 00:00 -05:00',
      '  used     3060 L, measured',
      '  tariff   water',
      '    day                    2040 L × 0.01 = 20.4 USD',
      '    night                  1020 L × 0.005 = 5.1 USD',
      '    standing                  2 days = 0.2 USD',
      '    total          25.70 USD',
      '',
      '',
    ]);
  });

  it('is JSON for programs, and says what is missing', async () => {
    const [statement] = JSON.parse((await run(statementCommand, 'garden', '--from', '2026-10-01')).out);
    expect(statement).toMatchObject({
      meter: 'ert-10000042',
      opening: {
        time: '2026-10-01T00:00:00-04:00',
        counts: null,
        dial: null,
        certainty: 'missing',
        heardBefore: null,
      },
      closing: { dial: '8320', certainty: 'measured' },
      consumption: '7320',
      quality: 'missing',
      bills: [{ total: expect.any(String), rates: [{ rate: 'day' }, { rate: 'night', quality: 'missing' }] }],
    });
  });

  it.each([
    [['garden', '--from', '2026-11-02', '--to', '2026-11-01'], '--from must be before --to.'],
    [
      ['garden', '--from', '2026-01-02', '--to', '2026-02-01'],
      'Nothing was heard of "garden" in that time; ertd meters tells since when',
    ],
    [['garden'], "required option '--from <time>' not specified"],
    [['garden', '--from', 'May'], '"May" is not a point in time'],
  ])('refuses %j', async (args, message) => {
    expect((await run(statementCommand, ...args)).message).toContain(message);
  });
});
