import { readUint } from '../decode/bits.js';
import type { IdmVariant } from '../decode/protocols/idm-variant.js';
import { readR900 } from '../decode/protocols/r900.js';
import { backflowInWords, daysOfBucket, leakNowInWords } from '../readings/leaks.js';
import {
  consumptionInWords,
  type Field,
  field,
  hexOf,
  type Layout,
  tamperInWords,
  typeInWords,
} from './decode-field.js';
import type { Kind } from './decode-input.js';
import { idmLayout } from './decode-layout-idm.js';

/** The fields of a packet, as its bits say, whether or not they are right. @param variant what a frame of IDM holds */
export function layoutOf(kind: Kind, bits: Uint8Array, variant?: IdmVariant): Layout {
  if (kind === 'scm') return { message: 'SCM', fields: scmFields(bits) };
  if (kind === 'scm+') return { message: 'SCM+', fields: scmPlusFields(bits) };
  return kind === 'idm' ? idmLayout(bits, variant) : r900Layout(bits);
}

function scmFields(bits: Uint8Array): Field[] {
  const [type, consumption] = [readUint(bits, 26, 4), readUint(bits, 32, 24)];
  const [tamperPhy, tamperEnc] = [readUint(bits, 24, 2), readUint(bits, 30, 2)];
  const words = tamperInWords('SCM', type, { tamperPhy, tamperEnc });
  const relayed = bits[23] === 1;
  const id = readUint(bits, 21, 2) * 2 ** 24 + readUint(bits, 56, 24);
  return [
    field('S', 'sync', 0, 21, hexOf(bits, 0, 21), 'known'),
    {
      ...field('i', 'id', 21, 2, id),
      spans: [
        [21, 2],
        [56, 24],
      ],
    },
    field('r', 'relayed', 23, 1, relayed, relayed ? 'sent again by a repeater' : 'as the endpoint sent it'),
    field('p', 'tamperPhy', 24, 2, tamperPhy, words[0]),
    field('t', 'type', 26, 4, type, typeInWords('SCM', type)),
    field('e', 'tamperEnc', 30, 2, tamperEnc, words[1]),
    field('c', 'consumption', 32, 24, consumption, consumptionInWords('SCM', type, consumption)),
    field('k', 'checksum', 80, 16, hexOf(bits, 80, 16), 'BCH parity of bits 16–79'),
  ];
}

function scmPlusFields(bits: Uint8Array): Field[] {
  const [type, consumption] = [readUint(bits, 24, 8), readUint(bits, 64, 32)];
  const tamperCounters = [readUint(bits, 96, 8), readUint(bits, 104, 8)];
  const words = tamperInWords('SCM+', type, { tamperCounters });
  return [
    field('S', 'sync', 0, 16, hexOf(bits, 0, 16), 'known'),
    field('P', 'protocol', 16, 8, hexOf(bits, 16, 8), 'known'),
    field('t', 'type', 24, 8, type, typeInWords('SCM+', type)),
    field('i', 'id', 32, 32, readUint(bits, 32, 32)),
    field('c', 'consumption', 64, 32, consumption, consumptionInWords('SCM+', type, consumption)),
    field('m', 'tamper 1', 96, 8, tamperCounters[0], words[0]),
    field('n', 'tamper 2', 104, 8, tamperCounters[1], words[1]),
    field('k', 'checksum', 112, 16, hexOf(bits, 112, 16), 'CRC-16 of bits 16–111'),
  ];
}

function r900Layout(bits: Uint8Array): Layout {
  const type = readUint(bits, 36, 4);
  const message = type === 1 ? 'R900BCD' : 'R900';
  const { reading = null } = readR900(bits) ?? {};
  const [noUse, backflow] = [readUint(bits, 43, 3), readUint(bits, 46, 2)];
  const [leak, leakNow] = [readUint(bits, 75, 3), readUint(bits, 78, 2)];
  const written = type === 1 ? 'reading in digits' : type === 3 ? 'reading in binary' : 'not known';
  const told = (words: string | null, of: string): string =>
    words === null ? 'not told' : `${of}: ${words}`;
  const digits = field('c', 'reading', 48, 24, reading, consumptionInWords(message, type, reading));
  return {
    message,
    fields: [
      field('i', 'id', 0, 32, readUint(bits, 0, 32)),
      field('u', 'unknown1', 32, 4, readUint(bits, 32, 4), '10 or 8 as a rule'),
      field('t', 'type', 36, 4, type, `water; ${written}`),
      field('v', 'unknown2', 40, 3, readUint(bits, 40, 3), 'not known'),
      field('n', 'noUse', 43, 3, noUse, told(daysOfBucket(noUse), 'no use, past 35 days')),
      field('b', 'backflow', 46, 2, backflow, told(backflowInWords(backflow), 'backflow, past 35 days')),
      type === 1
        ? digits
        : {
            ...digits,
            spans: [
              [72, 3],
              [48, 24],
            ],
          },
      ...(type === 1 ? [field('w', 'unknown3', 72, 3, readUint(bits, 72, 3), '1 as a rule')] : []),
      field('l', 'leak', 75, 3, leak, told(daysOfBucket(leak), 'leak, past 35 days')),
      field('L', 'leakNow', 78, 2, leakNow, told(leakNowInWords(leakNow), 'leak, past 24 hours')),
      field('k', 'checksum', 80, 25, hexOf(bits, 80, 25), 'Reed–Solomon parity of bits 0–79'),
    ],
  };
}
