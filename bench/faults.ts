/**
 * What becomes of the built daemon when faults of all kinds happen to its radio, one after the other: a virtual band takes
 * the place of the dongle. Needs Linux. 200 faults take about 25 minutes.
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
const FLAT_BYTES = 4 * MB;

function* faultsOf(count: number, seed: number): Generator<TransportFault> {
  const faults = randomFaults(1000, seed);
  for (let i = 0; i < count; i++) {
    const fault = faults.next().value!;
    process.stderr.write(`\r${i + 1} of ${count}: ${fault.kind} for ${fault.lengthMs} ms  \u001b[K`);
    yield fault;
  }
}

/** Means of each tenth of the time, MB. */
function course(rss: readonly number[]): string {
  const tenth = Math.ceil(rss.length / 10);
  const means = Array.from({ length: 10 }, (_, i) => {
    const part = rss.slice(i * tenth, (i + 1) * tenth);
    return (part.reduce((sum, one) => sum + one, 0) / part.length / MB).toFixed(0);
  });
  return means.join(' ');
}

/** Means of the middle third of the time and of the last, bytes. */
function memoryOf(rss: readonly number[]): readonly [number, number] {
  const third = Math.floor(rss.length / 3);
  const mean = (part: readonly number[]) => part.reduce((sum, one) => sum + one, 0) / part.length;
  return [mean(rss.slice(third, 2 * third)), mean(rss.slice(2 * third))];
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
    const [middle, last] = memoryOf(result.taken.map(({ rss }) => rss));
    const { sent, missing, printed, stored, lost, duplicates, invented, oneProcess, status } = result;
    console.log(table(['fault', 'happened', 'recovered', 'median s', 'slowest s'], rows));
    console.log(`
from the end of a fault to the next reading: ${slowest.toFixed(2)} s at most; ${verdict(slowest <= MOST_SECONDS)}
one process from beginning to end, exit status ${status}: ${verdict(oneProcess && status === 0)}
readings printed ${printed}, in the database ${stored}; lost ${lost}, twice ${duplicates}, never sent ${invented.length}: ${verdict(lost + duplicates + invented.length === 0)}
packets sent while nothing was wrong ${sent}, of them not kept ${missing.length}
memory ${(middle / MB).toFixed(1)} MB in the middle third, ${(last / MB).toFixed(1)} MB in the last: ${verdict(last - middle < FLAT_BYTES)}
by tenths of the time: ${course(result.taken.map(({ rss }) => rss))} MB`);
    for (const row of invented) console.log(`never sent: ${JSON.stringify(row)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [count = 200, seed = 1] = process.argv.slice(2).map(Number);
await main(count, seed);
