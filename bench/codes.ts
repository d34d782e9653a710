/**
 * What the codes alone are worth: words in noise, with nothing to find and nothing to tune. The signal at which half of
 * them come out right and sure, beside that at which the check alone would pass half; and what random symbols behind a
 * sync word become.
 *
 *   npx tsx bench/codes.ts [words-per-point]
 */
import { bitsOf } from '../src/decode/bits.js';
import { encodeIdm } from '../src/decode/protocols/idm.js';
import { idmFrame } from '../src/decode/protocols/idm-family.js';
import { encodeR900, r900 } from '../src/decode/protocols/r900.js';
import { encodeScm, scm } from '../src/decode/protocols/scm.js';
import { encodeScmPlus, scmPlus } from '../src/decode/protocols/scm-plus.js';
import { DIGIT_CHIPS } from '../src/decode/two-of-four.js';
import { logBesselI0 } from '../src/dsp/bessel.js';
import { manchester } from '../src/synth/line-code.js';
import { Random } from '../src/synth/random.js';
import { crossing, table } from './table.js';

const LEAST_CONFIDENCE = 0.995;
const MOST_NATS = 20;
const STEP_DB = 0.25;

interface Code {
  readonly name: string;
  readonly sync: string;
  readonly manchester: boolean;
  /** A random message's symbols. */
  word(random: Random): Uint8Array;
  parse(
    soft: Float32Array,
  ): { ok: true; bits: Uint8Array; correctedBits: number; confidence: number } | { ok: false };
}

const anyId = (random: Random, bits: number): number => 1 + random.below(2 ** bits - 1);

const CODES: readonly Code[] = [
  {
    ...scm,
    manchester: true,
    word: (random) =>
      encodeScm({
        id: anyId(random, 26),
        type: random.below(16),
        consumption: random.below(2 ** 24),
        tamperPhy: random.below(4),
        tamperEnc: random.below(4),
        relayed: false,
      }),
  },
  {
    ...scmPlus,
    manchester: true,
    word: (random) =>
      encodeScmPlus({
        id: anyId(random, 32),
        type: random.below(256),
        consumption: random.below(2 ** 32),
        tamper: random.below(2 ** 16),
      }),
  },
  {
    ...idmFrame,
    name: 'IDM, NetIDM',
    manchester: true,
    word: (random) =>
      encodeIdm({
        id: anyId(random, 32),
        type: 0x17,
        version: 4,
        intervalCounter: random.below(256),
        programmingState: 0xbc,
        tamperCounters: Array.from({ length: 6 }, () => random.below(256)),
        asynchronousCounters: 0,
        outageFlags: '000000000000',
        consumption: random.below(2 ** 32),
        intervals: Array.from({ length: 47 }, () => random.below(512)),
        transmitTimeOffset: random.below(4800),
      }),
  },
  {
    ...r900,
    manchester: false,
    word: (random) =>
      encodeR900({
        id: anyId(random, 32),
        meterType: 3,
        reading: random.below(2 ** 27),
        noUse: random.below(7),
        backflow: 0,
        leak: random.below(7),
        leakNow: 0,
        unknown1: 0xa,
        unknown2: 4,
      }),
  },
];

/** Log-likelihood that a chip is on rather than off, its phase known or not. */
function heardChip(on: boolean, gamma: number, coherent: boolean, random: Random): number {
  const real = (on ? Math.sqrt(gamma) : 0) + random.gaussian() * Math.SQRT1_2;
  const imaginary = random.gaussian() * Math.SQRT1_2;
  const amplitude = 2 * Math.sqrt(gamma);
  const nats = coherent ? amplitude * real : logBesselI0(amplitude * Math.hypot(real, imaginary));
  return Math.max(-MOST_NATS, Math.min(MOST_NATS, nats - gamma));
}

/** Soft symbols of a word as a receiver hears them that knows where it is. */
function heard(code: Code, word: Uint8Array, db: number, coherent: boolean, random: Random): Float32Array {
  const gamma = 10 ** (db / 10);
  const chips = code.manchester ? manchester(word) : word;
  const soft = Float32Array.from(chips, (chip) => heardChip(chip === 1, gamma, coherent, random));
  return code.manchester ? Float32Array.from(word, (_, i) => soft[2 * i] - soft[2 * i + 1]) : soft;
}

/** Shares of words that the check alone passes, and that come out right and sure. */
function shares(code: Code, db: number, coherent: boolean, words: number): { hard: number; soft: number } {
  const random = new Random(Math.round(100 * db));
  let [hard, soft] = [0, 0];
  for (let n = 0; n < words; n++) {
    const word = code.word(random);
    const result = code.parse(heard(code, word, db, coherent, random));
    if (!result.ok || result.bits.some((bit, i) => bit !== word[i])) continue;
    if (result.correctedBits === 0) hard++;
    if (result.confidence >= LEAST_CONFIDENCE) soft++;
  }
  return { hard: hard / words, soft: soft / words };
}

/** Signals at which half of the words come out right and sure, and at which the check alone passes half, dB. */
function edge(code: Code, coherent: boolean, words: number): [soft: number, hard: number] {
  const points: { db: number; hard: number; soft: number }[] = [];
  for (let db = 3; (points.at(-1)?.hard ?? 0) < 0.5 && db < 14; db += STEP_DB)
    points.push({ db, ...shares(code, db, coherent, words) });
  return [
    crossing(
      points.map(({ db, soft }) => [db, soft]),
      0.5,
    ),
    crossing(
      points.map(({ db, hard }) => [db, hard]),
      0.5,
    ),
  ];
}

/** Words at one signal, taken and wrong ones for several least confidences, beside what the confidences let expect. */
function honesty(code: Code, db: number, words: number): string[][] {
  const random = new Random(11);
  const answers: { confidence: number; right: boolean }[] = [];
  for (let n = 0; n < words; n++) {
    const word = code.word(random);
    const result = code.parse(heard(code, word, db, true, random));
    if (!result.ok) continue;
    answers.push({
      confidence: result.confidence,
      right: result.bits.every((bit, i) => bit === word[i]),
    });
  }
  return [0, 0.5, 0.9, LEAST_CONFIDENCE].map((least) => {
    const taken = answers.filter(({ confidence }) => confidence >= least);
    const wrong = taken.filter(({ right }) => !right).length;
    const expected = taken.reduce((sum, { confidence }) => sum + 1 - confidence, 0);
    return [code.name, String(least), String(taken.length), String(wrong), expected.toFixed(1)];
  });
}

/** Share of strong random symbols of the line code, behind a right sync word, that a parser takes for a message. */
function acceptance(code: Code, nats: number, words: number): string {
  const random = new Random(7);
  let accepted = 0;
  for (let n = 0; n < words; n++) {
    const known = code.manchester ? bitsOf(code.sync) : manchester(bitsOf(code.sync));
    const bits = code.word(random);
    if (code.manchester) for (let i = 0; i < bits.length; i++) bits[i] = random.below(2);
    else bits.set(bitsOf(Array.from({ length: 42 }, () => DIGIT_CHIPS[random.below(6)]).join('')), 64);
    bits.set(known);
    if (code.parse(Float32Array.from(bits, (bit) => (bit === 1 ? nats : -nats))).ok) accepted++;
  }
  return accepted === 0 ? `< ${(1 / words).toExponential(0)}` : (accepted / words).toExponential(1);
}

const words = Number(process.argv[2] ?? 400);
const inDb = (db: number): string => `${db.toFixed(1)} dB`;
const rows: string[][] = [];
const answers: string[][] = [];
for (const code of CODES) {
  const known = edge(code, true, words);
  rows.push([
    code.name,
    ...[...known, ...edge(code, false, words)].map(inDb),
    acceptance(code, 20, 50 * words),
  ]);
  answers.push(...honesty(code, known[0], 10 * words));
}
console.log(
  table(
    ['message', 'phase known', 'check alone', 'phase unknown', 'check alone', 'random symbols taken'],
    rows,
  ),
);
console.log(`\n${10 * words} words each, phase known, at the signal where half come out`);
console.log(table(['message', 'least confidence', 'taken', 'wrong', 'wrong by confidence'], answers));
