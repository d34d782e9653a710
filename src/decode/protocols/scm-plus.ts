import { bitsOf, readUint, writeUint } from '../bits.js';
import { CrcDecoder } from '../crc-decoder.js';
import { crc16Of, crc16Register, crc16Syndrome, crc16SyndromesOfBits } from '../crc16.js';
import { linearCheck } from '../linear-check.js';
import type { ParseResult, Protocol } from '../protocol.js';
import { contradiction, hardBits } from '../soft-bits.js';
import { IDM_SYNC } from './idm-frame.js';

/**
 * SCM+: sent by Itron's 100 series (gas 100G, water 100W) and by electric endpoints of type 7 beside SCM and IDM.
 * Room for an ID of 32 bits and a consumption of 32.
 * Sources: rtlamr `scmplus`, rtl_433 `ert_scmplus.c`; both checked against published packets.
 *
 *   128 symbols, Manchester at 32 768 chip/s: 7.81 ms. One letter a nibble:
 *
 *   SSSS PP tt iiiiiiii cccccccc mmmm kkkk
 *   0    16 24 32       64       96   112
 *
 *   S frame sync 0x16A3    P protocol 0x1E, known    t endpoint type, its low nibble is the ERT type
 *   i ID                   c consumption             m tamper: two counters of 8 bits
 *   k CRC-16 over bits 16–111
 *
 * Frames of other protocols begin with 0x16A3 too and pass as long as only the CRC is asked: published false packets
 * have 0x49 and 0x5A for a protocol. So 0x1E counts as a part of the sync word. IDM has 0x1C there, which differs in one
 * bit only, but then 0x5C and 0xC6 always; see {@link oddsOfIdm}.
 */
const SYNC = '000101101010001100011110';
const LENGTH = 128;
const COVERED_FROM = 16;
const CRC_FROM = 112;
const KNOWN = SYNC.length;
/** As many of them as IDM has in the same place, so that one search finds both. */
const SEARCHED = 22;
/** What sync word and CRC are worth, nats; see {@link contradiction}. */
const WORTH_NATS = (KNOWN + LENGTH - CRC_FROM) * Math.LN2;

export interface ScmPlusFields {
  readonly id: number;
  /** Endpoint type, 8 bits. */
  readonly type: number;
  readonly consumption: number;
  /** Both counters, 16 bits. */
  readonly tamper: number;
}

const sync = bitsOf(SYNC);
const syndromes = crc16SyndromesOfBits(LENGTH).slice(KNOWN);
const places = Uint16Array.from(syndromes, (_, i) => KNOWN + i);
const code = new CrcDecoder(syndromes, places.length, 1);

/** Symbols of an SCM+ packet; uint8 [128]. Values are taken modulo their field's size. */
export function encodeScmPlus(fields: ScmPlusFields): Uint8Array {
  const bits = new Uint8Array(LENGTH);
  bits.set(sync);
  writeUint(bits, 24, 8, fields.type);
  writeUint(bits, 32, 32, fields.id);
  writeUint(bits, 64, 32, fields.consumption);
  writeUint(bits, 96, 16, fields.tamper);
  writeUint(bits, CRC_FROM, 16, crc16Of(crc16Register(bits, COVERED_FROM, CRC_FROM)));
  return bits;
}

/** What an IDM has from the 17th symbol on. */
const idmStart = bitsOf(IDM_SYNC).subarray(32);

/**
 * How much likelier it is that an IDM was sent. That fixes 24 bits, the 24 after the frame sync; SCM+ fixes as many,
 * protocol and CRC, so that what contradicts one weighs as much as what contradicts the other.
 */
function oddsOfIdm(soft: Float32Array, bits: Uint8Array): number {
  const against = contradiction(soft.subarray(COVERED_FROM, LENGTH), bits.subarray(COVERED_FROM));
  return Math.exp(against - contradiction(soft.subarray(COVERED_FROM), idmStart));
}

/**
 * Corrects up to four symbols; see {@link CrcDecoder}. Of strong random symbols behind a sync word those are taken that
 * are one flip from a word at most: one in 620.
 */
export function parseScmPlus(soft: Float32Array): ParseResult {
  if (soft.length < LENGTH) return { ok: false, why: 'length' };
  const against = contradiction(soft, sync);
  if (against > WORTH_NATS) return { ok: false, why: 'integrity' };
  const bits = hardBits(soft, LENGTH);
  bits.set(sync);
  const syndrome = crc16Syndrome(crc16Register(bits, COVERED_FROM, LENGTH));
  code.weigh(soft, places);
  // Nothing that the search could find would be worth it.
  if (against + code.leastCost(syndrome) > WORTH_NATS) return { ok: false, why: 'integrity' };
  code.search(syndrome);
  const { found } = code;
  if (found.length === 0) return { ok: false, why: 'integrity' };
  for (let i = 0; i < found.flipsOf(0); i++) bits[places[found.bitOf(0, i)]] ^= 1;
  if (contradiction(soft, bits) > WORTH_NATS) return { ok: false, why: 'integrity' };
  const meterId = readUint(bits, 32, 32);
  if (meterId === 0) return { ok: false, why: 'implausible' };
  const tamper = readUint(bits, 96, 16);
  return {
    ok: true,
    message: 'SCM+',
    meterId,
    type: readUint(bits, 24, 8),
    consumption: readUint(bits, 64, 32),
    fields: {
      tamper,
      tamperCounters: [tamper >> 8, tamper & 0xff],
      checksum: readUint(bits, CRC_FROM, 16),
    },
    bits,
    correctedBits: found.flipsOf(0),
    confidence: Math.exp(-found.costOf(0)) / (found.likelihood + code.beyond) / (1 + oddsOfIdm(soft, bits)),
  };
}

export const scmPlus: Protocol = {
  name: 'SCM+',
  sync: SYNC,
  search: [0, SEARCHED],
  lineCode: 'manchester',
  lengthSymbols: LENGTH,
  checkBits: LENGTH - CRC_FROM,
  check: linearCheck(LENGTH, (bits) => crc16Syndrome(crc16Register(bits, COVERED_FROM, LENGTH))),
  parse: parseScmPlus,
};
