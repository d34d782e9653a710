/**
 * Samples per second: the receiver on one core, on quiet air and on busy air; the built program, from file to summary,
 * beside rtl_433 on the same file where it is installed; and the whole band.
 *
 *   npm run bench:throughput [-- recording.cu8 sample-rate]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Protocol } from '../src/decode/protocol.js';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import { scm } from '../src/decode/protocols/scm.js';
import type { KernelName } from '../src/dsp/kernel-loops.js';
import { blocksOf, interference, traffic, wholeBand } from './airs.js';
import { AIR_KINDS, airOf } from './false-air.js';
import { cpuSecondsSince, type Received, Reception } from './receive.js';
import { SAMPLE_RATE_HZ } from './scene.js';
import { table, verdict } from './table.js';
import { ERTD, isInstalled, type Timed, timed } from './timed.js';

const AIR_S = 8;
const FILE_S = 40;
const WHOLE_BAND_S = 12;
/** A receiver's rare ways are fast only after they have been gone often, as in one that has been running for minutes. */
const ROUNDS = 16;
/** By how much longer the air is that shows whether the time grows with it. */
const LONGER = 4;
/** What a dongle delivers, samples a second. */
const LIVE_HZ = 2.4e6;

const TARGETS = {
  msps: 40,
  referenceMsps: 4,
  trafficCost: 1.3,
  linear: 1.05,
  wholeBandRealTime: 2,
  livePercent: 8,
  generatorNs: 15,
};

const rows: string[][] = [];
const programs: string[][] = [];
const verdicts: string[][] = [];

/** Air for a receiver that has been running for a while, and the best that it made of it so far. */
class Case {
  readonly name: string;
  readonly #bytes: Uint8Array;
  readonly #sampleRateHz: number;
  readonly #reception: Reception;
  #best: Received;

  /** Receives once, to warm up. */
  constructor(
    name: string,
    bytes: Uint8Array,
    kernel?: KernelName,
    sampleRateHz = SAMPLE_RATE_HZ,
    protocols: readonly Protocol[] = [scm],
  ) {
    this.name = name;
    this.#bytes = bytes;
    this.#sampleRateHz = sampleRateHz;
    this.#reception = new Reception(sampleRateHz, { protocols, kernel });
    this.#best = this.#receive();
  }

  again(): void {
    const one = this.#receive();
    if (one.seconds < this.#best.seconds) this.#best = one;
  }

  get msps(): number {
    return this.#bytes.length / 2 / this.#best.seconds / 1e6;
  }

  get row(): string[] {
    const { kernel, packets } = this.#best;
    const realTime = (1e6 * this.msps) / this.#sampleRateHz;
    const figures = [this.msps.toFixed(2), (1000 / this.msps).toFixed(1), realTime.toFixed(1)];
    const clear = packets.filter(({ burst }) => burst.demodulation === 'clear').length;
    return [this.name, kernel, ...figures, String(packets.length), String(clear)];
  }

  #receive(): Received {
    this.#reception.take(blocksOf(this.#bytes));
    return this.#reception.received();
  }
}

function receivers(file: string | undefined, rate: string | undefined): void {
  const quietAir = traffic(0, AIR_S);
  const quiet = new Case('noise only', quietAir);
  const busyAir = traffic(100, AIR_S);
  const busy = new Case('100 packets/s', busyAir);
  const ofAllKinds = (name: string, bytes: Uint8Array): Case =>
    new Case(`${name}, all kinds looked for`, bytes, undefined, SAMPLE_RATE_HZ, PROTOCOLS);
  const quietOfAll = ofAllKinds('noise only', quietAir);
  const busyOfAll = ofAllKinds('100 packets/s', busyAir);
  const longer = new Case(`100 packets/s, ${LONGER} times as long`, repeated(busyAir, LONGER));
  const cases = [
    quiet,
    new Case('10 packets/s', traffic(10, AIR_S)),
    busy,
    longer,
    quietOfAll,
    busyOfAll,
    new Case('foreign signals on all of the band', interference(AIR_S)),
    ...(file === undefined
      ? []
      : [new Case(file, readFileSync(file), undefined, Number(rate ?? SAMPLE_RATE_HZ))]),
  ];
  // In turn, so that what else the machine does meanwhile falls on all of them.
  for (let round = 0; round < ROUNDS; round++) for (const one of cases) one.again();
  // Not before: code that has met both kernels is slower.
  const reference = new Case('noise only', quietAir.subarray(0, quietAir.length / 4), 'reference');
  for (let round = 0; round < ROUNDS / 4; round++) reference.again();
  rows.push(...[...cases, reference].map(({ row }) => row));
  const cost = quiet.msps / busy.msps;
  const share = LIVE_HZ / (quiet.msps * 1e6);
  atLeast('noise only, MS/s', TARGETS.msps, quiet.msps);
  atLeast('the same, reference kernel', TARGETS.referenceMsps, reference.msps);
  atMost('100 packets/s against noise, ×', TARGETS.trafficCost, cost);
  verdicts.push(['the same, all kinds looked for, ×', '', (quietOfAll.msps / busyOfAll.msps).toFixed(2), '']);
  atMost(
    `100 packets/s ${LONGER} times as long, × the time a sample`,
    TARGETS.linear,
    busy.msps / longer.msps,
  );
  atMost('live at 2.4 MS/s, % of a core', TARGETS.livePercent, 100 * share);
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(times * bytes.length);
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length);
  return all;
}

function atLeast(figure: string, target: number, measured: number): void {
  verdicts.push([figure, `≥ ${target}`, measured.toFixed(2), verdict(measured >= target)]);
}

function atMost(figure: string, target: number, measured: number): void {
  verdicts.push([figure, `≤ ${target}`, measured.toFixed(2), verdict(measured <= target)]);
}

/** One row for a program that has read a file. */
function addProgram(name: string, samples: number, { seconds, cpuSeconds }: Timed, packets: string): void {
  const msps = (time: number): string => (samples / time / 1e6).toFixed(1);
  programs.push([name, seconds.toFixed(2), msps(seconds), cpuSeconds.toFixed(2), msps(cpuSeconds), packets]);
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
  addProgram('ertd replay, 10 packets/s', bytes.length / 2, ertd, ertd.packets);
  if (isInstalled('rtl_433')) {
    // Without a configuration of its own, which could have it do more.
    const options = ['-c', '0', '-R', '149', '-s', String(SAMPLE_RATE_HZ), '-F', 'json'];
    const other = timed('rtl_433', ...options, '-r', `cu8:${file}`);
    const packets = other.text.split('\n').filter((line) => line.includes('"ERT-SCM"')).length;
    addProgram('rtl_433 -R 149, the same file', bytes.length / 2, other, String(packets));
    verdicts.push(['rtl_433, × faster by CPU s', '', (ertd.cpuSeconds / other.cpuSeconds).toFixed(2), '']);
  } else {
    programs.push(['rtl_433 is not installed', '', '', '', '', '']);
  }
  rmSync(file);
}

function onWholeBand(folder: string): void {
  const { bytes, packets } = wholeBand(WHOLE_BAND_S);
  const file = join(folder, 'band_915.7M_12500k.cs8');
  writeFileSync(file, bytes);
  const run = replay(file);
  addProgram('ertd replay, whole band, cs8', bytes.length / 2, run, `${run.packets} of ${packets}`);
  const realTime = WHOLE_BAND_S / run.seconds;
  atLeast(`whole band on ${availableParallelism()} cores, × real time`, TARGETS.wholeBandRealTime, realTime);
}

/** What the air of `bench:false-packets` costs, processor time: there it is made beside the receiver's work. */
function generators(): string[][] {
  return AIR_KINDS.map((kind) => {
    const run = (): number => {
      const before = process.cpuUsage();
      let samples = 0;
      for (const block of airOf(kind, 1, AIR_S).blocks) samples += block.length / 2;
      return (1e9 * cpuSecondsSince(before)) / samples;
    };
    const ns = Math.min(run(), run(), run());
    return [kind, ns.toFixed(1), `≤ ${TARGETS.generatorNs}`, verdict(ns <= TARGETS.generatorNs)];
  });
}

const [file, rate] = process.argv.slice(2);
receivers(file, rate);
const folder = mkdtempSync(join(tmpdir(), 'ertd-throughput-'));
try {
  besideRtl433(folder);
  onWholeBand(folder);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${cpus()[0].model}, Node.js ${process.version}\n`);
console.log(
  table(['receiver, one core', 'kernel', 'MS/s', 'ns a sample', '× real time', 'packets', 'clear'], rows),
);
console.log(
  `\n${table(['program, file to summary', 'seconds', 'MS/s', 'CPU s', 'MS per CPU s', 'packets'], programs)}`,
);
console.log(`\n${table(['making the air of', 'ns a sample', 'target', 'verdict'], generators())}`);
console.log(`\n${table(['figure', 'target', 'measured', 'verdict'], verdicts)}`);
