import { readUint } from '../decode/bits.js';
import { readIdm } from '../decode/protocols/idm.js';
import type { IdmFrameFields } from '../decode/protocols/idm-frame.js';
import { type IdmVariant, idmVariant } from '../decode/protocols/idm-variant.js';
import { readNetIdm } from '../decode/protocols/net-idm.js';
import { outagesIn } from '../readings/meter-intervals.js';
import {
  consumptionInWords,
  type Field,
  field,
  hexOf,
  type Layout,
  tamperInWords,
  typeInWords,
} from './decode-field.js';

const TAMPER_COUNTERS = 6;

/** IDM or NetIDM. Where nothing tells which it is drawn as IDM, and its type says so. */
export function idmLayout(bits: Uint8Array, known?: IdmVariant): Layout {
  const variant = idmVariant(bits, known);
  const message = variant ?? 'IDM';
  const frame = message === 'IDM' ? readIdm(bits) : readNetIdm(bits);
  const doubt = variant === null ? '; neither of IDM nor of NetIDM, drawn as IDM' : '';
  return {
    message,
    fields: [
      field('T', 'training', 0, 16, hexOf(bits, 0, 16), 'known'),
      field('S', 'sync', 16, 16, hexOf(bits, 16, 16), 'known'),
      field('P', 'packet', 32, 24, hexOf(bits, 32, 24), 'known: packet type, length 92, its Hamming code'),
      field('v', 'version', 56, 8, frame.version, 'of the application; 4 as a rule'),
      field('t', 'type', 64, 8, frame.type, `${typeInWords(message, frame.type)}${doubt}`),
      field('i', 'id', 72, 32, frame.id),
      field('n', 'intervalCounter', 104, 8, frame.intervalCounter, 'intervals so far, modulo 256'),
      field('m', 'programmingState', 112, 8, frame.programmingState, 'of the module'),
      ...tamperFields(message, frame),
      ...(message === 'IDM' ? idmBody(bits) : netIdmBody(bits)),
      field('z', 'spare', 687, 1, bits[687], 'known to be 0'),
      field('y', 'transmitTimeOffset', 688, 16, frame.transmitTimeOffset, offsetInWords(frame)),
      field('K', 'serialChecksum', 704, 16, hexOf(bits, 704, 16), 'CRC-16 of the ID'),
      field('k', 'checksum', 720, 16, hexOf(bits, 720, 16), 'CRC-16 of bits 32–719'),
    ],
  };
}

function offsetInWords({ transmitTimeOffset }: IdmFrameFields): string {
  return `sent ${(transmitTimeOffset / 16).toFixed(1)} s after the newest interval ended`;
}

function tamperFields(message: string, { type, tamperCounters }: IdmFrameFields): Field[] {
  const words = tamperInWords(message, type, { tamperCounters });
  return Array.from({ length: TAMPER_COUNTERS }, (_, i) =>
    field(String(i + 1), `tamper ${i + 1}`, 120 + 8 * i, 8, tamperCounters[i], words[i]),
  );
}

function idmBody(bits: Uint8Array): Field[] {
  const { type, asynchronousCounters, outageFlags, consumption, intervals } = readIdm(bits);
  return [
    field('x', 'asynchronousCounters', 168, 16, asynchronousCounters, '0 as far as is known'),
    field('o', 'outageFlags', 184, 48, outageFlags, outagesInWords(outageFlags)),
    field('c', 'consumption', 232, 32, consumption, consumptionInWords('IDM', type, consumption)),
    intervalsField(264, 9, intervals),
  ];
}

function netIdmBody(bits: Uint8Array): Field[] {
  const { type, unknown, consumption, generation, net, lastConsumptionNet, intervals } = readNetIdm(bits);
  const words = (counts: number): string => consumptionInWords('NetIDM', type, counts);
  return [
    field('x', 'unknown', 168, 32, unknown, 'not known'),
    field('c', 'consumption', 200, 24, consumption, `delivered to the house, ${words(consumption)}`),
    field('g', 'generation', 224, 24, generation, `received from the house, ${words(generation)}`),
    field('d', 'net', 248, 24, net, 'delivered − received, modulo 10 000 000'),
    field(
      'l',
      'lastConsumptionNet',
      272,
      32,
      lastConsumptionNet,
      'delivered, ten times as fine, as it seems',
    ),
    intervalsField(304, 14, intervals),
    field('w', 'unknown2', 682, 5, readUint(bits, 682, 5), 'not known'),
  ];
}

function intervalsField(from: number, width: number, intervals: readonly number[]): Field {
  const sum = intervals.reduce((all, value) => all + value, 0);
  const meaning = `${intervals.length} intervals of ${width} bits, newest first; ${sum} counts in all`;
  return { ...field('u', 'intervals', from, width * intervals.length, intervals, meaning), width };
}

function outagesInWords(flags: string): string {
  const flagged = outagesIn(flags);
  if (flagged.length === 0) return 'no power outage';
  return `no power in ${flagged.map((k) => (k < 0 ? 'the running interval' : `interval ${k}`)).join(', ')}`;
}
