import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/errors.js';
import { DatabaseReader, type ReadingQuery } from '../../src/sinks/sqlite-read.js';
import { directoryPerTest, ownMeter, rowsOf, startedLedger } from './database-fixture.js';
import { HEARD_MS } from './reading-fixture.js';

const at = directoryPerTest();
const PAGE_BYTES = 4096;
const ALL: ReadingQuery = { meter: null, sinceMs: null, untilMs: null, limit: null };

/** `time:id` of what a query finds; times are ms since HEARD_MS. */
function found(query: Partial<ReadingQuery>): string[] {
  const reader = DatabaseReader.open(at('db'));
  const rows = [...reader.readings({ ...ALL, ...query })];
  reader.close();
  return rows.map(({ timeMs, id }) => `${timeMs - HEARD_MS}:${id}`);
}

describe('meters', () => {
  it('come by name with what was last heard', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    hear({ id: 9 });
    hear({ id: 8, snrDb: 11 });
    await sink.flush();
    const reader = DatabaseReader.open(at('db'));
    const meters = reader.meters();
    expect(meters.map(({ id }) => id)).toEqual([8, 9]);
    expect(meters[0]).toEqual({
      key: 'ert-8',
      id: 8,
      meter: 'ert-8',
      name: 'Meter 8',
      register: 'consumption',
      protocol: 'SCM',
      protocols: ['SCM'],
      type: 11,
      commodity: 'water',
      consumption: 123_456,
      value: null,
      unit: null,
      fields: { tamperPhy: 0, tamperEnc: 0, relayed: false, checksum: 21_834 },
      carrierHz: 912_600_155,
      snrDb: 11,
      strongestSnrDb: 11,
      firstHeardMs: HEARD_MS,
      lastHeardMs: HEARD_MS,
      packets: 1,
      expected: 1,
      periodMs: null,
    });
    expect([reader.knows('8'), reader.knows('7')]).toEqual([true, false]);
    reader.close();
    await sink.stop();
  });

  it('are read while they are written', async () => {
    const { sink, hear } = await startedLedger(at('db'), { commitIntervalMs: 0 });
    const reader = DatabaseReader.open(at('db'));
    expect(reader.meters()).toEqual([]);
    hear({});
    expect(reader.meters()).toHaveLength(1);
    hear({ id: 1 });
    expect(reader.meters()).toHaveLength(2);
    await sink.stop();
    expect(reader.meters()).toHaveLength(2);
    reader.close();
  });
});

describe('readings', () => {
  it('come in the order of their time, of one meter or all, in a stretch of time', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    for (const [time, id] of [
      [10, 1],
      [10, 2],
      [20, 1],
      [30, 1],
    ]) {
      hear({ timeMs: HEARD_MS + time, id, consumption: time });
    }
    await sink.stop();
    expect(found({})).toEqual(['10:1', '10:2', '20:1', '30:1']);
    expect(found({ meter: '1' })).toEqual(['10:1', '20:1', '30:1']);
    expect(found({ sinceMs: HEARD_MS + 20 })).toEqual(['20:1', '30:1']);
    expect(found({ untilMs: HEARD_MS + 20 })).toEqual(['10:1', '10:2']);
    expect(found({ meter: '1', sinceMs: HEARD_MS + 11, untilMs: HEARD_MS + 30 })).toEqual(['20:1']);
    expect(found({ limit: 3 })).toEqual(['10:2', '20:1', '30:1']);
    expect(found({ limit: 4 })).toEqual(found({}));
    expect(found({ limit: 5 })).toEqual(found({}));
    expect(found({ limit: 1, meter: '2' })).toEqual(['10:2']);
    expect(found({ limit: 1, untilMs: HEARD_MS + 30 })).toEqual(['20:1']);
    expect(found({ meter: '3' })).toEqual([]);
  });

  it('say what the meter is, and what its dial shows', async () => {
    const scale = { unit: 'gal', unitsPerCount: '0.1', offset: '5' } as const;
    const own = [ownMeter(10_000_042, { name: 'Water', scale })];
    const { sink, hear, ledger } = await startedLedger(at('db'), {}, { own });
    ledger.own = own;
    hear({});
    await sink.stop();
    const reader = DatabaseReader.open(at('db'));
    const row = {
      timeMs: HEARD_MS,
      meter: 'ert-10000042',
      name: 'Water',
      id: 10_000_042,
      protocol: 'SCM',
      type: 11,
      commodity: 'water',
      register: 'consumption',
      counts: 123_456,
      value: '12350.6',
      unit: 'gal',
      totalCounts: 0,
      beginsAnew: false,
    };
    expect([...reader.readings(ALL)]).toEqual([row]);
    expect([...reader.readings({ ...ALL, meter: 'Water' })]).toEqual([row]);
    expect([...reader.readings({ ...ALL, meter: 'ert-10000042' })]).toEqual([row]);
    reader.close();
  });

  it('come page by page without losing or repeating one', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    // Many of one time, so that pages end in the middle of it.
    for (let i = 0; i < 1700; i++) {
      hear({ timeMs: HEARD_MS + Math.floor(i / 300), id: 1 + (i % 300) });
      hear({ timeMs: HEARD_MS + i, id: 1000, consumption: i });
    }
    await sink.stop();
    const all = found({});
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(300 + 1700);
    expect(found({ meter: '1000' })).toHaveLength(1700);
    expect(found({ limit: 1200 })).toEqual(all.slice(-1200));
    expect(found({ limit: 1200, meter: '1000' })).toHaveLength(1200);
  });

  it('hold no snapshot while their reader pauses', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    for (let i = 0; i < 600; i++) hear({ timeMs: HEARD_MS + i, consumption: i });
    await sink.flush();
    const reader = DatabaseReader.open(at('db'));
    const rows = reader.readings(ALL);
    rows.next();
    hear({ timeMs: HEARD_MS + 600, consumption: 600 });
    await sink.flush();
    const other = new Sqlite(at('db'));
    // Busy 0: the log could be written back and cut, as nobody reads from it.
    expect(other.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
    other.close();
    expect([...rows]).toHaveLength(600);
    reader.close();
    await sink.stop();
  });
});

describe('a database that cannot be read', () => {
  const refusal = (name: string) => {
    try {
      DatabaseReader.open(at(name));
    } catch (error) {
      return error;
    }
    return null;
  };

  it('is told by what is wrong', () => {
    writeFileSync(at('empty'), '');
    writeFileSync(at('notes.txt'), 'not a database, '.repeat(100));
    mkdirSync(at('folder'));
    expect(refusal('missing')).toMatchObject({
      code: 'INPUT_NOT_FOUND',
      exitCode: 66,
      message: `There is no database ${at('missing')}; name one with --db, ertd run makes it.`,
    });
    expect(refusal('folder')).toMatchObject({
      code: 'INPUT_INVALID',
      message: `${at('folder')} is not a file; name a database with --db.`,
    });
    expect(refusal('empty')).toMatchObject({
      code: 'INPUT_INVALID',
      message: `${at('empty')} is empty: ertd run has not written to it yet.`,
    });
    expect(refusal('notes.txt')).toMatchObject({
      code: 'CONFIG',
      message: `${at('notes.txt')} is not a SQLite database; choose another file with --db.`,
    });
  });

  it('is told by what it is', async () => {
    const { sink } = await startedLedger(at('db'));
    await sink.stop();
    const db = new Sqlite(at('db'));
    db.pragma('user_version = 99');
    expect(refusal('db')).toMatchObject({
      code: 'CONFIG',
      exitCode: 78,
      message: expect.stringContaining('has schema version 99, but this ertd knows versions up to'),
    });
    db.pragma('user_version = 0');
    expect(refusal('db')).toMatchObject({
      code: 'CONFIG',
      message: `${at('db')} is of an older ertd; start ertd run once, it brings it forward.`,
    });
    db.pragma('application_id = 0');
    expect(refusal('db')).toMatchObject({
      code: 'CONFIG',
      message: `${at('db')} is a database of another program; choose another file with --db.`,
    });
    db.close();
  });

  it('is told where it turns out to be damaged', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    for (let i = 0; i < 2000; i++) hear({ timeMs: HEARD_MS + i, consumption: i });
    await sink.stop();
    const roots = "SELECT rootpage AS page FROM sqlite_schema WHERE name IN ('endpoints', 'registers')";
    const file = openSync(at('db'), 'r+');
    for (const { page } of rowsOf(at('db'), roots) as { page: number }[])
      writeSync(file, Buffer.alloc(PAGE_BYTES, 0x55), 0, PAGE_BYTES, (page - 1) * PAGE_BYTES);
    closeSync(file);
    const reader = DatabaseReader.open(at('db'));
    expect(() => reader.meters()).toThrow(Fault);
    expect(() => [...reader.readings(ALL)]).toThrow(
      `${at('db')} cannot be read: it is damaged; move it away`,
    );
    reader.close();
  });

  it('is told by who else has it', async () => {
    const { sink } = await startedLedger(at('db'));
    await sink.stop();
    const db = new Sqlite(at('db'));
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    expect(refusal('db')).toMatchObject({ code: 'IO', exitCode: 74 });
    db.close();
  });
});
