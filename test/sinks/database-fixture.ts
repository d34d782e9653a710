import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach } from 'vitest';
import { endpointKeyOf } from '../../src/readings/endpoint.js';
import { Ledger, type LedgerOptions } from '../../src/readings/ledger.js';
import type { OwnMeter } from '../../src/readings/own-meter.js';
import type { Reading } from '../../src/readings/reading.js';
import { SqliteSink, type SqliteSinkOptions } from '../../src/sinks/sqlite.js';
import type { SessionStart } from '../../src/sinks/sqlite-batch.js';
import { HEARD_MS, scmReading } from './reading-fixture.js';

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
    resolutionMs: 0,
    readingIntervalMs: 3_600_000,
    zone: 'America/New_York',
    demandInterval: '15m',
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

/** A meter of the user, of which nothing more is known than its ID. */
export function ownMeter(id: number, given: Partial<OwnMeter> = {}): OwnMeter {
  return {
    ...{ key: `ert-${id}`, name: `Meter ${id}`, commodity: null, scale: null, modulus: null },
    ...{ maxPerHour: null, siblings: new Map() },
    ...given,
  };
}

export interface TestLedger extends TestSink {
  readonly ledger: Ledger;
  /** Hears SCM packets of the user's meters, so that the first of each is believed. */
  readonly hear: (...packets: Partial<Reading>[]) => void;
}

/** A sink and a ledger that goes on from what it has and keeps its state there. */
export async function startedLedger(
  path: string,
  given: Partial<SqliteSinkOptions> = {},
  options: LedgerOptions = {},
): Promise<TestLedger> {
  const test = await startedSink(path, given);
  const { state } = test.sink.resume();
  const ledger = new Ledger({ unknown: 'store', state, ...options });
  test.sink.keep(ledger.journal);
  const own = new Map(options.own?.map((meter) => [meter.key, meter]));
  const hear = (...packets: Partial<Reading>[]): void => {
    for (const packet of packets) {
      const reading = scmReading(packet);
      if (!own.has(endpointKeyOf(reading))) {
        own.set(endpointKeyOf(reading), ownMeter(reading.id, { key: endpointKeyOf(reading) }));
        ledger.own = [...own.values()];
      }
      for (const entry of ledger.take(reading)) test.sink.write(entry);
    }
  };
  return { ...test, ledger, hear };
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
