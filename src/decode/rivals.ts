import type { Burst } from '../dsp/burst.js';
import { overKeying } from './evidence.js';
import type { Packet } from './protocol.js';

/** Two carriers nearer than this are one channel, Hz; a free-running transmitter fills it. */
const CHANNEL_HZ = 100e3;
/** Share of a packet's length by which two may overlap on one channel: both can still be read. */
const HARMLESS_OVERLAP = 0.1;
/** Symbols in which an echo may differ from the packet it echoes, share. */
const ECHO_DIFFERENCE = 0.15;
/** By how much such an echo is weaker than its packet at least, dB. */
const ECHO_WEAKER_DB = 6;

/** Symbols in which two packets differ; all of them where they are not of one length. */
function differences(a: Packet, b: Packet): number {
  if (a.bits.length !== b.bits.length) return Number.POSITIVE_INFINITY;
  return differencesAt(a.bits, b.bits, 0);
}

/** Symbols that differ where a's symbol i + shift is b's symbol i in time, of those that both have. */
function differencesAt(a: Uint8Array, b: Uint8Array, shift: number): number {
  let different = 0;
  const to = Math.min(b.length, a.length - shift);
  for (let i = Math.max(0, -shift); i < to; i++) if (a[i + shift] !== b[i]) different++;
  return different;
}

/**
 * Whether two packets are nearly the same in time, symbol for symbol. An echo may be read some symbols late, and what
 * moves up is a word of a cyclic code again; so places in time are compared, not in the packet.
 */
function isAlike(a: Packet, b: Packet): boolean {
  const { length } = a.bits;
  if (length !== b.bits.length) return false;
  const shift = ((b.firstSample - a.firstSample) * length) / a.burst.lengthSamples;
  return [Math.floor(shift), Math.ceil(shift)].some((whole) => {
    const shared = length - Math.abs(whole);
    return shared >= length / 2 && differencesAt(a.bits, b.bits, whole) <= ECHO_DIFFERENCE * shared;
  });
}

/** Whether two packets cannot both have been sent as they are: one channel carries one at a time. */
export function exclude(a: Packet, b: Packet): boolean {
  const shorter = Math.min(a.burst.lengthSamples, b.burst.lengthSamples);
  if (overlapOf(a.burst, b.burst) <= HARMLESS_OVERLAP * shorter) return false;
  if (Math.abs(a.carrierHz - b.carrierHz) < CHANNEL_HZ) return true;
  // An image or splatter of a transmission carries its symbols at another frequency.
  if (differences(a, b) === 0) return true;
  // Damaged, it may carry some other symbols; but then it is much weaker, or it is another meter's packet.
  return Math.abs(a.snrDb - b.snrDb) >= ECHO_WEAKER_DB && isAlike(a, b);
}

function overlapOf(a: Burst, b: Burst): number {
  const end = Math.min(a.firstSample + a.lengthSamples, b.firstSample + b.lengthSamples);
  return end - Math.max(a.firstSample, b.firstSample);
}

/**
 * Which of two rivals was sent: of equal symbols the stronger, since an echo is weaker than what it repeats;
 * otherwise the one with more evidence, since a wrong alignment lacks it.
 */
export function prefers(packet: Packet, other: Packet): boolean {
  if (differences(packet, other) === 0) return packet.snrDb > other.snrDb;
  return overKeying(packet.burst) > overKeying(other.burst);
}
