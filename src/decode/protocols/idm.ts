import { bitsOfHex, readUint, writeUint } from '../bits.js';
import {
  beginIdmFrame,
  type IdmFrameFields,
  readCounters,
  readHex,
  readIdmFrame,
  sealIdmFrame,
  writeCounters,
} from './idm-frame.js';

/**
 * IDM, the Interval Data Message: sent by electric endpoints of type 7 (C1SR with interval data) as type 0x17, besides
 * their SCM. It carries what was counted in each of the last 47 intervals, of 5 minutes as far as is known.
 * Sources: rtlamr `idm`, rtl_433 `ert_idm.c`, Itron's manual of the CENTRON C1SR (filed with the FCC, SK9C1A-2);
 * checked against published packets.
 *
 *   byte   bits     (0–14 and 86–91 are those of every frame: idm-frame.ts)
 *   15–20  120–167  tamper counters: inversion, removal, reverse rotation, power losses, two more
 *   21–22  168–183  asynchronous counters, 0 as far as is known
 *   23–28  184–231  power outage flags, a bit an interval; rtlamr-collect takes the highest for the running one, the
 *                   next for interval 0, and so on, but no packet with one set was ever published
 *   29–32  232–263  register at the end of the last interval
 *   33–85  264–686  47 intervals of 9 bits, newest first; then the spare bit
 */
const ASYNCHRONOUS_FROM = 168;
const OUTAGE_FROM = 184;
const OUTAGE_BITS = 48;
const REGISTER_FROM = 232;
const INTERVALS_FROM = 264;
const INTERVALS = 47;
const INTERVAL_BITS = 9;

export interface IdmFields extends IdmFrameFields {
  readonly asynchronousCounters: number;
  /** 48 bits as 12 hexadecimal digits. */
  readonly outageFlags: string;
  /** Register at the end of the last interval, counts. */
  readonly consumption: number;
  /** 47 of 9 bits, newest first, counts. */
  readonly intervals: readonly number[];
}

/** Symbols of an IDM packet; uint8 [736]. Values are taken modulo their field's size. */
export function encodeIdm(fields: IdmFields): Uint8Array {
  const bits = beginIdmFrame(fields);
  writeUint(bits, ASYNCHRONOUS_FROM, 16, fields.asynchronousCounters);
  bits.set(bitsOfHex(fields.outageFlags).subarray(0, OUTAGE_BITS), OUTAGE_FROM);
  writeUint(bits, REGISTER_FROM, 32, fields.consumption);
  writeCounters(bits, INTERVALS_FROM, INTERVALS, INTERVAL_BITS, fields.intervals);
  return sealIdmFrame(bits);
}

/** The fields of a frame that holds an IDM. */
export function readIdm(bits: Uint8Array): IdmFields {
  return {
    ...readIdmFrame(bits),
    asynchronousCounters: readUint(bits, ASYNCHRONOUS_FROM, 16),
    outageFlags: readHex(bits, OUTAGE_FROM, OUTAGE_BITS),
    consumption: readUint(bits, REGISTER_FROM, 32),
    intervals: readCounters(bits, INTERVALS_FROM, INTERVALS, INTERVAL_BITS),
  };
}
