import { Buffer } from 'node:buffer';
import type { Reading } from '../../readings/reading.js';
import { bytesOf, countersOf, hex, hexBytes, IDM_FRAME, numberOf, SCM_PLUS_FRAME } from './packet-fields.js';

/** A field of a message as rtlamr prints it in its three formats. */
export interface RtlamrField {
  readonly name: string;
  readonly json: number | string | readonly number[];
  /** With its name; null where the plain format leaves the field out. */
  readonly plain: string | null;
  readonly csv: readonly string[];
}

/** The message types of rtlamr are ertd's, but that R900BCD is told as R900. */
export function rtlamrTypeName({ protocol }: Reading): string {
  return protocol === 'R900BCD' ? 'R900' : protocol;
}

/** The fields of a packet by rtlamr's names and in its order. */
export function rtlamrFields(reading: Reading): readonly RtlamrField[] {
  switch (reading.protocol) {
    case 'SCM':
      return scmFields(reading);
    case 'SCM+':
      return scmPlusFields(reading);
    case 'IDM':
      return idmFields(reading);
    case 'NetIDM':
      return netIdmFields(reading);
    default:
      return r900Fields(reading);
  }
}

/** What rtlamr's `-filtertype` compares: of IDM the low four bits, of R900 the eight bits behind the ID. */
export function rtlamrMeterType(reading: Reading): number {
  if (reading.protocol.endsWith('IDM')) return reading.type & 15;
  return reading.protocol.startsWith('R900') ? unknown1Of(reading) : reading.type;
}

function field(name: string, json: number, plain: string | null, csv: string): RtlamrField {
  return { name, json, plain: plain === null ? null : `${name}:${plain}`, csv: [csv] };
}

/** The same in the plain format and in CSV. */
function both(name: string, json: number, text: string): RtlamrField {
  return field(name, json, text, text);
}

function decimal(name: string, value: number, width = 0): RtlamrField {
  return field(name, value, String(value).padStart(width), String(value));
}

function hexadecimal(name: string, value: number, digits: number): RtlamrField {
  return both(name, value, `0x${hex(value, digits)}`);
}

const goHex = (value: number): string => `0x${value.toString(16)}`;

function scmFields(reading: Reading): RtlamrField[] {
  const [phy, enc] = [numberOf(reading, 'tamperPhy'), numberOf(reading, 'tamperEnc')];
  const checksum = numberOf(reading, 'checksum');
  return [
    decimal('ID', reading.id, 8),
    decimal('Type', reading.type, 2),
    { name: 'TamperPhy', json: phy, plain: `Tamper:{Phy:${hex(phy, 2)}`, csv: [goHex(phy)] },
    { name: 'TamperEnc', json: enc, plain: `Enc:${hex(enc, 2)}}`, csv: [goHex(enc)] },
    decimal('Consumption', reading.consumption ?? 0, 8),
    { name: 'ChecksumVal', json: checksum, plain: `CRC:0x${hex(checksum, 4)}`, csv: [goHex(checksum)] },
  ];
}

function scmPlusFields(reading: Reading): RtlamrField[] {
  const { sync, protocol } = SCM_PLUS_FRAME;
  const [tamper, checksum] = [numberOf(reading, 'tamper'), numberOf(reading, 'checksum')];
  return [
    field('FrameSync', sync, null, goHex(sync)),
    field('ProtocolID', protocol, `0x${hex(protocol, 2)}`, goHex(protocol)),
    field('EndpointType', reading.type, `0x${hex(reading.type, 2)}`, goHex(reading.type)),
    decimal('EndpointID', reading.id, 10),
    decimal('Consumption', reading.consumption ?? 0, 10),
    field('Tamper', tamper, `0x${hex(tamper, 4)}`, goHex(tamper)),
    field('PacketCRC', checksum, `0x${hex(checksum, 4)}`, goHex(checksum)),
  ];
}

/** IDM and NetIDM begin alike, but for two names. */
function frameStart(reading: Reading, typeName: string, stateName: string): RtlamrField[] {
  const { preamble, packetType, length, hamming } = IDM_FRAME;
  return [
    hexadecimal('Preamble', preamble, 8),
    hexadecimal(typeName, packetType, 2),
    hexadecimal('PacketLength', length, 2),
    hexadecimal('HammingCode', hamming, 2),
    hexadecimal('ApplicationVersion', numberOf(reading, 'version'), 2),
    hexadecimal('ERTType', reading.type & 15, 2),
    // Go's space flag: one space at least.
    field('ERTSerialNumber', reading.id, ` ${reading.id}`.padStart(10), String(reading.id)),
    decimal('ConsumptionIntervalCount', numberOf(reading, 'intervalCounter')),
    hexadecimal(stateName, numberOf(reading, 'programmingState'), 2),
  ];
}

function frameEnd(reading: Reading): RtlamrField[] {
  const intervals = countersOf(reading, 'intervals');
  return [
    {
      name: 'DifferentialConsumptionIntervals',
      json: intervals,
      plain: `DifferentialConsumptionIntervals:[${intervals.join(' ')}]`,
      csv: intervals.map(String),
    },
    decimal('TransmitTimeOffset', numberOf(reading, 'transmitTimeOffset')),
    hexadecimal('SerialNumberCRC', numberOf(reading, 'serialChecksum'), 4),
    hexadecimal('PacketCRC', numberOf(reading, 'checksum'), 4),
  ];
}

/** Bytes: base64 in JSON as Go has them, hexadecimal digits elsewhere. */
function bytes(name: string, digits: string): RtlamrField {
  const json = Buffer.from(digits, 'hex').toString('base64');
  return { name, json, plain: `${name}:${digits}`, csv: [digits] };
}

function idmFields(reading: Reading): RtlamrField[] {
  return [
    ...frameStart(reading, 'PacketTypeID', 'ModuleProgrammingState'),
    bytes('TamperCounters', hexBytes(countersOf(reading, 'tamperCounters'))),
    hexadecimal('AsynchronousCounters', numberOf(reading, 'asynchronousCounters'), 2),
    bytes('PowerOutageFlags', bytesOf(reading, 'outageFlags')),
    decimal('LastConsumptionCount', reading.consumption ?? 0),
    ...frameEnd(reading),
  ];
}

function netIdmFields(reading: Reading): RtlamrField[] {
  return [
    ...frameStart(reading, 'ProtocolID', 'ProgrammingState'),
    decimal('LastGeneration', numberOf(reading, 'generation')),
    decimal('LastConsumption', reading.consumption ?? 0),
    decimal('LastConsumptionNet', numberOf(reading, 'lastConsumptionNet')),
    ...frameEnd(reading),
  ];
}

function unknown1Of(reading: Reading): number {
  return numberOf(reading, 'unknown1') * 16 + reading.type;
}

/**
 * rtlamr knows 24 bits of the reading; the three above them it has in `Unkn3` (two) and in the highest bit of `Leak`.
 * Where the reading is in digits they are 001 in every published packet.
 */
function r900Fields(reading: Reading): RtlamrField[] {
  const counts = reading.consumption ?? 0;
  const above = reading.protocol === 'R900BCD' ? 1 : Math.floor(counts / 2 ** 24);
  const unknown1 = unknown1Of(reading);
  const unknown3 = above >> 1;
  return [
    decimal('ID', reading.id, 10),
    field('Unkn1', unknown1, `0x${hex(unknown1, 2)}`, String(unknown1)),
    decimal('NoUse', numberOf(reading, 'unknown2') * 8 + numberOf(reading, 'noUse'), 2),
    decimal('BackFlow', numberOf(reading, 'backflow')),
    decimal('Consumption', counts % 2 ** 24, 8),
    field('Unkn3', unknown3, `0x${hex(unknown3, 2)}`, String(unknown3)),
    decimal('Leak', (above & 1) * 8 + numberOf(reading, 'leak'), 2),
    decimal('LeakNow', numberOf(reading, 'leakNow')),
  ];
}
