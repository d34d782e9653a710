import { bitsOfHex, readUint, writeUint } from '../bits.js';
import { crc16Of, crc16Register } from '../crc16.js';

/**
 * The frame of IDM and NetIDM: 92 bytes that begin and end alike. What is between differs: idm.ts, net-idm.ts.
 * Sources: rtlamr `idm` and `netidm`, rtl_433 `ert_idm.c`; the checks verified on published packets.
 *
 *   736 symbols, Manchester at 32 768 chip/s: 44.92 ms
 *
 *   byte   bits
 *   0–1    0–15     training 0x5555                 known
 *   2–3    16–31    frame sync 0x16A3               known
 *   4      32–39    packet type 0x1C                known
 *   5      40–47    packet length 0x5C = 92         known
 *   6      48–55    Hamming code of the length 0xC6 known
 *   7      56–63    application version, 4 as a rule
 *   8      64–71    ERT type: 0x17 of IDM, 0x18 of NetIDM
 *   9–12   72–103   serial number, the ID
 *   13     104–111  interval counter, modulo 256
 *   14     112–119  module programming state
 *   15–20  120–167  six tamper counters
 *   21–85  168–687  differs; the last bit, 687, is spare in both: known to be 0
 *   86–87  688–703  transmit time offset: 1/16 s since the newest interval ended
 *   88–89  704–719  CRC-16 of the serial number
 *   90–91  720–735  CRC-16 of bytes 4–89
 */
export const IDM_LENGTH = 736;
const KNOWN = bitsOfHex('555516a31c5cc6');
export const IDM_SYNC = KNOWN.join('');
export const COVERED_FROM = 32;
export const SERIAL_FROM = 72;
export const SERIAL_TO = 104;
export const SPARE_BIT = 687;
export const SERIAL_CRC_FROM = 704;
export const CRC_FROM = 720;
/** What the two checks and the spare bit fix. */
export const IDM_CHECK_BITS = 33;

/** What both messages of the frame have. */
export interface IdmFrameFields {
  readonly id: number;
  /** ERT type, 8 bits: 0x17 of IDM, 0x18 of NetIDM. */
  readonly type: number;
  readonly version: number;
  readonly intervalCounter: number;
  readonly programmingState: number;
  /** Six of 8 bits. */
  readonly tamperCounters: readonly number[];
  /** 1/16 s since the newest interval ended, and the running one began. */
  readonly transmitTimeOffset: number;
}

/** A frame with the fields that both messages have, its checks still to be written. */
export function beginIdmFrame(fields: IdmFrameFields): Uint8Array {
  const bits = new Uint8Array(IDM_LENGTH);
  bits.set(KNOWN);
  writeUint(bits, 56, 8, fields.version);
  writeUint(bits, 64, 8, fields.type);
  writeUint(bits, SERIAL_FROM, 32, fields.id);
  writeUint(bits, 104, 8, fields.intervalCounter);
  writeUint(bits, 112, 8, fields.programmingState);
  writeCounters(bits, 120, 6, 8, fields.tamperCounters);
  writeUint(bits, 688, 16, fields.transmitTimeOffset);
  return bits;
}

/** Writes both checks around what is there. */
export function sealIdmFrame(bits: Uint8Array): Uint8Array {
  writeUint(bits, SERIAL_CRC_FROM, 16, crc16Of(crc16Register(bits, SERIAL_FROM, SERIAL_TO)));
  writeUint(bits, CRC_FROM, 16, crc16Of(crc16Register(bits, COVERED_FROM, CRC_FROM)));
  return bits;
}

/** ID and fields that both messages have. */
export function readIdmFrame(bits: Uint8Array): IdmFrameFields {
  return {
    id: readUint(bits, SERIAL_FROM, 32),
    type: readUint(bits, 64, 8),
    version: readUint(bits, 56, 8),
    intervalCounter: readUint(bits, 104, 8),
    programmingState: readUint(bits, 112, 8),
    tamperCounters: readCounters(bits, 120, 6, 8),
    transmitTimeOffset: readUint(bits, 688, 16),
  };
}

/** `count` counters of `width` bits, one after another. */
export function readCounters(bits: Uint8Array, from: number, count: number, width: number): number[] {
  return Array.from({ length: count }, (_, i) => readUint(bits, from + i * width, width));
}

/** The inverse of {@link readCounters}; missing values are 0. */
export function writeCounters(
  bits: Uint8Array,
  from: number,
  count: number,
  width: number,
  values: readonly number[],
): void {
  for (let i = 0; i < count; i++) writeUint(bits, from + i * width, width, values[i] ?? 0);
}

/** Bits as hexadecimal digits; `length` is a multiple of four. */
export function readHex(bits: Uint8Array, from: number, length: number): string {
  let hex = '';
  for (let i = from; i < from + length; i += 4) hex += readUint(bits, i, 4).toString(16);
  return hex;
}
