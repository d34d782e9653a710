import { BadField, bad, Fields, type HeardLine, TWICE } from './heard-line.js';
import { idmOf, netIdmOf, r900Of, readFields, scmOf, scmPlusOf } from './packet-of-fields.js';
import { timeOfRtl433 } from './time-text.js';

/** Reads an object of `rtl_433 -F json`. @param zone IANA name, of the machine it ran on */
export function readRtl433Json(line: object, zone: string): HeardLine {
  const { time, model } = line as Readonly<Record<string, unknown>>;
  const timeMs = time === undefined ? null : timeOfRtl433(String(time), zone);
  const read = READERS[String(model)];
  if (read === undefined) return { ok: false, why: 'empty', reason: 'it is of another device' };
  if (timeMs === null) return bad(`time is ${JSON.stringify(time) ?? 'missing'}`);
  return readFields(new Fields(line), (fields) => read(timeMs, fields));
}

const READERS: Readonly<Record<string, (timeMs: number, fields: Fields) => HeardLine>> = {
  'ERT-SCM': readScm,
  SCMplus: scmPlusOf,
  IDM: readIdm,
  NETIDM: readNetIdm,
  'Neptune-R900': readR900,
  'Neptune-R900BCD': readR900,
};

function readScm(timeMs: number, fields: Fields): HeardLine {
  return scmOf(timeMs, {
    id: fields.number('id', 26),
    type: fields.number('ert_type', 4),
    tamperPhy: fields.number('physical_tamper', 2),
    tamperEnc: fields.number('encoder_tamper', 2),
    consumption: fields.number('consumption_data', 24),
    checksum: null,
  });
}

function readIdm(timeMs: number, fields: Fields): HeardLine {
  const packet = {
    id: fields.number('ERTSerialNumber'),
    type: fields.number('ERTType', 8),
    version: fields.number('ApplicationVersion', 8),
    intervalCounter: fields.number('ConsumptionIntervalCount', 8),
    programmingState: fields.number('ModuleProgrammingState', 8),
    tamperCounters: bytesOf(fields, 'TamperCounters', 6),
    asynchronousCounters: fields.number('AsynchronousCounters', 16),
    outageFlags: digitsOf(fields, 'PowerOutageFlags', 6),
    consumption: fields.number('LastConsumptionCount'),
    intervals: fields.numbers('DifferentialConsumptionIntervals', 47, 9),
    transmitTimeOffset: fields.number('TransmitTimeOffset', 16),
  };
  return idmOf(timeMs, packet, {
    serial: fields.number('MeterIdCRC', 16),
    packet: fields.number('PacketCRC', 16),
  });
}

/** The low four bits of the type tell; a type of 7 is an IDM, which is printed as such too. */
function readNetIdm(timeMs: number, fields: Fields): HeardLine {
  if ((fields.number('ERTType', 8) & 15) !== 8) return TWICE;
  const unknown = digitsOf(fields, 'Unknown_field_1', 7);
  return netIdmOf(
    timeMs,
    fields.number('ERTSerialNumber'),
    {
      version: fields.number('ApplicationVersion', 8),
      intervalCounter: fields.number('ConsumptionIntervalCount', 8),
      programmingState: fields.number('ModuleProgrammingState', 8),
      tamperCounters: bytesOf(fields, 'TamperCounters', 6),
      unknown: unknown.slice(0, 8),
      generation: fields.number('LastGenerationCount', 24),
      net: Number.parseInt(digitsOf(fields, 'Unknown_field_2', 3), 16),
      lastConsumptionNet: fields.number('LastConsumptionCount'),
      intervals: fields.numbers('DifferentialConsumptionIntervals', 27, 14),
      transmitTimeOffset: fields.number('TransmitTimeOffset', 16),
      serialChecksum: fields.number('MeterIdCRC', 16),
      checksum: fields.number('PacketCRC', 16),
    },
    Number.parseInt(unknown.slice(8), 16),
  );
}

/** Since 2026; before, bits of several fields were one. */
function readR900(timeMs: number, fields: Fields): HeardLine {
  if (!fields.has('metertype')) return bad('it is of an rtl_433 that did not take R900 apart yet');
  return r900Of(timeMs, {
    id: fields.number('id'),
    unknown1: fields.number('unkn1', 4),
    meterType: fields.number('metertype', 4),
    unknown2: fields.number('unkn2', 3),
    noUse: fields.number('nouse', 3),
    backflow: fields.number('backflow', 2),
    reading: fields.number('consumption', 27),
    leak: fields.number('leak', 3),
    leakNow: fields.number('leaknow', 2),
  });
}

/** Hexadecimal digits of so many bytes, without the 0x before them. */
function digitsOf(fields: Fields, name: string, bytes: number): string {
  const text = fields.text(name);
  const [, digits] = /^0x([0-9a-f]+)$/i.exec(text) ?? [];
  if (digits?.length !== 2 * bytes) throw new BadField(`${name} is ${JSON.stringify(text)}`);
  return digits.toLowerCase();
}

function bytesOf(fields: Fields, name: string, count: number): number[] {
  const digits = digitsOf(fields, name, count);
  return Array.from({ length: count }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
