import { bitsOf } from '../src/decode/bits.js';
import { Decoder } from '../src/decode/decoder.js';
import type { Packet } from '../src/decode/protocol.js';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import type { Burst } from '../src/dsp/burst.js';
import { manchester } from '../src/synth/line-code.js';
import { Random } from '../src/synth/random.js';
import { type AnyPacket, MESSAGE_KINDS } from './any-packet.js';
import { damaged, heard, noise, ORIGINS, type Origin, strong } from './fuzz-symbols.js';
import { cpuSecondsSince, MIN_CONFIDENCE } from './receive.js';

/** What became of the bursts of one protocol that came about in one way. */
export interface Tally {
  bursts: number;
  /** Packets that were sent. */
  right: number;
  /** Packets that nobody sent. */
  notSent: number;
  /** Sum of 1 − confidence over all of them. */
  expectedWrong: number;
}

export interface BurstFigures {
  readonly what: 'bursts';
  readonly seed: number;
  readonly count: number;
  /** By protocol and origin, as `IDM packet`. */
  readonly tallies: Readonly<Record<string, Tally>>;
  /** Crashes and impossible packets: what happened to which burst. */
  readonly failures: readonly string[];
  /** Longest that a few bursts took; where that was long, the processor time, best of several; ms. */
  readonly slowestMs: number;
}

/** How often each protocol and origin is drawn: the dearer a burst, the rarer. */
const PROTOCOL_WEIGHTS = [55, 30, 11, 4];
const ORIGIN_WEIGHTS: Readonly<Record<Origin, number>> = {
  packet: 30,
  another: 5,
  'behind-sync': 5,
  strong: 25,
  noise: 35,
};
const PACKETS_OF_A_KIND = 24;
const MOST_AT_ONCE = 4;
/** A few bursts that take longer than this are done again, to see whether it was them. */
const SUSPECT_MS = 20;
const AGAIN = 5;
const LENGTH_SAMPLES = 10_000;
const KNOWN = PROTOCOLS.map(({ sync, lineCode }) =>
  lineCode === 'manchester' ? bitsOf(sync) : manchester(bitsOf(sync)),
);
const LENGTHS = PROTOCOLS.map(({ lineCode, lengthSymbols }) =>
  lineCode === 'manchester' ? lengthSymbols : 2 * lengthSymbols,
);

/** A burst with more evidence than any air would have: what is refused is refused for its symbols. */
export function strongBurst(sync: number, soft: Float32Array): Burst {
  return {
    sync,
    soft,
    firstSample: 0,
    lengthSamples: LENGTH_SAMPLES,
    carrierHz: 0,
    bandwidthHz: 32_768,
    snrDb: 20,
    noiseDbfs: -60,
    demodulation: 'narrow',
    evidence: 1e6,
    keyingEvidence: 0,
  };
}

/** A burst, and which tally it belongs to. */
interface MadeBurst {
  readonly burst: Burst;
  readonly tally: Tally;
}

/** Index of a weight, drawn in proportion to it; the weights add up to 100. */
function drawn(weights: readonly number[], random: Random): number {
  let index = 0;
  for (let rest = random.uniform(0, 100) - weights[0]; rest >= 0; rest -= weights[index]) index++;
  return index;
}

/** Makes bursts of all kinds; the same seed makes the same. */
class BurstMaker {
  readonly tallies: Record<string, Tally> = {};
  readonly #random: Random;
  readonly #packets: readonly (readonly AnyPacket[])[];
  readonly #originWeights = ORIGINS.map((origin) => ORIGIN_WEIGHTS[origin]);

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#packets = PROTOCOLS.map((protocol) =>
      MESSAGE_KINDS.filter((kind) => kind.protocol === protocol).flatMap(({ make }) =>
        Array.from({ length: PACKETS_OF_A_KIND }, () => make(this.#random)),
      ),
    );
  }

  /** Whether it is one of those that bursts are made of; one may have been written over another. */
  isSent({ bits, burst }: Packet): boolean {
    return this.#packets[burst.sync].some((sent) => Buffer.compare(sent.bits, bits) === 0);
  }

  /** Bursts that come at once, and overlap. */
  next(most: number): MadeBurst[] {
    return Array.from({ length: Math.min(most, 1 + this.#random.below(MOST_AT_ONCE)) }, () => this.#one());
  }

  #one(): MadeBurst {
    const random = this.#random;
    const sync = drawn(PROTOCOL_WEIGHTS, random);
    const origin = ORIGINS[drawn(this.#originWeights, random)];
    const own = this.#packets[sync];
    const fresh = this.#symbols(sync, origin);
    const soft = origin === 'noise' || origin === 'strong' ? fresh : damaged(fresh, random, own);
    const tally = this.#tallyOf(`${PROTOCOLS[sync].name} ${origin}`);
    tally.bursts++;
    return { burst: this.#burst(sync, soft), tally };
  }

  #symbols(sync: number, origin: Origin): Float32Array {
    const random = this.#random;
    const own = this.#packets[sync];
    if (origin === 'packet') return heard(own[random.below(own.length)].bits, random);
    if (origin === 'noise') return noise(LENGTHS[sync], random);
    if (origin === 'strong') return strong(new Uint8Array(0), LENGTHS[sync], random);
    if (origin === 'behind-sync') return strong(KNOWN[sync], LENGTHS[sync], random);
    const others = this.#packets[random.below(this.#packets.length)];
    const symbols = heard(others[random.below(others.length)].bits, random);
    const from = random.below(32);
    const soft = new Float32Array(LENGTHS[sync]);
    soft.set(symbols.subarray(from, from + soft.length));
    return soft;
  }

  #burst(sync: number, soft: Float32Array): Burst {
    const random = this.#random;
    const burst = strongBurst(sync, soft);
    return {
      ...burst,
      firstSample: random.below(3) * LENGTH_SAMPLES,
      carrierHz: random.below(4) * 60e3,
      snrDb: random.uniform(0, 40),
      evidence: random.below(1000) === 0 ? Number.NaN : burst.evidence,
    };
  }

  #tallyOf(key: string): Tally {
    this.tallies[key] ??= { bursts: 0, right: 0, notSent: 0, expectedWrong: 0 };
    return this.tallies[key];
  }
}

/** Decodes bursts made from a seed, and looks at everything that comes out. */
export function fuzzBursts(seed: number, count: number): BurstFigures {
  const maker = new BurstMaker(seed);
  const failures: string[] = [];
  let slowestMs = 0;
  for (let done = 0; done < count; ) {
    const made = maker.next(count - done);
    const bursts = made.map(({ burst }) => burst);
    const began = performance.now();
    const { packets, error } = decode(bursts);
    const ms = performance.now() - began;
    slowestMs = Math.max(slowestMs, ms > SUSPECT_MS ? bestOf(bursts) : ms);
    if (error !== null) failures.push(`burst ${done}: ${error}`);
    for (const packet of packets) {
      const { tally } = made.find(({ burst }) => burst === packet.burst)!;
      for (const what of wrongIn(packet)) failures.push(`burst ${done}: ${what}`);
      tally.expectedWrong += 1 - packet.confidence;
      if (maker.isSent(packet)) tally.right++;
      else tally.notSent++;
    }
    done += made.length;
  }
  return { what: 'bursts', seed, count, tallies: maker.tallies, failures, slowestMs };
}

function decode(bursts: readonly Burst[]): { packets: readonly Packet[]; error: string | null } {
  try {
    const packets = new Decoder(PROTOCOLS, MIN_CONFIDENCE).decode(bursts, Number.POSITIVE_INFINITY);
    return { packets, error: null };
  } catch (error) {
    return { packets: [], error: String((error as Error).stack) };
  }
}

/** Processor time of the bursts alone, ms: the first time, what was compiled, collected or run meanwhile counted too. */
function bestOf(bursts: readonly Burst[]): number {
  const each = Array.from({ length: AGAIN }, () => {
    const began = process.cpuUsage();
    decode(bursts);
    return 1000 * cpuSecondsSince(began);
  });
  return Math.min(...each);
}

/** What no packet may have, whatever it was made of. */
function wrongIn({ protocol, meterId, type, consumption, fields, bits, correctedBits, confidence }: Packet) {
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  const isField = (value: unknown): boolean =>
    Array.isArray(value) ? value.every(isCount) : typeof value !== 'number' || isCount(value);
  const wrong: string[] = [];
  if (!isCount(meterId) || meterId === 0) wrong.push(`${protocol} of meter ${meterId}`);
  if (!isCount(type)) wrong.push(`${protocol} of type ${type}`);
  if (consumption !== null && !isCount(consumption)) wrong.push(`${protocol} counts ${consumption}`);
  for (const [name, value] of Object.entries(fields))
    if (!isField(value)) wrong.push(`${protocol} has ${name} ${value}`);
  if (!bits.every((bit) => bit === 0 || bit === 1)) wrong.push(`${protocol} has bits that are none`);
  if (!isCount(correctedBits)) wrong.push(`${protocol} has ${correctedBits} corrected bits`);
  if (!(confidence >= MIN_CONFIDENCE && confidence < 1 + 1e-9)) wrong.push(`${protocol}: ${confidence} sure`);
  return wrong;
}
