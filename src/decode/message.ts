import type { Rejection } from './protocol.js';

/** A field of a message: a counter, a flag, bytes as hexadecimal digits, a list of counters; null where not told. */
export type FieldValue = number | boolean | string | null | readonly number[];
export type Fields = Readonly<Record<string, FieldValue>>;

/** A message as it was read from soft symbols. */
export interface Message {
  readonly ok: true;
  /** `SCM+`, `IDM`, … : a frame may hold one of several messages, told by what is in it. */
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

export type MessageResult = Message | { readonly ok: false; readonly why: Rejection };

/** A frame on the air: how its chips make symbols, what it begins with, and the messages it may hold. */
export interface Frame {
  readonly name: string;
  /** Known first symbols as a string of 0 and 1; Manchester, 1 = on,off and 0 = off,on. */
  readonly sync: string;
  /** How the rest is sent: two chips a bit, or four chips a base-6 digit (see two-of-four.ts). */
  readonly lineCode: 'manchester' | 'two-of-four';
  /** Chips of the whole frame, sync word included. */
  readonly lengthChips: number;
  /** Bits after the sync word that a message fixes; random symbols of the line code agree with probability 2^−checkBits. */
  readonly checkBits: number;
  /**
   * @param soft log-likelihood ratios, float32, positive = 1; a symbol each for Manchester, a chip each (positive = on)
   *             for two-of-four. Not kept.
   */
  parse(soft: Float32Array): MessageResult;
}
