import type { Random } from '../src/synth/random.js';
import type { AnyPacket } from './any-packet.js';

/** How the symbols of a burst came about before they were damaged. */
export const ORIGINS = ['packet', 'another', 'behind-sync', 'strong', 'noise'] as const;
export type Origin = (typeof ORIGINS)[number];

/** What a symbol can say at most, nats: the demodulator's bound of two chips. */
const MOST_NATS = 40;

/** Values that no demodulator should give, but a decoder has to bear. */
const ODD_VALUES = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  3e38,
  -3e38,
  1e-45,
] as const;

/** Symbols as if heard well: ± the same for all. */
export function heard(bits: Uint8Array, random: Random): Float32Array {
  const nats = 10 ** random.uniform(-0.5, 1.6);
  const soft = new Float32Array(bits.length);
  for (let i = 0; i < soft.length; i++) soft[i] = bits[i] === 1 ? nats : -nats;
  return soft;
}

/** As sure as symbols can be, but random: behind the known beginning of a packet, or from the start. */
export function strong(known: Uint8Array, length: number, random: Random): Float32Array {
  const soft = new Float32Array(length);
  for (let i = 0, word = 0; i < length; i++, word >>>= 1) {
    if (i % 32 === 0) word = random.int32();
    const bit = i < known.length ? known[i] : word & 1;
    soft[i] = bit === 1 ? MOST_NATS : -MOST_NATS;
  }
  return soft;
}

export function noise(length: number, random: Random): Float32Array {
  const scale = 10 ** random.uniform(-3, 3);
  const soft = new Float32Array(length);
  for (let i = 0; i < length; i++) soft[i] = scale * random.gaussian();
  return soft;
}

/** Does something to symbols; may change them in place, and give others back. */
type Damage = (soft: Float32Array, random: Random, others: readonly AnyPacket[]) => Float32Array;

/** A stretch of the symbols, mostly short. */
function stretch(soft: Float32Array, random: Random): Float32Array {
  const from = random.below(soft.length + 1);
  return soft.subarray(from, from + Math.ceil(10 ** random.uniform(0, 2.5)));
}

const DAMAGES: readonly Damage[] = [
  function flipFew(soft, random) {
    for (let n = random.below(6); n >= 0; n--) soft[random.below(soft.length)] *= -1;
    return soft;
  },
  function flipStretch(soft, random) {
    const some = stretch(soft, random);
    for (let i = 0; i < some.length; i++) some[i] = -some[i];
    return soft;
  },
  function scaleStretch(soft, random) {
    const [some, by] = [stretch(soft, random), 10 ** random.uniform(-4, 4)];
    for (let i = 0; i < some.length; i++) some[i] *= by;
    return soft;
  },
  function addNoise(soft, random) {
    const deviation = 10 ** random.uniform(-1, 1.5);
    for (let i = 0; i < soft.length; i++) soft[i] += deviation * random.gaussian();
    return soft;
  },
  function oddValues(soft, random) {
    for (let n = random.below(3); n >= 0; n--)
      soft[random.below(soft.length)] = ODD_VALUES[random.below(ODD_VALUES.length)];
    return soft;
  },
  function oddStretch(soft, random) {
    stretch(soft, random).fill(ODD_VALUES[random.below(ODD_VALUES.length)]);
    return soft;
  },
  function shift(soft, random) {
    const by = random.below(9) - 4;
    const moved = new Float32Array(soft.length);
    if (by < 0) moved.set(soft.subarray(-by));
    else moved.set(soft.subarray(0, Math.max(0, soft.length - by)), Math.min(by, soft.length));
    return moved;
  },
  function overwrite(soft, random, others) {
    const { bits } = others[random.below(others.length)];
    const at = random.below(soft.length);
    const nats = 10 ** random.uniform(0, 1.6);
    for (let i = at; i < soft.length && i < bits.length; i++) soft[i] = bits[i] === 1 ? nats : -nats;
    return soft;
  },
];

/** Cutting comes seldom: what is too short is refused before anything else. */
const CUT_SHARE = 0.02;

function cut(soft: Float32Array, random: Random): Float32Array {
  const length = random.below(2) === 0 ? random.below(soft.length) : soft.length + random.below(100);
  const other = new Float32Array(length);
  other.set(soft.subarray(0, length));
  return other;
}

/** Up to four damages, one after the other; seldom none. */
export function damaged(soft: Float32Array, random: Random, others: readonly AnyPacket[]): Float32Array {
  let result = soft;
  for (let n = random.below(5); n > 0; n--)
    result = DAMAGES[random.below(DAMAGES.length)](result, random, others);
  return random.uniform() < CUT_SHARE ? cut(result, random) : result;
}
