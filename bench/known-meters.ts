/**
 * What a packet costs from the ledger to SQLite, by how many meters are known: processor time, commits included. Between
 * two commits so many of them are heard, whichever, as each costs a row.
 *
 *   npm run bench:known-meters [-- most-meters]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from '../src/readings/ledger.js';
import { Random } from '../src/synth/random.js';
import { startedSink } from '../test/sinks/database-fixture.js';
import { HEARD_MS, scmReading } from '../test/sinks/reading-fixture.js';
import { cpuSecondsSince } from './receive.js';
import { table, verdict } from './table.js';

const COUNTS = [100, 1000, 10_000, 100_000];
const FIRST_ID = 10_000_001;
/** Commits that are measured, meters heard from one to the next, and packets of each. */
const COMMITS = 60;
const HEARD = 100;
const PACKETS = 10;
const COMMIT_MS = 10_000;
/** Packets until a meter is surely believed. */
const UNTIL_BELIEVED = 3;
/** By so much more than the cheapest may a packet cost with the most meters. */
const FLAT = 1.5;

/** Microseconds a packet takes among so many meters. */
async function cost(folder: string, meters: number): Promise<{ us: number; believed: number }> {
  let nowMs = HEARD_MS;
  const { sink } = await startedSink(join(folder, `${meters}.db`), { now: () => nowMs });
  const ledger = new Ledger({ unknown: 'store', state: sink.resume().state });
  sink.keep(ledger.journal);
  const random = new Random(meters);
  const consumption = Int32Array.from({ length: meters }, () => random.below(1_000_000));
  let readings = 0;
  const hear = (meter: number): void => {
    consumption[meter] += 1;
    nowMs += COMMIT_MS / HEARD / PACKETS;
    const packet = scmReading({ id: FIRST_ID + meter, timeMs: nowMs, consumption: consumption[meter] });
    for (const entry of ledger.take(packet)) {
      if (entry.kind === 'reading') readings++;
      sink.write(entry);
    }
  };
  for (let packet = 0; packet < UNTIL_BELIEVED; packet++) {
    for (let meter = 0; meter < meters; meter++) hear(meter);
    nowMs += 60_000;
  }
  await sink.flush();
  readings = 0;
  const before = process.cpuUsage();
  for (let commit = 0; commit < COMMITS; commit++) {
    const heard = Array.from({ length: HEARD }, () => random.below(meters));
    for (let packet = 0; packet < PACKETS; packet++) heard.forEach(hear);
    await sink.flush();
  }
  const packets = COMMITS * HEARD * PACKETS;
  const us = (1e6 * cpuSecondsSince(before)) / packets;
  await sink.stop();
  return { us, believed: readings / packets };
}

const most = Number(process.argv[2] ?? COUNTS[COUNTS.length - 1]);
const folder = mkdtempSync(join(tmpdir(), 'ertd-known-'));
try {
  const rows: string[][] = [];
  const all: number[] = [];
  await cost(folder, 101); // to warm up
  for (const meters of COUNTS.filter((count) => count <= most)) {
    const { us, believed } = await cost(folder, meters);
    all.push(us);
    rows.push([String(meters), us.toFixed(1), `${(100 * believed).toFixed(0)} %`]);
  }
  console.log(table(['meters known', 'µs a packet', 'believed'], rows));
  const ratio = all[all.length - 1] / Math.min(...all);
  console.log(`\nMost against least: ${ratio.toFixed(2)} ×, ≤ ${FLAT}: ${verdict(ratio <= FLAT)}`);
} finally {
  rmSync(folder, { recursive: true });
}
