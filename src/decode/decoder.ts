import type { Burst } from '../dsp/burst.js';
import { bitsOf } from './bits.js';
import type { Packet, Protocol, Rejection } from './protocol.js';
import { digitDoubt } from './two-of-four.js';

/** Evidence that a packet must have over noise, nats; see {@link Decoder}. */
const LEAST_OVER_NOISE = 50;
/** Evidence that a packet must have over keying at random, nats. */
const LEAST_OVER_KEYING = 10;
/**
 * Corrections that a packet may have for its confidence; each one beyond asks for so much less doubt. Confidence is
 * sure of itself in noise, but what a collision or another system's signal does to symbols is not noise: what it
 * makes a packet of has needed three corrections or more.
 */
const USUAL_CORRECTIONS = 2;
const DOUBT_PER_CORRECTION = 1 / 4;
/**
 * What a packet of this strength has over keying at random, by how sure half of its symbols are, nats: this share of what
 * one without a doubtful symbol has, at least, in noise. The more it lacks of that, the less doubt it may leave.
 *
 *   sure of      4     8    12    16    24    40 nats
 *   share       34    57    72    81    92    99 %
 */
const expectedShare = (sureness: number): number => 1 - Math.exp(-sureness / 9.5);
/** So much may lack, which noise can do, nats. */
const NOISE_LACKS = 6;
/** The evidence of a coherent judgement is less by this, for the phase that it fitted; nats. */
const COHERENT_LACKS = 8;
/** What lacks beyond that makes allowed doubt e times less for so much each, nats. */
const LACKING_PER_E = 2;
/** A check of more bits than this hardly ever agrees by chance with what was disturbed, whatever is corrected. */
const SHORT_CHECK_BITS = 16;
/** From so many nats on, a symbol that agrees leaves a doubt that no sum shows. */
const NO_DOUBT = 37;
/** Half of a strong packet's symbols are at least this sure, nats. */
const STRONG_NATS = 12;
/**
 * Symbols at its end that have less than such a share of that, on average, are none: the last one, the last two, three or
 * four. Noise may take one away, but not so easily two.
 */
const SILENT_SHARES = [0.05, 0.15, 0.2, 0.2];
/** Two carriers nearer than this are one channel, Hz; a free-running transmitter fills it. */
const CHANNEL_HZ = 100e3;
/** Share of a packet's length by which two may overlap on one channel: both can still be read. */
const HARMLESS_OVERLAP = 0.1;
/** Symbols in which an echo may differ from the packet it echoes, share. */
const ECHO_DIFFERENCE = 0.15;
/** By how much such an echo is weaker than its packet at least, dB. */
const ECHO_WEAKER_DB = 6;

/** What became of the bursts so far. */
export interface DecoderStats {
  packets: number;
  /** Bursts that showed a packet once more: images, side lobes, splatter of the same transmission. */
  echoes: number;
  rejected: Record<Rejection, number>;
}

/** The packet nearest to a burst that was refused all the same: how sure it was, of 1, and what it cost. */
export interface NearestWord {
  readonly confidence: number;
  readonly correctedBits: number;
  /** Evidence for exactly this packet over noise, nats. */
  readonly overNoise: number;
}

/**
 * What became of a burst: a packet; an echo of a better one; or refused, with the packet nearest to it where
 * there was one.
 */
export type Verdict =
  | { readonly became: 'accepted'; readonly packet: Packet }
  | { readonly became: 'echo'; readonly of: Packet; readonly packet: Packet }
  | { readonly became: 'refused'; readonly why: Rejection; readonly nearest: NearestWord | null };

/** Is told once, for each burst, what became of it. */
export interface DecoderObserver {
  verdict(burst: Burst, verdict: Verdict): void;
}

/**
 * Bursts in, packets out: parses, asks for enough evidence, and lets each transmission count once.
 *
 * The evidence for a packet is a likelihood ratio: the probability of what was received if exactly these symbols
 * were sent, over its probability under other explanations: noise alone, chips keyed at random, and Manchester
 * symbols of something else. With n free bits, a packet of N symbols has
 *
 *   ln Λ = Σ ln p(received | symbol sent) − n·ln 2        (each of 2ⁿ messages is as likely as another)
 *
 * A ratio of e⁵⁰ over noise leaves less than one false packet in many years even at 30 million looks a second;
 * the ratio over random keying refuses what is strong but is not Manchester. The ratio over other Manchester
 * symbols, such as the inside of a longer message, counts what the sync word and the check fix; as even odds it
 * is part of the packet's confidence.
 */
export class Decoder {
  readonly stats: DecoderStats = {
    packets: 0,
    echoes: 0,
    rejected: { length: 0, 'line-code': 0, integrity: 0, implausible: 0 },
  };
  readonly #protocols: readonly Protocol[];
  readonly #leastConfidence: number;
  readonly #observer: DecoderObserver | undefined;
  #pending: Packet[] = [];

  constructor(protocols: readonly Protocol[], leastConfidence: number, observer?: DecoderObserver) {
    this.#protocols = protocols;
    this.#leastConfidence = leastConfidence;
    this.#observer = observer;
  }

  /**
   * @param bursts     newly found
   * @param searchedTo no burst that begins before this sample is still to come
   * @returns packets that nothing to come can put in doubt, in order of their start
   */
  decode(bursts: readonly Burst[], searchedTo: number): Packet[] {
    for (const burst of bursts) {
      const packet = this.#parse(burst);
      if (packet !== null) this.#admit(packet);
    }
    const settled = (p: Packet): boolean => p.firstSample + p.burst.lengthSamples < searchedTo;
    const done = this.#pending.filter(settled);
    this.#pending = this.#pending.filter((packet) => !settled(packet));
    this.stats.packets += done.length;
    for (const packet of done) this.#observer?.verdict(packet.burst, { became: 'accepted', packet });
    return done.sort((a, b) => a.firstSample - b.firstSample || a.carrierHz - b.carrierHz);
  }

  #parse(burst: Burst): Packet | null {
    const protocol = this.#protocols[burst.sync];
    if (burst.evidence < burst.keyingEvidence - LEAST_OVER_KEYING) return this.#reject(burst, 'line-code');
    const result = protocol.parse(burst.soft);
    if (!result.ok) return this.#reject(burst, result.why);
    const { syncDoubt, doubt } = doubtsOf(burst.soft, result.bits, protocol);
    const overNoise = burst.evidence + protocol.checkBits * Math.LN2 - doubt;
    const overManchester = (protocol.sync.length + protocol.checkBits) * Math.LN2 - syncDoubt - doubt;
    const confidence = result.confidence / (1 + Math.exp(-overManchester));
    const nearest = { confidence, correctedBits: result.correctedBits, overNoise };
    // Asked this way round, what is not a number is refused.
    const hasLineCode = overNoise - burst.keyingEvidence >= LEAST_OVER_KEYING;
    if (!hasLineCode) return this.#reject(burst, 'line-code', nearest);
    const median = medianOf(burst.soft.map(Math.abs));
    const excuse = result.correctedBits > 0 ? excuseOf(burst, median, protocol) : 1;
    const mostDoubt = this.#mostDoubt(result.correctedBits) * excuse;
    const isSure = overNoise >= LEAST_OVER_NOISE && 1 - confidence <= mostDoubt;
    if (!isSure) return this.#reject(burst, 'integrity', nearest);
    if (endsEarly(burst.soft, result.bits, median, protocol))
      return this.#reject(burst, 'line-code', nearest);
    return {
      protocol: result.message,
      meterId: result.meterId,
      type: result.type,
      consumption: result.consumption,
      fields: result.fields,
      bits: result.bits,
      firstSample: burst.firstSample,
      carrierHz: burst.carrierHz,
      snrDb: burst.snrDb,
      correctedBits: result.correctedBits,
      confidence,
      burst,
    };
  }

  /** How improbable a packet with so many corrections may be. */
  #mostDoubt(correctedBits: number): number {
    const beyond = Math.max(0, correctedBits - USUAL_CORRECTIONS);
    return (1 - this.#leastConfidence) * DOUBT_PER_CORRECTION ** beyond;
  }

  #reject(burst: Burst, why: Rejection, nearest: NearestWord | null = null): null {
    this.stats.rejected[why]++;
    this.#observer?.verdict(burst, { became: 'refused', why, nearest });
    return null;
  }

  /** Keeps the best of the packets that cannot all be true. */
  #admit(packet: Packet): void {
    const rivals = this.#pending.filter((other) => exclude(packet, other));
    const better = rivals.find((other) => !prefers(packet, other));
    this.stats.echoes += better !== undefined ? 1 : rivals.length;
    for (const loser of better !== undefined ? [packet] : rivals) {
      this.#observer?.verdict(loser.burst, { became: 'echo', of: better ?? packet, packet: loser });
    }
    if (better !== undefined) return;
    this.#pending = this.#pending.filter((other) => !rivals.includes(other));
    this.#pending.push(packet);
  }
}

/**
 * How far noise explains that a packet needs corrections, 0–1. A symbol of which both chips are on, or none, is next to
 * impossible in noise that leaves the others sure; where there are some, another transmission lies on top, its chips say
 * nothing of this packet however sure they look, and a few that are wrong make another word of a short code.
 * @param median how sure half of the symbols are, nats
 */
function excuseOf(
  burst: Burst,
  median: number,
  { lineCode, checkBits, sync, lengthSymbols }: Protocol,
): number {
  if (lineCode !== 'manchester' || checkBits > SHORT_CHECK_BITS) return 1;
  // Keyed at random a pair of chips is a certain symbol once in four; an unknown symbol is that one of two.
  const undoubted = (lengthSymbols + sync.length) * Math.LN2;
  const allowed = NOISE_LACKS + (burst.demodulation === 'coherent' ? COHERENT_LACKS : 0);
  const lacking = expectedShare(median) * undoubted - overKeying(burst) - allowed;
  return lacking > 0 ? Math.exp(-lacking / LACKING_PER_E) : 1;
}

/**
 * Whether a packet that is strong is silent at its end. Where a dongle loses a few samples unsaid, what follows them moves
 * up by some symbols and, as the code is cyclic, may be a word of it again, with a 0 for each symbol that is missing.
 * @param median how sure half of the symbols are, nats
 */
function endsEarly(soft: Float32Array, bits: Uint8Array, median: number, { lineCode }: Protocol): boolean {
  if (lineCode !== 'manchester' || median < STRONG_NATS) return false;
  let sum = 0;
  for (let count = 1; count <= SILENT_SHARES.length && bits[bits.length - count] === 0; count++) {
    sum += Math.abs(soft[soft.length - count]);
    if (sum < SILENT_SHARES[count - 1] * median * count) return true;
  }
  return false;
}

/** The upper one of the two in the middle, where their number is even; `values` are sorted by it. */
function medianOf(values: Float32Array): number {
  return values.sort()[values.length >> 1];
}

/** Nats by which sync word and payload speak against being exactly these symbols. */
function doubtsOf(
  soft: Float32Array,
  bits: Uint8Array,
  { sync, lineCode }: Protocol,
): { syncDoubt: number; doubt: number } {
  const known = sync.length;
  if (lineCode === 'manchester') {
    return {
      syncDoubt: symbolDoubt(soft, bits, 0, known),
      doubt: symbolDoubt(soft, bits, known, bits.length),
    };
  }
  const symbols = Float32Array.from({ length: known }, (_, i) => soft[2 * i] - soft[2 * i + 1]);
  return {
    syncDoubt: symbolDoubt(symbols, bitsOf(sync), 0, known),
    doubt: digitDoubt(soft, bits, 2 * known, bits.length),
  };
}

/** Nats by which the received symbols speak against being exactly these bits: Σ ln(1 + e^−agreement). */
function symbolDoubt(soft: Float32Array, bits: Uint8Array, from: number, to: number): number {
  let doubt = 0;
  for (let i = from; i < to; i++) {
    const agreement = bits[i] === 1 ? soft[i] : -soft[i];
    if (agreement > NO_DOUBT) continue;
    doubt += agreement > 0 ? Math.log1p(Math.exp(-agreement)) : Math.log1p(Math.exp(agreement)) - agreement;
  }
  return doubt;
}

/**
 * Which of two rivals was sent: of equal symbols the stronger, since an echo is weaker than what it repeats;
 * otherwise the one with more evidence, since a wrong alignment lacks it.
 */
function prefers(packet: Packet, other: Packet): boolean {
  if (differences(packet, other) === 0) return packet.snrDb > other.snrDb;
  return overKeying(packet.burst) > overKeying(other.burst);
}

/** Evidence for a packet over keying at random, nats. */
function overKeying(burst: Burst): number {
  return burst.evidence - burst.keyingEvidence;
}

/** Symbols in which two packets differ; all of them where they are not of one length. */
function differences(a: Packet, b: Packet): number {
  if (a.bits.length !== b.bits.length) return Number.POSITIVE_INFINITY;
  let different = 0;
  for (let i = 0; i < a.bits.length; i++) if (a.bits[i] !== b.bits[i]) different++;
  return different;
}

/** Whether two packets cannot both have been sent as they are: one channel carries one at a time. */
function exclude(a: Packet, b: Packet): boolean {
  const apart = Math.abs(a.firstSample - b.firstSample);
  const shorter = Math.min(a.burst.lengthSamples, b.burst.lengthSamples);
  if (overlapOf(a.burst, b.burst) <= HARMLESS_OVERLAP * shorter) return false;
  if (Math.abs(a.carrierHz - b.carrierHz) < CHANNEL_HZ) return true;
  // An image or splatter of a transmission carries its symbols at another frequency.
  const different = differences(a, b);
  const together = apart < shorter / a.bits.length;
  if (different === 0) return true;
  // Damaged, it may carry some other symbols; but then it is much weaker, or it is another meter's packet.
  const weaker = Math.abs(a.snrDb - b.snrDb) >= ECHO_WEAKER_DB;
  return together && weaker && different <= ECHO_DIFFERENCE * a.bits.length;
}

function overlapOf(a: Burst, b: Burst): number {
  const end = Math.min(a.firstSample + a.lengthSamples, b.firstSample + b.lengthSamples);
  return end - Math.max(a.firstSample, b.firstSample);
}
