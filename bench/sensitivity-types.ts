/**
 * Share of packets decoded against Eb/N0 for the messages other than SCM, of class P, with all protocols looked for. One
 * packet at a time, nothing known about the meter: carrier anywhere in ±43 % of the rate, chip clock within ±50 ppm, start
 * anywhere, every field at random. A packet that was not sent, or one that comes out twice or as another message too, is
 * a failure, whatever the share.
 *
 *   npm run bench:sensitivity-types [-- packets-per-point [message]]
 */
import { amplitudeFor, type OnAir } from '../src/synth/air.js';
import type { MessageName } from '../src/synth/message.js';
import { Random } from '../src/synth/random.js';
import { CHIP_RATE_HZ } from '../src/synth/transmitter.js';
import { type AnyPacket, MESSAGE_KINDS } from './any-packet.js';
import { receive } from './receive.js';
import { anyCarrier, NOISE_RMS, SAMPLE_RATE_HZ, scene } from './scene.js';
import { crossing, table, verdict } from './table.js';

const NOMINAL = SAMPLE_RATE_HZ / CHIP_RATE_HZ;
const POINTS = 11;
const STEP_DB = 0.5;
/** Silence between two packets at least, s: no packet is searched for in the light of another. */
const GAP_S = 0.006;

interface Kind {
  readonly name: MessageName;
  /** At which half are to be decoded at the latest, dB. */
  readonly targetDb: number;
  readonly fromDb: number;
}

const KINDS: readonly Kind[] = [
  { name: 'SCM+', targetDb: 7.5, fromDb: 4.5 },
  { name: 'IDM', targetDb: 10, fromDb: 7 },
  { name: 'NetIDM', targetDb: 10, fromDb: 7 },
  { name: 'R900', targetDb: 8, fromDb: 5.5 },
  { name: 'R900BCD', targetDb: 8, fromDb: 5.5 },
];

/** A packet on the air, and where. */
interface Sending extends AnyPacket {
  readonly startSample: number;
  readonly onAir: OnAir;
}

function sending(random: Random, made: AnyPacket, ebN0Db: number, startSample: number): Sending {
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
function measure({ name }: Kind, ebN0Db: number, count: number) {
  const random = new Random(Math.round(1000 * ebN0Db) + 31 * name.length + name.charCodeAt(0));
  const sendings: Sending[] = [];
  const { make } = MESSAGE_KINDS.find((kind) => kind.name === name)!;
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
      ({ protocol, bits, firstSample }) =>
        protocol === name &&
        Math.abs(firstSample - one.startSample) < NOMINAL &&
        bits.every((bit, i) => bit === one.bits[i]),
    );
  const decoded = sendings.filter(isSent).length;
  const expectedWrong = packets.reduce((sum, { confidence }) => sum + 1 - confidence, 0);
  return { share: decoded / count, wrong: packets.length - decoded, expectedWrong };
}

/** Measures a type at all strengths and prints it. @returns its lines of the summary */
function report(kind: Kind, count: number): string[][] {
  const points: [number, number][] = [];
  const rows: string[][] = [];
  let [wrongs, expected] = [0, 0];
  for (let i = 0; i < POINTS; i++) {
    const ebN0Db = kind.fromDb + i * STEP_DB;
    const { share, wrong, expectedWrong } = measure(kind, ebN0Db, count);
    wrongs += wrong;
    expected += expectedWrong;
    points.push([ebN0Db, share]);
    rows.push([ebN0Db.toFixed(1), `${(100 * share).toFixed(1)} %`, String(wrong)]);
  }
  console.log(`\n${kind.name}\n${table(['Eb/N0 dB', 'decoded', 'wrong'], rows)}`);
  const half = crossing(points, 0.5);
  const lines = [
    [
      `${kind.name} 50 %`,
      `${kind.targetDb.toFixed(1)} dB`,
      `${half.toFixed(2)} dB`,
      verdict(half <= kind.targetDb),
    ],
    [`${kind.name} 90 %`, '', `${crossing(points, 0.9).toFixed(2)} dB`, ''],
  ];
  const wrong = `${wrongs} (${expected.toFixed(2)} by confidence)`;
  return [...lines, [`${kind.name} wrong packets`, '0', wrong, verdict(wrongs === 0)]];
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
const kinds = KINDS.filter(({ name }) => name === (process.argv[3] ?? name));
const summary = kinds.flatMap((kind) => report(kind, count));
console.log(`\n${table(['type, share', 'target', 'measured', 'verdict'], summary)}`);
