import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AsyncBuffer, asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { exportCommand } from '../../src/commands/export.js';
import type { MeterEvent } from '../../src/readings/entry.js';
import { eventOf } from '../../src/readings/events/watcher.js';
import { directoryPerTest, ownMeter, startedLedger } from '../sinks/database-fixture.js';
import { HEARD_MS } from '../sinks/reading-fixture.js';
import { runCommand } from './command-fixture.js';

const at = directoryPerTest();
const HOUR_MS = 3_600_000;
const SCALE = { unit: 'gal', unitsPerCount: '0.1', offset: '0' } as const;

const LEAK: MeterEvent = eventOf({
  ...{ type: 'leak', meter: { key: 'ert-10000042', name: 'Well', commodity: 'water' }, timeMs: HEARD_MS },
  ...{ severity: 'alarm', message: 'It "leaks".', evidence: { leakNow: 2 } },
});

async function fill(): Promise<void> {
  const { sink, hear } = await startedLedger(
    at('db'),
    {},
    { own: [ownMeter(10_000_042, { name: 'Well', scale: SCALE })] },
  );
  for (let hour = 0; hour < 30; hour++)
    hear({ consumption: 1000 + 7 * hour, timeMs: HEARD_MS + hour * HOUR_MS });
  sink.write(LEAK);
  await sink.stop();
}

const run = (...args: string[]) =>
  runCommand(
    (context) => exportCommand(context, () => HEARD_MS + 40 * HOUR_MS),
    [...args, '--db', at('db'), '--zone', 'UTC'],
  );
const linesOf = (path: string): object[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

async function parquetOf(path: string): Promise<Record<string, unknown>[]> {
  const file: AsyncBuffer = await asyncBufferFromFile(path);
  return parquetReadObjects({ file });
}

describe('ertd export', () => {
  it.each(['readings', 'intervals', 'events'])('writes the same %s to every format', async (what) => {
    await fill();
    for (const format of ['csv', 'jsonl', 'parquet']) {
      expect(await run(at(`x.${format}`), '--what', what)).toMatchObject({ out: '', failure: null });
    }
    const json = linesOf(at('x.jsonl')) as Record<string, unknown>[];
    expect(json.length).toBeGreaterThanOrEqual({ readings: 30, intervals: 28, events: 1 }[what]!);
    const plain = (value: unknown) =>
      value instanceof Date ? value.getTime() : typeof value === 'bigint' ? Number(value) : value;
    const isTime = (name: string) => ['time', 'start', 'end'].includes(name);
    const expected = json.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          isTime(name) && value !== null ? Date.parse(String(value)) : value,
        ]),
      ),
    );
    const parquet = await parquetOf(at('x.parquet'));
    expect(
      parquet.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
      ),
    ).toEqual(expected);
    const csv = readFileSync(at('x.csv'), 'utf8').split('\r\n');
    expect(csv[0].split(',')).toEqual(Object.keys(json[0]));
    expect(csv).toHaveLength(json.length + 2);
  });

  it('keeps values exact, and times', async () => {
    await fill();
    await run(at('x.parquet'), '--since', '2026-11-20T12:00Z', '--until', '2026-11-20T13:00Z');
    expect(await parquetOf(at('x.parquet'))).toMatchObject([
      {
        time: new Date(HEARD_MS + 2 * HOUR_MS),
        meter: 'ert-10000042',
        name: 'Well',
        counts: 1014n,
        value: '101.4',
        unit: 'gal',
        beginsAnew: false,
      },
    ]);
  });

  it('writes more rows than are encoded at a time, and none', async () => {
    const { ParquetFile } = await import('../../src/sinks/formats/parquet-file.js');
    for (const rows of [0, 2501]) {
      const file = new ParquetFile(at('many.parquet'), { n: 'whole', text: 'text' }, 1000);
      for (let n = 0; n < rows; n++) await file.add({ n, text: n % 3 === 0 ? null : `t${n % 5}` });
      await file.finish();
      const read = await parquetOf(at('many.parquet'));
      expect(read).toHaveLength(rows);
      expect(read.at(-1)).toEqual(rows === 0 ? undefined : { n: 2500n, text: 't0' });
    }
  });

  it('prints to standard output', async () => {
    await fill();
    const { out } = await run('-', '--format', 'jsonl', '--what', 'events', '--meter', 'Well');
    expect(JSON.parse(out)).toMatchObject({ type: 'leak', name: 'Well', evidence: { leakNow: 2 } });
    expect((await run('-', '--format', 'jsonl', '--what', 'events', '--meter', '7')).out).toBe('');
  });

  it('refuses what it cannot do, and overwrites nothing by accident', async () => {
    await fill();
    writeFileSync(at('x.csv'), 'mine');
    expect((await run(at('x.csv'))).failure).toContain(
      'exists: name another file, or overwrite it with --force.',
    );
    expect(readFileSync(at('x.csv'), 'utf8')).toBe('mine');
    expect((await run(at('x.csv'), '--force')).failure).toBeNull();
    expect((await run(at('x.txt'))).failure).toBe(
      `The name ${at('x.txt')} does not tell the format; give --format csv, jsonl or parquet.`,
    );
    expect((await run('-', '--format', 'parquet')).failure).toBe('Parquet needs a file; name one.');
    expect((await run(at('none/x.csv'))).failure).toContain('its directory does not exist');
    expect((await run(at('none/x.parquet'))).failure).toContain('its directory does not exist');
    expect((await run(at('y.csv'), '--what', 'intervals', '--meter', 'Nobody')).failure).toContain(
      'There is no meter "Nobody"',
    );
    expect(existsSync(at('y.csv'))).toBe(false);
  });
});
