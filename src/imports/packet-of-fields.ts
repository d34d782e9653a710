import type { Message, Protocol } from '../decode/protocol.js';
import { encodeIdm, type IdmFields } from '../decode/protocols/idm.js';
import { idmFrame } from '../decode/protocols/idm-family.js';
import { encodeR900, r900 } from '../decode/protocols/r900.js';
import { encodeScm, scm } from '../decode/protocols/scm.js';
import { encodeScmPlus, scmPlus } from '../decode/protocols/scm-plus.js';
import { BadField, bad, type Fields, type HeardLine } from './heard-line.js';

/**
 * Packets made anew from the fields that another program printed, and read by ertd's own decoder: so that they are what
 * ertd would have heard, and a checksum that was printed shows whether all of it is true.
 */

/** A strong one. */
const SURE = 20;

function heard(protocol: Protocol, symbols: Uint8Array): Omit<Message, 'bits'> | null {
  const result = protocol.parse(Float32Array.from(symbols, (symbol) => (symbol === 1 ? SURE : -SURE)));
  if (!result.ok) return null;
  const { message, meterId, type, consumption, fields, correctedBits, confidence } = result;
  return { message, meterId, type, consumption, fields, correctedBits, confidence };
}

/** Takes the packet that has this checksum; any, where none was printed. */
function withChecksum(
  timeMs: number,
  packets: Iterable<Omit<Message, 'bits'> | null>,
  checksum: number | null,
): HeardLine {
  for (const message of packets) {
    if (message === null) continue;
    if (checksum === null || message.fields.checksum === checksum) return { ok: true, timeMs, message };
  }
  return bad('its checksum is not that of its fields');
}

export interface ScmLine {
  readonly id: number;
  readonly type: number;
  readonly tamperPhy: number;
  readonly tamperEnc: number;
  readonly consumption: number;
  readonly checksum: number | null;
}

/** Whether it was relayed, nobody prints; the checksum tells. */
export function scmOf(timeMs: number, { checksum, ...fields }: ScmLine): HeardLine {
  const packets = [false, true].map((relayed) => heard(scm, encodeScm({ ...fields, relayed })));
  return withChecksum(timeMs, packets, checksum);
}

/** SCM+, whose fields both programs print under the same names. */
export function scmPlusOf(timeMs: number, fields: Fields): HeardLine {
  const packet = {
    id: fields.number('EndpointID'),
    type: fields.number('EndpointType', 8),
    consumption: fields.number('Consumption'),
    tamper: fields.number('Tamper', 16),
  };
  return withChecksum(timeMs, [heard(scmPlus, encodeScmPlus(packet))], fields.number('PacketCRC', 16));
}

/**
 * @param fields as printed; rtlamr prints the low four bits of the type only, and often the tamper counters and outage
 *   flags of a damaged copy: where the checksum does not agree these are left out, if that of the ID does
 */
export function idmOf(
  timeMs: number,
  fields: IdmFields,
  checks: { readonly serial: number; readonly packet: number },
): HeardLine {
  const types =
    fields.type > 15
      ? [fields.type]
      : Array.from({ length: 16 }, (_, i) => ((i + 1) % 16) * 16 + fields.type);
  const whole = withChecksum(
    timeMs,
    types.map((type) => heard(idmFrame, encodeIdm({ ...fields, type }))),
    checks.packet,
  );
  if (whole.ok) return whole;
  const part = heard(idmFrame, encodeIdm({ ...fields, type: types[0] }));
  if (part === null || part.fields.serialChecksum !== checks.serial) return whole;
  const { tamperCounters: _, outageFlags: __, ...rest } = part.fields;
  return { ok: true, timeMs, message: { ...part, fields: { ...rest, checksum: checks.packet } } };
}

/** A NetIDM of which not all fields are printed: nothing but the ID can be checked. */
export function netIdmOf(
  timeMs: number,
  id: number,
  fields: Message['fields'],
  consumption: number,
): HeardLine {
  const type = 0x18;
  return {
    ok: true,
    timeMs,
    message: { message: 'NetIDM', meterId: id, type, consumption, fields, correctedBits: 0, confidence: 1 },
  };
}

export interface R900Line {
  readonly id: number;
  readonly unknown1: number;
  readonly meterType: number;
  readonly unknown2: number;
  readonly noUse: number;
  readonly backflow: number;
  readonly reading: number;
  readonly leak: number;
  readonly leakNow: number;
}

/** Nobody prints all of its parity. */
export function r900Of(timeMs: number, fields: R900Line): HeardLine {
  return withChecksum(timeMs, [heard(r900, encodeR900(fields))], null);
}

/** Reads a line by its fields; what is not there, or not right, is a reason. */
export function readFields(fields: Fields, read: (fields: Fields) => HeardLine): HeardLine {
  try {
    return read(fields);
  } catch (error) {
    if (error instanceof BadField) return bad(error.message);
    throw error;
  }
}
