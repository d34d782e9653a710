import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { backupCommand } from '../../src/commands/backup.js';
import { dbCommand } from '../../src/commands/db.js';
import { directoryPerTest, rowsOf, startedLedger } from '../sinks/database-fixture.js';
import { HEARD_MS } from '../sinks/reading-fixture.js';
import { runCommand } from './command-fixture.js';

const at = directoryPerTest();
const HOUR_MS = 3_600_000;

async function fill() {
  const { sink, hear } = await startedLedger(at('db'), { storePackets: true });
  for (let hour = 0; hour < 60; hour++)
    hear({ consumption: 1000 + 7 * hour, timeMs: HEARD_MS + hour * HOUR_MS });
  return sink;
}

/** Changes the file behind ertd's back. */
function meddle(sql: string): void {
  const db = new Sqlite(at('db'));
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.close();
}

const run = (...args: string[]) =>
  runCommand((context) => dbCommand(context, () => HEARD_MS), [...args, '--db', at('db')]);

describe('ertd db check', () => {
  it('finds a database sound, also while it is written to, and its backup', async () => {
    const sink = await fill();
    await sink.flush();
    expect(await run('check')).toMatchObject({
      failure: null,
      out: expect.stringContaining(' is sound: '),
    });
    expect(await runCommand(backupCommand, [at('copy'), '--db', at('db')])).toMatchObject({ failure: null });
    await sink.stop();
    const copy = await runCommand((context) => dbCommand(context), ['check', '--db', at('copy')]);
    expect(copy).toMatchObject({ failure: null });
  });

  it.each([
    [
      'UPDATE hours SET thousandths = thousandths + 1 WHERE start_ms = (SELECT min(start_ms) FROM hours)',
      /^1 of the hours of ert-10000042, consumption are not what the readings say/,
    ],
    ['DELETE FROM days', /of the days of ert-10000042, consumption are not what the readings say/],
    ['DELETE FROM sessions', /^Row \d+ of packets is of a row of sessions that is not there/],
  ])('tells of what %s does', async (sql, problem) => {
    await (await fill()).stop();
    meddle(sql);
    const { out, failure, code } = await run('check');
    expect(out).toMatch(problem);
    expect({ failure, code }).toEqual({
      failure: `${at('db')} is not sound; go back to a backup.`,
      code: 'IO',
    });
  });
});

describe('ertd db vacuum', () => {
  it('makes the file smaller and leaves what is in it', async () => {
    await (await fill()).stop();
    meddle(
      'CREATE TABLE big (text TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) INSERT INTO big SELECT hex(randomblob(200)) FROM n; DROP TABLE big',
    );
    const readings = rowsOf(at('db'), 'SELECT * FROM readings');
    const before = statSync(at('db')).size;
    expect(await run('vacuum')).toMatchObject({ failure: null, out: expect.stringContaining(' → ') });
    expect(statSync(at('db')).size).toBeLessThan(before / 2);
    expect(rowsOf(at('db'), 'SELECT * FROM readings')).toEqual(readings);
    expect(await run('check')).toMatchObject({ failure: null });
  });

  it('waits for nobody: ertd run must be stopped', async () => {
    const sink = await fill();
    expect(await run('vacuum')).toMatchObject({
      code: 'CONFIG',
      failure: expect.stringContaining(' is in use by '),
    });
    await sink.stop();
  });
});
