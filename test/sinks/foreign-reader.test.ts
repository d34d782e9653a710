import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { beforeEach, expect, it } from 'vitest';
import { directoryPerTest, startedLedger } from './database-fixture.js';

const BIN = fileURLToPath(new URL('../../bin/ertd.js', import.meta.url));
/** For a test that starts processes. */
const SLOW = { timeout: 30_000 };

const at = directoryPerTest();
beforeEach(() => chmodSync(dirname(at('db')), 0o755));

/** What a user who may read and not write is told of the meters in a database. */
function asNobody(path: string) {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  const args = [...user, process.execPath, BIN, 'meters', '--db', path, '--output', 'jsonl'];
  const { status, stdout, stderr } = spawnSync('setpriv', args, { encoding: 'utf8', env });
  return {
    status,
    stderr,
    ids: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).id),
  };
}

const mayBecomeNobody =
  process.getuid?.() === 0 && spawnSync('setpriv', ['--reuid=65534', '--clear-groups', 'true']).status === 0;

it.runIf(mayBecomeNobody)(
  'is read by who may not write, while ertd runs and when it has ended',
  SLOW,
  async () => {
    const { sink, hear } = await startedLedger(at('db'));
    hear({ id: 10_000_001 });
    await sink.flush();
    expect(asNobody(at('db'))).toEqual({ status: 0, stderr: '', ids: [10_000_001] });
    await sink.stop();
    expect(existsSync(at('db-wal'))).toBe(false);
    expect(asNobody(at('db'))).toEqual({ status: 0, stderr: '', ids: [10_000_001] });
  },
);

it('keeps its log where somebody reads while it ends, and loses nothing', async () => {
  const { sink, hear } = await startedLedger(at('db'));
  hear({ id: 10_000_001 });
  await sink.flush();
  const reader = new Sqlite(at('db'), { readonly: true });
  const rows = reader.prepare<[], { id: number }>('SELECT number AS id FROM endpoints').iterate();
  expect(rows.next().value).toEqual({ id: 10_000_001 });
  hear({ id: 10_000_002 });
  await sink.stop();
  rows.return?.();
  expect(reader.prepare('SELECT number AS id FROM endpoints ORDER BY id').pluck().all()).toEqual([
    10_000_001, 10_000_002,
  ]);
  reader.close();
  const again = await startedLedger(at('db'));
  await again.sink.stop();
  const after = new Sqlite(at('db'), { readonly: true });
  expect(after.pragma('journal_mode', { simple: true })).toBe('delete');
  after.close();
});

it('waits for one who reads while it starts', async () => {
  const first = await startedLedger(at('db'));
  first.hear({ id: 10_000_001 });
  await first.sink.stop();
  const reader = new Sqlite(at('db'), { readonly: true });
  const rows = reader.prepare('SELECT number AS id FROM endpoints').iterate();
  rows.next();
  const { sink, hear, troubles } = await startedLedger(at('db'));
  hear({ id: 10_000_002 });
  expect(await sink.flush()).toBe(false);
  expect(troubles).toEqual([expect.stringContaining('Readings are kept in memory')]);
  rows.return?.();
  reader.close();
  expect(await sink.flush()).toBe(true);
  await sink.stop();
});
