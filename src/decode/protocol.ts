import type { Burst } from '../dsp/burst.js';
import type { LineCodeName } from '../dsp/line-code.js';
import type { LinearCheck } from '../dsp/linear-check.js';

/** Why a burst is not a packet. */
export type Rejection = 'length' | 'line-code' | 'integrity' | 'implausible';

/** A field of a message: a counter, a flag, bytes as hexadecimal digits, a list of counters; null where not told. */
export type FieldValue = number | boolean | string | null | readonly number[];
export type Fields = Readonly<Record<string, FieldValue>>;

/** A message as a protocol read it from soft symbols. */
export interface Message {
  /** `SCM`, `IDM`, … : a frame may hold one of several messages, told by what is in it. */
  readonly message: string;
  readonly meterId: number;
  readonly type: number;
  /** Register as sent, counts; null where the meter had none to tell. */
  readonly consumption: number | null;
  readonly fields: Fields;
  /** Symbols (or chips) as sent, after correction: 0 or 1, as many as there were soft ones. A copy. */
  readonly bits: Uint8Array;
  readonly correctedBits: number;
  /** Estimated probability that exactly this message was sent, given that one was sent here; 0–1. */
  readonly confidence: number;
}

export type ParseResult = ({ readonly ok: true } & Message) | { readonly ok: false; readonly why: Rejection };

/** A kind of frame: its sync word and length for the detector, its code and layout for the parser. */
export interface Protocol {
  readonly name: string;
  /** Known first symbols of a packet as a string of 0 and 1; Manchester, 1 = on,off and 0 = off,on. */
  readonly sync: string;
  /** Part of it that is searched for, from a symbol to another one; all of it where absent. */
  readonly search?: readonly [from: number, to: number] | undefined;
  /** How the rest is sent: two chips a bit, or four chips a base-6 digit (see two-of-four.ts). */
  readonly lineCode: LineCodeName;
  /** Length of a whole packet in symbols of two chips, sync word included. */
  readonly lengthSymbols: number;
  /** Bits of the packet that its code fixes; random symbols of the line code agree with probability 2^−checkBits. */
  readonly checkBits: number;
  /** What the symbols of a packet satisfy, sync word included; where it is short enough to be read as a whole. */
  readonly check?: LinearCheck | undefined;
  /**
   * @param soft log-likelihood ratios, float32, positive = 1; a symbol each for Manchester, a chip each (positive = on)
   *             for two-of-four. Not kept.
   */
  parse(soft: Float32Array): ParseResult;
}

/** A burst whose code agreed. Frequencies are relative to the tuned centre, time is in samples. */
export interface Packet {
  /** `SCM`, `IDM`, … */
  readonly protocol: string;
  readonly meterId: number;
  readonly type: number;
  readonly consumption: number | null;
  readonly fields: Fields;
  readonly bits: Uint8Array;
  readonly firstSample: number;
  readonly carrierHz: number;
  readonly snrDb: number;
  readonly correctedBits: number;
  /** Estimated probability that exactly this packet was sent; 0–1. */
  readonly confidence: number;
  readonly burst: Burst;
}
