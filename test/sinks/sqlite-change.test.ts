import { chmodSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { changeDatabase } from '../../src/sinks/sqlite-change.js';
import { decideCase, readCases } from '../../src/sinks/sqlite-quarantine.js';
import { directoryPerTest, startedSink } from './database-fixture.js';

const at = directoryPerTest();

const INSERT = `
  INSERT INTO quarantine (suspect, endpoint, doubt, sightings, first_ms, last_ms, packets, outcome, decided_ms)
  VALUES (?, 'ert-10000001', 'far', 1, 5, 6, '[]', ?, ?)`;

it('changes a database that another one has open, and takes back what goes wrong', async () => {
  const { sink } = await startedSink(at('db'));
  changeDatabase(at('db'), (db) => {
    db.prepare(INSERT).run('a', 'waiting', null);
    db.prepare(INSERT).run('b', 'expired', 9);
  });
  expect(() =>
    changeDatabase(at('db'), (db) => {
      db.exec('DELETE FROM quarantine');
      throw new Error('not this');
    }),
  ).toThrow('not this');
  const cases = changeDatabase(at('db'), (db) => readCases(db, 10));
  expect(cases.map(({ id, outcome, decidedMs }) => [id, outcome, decidedMs])).toEqual([
    [1, 'waiting', null],
    [2, 'expired', 9],
  ]);
  await sink.stop();
});

it('notes decisions about cases that wait, and about no others', async () => {
  const { sink } = await startedSink(at('db'));
  changeDatabase(at('db'), (db) => {
    db.prepare(INSERT).run('a', 'waiting', null);
    db.prepare(INSERT).run('b', 'expired', 9);
  });
  const decided = [1, 2, 3].map((id) => changeDatabase(at('db'), (db) => decideCase(db, id, 'accept')));
  expect(decided).toEqual([true, false, false]);
  expect(changeDatabase(at('db'), (db) => readCases(db, 1))[0]?.decision).toBe('accept');
  await sink.stop();
});

it('says what it cannot write to', async () => {
  expect(() => changeDatabase(at('missing'), () => 0)).toThrow(/missing/);
  writeFileSync(at('text'), 'no database '.repeat(100));
  expect(() => changeDatabase(at('text'), () => 0)).toThrow(/is not a SQLite database/);
  const { sink } = await startedSink(at('db'));
  await sink.stop();
  if (userInfo().uid === 0) return; // root may write to everything
  chmodSync(at('db'), 0o444);
  expect(() =>
    changeDatabase(at('db'), (db) => new Sqlite(db.name).exec('DELETE FROM quarantine')),
  ).toThrow();
});
