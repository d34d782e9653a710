import type { Burst } from '../dsp/burst.js';
import { endsEarly, excuseOf } from './disturbance.js';
import { doubtsOf } from './evidence.js';
import type { Packet, Protocol, Rejection } from './protocol.js';
import { exclude, prefers } from './rivals.js';

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
    const done = this.#pending.filter((packet) => endOf(packet) < searchedTo);
    this.#pending = this.#pending.filter((packet) => !(endOf(packet) < searchedTo));
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
    const excuse = result.correctedBits > 0 ? excuseOf(burst, protocol) : 1;
    const mostDoubt = this.#mostDoubt(result.correctedBits) * excuse;
    const isSure = overNoise >= LEAST_OVER_NOISE && 1 - confidence <= mostDoubt;
    if (!isSure) return this.#reject(burst, 'integrity', nearest);
    if (endsEarly(burst.soft, result.bits, protocol)) return this.#reject(burst, 'line-code', nearest);
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

function endOf({ firstSample, burst }: Packet): number {
  return firstSample + burst.lengthSamples;
}
