import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach } from 'vitest';
import { SqliteSink, type SqliteSinkOptions } from '../../src/sinks/sqlite.js';
import type { SessionStart } from '../../src/sinks/sqlite-batch.js';
import { HEARD_MS } from './reading-fixture.js';

/** A new directory for each test; gives paths in it. */
export function directoryPerTest(): (name: string) => string {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ertd-sqlite-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return (name) => join(directory, name);
}

export interface TestSink {
  readonly sink: SqliteSink;
  readonly troubles: string[];
  readonly recoveries: string[];
}

/** A sink that commits only when it is told to, and keeps what it says. */
export function testSink(path: string, given: Partial<SqliteSinkOptions> = {}): TestSink {
  const [troubles, recoveries]: [string[], string[]] = [[], []];
  const sink = new SqliteSink({
    path,
    commitIntervalMs: 3_600_000,
    readingIntervalMs: 3_600_000,
    storePackets: false,
    packetRetentionMs: null,
    command: 'ertd run',
    onTrouble: (message) => troubles.push(message),
    onRecovered: (message) => recoveries.push(message),
    now: () => HEARD_MS,
    ...given,
  });
  return { sink, troubles, recoveries };
}

/** A sink that is started and in a session of the receiver `roof`. */
export async function startedSink(path: string, given: Partial<SqliteSinkOptions> = {}): Promise<TestSink> {
  const test = testSink(path, given);
  await test.sink.start();
  test.sink.beginSession(sessionStart());
  return test;
}

export function sessionStart(given: Partial<SessionStart> = {}): SessionStart {
  return {
    receiver: 'roof',
    source: 'rtltcp://127.0.0.1:1234',
    centerHz: 912_600_000,
    sampleRateHz: 2_359_296,
    startedMs: HEARD_MS - 1500,
    counters: () => ({ samples: 0, lostSamples: 0 }),
    ...given,
  };
}

/** Rows of a query, as another program sees them. */
export function rowsOf(path: string, sql: string): unknown[] {
  const db = new Sqlite(path, { readonly: true });
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
}

/** First column of the first row of a query. */
export function scalarOf(path: string, sql: string): unknown {
  return Object.values(rowsOf(path, sql)[0] as object)[0];
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('did not fail');
    },
    (error: unknown) => error,
  );
}
