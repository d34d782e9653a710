import type { Reading } from '../../readings/reading.js';
import { secondsTime } from './foreign-time.js';
import { bytesOf, countersOf, hex, hexBytes, IDM_FRAME, numberOf, SCM_PLUS_FRAME } from './packet-fields.js';

type Value = number | string | readonly number[];
type Record433 = readonly (readonly [name: string, value: Value])[];

/** A packet as `rtl_433 -F json` prints it, with its spaces around colons. */
export function rtl433Json(reading: Reading): string {
  const record: Record433 = [['time', secondsTime(reading)], ...fieldsOf(reading)];
  return `{${record.map(([name, value]) => `"${name}" : ${text(value)}`).join(', ')}}\n`;
}

/** All its numbers are signed 32-bit integers: a register beyond 2³¹ comes out negative. */
function text(value: Value): string {
  if (typeof value === 'number') return String(value | 0);
  return typeof value === 'string' ? JSON.stringify(value) : `[${value.join(', ')}]`;
}

function fieldsOf(reading: Reading): Record433 {
  switch (reading.protocol) {
    case 'SCM':
      return scm(reading);
    case 'SCM+':
      return scmPlus(reading);
    case 'IDM':
      return idm(reading);
    case 'NetIDM':
      return netIdm(reading);
    default:
      return r900(reading);
  }
}

function scm(reading: Reading): Record433 {
  return [
    ['model', 'ERT-SCM'],
    ['id', reading.id],
    ['physical_tamper', numberOf(reading, 'tamperPhy')],
    ['ert_type', reading.type],
    ['encoder_tamper', numberOf(reading, 'tamperEnc')],
    ['consumption_data', reading.consumption ?? 0],
    ['mic', 'CRC'],
  ];
}

function scmPlus(reading: Reading): Record433 {
  return [
    ['model', 'SCMplus'],
    ['id', reading.id],
    ['ProtocolID', `0x${hex(SCM_PLUS_FRAME.protocol, 2)}`],
    ['EndpointType', `0x${hex(reading.type, 2)}`],
    ['EndpointID', reading.id],
    ['Consumption', reading.consumption ?? 0],
    ['Tamper', `0x${hex(numberOf(reading, 'tamper'), 4)}`],
    ['PacketCRC', `0x${hex(numberOf(reading, 'checksum'), 4)}`],
    ['MeterType', meterType(reading.type)],
    ['mic', 'CRC'],
  ];
}

function frameStart(reading: Reading, model: string): Record433 {
  return [
    ['model', model],
    ['id', reading.id],
    ['PacketTypeID', `0x${hex(IDM_FRAME.packetType, 2)}`],
    ['PacketLength', IDM_FRAME.length],
    ['ApplicationVersion', numberOf(reading, 'version')],
    ['ERTType', reading.type],
    ['ERTSerialNumber', reading.id],
    ['ConsumptionIntervalCount', numberOf(reading, 'intervalCounter')],
    ['ModuleProgrammingState', numberOf(reading, 'programmingState')],
    ['TamperCounters', `0x${hexBytes(countersOf(reading, 'tamperCounters'))}`],
  ];
}

function frameEnd(reading: Reading): Record433 {
  return [
    ['DifferentialConsumptionIntervals', countersOf(reading, 'intervals')],
    ['TransmitTimeOffset', numberOf(reading, 'transmitTimeOffset')],
    ['MeterIdCRC', numberOf(reading, 'serialChecksum')],
    ['PacketCRC', numberOf(reading, 'checksum')],
    ['MeterType', meterType(reading.type)],
    ['mic', 'CRC'],
  ];
}

function idm(reading: Reading): Record433 {
  return [
    ...frameStart(reading, 'IDM'),
    ['AsynchronousCounters', numberOf(reading, 'asynchronousCounters')],
    ['PowerOutageFlags', `0x${bytesOf(reading, 'outageFlags')}`],
    ['LastConsumptionCount', reading.consumption ?? 0],
    ...frameEnd(reading),
  ];
}

/** What ertd knows as the delivered and the net register, rtl_433 prints within fields that it does not know. */
function netIdm(reading: Reading): Record433 {
  return [
    ...frameStart(reading, 'NETIDM'),
    ['Unknown_field_1', `0x${bytesOf(reading, 'unknown')}${hex(reading.consumption ?? 0, 6)}`],
    ['LastGenerationCount', numberOf(reading, 'generation')],
    ['Unknown_field_2', `0x${hex(numberOf(reading, 'net'), 6)}`],
    ['LastConsumptionCount', numberOf(reading, 'lastConsumptionNet')],
    ...frameEnd(reading),
  ];
}

function r900(reading: Reading): Record433 {
  return [
    ['model', `Neptune-${reading.protocol}`],
    ['id', reading.id],
    ['unkn1', numberOf(reading, 'unknown1')],
    ['metertype', reading.type],
    ['unkn2', numberOf(reading, 'unknown2')],
    ['nouse', numberOf(reading, 'noUse')],
    ['backflow', numberOf(reading, 'backflow')],
    ['consumption', reading.consumption ?? 0],
    ['leak', numberOf(reading, 'leak')],
    ['leaknow', numberOf(reading, 'leakNow')],
    // The first 24 of the 25 bits of parity.
    ['extra', hex(numberOf(reading, 'checksum') >> 1, 6).toLowerCase()],
  ];
}

const COMMODITY_OF_NIBBLE: Readonly<Record<number, string>> = {
  ...{ 4: 'Electric', 5: 'Electric', 7: 'Electric', 8: 'Electric' },
  ...{ 0: 'Gas', 1: 'Gas', 2: 'Gas', 9: 'Gas', 12: 'Gas' },
  ...{ 3: 'Water', 11: 'Water', 13: 'Water' },
};

function meterType(type: number): string {
  return COMMODITY_OF_NIBBLE[type & 15] ?? 'unknown';
}
