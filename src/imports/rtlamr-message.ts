import { Buffer } from 'node:buffer';
import { BadField, bad, type Fields, type HeardLine, TWICE } from './heard-line.js';
import { idmOf, netIdmOf, r900Of, scmOf, scmPlusOf } from './packet-of-fields.js';

/** Reads rtlamr's fields of a message of this type. @throws BadField */
export function rtlamrMessage(timeMs: number, type: string, fields: Fields): HeardLine {
  switch (type) {
    case 'SCM':
      return readScm(timeMs, fields);
    case 'SCM+':
      return scmPlusOf(timeMs, fields);
    case 'IDM':
      return readIdm(timeMs, fields);
    case 'NetIDM':
      return readNetIdm(timeMs, fields);
    case 'R900':
    case 'R900BCD':
      return readR900(timeMs, fields);
    default:
      return bad(`its type is ${JSON.stringify(type)}`);
  }
}

function readScm(timeMs: number, fields: Fields): HeardLine {
  return scmOf(timeMs, {
    id: fields.number('ID', 26),
    type: fields.number('Type', 4),
    tamperPhy: fields.number('TamperPhy', 2),
    tamperEnc: fields.number('TamperEnc', 2),
    consumption: fields.number('Consumption', 24),
    checksum: fields.number('ChecksumVal', 16),
  });
}

function readIdm(timeMs: number, fields: Fields): HeardLine {
  const packet = {
    id: fields.number('ERTSerialNumber'),
    type: fields.number('ERTType', 8),
    version: fields.number('ApplicationVersion', 8),
    intervalCounter: fields.number('ConsumptionIntervalCount', 8),
    programmingState: fields.number('ModuleProgrammingState', 8),
    tamperCounters: [...bytesOf(fields, 'TamperCounters')],
    asynchronousCounters: fields.number('AsynchronousCounters', 16),
    outageFlags: bytesOf(fields, 'PowerOutageFlags').toString('hex'),
    consumption: fields.number('LastConsumptionCount'),
    intervals: fields.numbers('DifferentialConsumptionIntervals', 47, 9),
    transmitTimeOffset: fields.number('TransmitTimeOffset', 16),
  };
  const checks = { serial: fields.number('SerialNumberCRC', 16), packet: fields.number('PacketCRC', 16) };
  return idmOf(timeMs, packet, checks);
}

/** Six bytes: base64 in JSON, hexadecimal digits in CSV. */
function bytesOf(fields: Fields, name: string): Buffer {
  const text = fields.text(name);
  const bytes = Buffer.from(text, /^[0-9a-f]{12}$/i.test(text) ? 'hex' : 'base64');
  if (bytes.length !== 6) throw new BadField(`${name} is ${JSON.stringify(text)}`);
  return bytes;
}

/** The low four bits of the type tell; a type of 7 is an IDM, which is printed as such too. */
function readNetIdm(timeMs: number, fields: Fields): HeardLine {
  if ((fields.number('ERTType', 8) & 15) !== 8) return TWICE;
  return netIdmOf(
    timeMs,
    fields.number('ERTSerialNumber'),
    {
      version: fields.number('ApplicationVersion', 8),
      intervalCounter: fields.number('ConsumptionIntervalCount', 8),
      programmingState: fields.number('ProgrammingState', 8),
      generation: fields.number('LastGeneration', 24),
      lastConsumptionNet: fields.number('LastConsumptionNet'),
      intervals: fields.numbers('DifferentialConsumptionIntervals', 27, 14),
      transmitTimeOffset: fields.number('TransmitTimeOffset', 16),
      serialChecksum: fields.number('SerialNumberCRC', 16),
      checksum: fields.number('PacketCRC', 16),
    },
    fields.number('LastConsumption', 24),
  );
}

const IN_DIGITS = 1;

/**
 * Three bits of a reading above the 24 that rtlamr knows are in `Unkn3` and `Leak`. A reading in digits is printed as
 * their number where rtlamr looked for `r900bcd`, and else as what the digits are in hexadecimal.
 */
function readR900(timeMs: number, fields: Fields): HeardLine {
  const [unknown, noUse, leak] = [
    fields.number('Unkn1', 8),
    fields.number('NoUse', 6),
    fields.number('Leak', 4),
  ];
  const counts = fields.number('Consumption', 24);
  const meterType = unknown & 15;
  const above = fields.number('Unkn3', 2) * 2 + (leak >> 3);
  const reading = meterType === IN_DIGITS ? readingInDigits(counts) : above * 2 ** 24 + counts;
  if (reading === null) return bad(`Consumption is ${counts}, which may be digits or their number`);
  return r900Of(timeMs, {
    id: fields.number('ID'),
    unknown1: unknown >> 4,
    meterType,
    unknown2: noUse >> 3,
    noUse: noUse & 7,
    backflow: fields.number('BackFlow', 2),
    reading,
    leak: leak & 7,
    leakNow: fields.number('LeakNow', 2),
  });
}

function readingInDigits(printed: number): number | null {
  const digits = printed.toString(16);
  if (!/^\d+$/.test(digits)) return printed <= 999_999 ? printed : null;
  return printed > 999_999 || printed < 10 ? Number(digits) : null;
}
