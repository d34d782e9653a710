import { mkdirSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { APPLICATION_ID, MIGRATIONS, migrate, schemaState } from '../../src/sinks/sqlite-schema.js';
import {
  directoryPerTest,
  failureOf,
  rowsOf,
  scalarOf,
  startedLedger,
  startedSink,
  testSink,
} from './database-fixture.js';

const at = directoryPerTest();
const NEXT = 'ALTER TABLE endpoints ADD COLUMN label TEXT';
const BROKEN = 'CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE half (id INTEGER) STRICT';

describe('migrate', () => {
  it('makes the schema in an empty file and marks the file as ours', async () => {
    const { sink } = await startedSink(at('db'));
    await sink.stop();
    expect(scalarOf(at('db'), 'PRAGMA user_version')).toBe(MIGRATIONS.length);
    expect(scalarOf(at('db'), 'PRAGMA application_id')).toBe(APPLICATION_ID);
    expect(rowsOf(at('db'), 'PRAGMA foreign_key_check')).toEqual([]);
  });

  it('brings an older database forward with all that is in it', async () => {
    const { sink, hear } = await startedLedger(at('db'));
    hear({});
    await sink.stop();
    const db = new Sqlite(at('db'));
    expect(schemaState(db, at('db'), MIGRATIONS.length + 1)).toBe('older');
    migrate(db, at('db'), [...MIGRATIONS, NEXT]);
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length + 1);
    expect(db.prepare('SELECT number AS id, label FROM endpoints').all()).toEqual([
      { id: 10_000_042, label: null },
    ]);
    migrate(db, at('db'), [...MIGRATIONS, NEXT]);
    db.close();
  });

  it('leaves the version before a step that fails', () => {
    const db = new Sqlite(at('db'));
    expect(() => migrate(db, at('db'), [...MIGRATIONS, NEXT, BROKEN])).toThrow('already exists');
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length + 1);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([]);
    db.close();
  });
});

describe('the start is refused', () => {
  const refusal = async (name: string) => failureOf(testSink(at(name)).sink.start());
  const config = (message: string) => ({ code: 'CONFIG', exitCode: 78, message });

  it('for a database of a newer schema, naming both versions', async () => {
    const { sink } = await startedSink(at('db'));
    await sink.stop();
    const db = new Sqlite(at('db'));
    db.pragma('user_version = 99');
    db.close();
    expect(await refusal('db')).toMatchObject(
      config(
        `${at('db')} has schema version 99, but this ertd knows versions up to ${MIGRATIONS.length}; ` +
          'install the newer ertd again or choose another --db.',
      ),
    );
  });

  it('for the database of another program, which stays as it is', async () => {
    const db = new Sqlite(at('db'));
    db.exec('CREATE TABLE states (id INTEGER)');
    db.close();
    expect(await refusal('db')).toMatchObject(
      config(`${at('db')} is a database of another program; choose another file with --db.`),
    );
    expect(rowsOf(at('db'), 'SELECT name FROM sqlite_schema')).toEqual([{ name: 'states' }]);
    expect(scalarOf(at('db'), 'PRAGMA journal_mode')).toBe('delete');
  });

  it('for a file that is no database', async () => {
    writeFileSync(at('notes.txt'), 'not a database, '.repeat(100));
    expect(await refusal('notes.txt')).toMatchObject(
      config(`${at('notes.txt')} is not a SQLite database; choose another file with --db.`),
    );
  });

  it('for a directory and a device', async () => {
    mkdirSync(at('folder'));
    expect(await refusal('folder')).toMatchObject(
      config(`${at('folder')} is a directory; name a file in it, such as ${at('folder')}/ertd.db.`),
    );
    expect(await failureOf(testSink('/dev/null').sink.start())).toMatchObject(
      config('/dev/null is not a regular file; choose another file with --db.'),
    );
  });

  it('where there is no folder for it', async () => {
    writeFileSync(at('file'), '');
    expect(await refusal('no/such/db')).toMatchObject(
      config(
        `${at('no/such/db')} cannot be made: ${at('no')} does not exist; make the folder or choose another --db.`,
      ),
    );
    expect(await refusal('file/db')).toMatchObject(
      config(
        `${at('file/db')} cannot be made: ${at('file')} is not a directory; make the folder or choose another --db.`,
      ),
    );
    expect(await refusal('file/sub/db')).toMatchObject(
      config(
        `${at('file/sub/db')} cannot be made: ${at('file')} is not a directory; make the folder or choose another --db.`,
      ),
    );
  });
});
