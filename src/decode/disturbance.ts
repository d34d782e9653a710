import type { Burst } from '../dsp/burst.js';
import { overKeying } from './evidence.js';
import type { Protocol } from './protocol.js';

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
/** Half of a strong packet's symbols are at least this sure, nats. */
const STRONG_NATS = 12;
/**
 * Symbols at its end that have less than such a share of that, on average, are none: the last one, the last two, three or
 * four. Noise may take one away, but not so easily two.
 */
const SILENT_SHARES = [0.05, 0.15, 0.2, 0.2];

/**
 * How far noise explains that a packet needs corrections, 0–1. A symbol of which both chips are on, or none, is next to
 * impossible in noise that leaves the others sure; where there are some, another transmission lies on top, its chips say
 * nothing of this packet however sure they look, and a few that are wrong make another word of a short code.
 */
export function excuseOf(burst: Burst, { lineCode, checkBits, sync, lengthSymbols }: Protocol): number {
  if (lineCode !== 'manchester' || checkBits > SHORT_CHECK_BITS) return 1;
  // Keyed at random a pair of chips is a certain symbol once in four; an unknown symbol is that one of two.
  const undoubted = (lengthSymbols + sync.length) * Math.LN2;
  const allowed = NOISE_LACKS + (burst.demodulation === 'coherent' ? COHERENT_LACKS : 0);
  const lacking = expectedShare(medianOf(burst.soft)) * undoubted - overKeying(burst) - allowed;
  return lacking > 0 ? Math.exp(-lacking / LACKING_PER_E) : 1;
}

/**
 * Whether a packet that is strong is silent at its end. Where a dongle loses a few samples unsaid, what follows them moves
 * up by some symbols and, as the code is cyclic, may be a word of it again, with a 0 for each symbol that is missing.
 */
export function endsEarly(soft: Float32Array, bits: Uint8Array, { lineCode }: Protocol): boolean {
  if (lineCode !== 'manchester') return false;
  // Sorting for the median costs more than all that: most packets' last symbols are sure enough for any.
  let loudest = 0;
  for (let i = 0; i < soft.length; i++) loudest = Math.max(loudest, Math.abs(soft[i]));
  if (!isSilentAtEnd(soft, bits, loudest)) return false;
  const median = medianOf(soft);
  return median >= STRONG_NATS && isSilentAtEnd(soft, bits, median);
}

/** @param sure how sure a symbol is that is not silent, nats */
function isSilentAtEnd(soft: Float32Array, bits: Uint8Array, sure: number): boolean {
  let sum = 0;
  for (let count = 1; count <= SILENT_SHARES.length && bits[bits.length - count] === 0; count++) {
    sum += Math.abs(soft[soft.length - count]);
    if (sum < SILENT_SHARES[count - 1] * sure * count) return true;
  }
  return false;
}

/** How sure half of the symbols are, nats; the upper one of the two in the middle, where their number is even. */
function medianOf(soft: Float32Array): number {
  return soft.map(Math.abs).sort()[soft.length >> 1];
}
