/**
 * False packets in simulated air, in pieces that add up: every run takes the next piece of each kind of air and
 * appends what it found to a file of figures.
 *
 *   npm run bench:false-packets -- [noise|traffic|foreign] [seconds] [figures.jsonl]
 *
 *   noise    nothing but noise
 *   traffic  50 packets a second of all classes, 15 to 50 dB, so that many collide and some clip
 *   foreign  signals of other systems, 20 a second, 5 to 50 dB
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { Air, amplitudeFor, type OnAir } from '../src/synth/air.js';
import { addForeign, FOREIGN_KINDS } from '../src/synth/foreign.js';
import { quantise } from '../src/synth/quantise.js';
import { Random } from '../src/synth/random.js';
import { CHIP_RATE_HZ } from '../src/synth/transmitter.js';
import { receive } from './receive.js';
import { anyCarrier, isSame, NOISE_RMS, SAMPLE_RATE_HZ, type Sent, transmission } from './scene.js';
import { table } from './table.js';

const KINDS = ['noise', 'traffic', 'foreign'] as const;
type Kind = (typeof KINDS)[number];

/** Seconds of air of one seed. */
const PIECE_S = 30;
const PACKETS_PER_SECOND = 50;
const FOREIGN_PER_SECOND = 20;

interface Figures {
  readonly kind: Kind;
  readonly seed: number;
  readonly seconds: number;
  readonly sent: number;
  readonly decoded: number;
  readonly falsePackets: number;
  /** Sum of 1 − confidence over the packets: false ones to be expected by the receiver's own judgement. */
  readonly expectedFalse: number;
  readonly candidates: number;
}

/** One piece of air, in blocks of a second. */
function* air(kind: Kind, random: Random, sent: Sent[]): Generator<Uint8Array> {
  const onAir: OnAir[] = [];
  const count = kind === 'traffic' ? PIECE_S * PACKETS_PER_SECOND : 0;
  for (let i = 0; i < count; i++) {
    const start = random.uniform(0, PIECE_S - 0.01) * SAMPLE_RATE_HZ;
    const one = transmission(
      random,
      (['P', 'F', 'G'] as const)[i % 3],
      random.uniform(15, 50),
      start,
      anyCarrier(random),
    );
    onAir.push(one.onAir);
    sent.push(one.sent);
  }
  const noise = new Air(onAir, NOISE_RMS, random);
  const iq = new Float32Array(2 * SAMPLE_RATE_HZ);
  for (let second = 0; second < PIECE_S; second++) {
    noise.next(iq);
    if (kind === 'foreign') for (let i = 0; i < FOREIGN_PER_SECOND; i++) addOne(random, iq);
    yield quantise(iq, 'cu8');
  }
}

/** A foreign signal of 2 to 300 ms somewhere in a second. */
function addOne(random: Random, iq: Float32Array): void {
  const samples = iq.length / 2;
  const length = Math.floor(samples * 10 ** random.uniform(-2.7, -0.5));
  const first = random.below(samples - length);
  const signal = {
    kind: FOREIGN_KINDS[random.below(FOREIGN_KINDS.length)],
    sampleRateHz: SAMPLE_RATE_HZ,
    carrierHz: anyCarrier(random),
    amplitude: amplitudeFor(random.uniform(5, 50), NOISE_RMS, SAMPLE_RATE_HZ / CHIP_RATE_HZ),
  };
  addForeign(signal, random, iq.subarray(2 * first, 2 * (first + length)));
}

function piece(kind: Kind, seed: number): Figures {
  const random = new Random(1_000_003 * (KINDS.indexOf(kind) + 1) + seed);
  const sent: Sent[] = [];
  const { packets, front } = receive(air(kind, random, sent), SAMPLE_RATE_HZ);
  const byId = new Map(sent.map((one) => [one.fields.id, one]));
  const falseOnes = packets.filter((packet) => {
    const truth = byId.get(packet.meterId);
    return truth === undefined || !isSame(packet, truth);
  });
  for (const packet of falseOnes)
    console.log(`false: ${JSON.stringify({ seed, kind, ...packet, burst: undefined, bits: undefined })}`);
  return {
    kind,
    seed,
    seconds: PIECE_S,
    sent: sent.length,
    decoded: packets.length - falseOnes.length,
    falsePackets: falseOnes.length,
    expectedFalse: packets.reduce((sum, { confidence }) => sum + 1 - confidence, 0),
    candidates: front.candidates,
  };
}

function readFigures(file: string): Figures[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const [only, secondsText, file = 'bench/false-packets.jsonl'] = process.argv.slice(2);
const seconds = Number(secondsText ?? 60);
const kinds = KINDS.filter((kind) => only === undefined || only === 'all' || kind === only);
for (const kind of kinds) {
  const done = readFigures(file).filter((figures) => figures.kind === kind);
  const next = Math.max(0, ...done.map(({ seed }) => seed)) + 1;
  for (let i = 0; i < Math.ceil(seconds / PIECE_S); i++)
    appendFileSync(file, `${JSON.stringify(piece(kind, next + i))}\n`);
}

const rows = KINDS.map((kind) => {
  const all = readFigures(file).filter((figures) => figures.kind === kind);
  const sum = (value: (figures: Figures) => number): number =>
    all.reduce((total, one) => total + value(one), 0);
  return [
    kind,
    (sum((one) => one.seconds) / 3600).toFixed(2),
    String(sum((one) => one.sent)),
    String(sum((one) => one.decoded)),
    String(sum((one) => one.falsePackets)),
    sum((one) => one.expectedFalse).toFixed(3),
  ];
});
console.log(table(['air', 'hours', 'sent', 'decoded', 'false packets', 'expected by confidence'], rows));
