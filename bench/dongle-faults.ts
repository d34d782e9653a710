/**
 * What becomes of the built daemon when faults happen to the dongle itself and to the `rtl_tcp` that holds it, one after the
 * other; `bench:faults` has those of the way from there. A program plays `rtl_tcp`. Needs Linux.
 *
 *   npm run bench:dongle-faults [-- faults [seed]]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../src/synth/random.js';
import { ErtdProcess } from '../test/ertd-process.js';
import { FakeDongles } from '../test/fake-dongles.js';
import { table, verdict } from './table.js';

const KINDS = ['killed', 'dies', 'silent', 'wedged', 'unplugged'] as const;
type Kind = (typeof KINDS)[number];
/** What each of them is. */
const WORDS: Readonly<Record<Kind, string>> = {
  killed: 'rtl_tcp is killed (`kill -9`)',
  dies: 'rtl_tcp ends, and so does each new one',
  silent: 'the dongle is silent',
  wedged: 'the dongle is silent and rtl_tcp does not end when asked',
  unplugged: 'pulled out, and put into another socket',
};
/** From being noticed to being mended, s; and in good health before the next fault. */
const TROUBLE_SECONDS = { least: 0, most: 4 };
const HEALTHY_SECONDS = 1;
const MOST_NOTICE_SECONDS = 5;
const MOST_RECOVERY_SECONDS = 10;
const PATIENCE_SECONDS = 30;
/** What stands in a line of the log that tells of trouble. */
const WARNED = '"level":"warn"';
const SOCKETS = ['1-1.1', '1-1.2'];
/** Memory settles over the first faults. */
const FEWEST = 80;
const MOST_GROWTH_MB = 4;

const folder = mkdtempSync(join(tmpdir(), 'ertd-dongle-faults-'));
const machine = new FakeDongles(join(folder, 'machine'));
let port = SOCKETS[0];
const plug = (state: 'well' | Exclude<Kind, 'killed'>): void =>
  machine.plug({ serial: '00000042', port, state });

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1000;
}

const times = (text: string, part: string): number => text.split(part).length - 1;

/** Seconds until the daemon has said something so often; infinite where it does not. */
async function until(ertd: ErtdProcess, part: string, count: number): Promise<number> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  while (times(ertd.err, part) < count) {
    if (seconds() > PATIENCE_SECONDS || ertd.child.exitCode !== null) return Number.POSITIVE_INFINITY;
    await sleep(5);
  }
  return seconds();
}

/** One fault. @returns seconds until it was told, and from being mended until samples flowed */
async function suffer(ertd: ErtdProcess, kind: Kind, troubleSeconds: number) {
  const back = times(ertd.err, 'Samples flow again') + 1;
  const told = times(ertd.err, WARNED) + 1;
  if (kind === 'killed') process.kill(machine.holderOf(port) ?? 0, 'SIGKILL');
  else plug(kind);
  const noticed = await until(ertd, WARNED, told);
  if (kind !== 'killed') await sleep(troubleSeconds * 1000);
  if (kind === 'unplugged') port = SOCKETS.find((other) => other !== port)!;
  plug('well');
  return { noticed, recovered: await until(ertd, 'Samples flow again', back) };
}

async function main(count: number, seed: number): Promise<void> {
  const random = new Random(seed);
  plug('well');
  const args = ['run', '--root', machine.root, '--source', 'rtlsdr:0042', '--db', join(folder, 'ertd.db')];
  const ertd = new ErtdProcess(args, 'pipe', { ...machine.env, RUNTIME_DIRECTORY: join(folder, 'run') });
  const faults: { kind: Kind; noticed: number; recovered: number }[] = [];
  const memory: number[] = [];
  try {
    await until(ertd, 'Listening to', 1);
    for (let i = 0; i < count && ertd.child.exitCode === null; i++) {
      await sleep(HEALTHY_SECONDS * 1000);
      const kind = KINDS[random.below(KINDS.length)];
      const seconds = random.uniform(TROUBLE_SECONDS.least, TROUBLE_SECONDS.most);
      faults.push({ kind, ...(await suffer(ertd, kind, seconds)) });
      memory.push(residentMb(ertd.child.pid ?? 0));
      process.stderr.write(`\r${i + 1} of ${count}: ${kind}  \u001b[K`);
    }
    const oneProcess = ertd.child.exitCode === null;
    const status = await ertd.end();
    const rows = KINDS.map((kind) => {
      const these = faults.filter((fault) => fault.kind === kind);
      const most = (values: readonly number[]): string => Math.max(0, ...values).toFixed(2);
      const well = these.filter(({ recovered }) => recovered < Number.POSITIVE_INFINITY);
      const worst = [these.map(({ noticed }) => noticed), these.map(({ recovered }) => recovered)].map(most);
      return [WORDS[kind], String(these.length), String(well.length), ...worst];
    });
    const noticed = Math.max(...faults.map((fault) => fault.noticed));
    const recovered = Math.max(...faults.map((fault) => fault.recovered));
    const quarter = (from: number): number => {
      const part = memory.slice(Math.floor(from * memory.length), Math.floor((from + 0.25) * memory.length));
      return part.reduce((sum, mb) => sum + mb, 0) / part.length;
    };
    const grown = quarter(0.75) - quarter(0.5);
    const flat = count < FEWEST ? 'too few faults to tell' : verdict(grown < MOST_GROWTH_MB);
    console.log(table(['fault', 'happened', 'recovered', 'told after s', 'slowest s'], rows));
    console.log(`
told ${noticed.toFixed(2)} s after it began at most: ${verdict(noticed <= MOST_NOTICE_SECONDS)}
from being mended to samples ${recovered.toFixed(2)} s at most: ${verdict(recovered <= MOST_RECOVERY_SECONDS)}
one process from beginning to end, exit status ${status}: ${verdict(oneProcess && status === 0)}
resident ${quarter(0.5).toFixed(1)} MB in the third quarter, ${quarter(0.75).toFixed(1)} in the last: ${flat}`);
  } finally {
    ertd.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

const [count = 100, seed = 1] = process.argv.slice(2).map(Number);
await main(count, seed);
