import { readUint } from '../bits.js';
import type { ParseResult, Protocol } from '../protocol.js';
import { readIdm } from './idm.js';
import { correctIdmFrame } from './idm-correction.js';
import { CRC_FROM, IDM_CHECK_BITS, IDM_LENGTH, IDM_SYNC, SERIAL_CRC_FROM } from './idm-frame.js';
import { type IdmVariant, idmVariant } from './idm-variant.js';
import { readNetIdm } from './net-idm.js';

/** What is known of a meter beforehand; undefined where nothing is. */
export type VariantOfMeter = (meterId: number) => IdmVariant | undefined;

/**
 * IDM or NetIDM, whichever the frame holds: see {@link correctIdmFrame} for the codes, {@link idmVariant} for the rule.
 * Nothing is shared with other results: every array is newly made.
 */
export function parseIdmFrame(soft: Float32Array, variantOf?: VariantOfMeter): ParseResult {
  if (soft.length < IDM_LENGTH) return { ok: false, why: 'length' };
  const corrected = correctIdmFrame(soft);
  if (corrected === null) return { ok: false, why: 'integrity' };
  const { bits, correctedBits, confidence } = corrected;
  const meterId = readUint(bits, 72, 32);
  if (meterId === 0) return { ok: false, why: 'implausible' };
  const message = idmVariant(bits, variantOf?.(meterId));
  if (message === null) return { ok: false, why: 'implausible' };
  const { id: _, type, consumption, ...fields } = message === 'IDM' ? readIdm(bits) : readNetIdm(bits);
  const checks = {
    serialChecksum: readUint(bits, SERIAL_CRC_FROM, 16),
    checksum: readUint(bits, CRC_FROM, 16),
  };
  return {
    ok: true,
    message,
    meterId,
    type,
    consumption,
    fields: { ...fields, ...checks },
    bits,
    correctedBits,
    confidence,
  };
}

/** Both messages begin alike, so that one search finds both; the result tells which it is. */
export const idmFrame: Protocol = {
  name: 'IDM',
  sync: IDM_SYNC,
  // 0x16A3 and what follows it in SCM+ too.
  search: [16, 38],
  lineCode: 'manchester',
  lengthSymbols: IDM_LENGTH,
  checkBits: IDM_CHECK_BITS,
  parse: (soft) => parseIdmFrame(soft),
};

/** The same, with what is known of meters. */
export function idmFrameWith(variantOf: VariantOfMeter): Protocol {
  return { ...idmFrame, parse: (soft) => parseIdmFrame(soft, variantOf) };
}
