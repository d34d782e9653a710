import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { takeLock } from '../../src/sinks/sqlite-lock.js';
import { directoryPerTest, failureOf, startedSink, testSink } from './database-fixture.js';
import { HEARD_MS } from './reading-fixture.js';

const at = directoryPerTest();
const inUse = (path: string, pid: number | undefined) =>
  `${path} is in use by ertd run (pid ${pid} on ${hostname()}, since 2026-11-20 10:41:07 UTC); ` +
  'stop it or choose another --db.';

it('lets one process write and names it to the next', async () => {
  const first = await startedSink(at('db'));
  const failure = await failureOf(testSink(at('db'), { now: () => HEARD_MS + 1 }).sink.start());
  expect(failure).toMatchObject({ code: 'CONFIG', exitCode: 78, message: inUse(at('db'), process.pid) });
  await first.sink.stop();
  const second = await startedSink(at('db'));
  await second.sink.stop();
});

it('is the same lock by whatever name the database is reached', async () => {
  const first = await startedSink(at('db'));
  mkdirSync(at('other'));
  symlinkSync(at('db'), at('other/link'));
  const failure = await failureOf(testSink(at('other/link')).sink.start());
  expect(failure).toMatchObject({ code: 'CONFIG' });
  await first.sink.stop();
});

it('ends with a process that is killed', { timeout: 30_000 }, async () => {
  const script = new URL('./lock-holder.ts', import.meta.url).pathname;
  const holder = spawn(process.execPath, ['--import', 'tsx', script, at('db'), String(HEARD_MS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const take = () => takeLock(at('db'), 'ertd run', HEARD_MS);
  expect(take).toThrow(inUse(at('db'), holder.pid));
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  take().release();
});

it('is not taken for a file that is not ours', async () => {
  writeFileSync(at('notes.txt'), 'not a database, '.repeat(100));
  const failure = await failureOf(testSink(at('notes.txt')).sink.start());
  expect(failure).toMatchObject({
    code: 'CONFIG',
    message: expect.stringContaining('not a SQLite database'),
  });
  expect(() => rmSync(at('notes.txt-lock'))).toThrow('ENOENT');
});

it('says so where something else is in its place', async () => {
  writeFileSync(at('db-lock'), 'not a database, '.repeat(100));
  const failure = await failureOf(testSink(at('db')).sink.start());
  expect(failure).toMatchObject({
    code: 'CONFIG',
    message: `${at('db')}-lock is not a lock file of ertd; move it away.`,
  });
});
