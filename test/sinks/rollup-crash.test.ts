import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { problemsOf } from '../../src/sinks/sqlite-check.js';
import { rollupProblems } from '../../src/sinks/sqlite-rollup-check.js';
import { Random } from '../../src/synth/random.js';
import { directoryPerTest, scalarOf } from './database-fixture.js';

const at = directoryPerTest();
const START_MS = Date.parse('2026-10-30T04:00Z');
/** How often it is killed, by ERTD_TEST_KILLS; bench/RESULTS.md has the result of a hundred. */
const KILLS = Number(process.env.ERTD_TEST_KILLS ?? 3);

/** Lets a process write and kills it, some ms after it said so often that something is stored. */
async function writeAndKill(path: string, batches: number, afterMs: number): Promise<number> {
  const script = new URL('./rollup-writer.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', script, path, String(START_MS)];
  const writer = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(writer, 'exit');
  let [saidMs, lines] = [0, 0];
  for await (const line of createInterface({ input: writer.stdout })) {
    saidMs = Number(line);
    if (++lines === batches) setTimeout(() => writer.kill('SIGKILL'), afterMs);
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
  return saidMs;
}

it('hours and days are what the readings say whenever it is killed', {
  timeout: 10_000 * KILLS + 60_000,
}, async () => {
  const random = new Random(3);
  for (let kill = 0; kill < KILLS; kill++) {
    const saidMs = await writeAndKill(at('db'), 1 + random.below(20), random.below(30));
    const db = new Sqlite(at('db'));
    expect([...problemsOf(db), ...rollupProblems(db)]).toEqual([]);
    db.close();
    expect(scalarOf(at('db'), 'SELECT max(time_ms) FROM readings')).toBeGreaterThanOrEqual(saidMs);
  }
  expect(scalarOf(at('db'), 'SELECT count(*) FROM hours')).toBeGreaterThan(5 * KILLS);
});
