import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Fault } from '../../src/errors.js';
import { rollupDifferences } from '../../src/sinks/sqlite-rollup-check.js';
import { scalarOf, startedLedger, startedSink, type TestSink } from './database-fixture.js';
import { HEARD_MS, scmPacket } from './reading-fixture.js';

/** What happens to a sink on a bad disk; times are those of the injected clock. */
export interface TroubleReport {
  readonly kind: TroubleKind;
  readonly flushed: readonly boolean[];
  readonly queued: readonly number[];
  readonly troubles: readonly string[];
  readonly recoveries: readonly string[];
  /** What `stop` threw. */
  readonly loss: { readonly code: string; readonly exitCode: number; readonly message: string } | null;
  /** Packets in the database at the end. */
  readonly packets: number;
}

/** What a trouble of some hours leaves of the hours. */
export interface HoursReport {
  readonly flushed: readonly boolean[];
  /** Thousandths of counts, hour by hour. */
  readonly hours: readonly number[];
  readonly differences: number;
  readonly troubles: number;
  readonly recoveries: number;
}

const HOUR_MS = 3_600_000;

/** `full` and `read-only` need a tmpfs on the directory; `limit` is the kernel's limit of file sizes. */
export type TroubleKind = 'full' | 'read-only' | 'limit';

interface Obstacle {
  put(): void;
  remove(): void;
}

function fullDisk(directory: string): Obstacle {
  const ballast = join(directory, 'ballast');
  return {
    put: () => {
      const file = openSync(ballast, 'w');
      assert.throws(() => {
        for (;;) writeSync(file, Buffer.alloc(4096, 1));
      }, /ENOSPC/);
      closeSync(file);
    },
    remove: () => rmSync(ballast),
  };
}

function readOnlyDisk(directory: string): Obstacle {
  return {
    put: () => run('mount', '-o', 'remount,ro', directory),
    remove: () => run('mount', '-o', 'remount,rw', directory),
  };
}

function sizeLimit(): Obstacle {
  // With its default action the signal would end the process before the write could fail.
  process.on('SIGXFSZ', () => {});
  const pid = String(process.pid);
  return {
    put: () => run('prlimit', '--pid', pid, '--fsize=65536:'),
    remove: () => run('prlimit', '--pid', pid, '--fsize=unlimited:'),
  };
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
}

const OBSTACLES = { full: fullDisk, 'read-only': readOnlyDisk, limit: sizeLimit };

/**
 * Meets the obstacle with a sink that is running, or with one that is about to start, and takes the obstacle
 * away again, or not.
 */
async function meet(kind: TroubleKind, directory: string, when: string, end: string): Promise<TroubleReport> {
  const path = join(directory, 'db');
  const obstacle = OBSTACLES[kind](directory);
  let nowMs = HEARD_MS;
  const options = { storePackets: true, maxQueued: 3000, now: () => nowMs };
  let test = await startedSink(path, options);
  write(test, 10);
  await test.sink.flush();
  if (when === 'before') await test.sink.stop();
  obstacle.put();
  if (when === 'before') test = await startedSink(path, options);

  const [flushed, queued]: [boolean[], number[]] = [[], []];
  const flush = async () => {
    flushed.push(await test.sink.flush());
    queued.push(test.sink.stats.queued);
  };
  write(test, 2990);
  await flush();
  nowMs += 59_000;
  write(test, 20);
  await flush();
  nowMs += 1_000;
  await flush();
  if (end === 'remove') {
    obstacle.remove();
    await flush();
  }
  const loss = await test.sink.stop().then(
    () => null,
    (error: unknown) => error,
  );
  if (end !== 'remove') obstacle.remove();
  assert(loss === null || loss instanceof Fault);
  return {
    ...{ kind, flushed, queued, troubles: test.troubles, recoveries: test.recoveries },
    loss: loss && { code: loss.code, exitCode: loss.exitCode, message: loss.message },
    packets: Number(scalarOf(path, 'SELECT count(*) FROM packets')),
  };
}

function write({ sink }: TestSink, readings: number): void {
  for (let i = 0; i < readings; i++) sink.write(scmPacket({ id: 1 + (i % 40) }));
}

/** What is kept of a meter that counts ten an hour, where the obstacle is in the way from the fourth hour to the seventh. */
async function meetForHours(kind: TroubleKind, directory: string): Promise<HoursReport> {
  const path = join(directory, 'db');
  const obstacle = OBSTACLES[kind](directory);
  const startMs = HEARD_MS - (HEARD_MS % HOUR_MS);
  let nowMs = startMs;
  const test = await startedLedger(path, { resolutionMs: 300_000, zone: 'UTC', now: () => nowMs });
  const flushed: boolean[] = [];
  for (let minute = 0; minute <= 12 * 60; minute += 5) {
    if (minute === 4 * 60) obstacle.put();
    if (minute === 7 * 60) obstacle.remove();
    nowMs = startMs + minute * 60_000;
    test.hear({ timeMs: nowMs, consumption: 5000 + Math.floor(minute / 6) });
    if (minute % 60 === 0) flushed.push(await test.sink.flush());
  }
  await test.sink.stop();
  const db = new Sqlite(path, { readonly: true });
  const hours = db.prepare<[], number>('SELECT thousandths FROM hours ORDER BY start_ms').pluck().all();
  const differences = [...rollupDifferences(db)].length;
  db.close();
  return { flushed, hours, differences, troubles: test.troubles.length, recoveries: test.recoveries.length };
}

const [kind, directory, when, end] = process.argv.slice(2) as [TroubleKind, string, string, string];
const report = end === 'hours' ? meetForHours(kind, directory) : meet(kind, directory, when, end);
process.stdout.write(JSON.stringify(await report));
