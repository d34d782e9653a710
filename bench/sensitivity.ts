/**
 * Share of packets decoded against Eb/N0, for each class of transmitter, and of recordings of real air with added
 * noise, where there are some. One packet at a time, nothing known about the meter: carrier anywhere in
 * ±43 % of the rate, chip clock within ±50 ppm, start anywhere.
 *
 *   npm run bench:sensitivity [-- packets-per-point]
 */
import { Random } from '../src/synth/random.js';
import type { TransmitterClass } from '../src/synth/transmitter.js';
import { captureFigures } from './captures.js';
import { receive } from './receive.js';
import { anyCarrier, isSame, SAMPLE_RATE_HZ, scene, transmission } from './scene.js';
import { crossing, table, verdict } from './table.js';

/** Seconds of air per packet. */
const SLOT_S = 0.016;

interface Target {
  readonly half: number;
  readonly ninety: number;
  readonly fromDb: number;
}

const TARGETS: Readonly<Record<TransmitterClass, Target>> = {
  P: { half: 6.0, ninety: 7.5, fromDb: 4 },
  F: { half: 8.7, ninety: 9.9, fromDb: 7 },
  G: { half: 7.8, ninety: 9.0, fromDb: 5.5 },
};
const POINTS = 9;
const STEP_DB = 0.5;

/** Decodes `count` packets at one strength. */
function measure(kind: TransmitterClass, ebN0Db: number, count: number) {
  const random = new Random(Math.round(1000 * ebN0Db) + kind.charCodeAt(0));
  const slot = SLOT_S * SAMPLE_RATE_HZ;
  const sendings = Array.from({ length: count }, (_, i) =>
    transmission(random, kind, ebN0Db, (i + 0.25 + 0.1 * random.uniform()) * slot, anyCarrier(random)),
  );
  const blocks = scene(
    sendings.map(({ onAir }) => onAir),
    (count + 1) * SLOT_S,
    random,
  );
  const { packets } = receive(blocks, SAMPLE_RATE_HZ);
  const decoded = sendings.filter(({ sent }) => packets.some((packet) => isSame(packet, sent))).length;
  return { share: decoded / count, extra: packets.length - decoded };
}

const count = Number(process.argv[2] ?? 300);
console.log(`Packets decoded, ${count} a point, cu8 at ${SAMPLE_RATE_HZ} S/s, noise 10 LSB rms`);
const summary: string[][] = [];
for (const kind of ['P', 'F', 'G'] as const) {
  const { half, ninety, fromDb } = TARGETS[kind];
  const points: [number, number][] = [];
  const rows: string[][] = [];
  for (let i = 0; i < POINTS; i++) {
    const ebN0Db = fromDb + i * STEP_DB;
    const { share, extra } = measure(kind, ebN0Db, count);
    points.push([ebN0Db, share]);
    rows.push([ebN0Db.toFixed(1), `${(100 * share).toFixed(1)} %`, String(extra)]);
  }
  console.log(`\nClass ${kind}\n${table(['Eb/N0 dB', 'decoded', 'wrong'], rows)}`);
  for (const [level, target] of [
    [0.5, half],
    [0.9, ninety],
  ]) {
    const at = crossing(points, level);
    summary.push([`${kind} ${100 * level} %`, target.toFixed(1), at.toFixed(2), verdict(at <= target)]);
  }
}
console.log(`\n${table(['class, share', 'target dB', 'measured dB', 'verdict'], summary)}`);
console.log(`\n${captureFigures()}`);
