/**
 * Resident memory and processor time of the built daemon as time goes by, on air that goes by as fast as real air: a
 * dongle behind rtl_tcp, and the whole band on standard input. Needs Linux.
 *
 *   npm run bench:memory [-- seconds-of-each [dongle | band]]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { RtlTcpPeer } from '../test/rtl-tcp-peer.js';
import { blocksOf, traffic, WHOLE_BAND, wholeBand } from './airs.js';
import { ProcessWatch, type Taken } from './process-watch.js';
import { SAMPLE_RATE_HZ } from './scene.js';
import { table, verdict } from './table.js';
import { ERTD } from './timed.js';

const BYTES_PER_SAMPLE = 2;
/** Air that is played again and again, s; and a second of it in so many blocks. */
const LOOP_S = 4;
const BLOCKS_PER_SECOND = 32;
const MB = 1e6;
/** More than this between the middle third of the time and the last is growth, bytes. */
const FLAT_BYTES = 4 * MB;
/** Rows printed of the memory over time. */
const ROWS = 10;

interface Watched {
  readonly name: string;
  readonly taken: readonly Taken[];
  /** Air that was lost, or by which the daemon was behind at the end, s. */
  readonly lagS: number;
  readonly targetMb: number;
  /** Of one core's time; none where there is no target. */
  readonly targetShare?: number;
}

/** The same air over and over, in blocks. */
function* loop(bytes: Uint8Array, rateHz: number): Generator<Uint8Array> {
  const blockBytes = BYTES_PER_SAMPLE * Math.round(rateHz / BLOCKS_PER_SECOND);
  for (;;) yield* blocksOf(bytes, blockBytes);
}

function start(folder: string, ...options: readonly string[]): ChildProcess {
  const args = [ERTD, 'run', '--db', join(folder, 'memory.db'), '--log-level', 'error', ...options];
  return spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'inherit'] });
}

async function stop(ertd: ChildProcess): Promise<void> {
  const gone = once(ertd, 'exit');
  ertd.kill('SIGTERM');
  await gone;
}

async function oneDongle(folder: string, seconds: number): Promise<Watched> {
  const peer = new RtlTcpPeer();
  const port = await peer.listen();
  const over = new AbortController();
  const bytesPerSecond = BYTES_PER_SAMPLE * SAMPLE_RATE_HZ;
  const source = ['--source', `rtltcp://127.0.0.1:${port}`, '--rate', String(SAMPLE_RATE_HZ)];
  const ertd = start(folder, ...source);
  const air = loop(traffic(10, LOOP_S), SAMPLE_RATE_HZ);
  while (peer.clients.length === 0) await delay(20);
  const playing = peer.play(air, { bytesPerSecond, signal: over.signal });
  const watch = new ProcessWatch(ertd.pid!);
  await delay(1000 * seconds);
  watch.stop();
  over.abort();
  await playing;
  await stop(ertd);
  await peer.kill();
  const name = 'a dongle, 2.36 MS/s, 10 packets/s';
  return {
    name,
    taken: watch.taken,
    lagS: peer.lostBytes / bytesPerSecond,
    targetMb: 110,
    targetShare: 0.08,
  };
}

/** Writes blocks when they are due, or when they are taken if that is later. @returns how late the last one was, s */
async function feed(into: Writable, air: Iterable<Uint8Array>, rateHz: number, seconds: number) {
  const beganMs = performance.now();
  let samples = 0;
  let lateMs = 0;
  for (const block of air) {
    if (samples >= seconds * rateHz) break;
    samples += block.length / BYTES_PER_SAMPLE;
    lateMs = performance.now() - (beganMs + (1000 * samples) / rateHz);
    if (lateMs < 0) await delay(-lateMs);
    if (lateMs > 1000 * seconds) break;
    if (!into.write(block)) await once(into, 'drain');
  }
  return Math.max(0, lateMs / 1000);
}

async function onWholeBand(folder: string, seconds: number): Promise<Watched> {
  const { sampleRateHz, centerHz } = WHOLE_BAND;
  const tuning = ['--rate', String(sampleRateHz), '--center', String(centerHz)];
  const { bytes } = wholeBand(LOOP_S);
  const ertd = start(folder, '--source', '-', '--format', 'cs8', ...tuning);
  const watch = new ProcessWatch(ertd.pid!);
  const lagS = await feed(ertd.stdin!, loop(bytes, sampleRateHz), sampleRateHz, seconds);
  watch.stop();
  await stop(ertd);
  const name = 'whole band, 12.5 MS/s, 40 packets/s';
  return { name, taken: watch.taken, lagS, targetMb: 180 };
}

const mb = (bytes: number): string => (bytes / MB).toFixed(1);

function overTime({ name, taken }: Watched): string {
  const step = Math.max(1, Math.floor(taken.length / ROWS));
  const rows = taken
    .filter((_, i) => i % step === step - 1)
    .map(({ seconds, rss, cpuSeconds }) => [seconds.toFixed(0), mb(rss), cpuSeconds.toFixed(1)]);
  return `${name}\n${table(['after s', 'resident MB', 'CPU s'], rows)}\n`;
}

function summary({ name, taken, lagS, targetMb, targetShare }: Watched): string[] {
  const third = Math.floor(taken.length / 3);
  const mean = (part: readonly Taken[]): number =>
    part.reduce((sum, { rss }) => sum + rss, 0) / Math.max(1, part.length);
  const growth = mean(taken.slice(-third)) - mean(taken.slice(third, 2 * third));
  const most = Math.max(...taken.map(({ rss }) => rss));
  // The first third has the start of the program and its warming up in it.
  const [from, to] = [taken[third], taken[taken.length - 1]];
  const share = (to.cpuSeconds - from.cpuSeconds) / (to.seconds - from.seconds);
  return [
    name,
    mb(most),
    `≤ ${targetMb}`,
    verdict(most <= targetMb * MB),
    mb(growth),
    verdict(growth < FLAT_BYTES),
    `${(100 * share).toFixed(1)} %`,
    targetShare === undefined ? '' : `≤ ${100 * targetShare} %: ${verdict(share <= targetShare)}`,
    lagS.toFixed(2),
  ];
}

const AIRS = { dongle: oneDongle, band: onWholeBand };

const [seconds, wanted] = [Number(process.argv[2] ?? 60), process.argv[3]];
if (wanted !== undefined && !(wanted in AIRS)) {
  console.error(`bench:memory: ${wanted} is not one of ${Object.keys(AIRS).join(' and ')}.`);
  process.exit(64);
}
const folder = mkdtempSync(join(tmpdir(), 'ertd-memory-'));
try {
  const watched: Watched[] = [];
  for (const [name, watch] of Object.entries(AIRS)) {
    if (wanted !== undefined && wanted !== name) continue;
    const one = await watch(folder, seconds);
    watched.push(one);
    console.log(overTime(one));
  }
  const memory = ['most MB', 'target', 'verdict', 'growth', 'flat'];
  const head = ['air in real time', ...memory, 'of a core', 'target', 'lost or late s'];
  console.log(table(head, watched.map(summary)));
} finally {
  rmSync(folder, { recursive: true });
}
