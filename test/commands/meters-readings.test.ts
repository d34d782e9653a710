import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/commands/context.js';
import { metersCommand } from '../../src/commands/meters.js';
import { readingsCommand } from '../../src/commands/readings.js';
import { directoryPerTest, startedLedger, startedSink } from '../sinks/database-fixture.js';
import { HEARD_MS } from '../sinks/reading-fixture.js';
import { runCommand as run } from './command-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();
const DAY_MS = 86_400_000;
const readings = (context: CommandContext) => readingsCommand(context, () => HEARD_MS + DAY_MS);

/** A water meter heard twice, a day apart, and a gas meter heard once between. */
async function fill(path: string): Promise<void> {
  const { sink, hear } = await startedLedger(path);
  hear({}, { id: 7, type: 12, commodity: 'gas', consumption: 5, timeMs: HEARD_MS + 1000 });
  hear({ consumption: 123_457, snrDb: 9.96, timeMs: HEARD_MS + DAY_MS });
  await sink.stop();
}

describe('ertd meters', () => {
  it('prints JSON lines where nobody looks', async () => {
    await fill(at('db'));
    const { out, err, failure } = await run(metersCommand, ['--db', at('db')]);
    expect({ err, failure }).toEqual({ err: '', failure: null });
    expect(out.split('\n')).toEqual([
      '{"key":"ert-10000042","id":10000042,"meter":"ert-10000042","name":"Meter 10000042","register":"consumption",' +
        '"protocol":"SCM","type":11,"commodity":"water","consumption":123457,"value":null,"unit":null,"tamperPhy":0,' +
        '"tamperEnc":0,"relayed":false,"checksum":21834,"packets":2,"expected":2,' +
        '"firstHeard":"2026-11-20T10:41:07.123Z","lastHeard":"2026-11-21T10:41:07.123Z","carrierHz":912600155,' +
        '"snrDb":10,"strongestSnrDb":23.4}',
      '{"key":"ert-7","id":7,"meter":"ert-7","name":"Meter 7","register":"consumption","protocol":"SCM","type":12,' +
        '"commodity":"gas","consumption":5,"value":null,"unit":null,"tamperPhy":0,"tamperEnc":0,"relayed":false,' +
        '"checksum":21834,"packets":1,"expected":1,"firstHeard":"2026-11-20T10:41:08.123Z",' +
        '"lastHeard":"2026-11-20T10:41:08.123Z","carrierHz":912600155,"snrDb":23.4,"strongestSnrDb":23.4}',
      '',
    ]);
  });

  it('prints a table on a terminal', async () => {
    await fill(at('db'));
    const context = testContext();
    Object.assign(context.stdout, { isTTY: true });
    expect((await run(metersCommand, ['--db', at('db')], context)).out).toBe(
      [
        '        ID  METER            READING  UNIT       HEARD  OF        FIRST HEARD (UTC)    LAST HEARD (UTC)     SNR dB   BEST       MHz',
        '  10000042  Meter 10000042       123457  counts         2            2026-11-20 10:41:07  2026-11-21 10:41:07    10.0   23.4  912.6002',
        '         7  Meter 7                5  counts         1            2026-11-20 10:41:08  2026-11-20 10:41:08    23.4   23.4  912.6002',
        '',
      ].join('\n'),
    );
  });

  it('prints CSV with the same columns as JSON', async () => {
    await fill(at('db'));
    const csv = (await run(metersCommand, ['--db', at('db'), '--output', 'csv'])).out.split('\r\n');
    const json = (await run(metersCommand, ['--db', at('db'), '--output', 'jsonl'])).out.split('\n');
    expect(csv[0].split(',')).toEqual(Object.keys(JSON.parse(json[0])));
    expect(csv[1].split(',')).toEqual(Object.values(JSON.parse(json[0])).map((value) => String(value ?? '')));
    expect(csv).toHaveLength(4);
  });

  it('says that nothing has been heard, and that there is no database', async () => {
    const { sink } = await startedSink(at('db'));
    await sink.stop();
    expect(await run(metersCommand, ['--db', at('db')])).toMatchObject({
      out: '',
      err: 'ertd: No meter has been heard yet.\n',
      failure: null,
    });
    expect(await run(metersCommand, ['--db', at('none')])).toMatchObject({
      out: '',
      failure: `There is no database ${at('none')}; name one with --db, ertd run makes it.`,
      code: 'INPUT_NOT_FOUND',
    });
  });

  it('reads the database of the configuration', async () => {
    await fill(at('db'));
    const configured = testContext({ env: { ERTD_DATABASE_PATH: at('db') } });
    expect((await run(metersCommand, [], configured)).out.split('\n')).toHaveLength(3);
    const none = testContext({ env: { ERTD_DATABASE_PATH: '' } });
    expect(await run(metersCommand, [], none)).toMatchObject({
      failure: 'The configuration has no database; name one with --db.',
      code: 'CONFIG',
    });
  });

  it('refuses a format it has not', async () => {
    const { failure } = await run(metersCommand, ['--output', 'xml']);
    expect(failure).toContain("argument 'xml' is invalid. Allowed choices are table, jsonl, csv.");
  });
});

describe('ertd readings', () => {
  const LINES = [
    '{"time":"2026-11-20T10:41:07.123Z","meter":"ert-10000042","name":"Meter 10000042","id":10000042,"protocol":"SCM","type":11,"commodity":"water",' +
      '"register":"consumption","counts":123456,"value":null,"unit":null,"totalCounts":0,"beginsAnew":false}',
    '{"time":"2026-11-20T10:41:08.123Z","meter":"ert-7","name":"Meter 7","id":7,"protocol":"SCM","type":12,"commodity":"gas",' +
      '"register":"consumption","counts":5,"value":null,"unit":null,"totalCounts":0,"beginsAnew":false}',
    '{"time":"2026-11-21T10:41:07.123Z","meter":"ert-10000042","name":"Meter 10000042","id":10000042,"protocol":"SCM","type":11,"commodity":"water",' +
      '"register":"consumption","counts":123457,"value":null,"unit":null,"totalCounts":1,"beginsAnew":false}',
  ];

  it.each([
    [[], [0, 1, 2]],
    [
      ['--meter', '10000042'],
      [0, 2],
    ],
    [
      ['--since', '1d'],
      [0, 1, 2],
    ],
    [['--since', '23h'], [2]],
    [['--since', '2026-11-21'], [2]],
    [
      ['--until', '2026-11-21'],
      [0, 1],
    ],
    [['--since', '2026-11-20T10:41:08Z', '--until', '1h'], [1]],
    [
      ['--limit', '2'],
      [1, 2],
    ],
    [['--meter', '10000042', '--limit', '1'], [2]],
  ])('%j', async (args, lines) => {
    await fill(at('db'));
    const { out, err, failure } = await run(readings, ['--db', at('db'), ...args]);
    expect({ err, failure }).toEqual({ err: '', failure: null });
    expect(out).toBe(lines.map((line) => `${LINES[line]}\n`).join(''));
  });

  it('prints a table and CSV', async () => {
    await fill(at('db'));
    expect((await run(readings, ['--db', at('db'), '--limit', '1', '--output', 'table'])).out).toBe(
      [
        'TIME (UTC)                   ID  METER        REGISTER         READING  UNIT    NOTES',
        '2026-11-21 10:41:07    10000042  Meter 10000042  consumption       123457  counts',
        '',
      ].join('\n'),
    );
    expect((await run(readings, ['--db', at('db'), '--limit', '1', '--output', 'csv'])).out).toBe(
      'time,meter,name,id,protocol,type,commodity,register,counts,value,unit,totalCounts,beginsAnew\r\n' +
        '2026-11-21T10:41:07.123Z,ert-10000042,Meter 10000042,10000042,SCM,11,water,consumption,123457,,,1,false\r\n',
    );
  });

  const ADVICE =
    'of that time; of meters that are not yours none are kept; ertd meters add makes one yours.\n';

  it('says why it prints nothing', async () => {
    await fill(at('db'));
    const silence = async (...args: string[]) => (await run(readings, ['--db', at('db'), ...args])).err;
    expect(await silence('--meter', '8')).toBe(
      'ertd: Meter 8 has not been heard; ertd meters lists those that were.\n',
    );
    expect(await silence('--meter', '7', '--since', '1h')).toBe(`ertd: No readings of meter 7 ${ADVICE}`);
    expect(await silence('--until', '2026-01-01')).toBe(`ertd: No readings ${ADVICE}`);
  });

  it.each([
    [['--limit', '0'], 'It must be a whole number from 1.'],
    [['--limit', '1.5'], 'It must be a whole number from 1.'],
    [['--since', 'yesterday'], '"yesterday" is not a point in time; write how long ago, like 12h or 2d'],
  ])('refuses %j', async (args, message) => {
    const { failure, code } = await run(readings, args);
    expect(failure).toContain(message);
    expect(code).toBe('commander.invalidArgument');
  });

  it('refuses a stretch of time that ends before it begins', async () => {
    expect(await run(readings, ['--since', '1d', '--until', '2d', '--db', at('db')])).toMatchObject({
      failure: '--since (2026-11-20T10:41:07.123Z) must be before --until (2026-11-19T10:41:07.123Z).',
      code: 'USAGE',
    });
  });
});

describe('a reader that is slow or goes away', () => {
  it('is waited for, and ends the command when it goes', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    for (let i = 0; i < 3000; i++) hear({ timeMs: HEARD_MS + i, consumption: i });
    await sink.stop();
    const stdout = new PassThrough({ highWaterMark: 1000 });
    const gone = new AbortController();
    const context = testContext({ stdout, signal: gone.signal });
    const done = readings(context).parseAsync(['--db', at('db')], { from: 'user' });
    await once(stdout, 'readable');
    expect(stdout.readableLength + stdout.writableLength).toBeLessThan(3000);
    stdout.read();
    await once(stdout, 'readable');
    gone.abort();
    await expect(done).rejects.toMatchObject({ name: 'AbortError' });
  });
});
