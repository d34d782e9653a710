import type { Fields, Packet } from '../decode/protocol.js';
import type { Commodity } from './commodity.js';
import { commodityOf } from './meaning.js';

/** One packet with its meaning for a meter; what the sinks are given. */
export interface Reading {
  /** Wall clock of the packet's first sample, ms since 1970; null where the stream's start is not known. */
  readonly timeMs: number | null;
  /** Time of the packet's first sample since the stream began, s. */
  readonly seconds: number;
  /** First sample of the packet in the stream. */
  readonly sample: number;
  readonly receiver: string;
  /** `SCM`, … */
  readonly protocol: string;
  /** ERT ID. */
  readonly id: number;
  /** Endpoint type as sent; the low four bits of an ERT's are its ERT type. */
  readonly type: number;
  readonly commodity: Commodity;
  /** Register as sent, counts; null where the meter had none to tell. */
  readonly consumption: number | null;
  /** The protocol's other fields, in the order they are printed. */
  readonly fields: Fields;
  /** Absolute carrier frequency, Hz. */
  readonly carrierHz: number;
  /** Energy of one on-chip over the noise density, dB. */
  readonly snrDb: number;
  readonly correctedBits: number;
  /** Estimated probability that exactly this packet was sent, 0–1. */
  readonly confidence: number;
  /** How other receivers heard the same transmission; absent where none did. */
  readonly alsoHeard?: readonly SignalReport[];
}

/** One with a known time. */
export type TimedReading = Reading & { readonly timeMs: number };

/** How a receiver heard a transmission. */
export type SignalReport = Pick<Reading, 'receiver' | 'carrierHz' | 'snrDb' | 'correctedBits' | 'confidence'>;

/** Where a stretch of samples sits in time and frequency. */
export interface StreamPosition {
  readonly receiver: string;
  readonly sampleRateHz: number;
  readonly centerHz: number;
  /** Wall clock of sample 0, ms since 1970, or null. */
  readonly startMs: number | null;
}

/** Gives a packet its wall clock, absolute carrier and commodity. */
export function readingOf(packet: Packet, position: StreamPosition): Reading {
  const seconds = packet.firstSample / position.sampleRateHz;
  return {
    timeMs: position.startMs === null ? null : Math.round(position.startMs + seconds * 1000),
    seconds,
    sample: packet.firstSample,
    receiver: position.receiver,
    protocol: packet.protocol,
    id: packet.meterId,
    type: packet.type,
    commodity: commodityOf(packet.protocol, packet.type),
    consumption: packet.consumption,
    fields: packet.fields,
    carrierHz: Math.round(position.centerHz + packet.carrierHz),
    snrDb: packet.snrDb,
    correctedBits: packet.correctedBits,
    confidence: packet.confidence,
  };
}
