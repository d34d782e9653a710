/**
 * What becomes of the built daemon when faults of all kinds happen to its radio, one after the other: a virtual band takes
 * the place of the dongle. Needs Linux. 200 faults take about 25 minutes, and a machine that is not busy with other things.
 *
 *   npm run bench:faults [-- faults [seed]]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFaults, TRANSPORT_FAULTS, type TransportFault } from '../src/synth/transport-fault.js';
import { FaultCampaign } from './fault-campaign.js';
import { table, verdict } from './table.js';

const HEALTHY_MS = 1000;
const MB = 1e6;
/** What must hold. */
const MOST_SECONDS = 10;
/*
 * Memory grows for some 150 faults, until what runs often is compiled and SQLite's pages are in memory. So the third
 * quarter is compared with the last: a leak goes on, and shows in what is held once everything else was let go.
 */
const FEWEST = 200;
const FLAT_BYTES = { held: 0.5 * MB, rss: 4 * MB };

function* faultsOf(count: number, seed: number): Generator<TransportFault> {
  const faults = randomFaults(1000, seed);
  for (let i = 0; i < count; i++) {
    const fault = faults.next().value!;
    process.stderr.write(`\r${i + 1} of ${count}: ${fault.kind} for ${fault.lengthMs} ms  \u001b[K`);
    yield fault;
  }
}

/** Means of each tenth of the faults, MB. */
function course(bytes: readonly number[]): string {
  const tenth = Math.ceil(bytes.length / 10);
  const means = Array.from(
    { length: Math.ceil(bytes.length / tenth) },
    (_, i) => mean(bytes.slice(i * tenth, (i + 1) * tenth)) / MB,
  );
  return means.map((one) => one.toFixed(1)).join(' ');
}

/** By how much the last quarter is above the one before, bytes. */
function growth(bytes: readonly number[]): number {
  const quarter = Math.floor(bytes.length / 4);
  return mean(bytes.slice(-quarter)) - mean(bytes.slice(-2 * quarter, -quarter));
}

function memoryLine(what: string, bytes: readonly number[], mostGrowth: number): string {
  const grown = growth(bytes);
  const flat = bytes.length < FEWEST ? 'too few faults to tell' : verdict(grown < mostGrowth);
  return `${what} ${course(bytes)} MB by tenths; grown by ${(grown / MB).toFixed(2)} MB from quarter to quarter: ${flat}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

async function main(count: number, seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ertd-faults-'));
  const kinds: string[] = [];
  const noted = function* () {
    for (const fault of faultsOf(count, seed)) {
      kinds.push(fault.kind);
      yield fault;
    }
  };
  try {
    const result = await new FaultCampaign(join(folder, 'faults.db'), seed).run(noted(), HEALTHY_MS);
    const rows = TRANSPORT_FAULTS.map((kind) => {
      const seconds = result.recoverySeconds.filter((_, i) => kinds[i] === kind);
      const came = seconds.filter((one) => one !== null).sort((a, b) => a - b);
      const shown = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(2));
      return [kind, `${seconds.length}`, `${came.length}`, shown(came[came.length >> 1]), shown(came.at(-1))];
    });
    const slowest = Math.max(...result.recoverySeconds.map((one) => one ?? Number.POSITIVE_INFINITY));
    const held = result.memory.map((one) => one.held);
    const rss = result.memory.map((one) => one.rss);
    const { sent, missing, printed, stored, lost, duplicates, invented, strangers } = result;
    const { oneProcess, status } = result;
    console.log(table(['fault', 'happened', 'recovered', 'median s', 'slowest s'], rows));
    console.log(`
from the end of a fault to the next reading: ${slowest.toFixed(2)} s at most; ${verdict(slowest <= MOST_SECONDS)}
one process from beginning to end, exit status ${status}: ${verdict(oneProcess && status === 0)}
packets printed ${printed}, in the database ${stored}; lost ${lost}, twice ${duplicates}: ${verdict(lost + duplicates === 0)}
never sent ${invented.length}, and believed readings of ${strangers.length} meters that do not exist: ${verdict(strangers.length === 0)}
packets sent while nothing was wrong ${sent}, of them not kept ${missing.length}
${memoryLine('held', held, FLAT_BYTES.held)}
${memoryLine('resident', rss, FLAT_BYTES.rss)}`);
    for (const row of invented) console.log(`never sent: ${JSON.stringify(row)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [count = 200, seed = 1] = process.argv.slice(2).map(Number);
await main(count, seed);
