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
 * NetIDM: sent as type 0x18 by electric endpoints of type 8 that count both ways (solar roofs).
 * Sources: rtlamr `netidm`, rtl_433 `ert_netidm.c`. Less is certain than of IDM, as no whole packet was published;
 * what is marked (?) was concluded from the fields of one that was.
 *
 *   byte   bits     (0–14 and 86–91 are those of every frame: idm-frame.ts)
 *   15–20  120–167  tamper counters (?)
 *   21–24  168–199  unknown
 *   25–27  200–223  delivered: counted from the grid to the house
 *   28–30  224–247  received: counted from the house to the grid
 *   31–33  248–271  net: delivered − received modulo 10 000 000 (?)
 *   34–37  272–303  a register that rtlamr calls the last net consumption; delivered, ten times as fine (?)
 *   38–85  304–681  27 intervals of 14 bits, newest first, sign unsettled; then five unknown bits and the spare bit
 */
const UNKNOWN_FROM = 168;
const DELIVERED_FROM = 200;
const RECEIVED_FROM = 224;
const NET_FROM = 248;
const LAST_NET_FROM = 272;
const INTERVALS_FROM = 304;
const INTERVALS = 27;
const INTERVAL_BITS = 14;

export interface NetIdmFields extends IdmFrameFields {
  /** 32 bits as 8 hexadecimal digits. */
  readonly unknown: string;
  /** Delivered, counts. */
  readonly consumption: number;
  /** Received, counts. */
  readonly generation: number;
  /** As sent: below zero is 10 000 000 less something. */
  readonly net: number;
  readonly lastConsumptionNet: number;
  /** 27 of 14 bits, newest first, as sent. */
  readonly intervals: readonly number[];
}

/** Symbols of a NetIDM packet; uint8 [736]. Values are taken modulo their field's size. */
export function encodeNetIdm(fields: NetIdmFields): Uint8Array {
  const bits = beginIdmFrame(fields);
  bits.set(bitsOfHex(fields.unknown).subarray(0, 32), UNKNOWN_FROM);
  writeUint(bits, DELIVERED_FROM, 24, fields.consumption);
  writeUint(bits, RECEIVED_FROM, 24, fields.generation);
  writeUint(bits, NET_FROM, 24, fields.net);
  writeUint(bits, LAST_NET_FROM, 32, fields.lastConsumptionNet);
  writeCounters(bits, INTERVALS_FROM, INTERVALS, INTERVAL_BITS, fields.intervals);
  return sealIdmFrame(bits);
}

/** The fields of a frame that holds a NetIDM. */
export function readNetIdm(bits: Uint8Array): NetIdmFields {
  return {
    ...readIdmFrame(bits),
    unknown: readHex(bits, UNKNOWN_FROM, 32),
    consumption: readUint(bits, DELIVERED_FROM, 24),
    generation: readUint(bits, RECEIVED_FROM, 24),
    net: readUint(bits, NET_FROM, 24),
    lastConsumptionNet: readUint(bits, LAST_NET_FROM, 32),
    intervals: readCounters(bits, INTERVALS_FROM, INTERVALS, INTERVAL_BITS),
  };
}
