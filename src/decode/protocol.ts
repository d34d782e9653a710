import type { Burst } from '../dsp/burst.js';

/** Why a burst is not a packet. */
export type Rejection = 'length' | 'line-code' | 'integrity' | 'implausible';

/** What a protocol read from the soft symbols of a burst. */
export type ParseResult =
  | {
      readonly ok: true;
      readonly meterId: number;
      readonly type: number;
      readonly consumption: number;
      readonly fields: Readonly<Record<string, number | boolean>>;
      /** The symbols as sent, after correction: 0 or 1, sync word included. */
      readonly bits: Uint8Array;
      readonly correctedBits: number;
      /** Estimated probability that exactly this packet was sent, given that one was sent here; 0–1. */
      readonly confidence: number;
    }
  | { readonly ok: false; readonly why: Rejection };

/** A message type: its sync word and length for the detector, its code and layout for the parser. */
export interface Protocol {
  readonly name: string;
  /** Known first symbols of a packet as a string of 0 and 1; Manchester, 1 = on,off and 0 = off,on. */
  readonly sync: string;
  /** Symbols of a whole packet, sync word included. */
  readonly lengthSymbols: number;
  /** Bits of the packet that its code fixes; a random packet passes with probability 2^−checkBits. */
  readonly checkBits: number;
  /** @param soft log-likelihood ratio per symbol, float32 [lengthSymbols]; positive = 1. Not kept. */
  parse(soft: Float32Array): ParseResult;
}

/** A burst whose code agreed. Frequencies are relative to the tuned centre, time is in samples. */
export interface Packet {
  readonly protocol: string;
  readonly meterId: number;
  readonly type: number;
  readonly consumption: number;
  readonly fields: Readonly<Record<string, number | boolean>>;
  readonly bits: Uint8Array;
  readonly firstSample: number;
  readonly carrierHz: number;
  readonly snrDb: number;
  readonly correctedBits: number;
  /** Estimated probability that exactly this packet was sent; 0–1. */
  readonly confidence: number;
  readonly burst: Burst;
}
