/**
 * Samples per second: the receiver on one core, on quiet air and on busy air; the built program, from file to summary,
 * beside rtl_433 on the same file where it is installed; and the whole band.
 *
 *   npm run bench:throughput [-- recording.cu8 sample-rate]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { scm } from '../src/decode/protocols/scm.js';
import type { KernelName } from '../src/dsp/kernel-loops.js';
import { blocksOf, interference, traffic, WHOLE_BAND, wholeBand } from './airs.js';
import { AIR_KINDS, airOf } from './false-air.js';
import { receive } from './receive.js';
import { SAMPLE_RATE_HZ } from './scene.js';
import { table, verdict } from './table.js';
import { ERTD, isInstalled, type Timed, timed } from './timed.js';

const AIR_S = 8;
const FILE_S = 40;
const WHOLE_BAND_S = 12;
const ROUNDS = 3;
/** What a dongle delivers, samples a second. */
const LIVE_HZ = 2.4e6;

const TARGETS = {
  msps: 40,
  referenceMsps: 4,
  trafficCost: 1.3,
  wholeBandRealTime: 2,
  liveShare: 0.08,
  generatorNs: 15,
};

const rows: string[][] = [];
const programs: string[][] = [];
const verdicts: string[][] = [];

/** Runs a receiver once to warm up and then some rounds. @returns MS/s of the best */
function measure(name: string, bytes: Uint8Array, sampleRateHz: number, kernel?: KernelName): number {
  const run = () => receive(blocksOf(bytes), sampleRateHz, { protocols: [scm], kernel });
  run();
  const rounds = Array.from({ length: kernel === 'reference' ? 1 : ROUNDS }, run);
  const best = rounds.reduce((one, other) => (other.seconds < one.seconds ? other : one));
  const msps = best.front.samples / best.seconds / 1e6;
  const realTime = ((msps * 1e6) / sampleRateHz).toFixed(1);
  rows.push([
    name,
    best.kernel,
    msps.toFixed(2),
    (1000 / msps).toFixed(1),
    realTime,
    String(best.packets.length),
  ]);
  return msps;
}

function receivers(): void {
  const quiet = traffic(0, AIR_S);
  const msps = measure('noise only', quiet, SAMPLE_RATE_HZ);
  measure('10 packets/s', traffic(10, AIR_S), SAMPLE_RATE_HZ);
  const busy = measure('100 packets/s', traffic(100, AIR_S), SAMPLE_RATE_HZ);
  measure('foreign signals on all of the band', interference(AIR_S), SAMPLE_RATE_HZ);
  const reference = measure('noise only', quiet.subarray(0, quiet.length / 4), SAMPLE_RATE_HZ, 'reference');
  const { msps: target, referenceMsps, trafficCost, liveShare } = TARGETS;
  const share = LIVE_HZ / (msps * 1e6);
  verdicts.push(
    ['noise only, MS/s', `≥ ${target}`, msps.toFixed(1), verdict(msps >= target)],
    [
      'the same, reference kernel',
      `≥ ${referenceMsps}`,
      reference.toFixed(1),
      verdict(reference >= referenceMsps),
    ],
    [
      '100 packets/s against noise, ×',
      `≤ ${trafficCost}`,
      (msps / busy).toFixed(2),
      verdict(msps / busy <= trafficCost),
    ],
    [
      'live at 2.4 MS/s, % of a core',
      `≤ ${100 * liveShare}`,
      (100 * share).toFixed(1),
      verdict(share <= liveShare),
    ],
  );
}

/** One row for a program that has read a file. @returns MS/s */
function addProgram(name: string, samples: number, { seconds, cpuSeconds }: Timed, packets: string): number {
  const msps = samples / seconds / 1e6;
  programs.push([name, seconds.toFixed(2), cpuSeconds.toFixed(2), msps.toFixed(1), packets]);
  return msps;
}

function replay(file: string, ...options: readonly string[]): Timed & { readonly packets: string } {
  const run = timed(process.execPath, ERTD, 'replay', file, '--output', 'none', ...options);
  return { ...run, packets: /(\d+) packets/.exec(run.text)?.[1] ?? '?' };
}

/** ertd and rtl_433 read the same file; both write down what they find and nothing else. */
function besideRtl433(folder: string): void {
  const bytes = traffic(10, FILE_S);
  const file = join(folder, `traffic_912.6M_${SAMPLE_RATE_HZ}.cu8`);
  writeFileSync(file, bytes);
  const ertd = replay(file, '--rate', String(SAMPLE_RATE_HZ));
  const msps = addProgram('ertd replay, 10 packets/s', bytes.length / 2, ertd, ertd.packets);
  if (isInstalled('rtl_433')) {
    // Without a configuration of its own, which could have it do more.
    const options = ['-c', '0', '-R', '149', '-s', String(SAMPLE_RATE_HZ), '-F', 'json'];
    const other = timed('rtl_433', ...options, '-r', `cu8:${file}`);
    const packets = other.text.split('\n').filter((line) => line.includes('"ERT-SCM"')).length;
    const its = addProgram('rtl_433 -R 149, the same file', bytes.length / 2, other, String(packets));
    verdicts.push(['ertd beside rtl_433, ×', '', (msps / its).toFixed(2), '']);
  } else {
    programs.push(['rtl_433 is not installed', '', '', '', '']);
  }
  rmSync(file);
}

function onWholeBand(folder: string): void {
  const { bytes, packets } = wholeBand(WHOLE_BAND_S);
  const file = join(folder, 'band_915.7M_12500k.cs8');
  writeFileSync(file, bytes);
  const run = replay(file);
  const msps = addProgram(
    'ertd replay, whole band, cs8',
    bytes.length / 2,
    run,
    `${run.packets} of ${packets}`,
  );
  const realTime = (msps * 1e6) / WHOLE_BAND.sampleRateHz;
  const target = TARGETS.wholeBandRealTime;
  verdicts.push([
    `whole band on ${availableParallelism()} cores, × real time`,
    `≥ ${target}`,
    realTime.toFixed(2),
    verdict(realTime >= target),
  ]);
}

/** What the air of `bench:false-packets` costs, processor time: there it is made beside the receiver's work. */
function generators(): string[][] {
  return AIR_KINDS.map((kind) => {
    const run = (): number => {
      const before = process.cpuUsage();
      let samples = 0;
      for (const block of airOf(kind, 1, AIR_S).blocks) samples += block.length / 2;
      const { user, system } = process.cpuUsage(before);
      return (1000 * (user + system)) / samples;
    };
    const ns = Math.min(run(), run(), run());
    return [kind, ns.toFixed(1), `≤ ${TARGETS.generatorNs}`, verdict(ns <= TARGETS.generatorNs)];
  });
}

const [file, rate] = process.argv.slice(2);
receivers();
if (file !== undefined) measure(file, readFileSync(file), Number(rate ?? SAMPLE_RATE_HZ));
const folder = mkdtempSync(join(tmpdir(), 'ertd-throughput-'));
try {
  besideRtl433(folder);
  onWholeBand(folder);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${cpus()[0].model}, Node.js ${process.version}\n`);
console.log(table(['receiver, one core', 'kernel', 'MS/s', 'ns a sample', '× real time', 'packets'], rows));
console.log(`\n${table(['program, file to summary', 'seconds', 'CPU s', 'MS/s', 'packets'], programs)}`);
console.log(`\n${table(['making the air of', 'ns a sample', 'target', 'verdict'], generators())}`);
console.log(`\n${table(['figure', 'target', 'measured', 'verdict'], verdicts)}`);
