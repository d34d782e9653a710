/**
 * Share of packets decoded against Eb/N0 for the other types of message: SCM+, IDM and R900 of class P, with all
 * protocols looked for. One packet at a time, nothing known about the meter: carrier anywhere in ±43 % of the rate, chip
 * clock within ±50 ppm, start anywhere. A packet that was not sent is a failure, whatever the share.
 *
 *   npm run bench:sensitivity-types [-- packets-per-point]
 */
import { encodeIdm } from '../src/decode/protocols/idm.js';
import { encodeR900 } from '../src/decode/protocols/r900.js';
import { encodeScmPlus } from '../src/decode/protocols/scm-plus.js';
import { amplitudeFor, type OnAir } from '../src/synth/air.js';
import { manchester } from '../src/synth/line-code.js';
import { Random } from '../src/synth/random.js';
import { CHIP_RATE_HZ } from '../src/synth/transmitter.js';
import { receive } from './receive.js';
import { anyCarrier, NOISE_RMS, SAMPLE_RATE_HZ, scene } from './scene.js';
import { crossing, table, verdict } from './table.js';

const NOMINAL = SAMPLE_RATE_HZ / CHIP_RATE_HZ;
const POINTS = 11;
const STEP_DB = 0.5;
/** Silence between two packets at least, s: no packet is searched for in the light of another. */
const GAP_S = 0.006;

/** A made-up packet. */
interface Made {
  readonly id: number;
  readonly consumption: number;
  readonly chips: Uint8Array;
}

interface Kind {
  readonly name: string;
  /** At which half, and at best 90 %, are to be decoded; dB. */
  readonly targetDb: number;
  readonly fromDb: number;
  make(random: Random): Made;
}

const anyId = (random: Random): number => 1 + random.below(2 ** 32 - 1);

function scmPlus(random: Random): Made {
  const [id, consumption] = [anyId(random), random.below(2 ** 32)];
  const fields = { id, type: random.below(256), consumption, tamper: random.below(2 ** 16) };
  return { id, consumption, chips: manchester(encodeScmPlus(fields)) };
}

function idm(random: Random): Made {
  const [id, consumption] = [anyId(random), random.below(2 ** 32)];
  const fields = {
    id,
    type: 0x17,
    version: 4,
    intervalCounter: random.below(256),
    programmingState: random.below(256),
    tamperCounters: Array.from({ length: 6 }, () => random.below(256)),
    asynchronousCounters: 0,
    outageFlags: '000000000000',
    consumption,
    intervals: Array.from({ length: 47 }, () => random.below(512)),
    transmitTimeOffset: random.below(4800),
  };
  return { id, consumption, chips: manchester(encodeIdm(fields)) };
}

function r900(random: Random): Made {
  const [id, reading] = [anyId(random), random.below(2 ** 27)];
  const fields = {
    id,
    meterType: 3,
    reading,
    noUse: random.below(7),
    backflow: random.below(3),
    leak: random.below(7),
    leakNow: random.below(3),
    unknown1: 0xa,
    unknown2: random.below(8),
  };
  return { id, consumption: reading, chips: encodeR900(fields) };
}

const KINDS: readonly Kind[] = [
  { name: 'SCM+', targetDb: 7.5, fromDb: 4.5, make: scmPlus },
  { name: 'IDM', targetDb: 10, fromDb: 7, make: idm },
  { name: 'R900', targetDb: 8, fromDb: 5.5, make: r900 },
];

/** A packet on the air, and where. */
interface Sending extends Made {
  readonly startSample: number;
  readonly onAir: OnAir;
}

function sending(random: Random, made: Made, ebN0Db: number, startSample: number): Sending {
  const transmission = {
    class: 'P' as const,
    chips: made.chips,
    startSample,
    samplesPerChip: NOMINAL * (1 + random.uniform(-50e-6, 50e-6)),
    carrierHz: anyCarrier(random),
    sampleRateHz: SAMPLE_RATE_HZ,
    amplitude: amplitudeFor(ebN0Db, NOISE_RMS, NOMINAL),
  };
  return { ...made, startSample, onAir: { random: new Random(random.int32()), transmission } };
}

/** Sends and receives `count` packets at one strength. */
function measure({ name, make }: Kind, ebN0Db: number, count: number) {
  const random = new Random(Math.round(1000 * ebN0Db) + 31 * name.length + name.charCodeAt(0));
  const sendings: Sending[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const made = make(random);
    at += SAMPLE_RATE_HZ * GAP_S * random.uniform(1, 1.5);
    sendings.push(sending(random, made, ebN0Db, at));
    at += made.chips.length * NOMINAL;
  }
  const seconds = at / SAMPLE_RATE_HZ + GAP_S;
  const blocks = scene(
    sendings.map(({ onAir }) => onAir),
    seconds,
    random,
  );
  const { packets } = receive(blocks, SAMPLE_RATE_HZ);
  const isSent = (one: Sending): boolean =>
    packets.some(
      ({ protocol, meterId, consumption, firstSample }) =>
        protocol === name &&
        meterId === one.id &&
        consumption === one.consumption &&
        Math.abs(firstSample - one.startSample) < NOMINAL,
    );
  const decoded = sendings.filter(isSent).length;
  return { share: decoded / count, wrong: packets.length - decoded };
}

/** Measures a type at all strengths and prints it. @returns its lines of the summary */
function report(kind: Kind, count: number): string[][] {
  const points: [number, number][] = [];
  const rows: string[][] = [];
  let wrongs = 0;
  for (let i = 0; i < POINTS; i++) {
    const ebN0Db = kind.fromDb + i * STEP_DB;
    const { share, wrong } = measure(kind, ebN0Db, count);
    wrongs += wrong;
    points.push([ebN0Db, share]);
    rows.push([ebN0Db.toFixed(1), `${(100 * share).toFixed(1)} %`, String(wrong)]);
  }
  console.log(`\n${kind.name}\n${table(['Eb/N0 dB', 'decoded', 'wrong'], rows)}`);
  const lines = [0.5, 0.9].map((level) => {
    const at = crossing(points, level);
    const target = `${kind.targetDb.toFixed(1)} dB`;
    return [`${kind.name} ${100 * level} %`, target, `${at.toFixed(2)} dB`, verdict(at <= kind.targetDb)];
  });
  return [...lines, [`${kind.name} wrong packets`, '0', String(wrongs), verdict(wrongs === 0)]];
}

const count = Number(process.argv[2] ?? 300);
if (!Number.isInteger(count) || count < 1) {
  console.error(
    'How many packets a point? Write a whole number, as in: npm run bench:sensitivity-types -- 20',
  );
  process.exit(64);
}
console.log(
  `Packets decoded, class P, ${count} a point, cu8 at ${SAMPLE_RATE_HZ} S/s, noise 10 LSB rms, all protocols`,
);
const summary = KINDS.flatMap((kind) => report(kind, count));
console.log(`\n${table(['type, share', 'target', 'measured', 'verdict'], summary)}`);
