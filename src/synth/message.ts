import type { FieldValue } from '../decode/protocol.js';
import { encodeIdm, type IdmFields } from '../decode/protocols/idm.js';
import { CRC_FROM, SERIAL_CRC_FROM } from '../decode/protocols/idm-frame.js';
import { encodeNetIdm, type NetIdmFields } from '../decode/protocols/net-idm.js';
import { encodeR900, type R900Fields, r900Checksum } from '../decode/protocols/r900.js';
import { encodeScm, type ScmFields } from '../decode/protocols/scm.js';
import { encodeScmPlus, type ScmPlusFields } from '../decode/protocols/scm-plus.js';
import { manchester } from './line-code.js';

/** The messages that made-up endpoints send. */
export const MESSAGE_NAMES = ['SCM', 'SCM+', 'IDM', 'NetIDM', 'R900', 'R900BCD'] as const;
export type MessageName = (typeof MESSAGE_NAMES)[number];

/** A message before it is encoded. */
export type Message =
  | { readonly protocol: 'SCM'; readonly fields: ScmFields }
  | { readonly protocol: 'SCM+'; readonly fields: ScmPlusFields }
  | { readonly protocol: 'IDM'; readonly fields: IdmFields }
  | { readonly protocol: 'NetIDM'; readonly fields: NetIdmFields }
  | { readonly protocol: 'R900' | 'R900BCD'; readonly fields: R900Fields };

/** What a message says, by the keys that a received packet is printed with. */
export interface Said {
  readonly id: number;
  readonly type: number;
  readonly consumption: number | null;
  readonly [field: string]: FieldValue;
}

/** Chips as they are sent, 1 = on. */
export function chipsOf(message: Message): Uint8Array {
  return isR900(message) ? encodeR900(message.fields) : manchester(bitsOfMessage(message));
}

export function saidIn(message: Message): Said {
  if (isR900(message)) {
    const { id, meterType: type, reading: consumption, ...rest } = message.fields;
    return { id, type, consumption, ...rest, checksum: r900Checksum(encodeR900(message.fields)) };
  }
  const bits = bitsOfMessage(message);
  const { id, type, consumption, ...rest } = message.fields;
  const said = { id, type, consumption, ...rest };
  const checksum = numberOf(bits.subarray(-16));
  if (message.protocol === 'SCM') return { ...said, checksum };
  if (message.protocol === 'SCM+') {
    const { tamper } = message.fields;
    return { ...said, tamperCounters: [tamper >> 8, tamper & 0xff], checksum };
  }
  return {
    ...said,
    serialChecksum: numberOf(bits.subarray(SERIAL_CRC_FROM, CRC_FROM)),
    checksum,
  };
}

function numberOf(bits: Uint8Array): number {
  return bits.reduce((number, bit) => 2 * number + bit, 0);
}

function isR900(message: Message): message is Message & { readonly fields: R900Fields } {
  return message.protocol === 'R900' || message.protocol === 'R900BCD';
}

function bitsOfMessage(message: Exclude<Message, { readonly protocol: 'R900' | 'R900BCD' }>): Uint8Array {
  switch (message.protocol) {
    case 'SCM':
      return encodeScm(message.fields);
    case 'SCM+':
      return encodeScmPlus(message.fields);
    case 'IDM':
      return encodeIdm(message.fields);
    case 'NetIDM':
      return encodeNetIdm(message.fields);
  }
}
