import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Settings } from 'luxon';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeIdm } from '../../../src/decode/protocols/idm.js';
import { idmFrame } from '../../../src/decode/protocols/idm-family.js';
import { encodeR900, r900 } from '../../../src/decode/protocols/r900.js';
import { encodeScm, scm } from '../../../src/decode/protocols/scm.js';
import { encodeScmPlus, scmPlus } from '../../../src/decode/protocols/scm-plus.js';
import type { Reading } from '../../../src/readings/reading.js';
import { type PacketFormat, packetWriter } from '../../../src/sinks/formats/packet-format.js';
import { scmReading } from '../reading-fixture.js';
import { heard, IDM, NET_IDM, R900, R900BCD, SCM, SCM_PLUS } from './packets.js';

beforeEach(() => {
  Settings.defaultZone = 'utc';
});
afterEach(() => {
  Settings.defaultZone = 'system';
});

const PACKETS = [SCM, SCM_PLUS, IDM, NET_IDM, R900, R900BCD];
const lineOf = (format: PacketFormat, reading: Reading) => packetWriter(format).line(reading);

it.each(['rtlamr-json', 'rtlamr-csv', 'rtlamr-plain', 'rtl433-json'] as const)(
  'prints %s, without a header',
  async (format) => {
    expect(packetWriter(format).header).toBe('');
    const lines = PACKETS.map((packet) => lineOf(format, packet)).join('');
    await expect(lines).toMatchFileSnapshot(`${format}.expected.txt`);
  },
);

describe('times', () => {
  const timeIn = (reading: Reading) => JSON.parse(lineOf('rtlamr-json', reading)).Time;

  it('are local, with the offset and no zeros at the end', () => {
    Settings.defaultZone = 'America/New_York';
    const at = (text: string) => timeIn({ ...SCM, timeMs: Date.parse(text) });
    expect(at('2026-11-20T10:41:07.120Z')).toBe('2026-11-20T05:41:07.12-05:00');
    expect(at('2026-07-20T10:41:07Z')).toBe('2026-07-20T06:41:07-04:00');
    expect(lineOf('rtlamr-plain', SCM)).toMatch(/^\{Time:2026-11-20T05:41:07\.123 SCM/);
    expect(lineOf('rtl433-json', SCM)).toMatch(/^\{"time" : "2026-11-20 05:41:07", /);
  });

  it('count from 1970 where a recording does not tell', () => {
    expect(timeIn({ ...SCM, timeMs: null, seconds: 61.5 })).toBe('1970-01-01T00:01:01.5Z');
  });
});

it('prints a packet that lacks fields', () => {
  for (const protocol of ['SCM', 'SCM+', 'IDM', 'NetIDM', 'R900', 'R900BCD', 'new']) {
    const bare = scmReading({ protocol, consumption: null, fields: {} });
    for (const format of ['rtlamr-json', 'rtlamr-csv', 'rtlamr-plain', 'rtl433-json'] as const) {
      expect(lineOf(format, bare)).toMatch(/^.+\n$/);
    }
  }
});

const PEERS = fileURLToPath(new URL('../../../../shared/peers.md', import.meta.url));
const golden = existsSync(PEERS)
  ? readFileSync(PEERS, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"'))
  : [];

type Line = Readonly<Record<string, never>>;

/** The packet that an rtlamr line tells of, sent and heard. */
function sentByRtlamr(type: string, message: Line): Reading {
  const bytes = (base64: string) => Buffer.from(base64, 'base64');
  const { ID: id, Consumption: consumption } = message;
  if (type === 'SCM') {
    const { Type, TamperPhy: tamperPhy, TamperEnc: tamperEnc } = message;
    return heard(scm, encodeScm({ id, type: Type, consumption, tamperPhy, tamperEnc, relayed: false }));
  }
  if (type === 'SCM+') {
    const { EndpointID, EndpointType, Tamper: tamper } = message;
    return heard(scmPlus, encodeScmPlus({ id: EndpointID, type: EndpointType, consumption, tamper }));
  }
  if (type === 'R900') {
    const { Unkn1, NoUse, BackFlow: backflow, Leak: leak, LeakNow: leakNow } = message;
    const parts = { unknown1: Unkn1 >> 4, meterType: Unkn1 & 15, unknown2: NoUse >> 3, noUse: NoUse & 7 };
    return heard(r900, encodeR900({ id, reading: consumption, backflow, leak, leakNow, ...parts }));
  }
  const frame = {
    id: message.ERTSerialNumber,
    // rtlamr prints the low four bits only; the published packet has 0x17.
    type: 0x10 + message.ERTType,
    version: message.ApplicationVersion,
    intervalCounter: message.ConsumptionIntervalCount,
    transmitTimeOffset: message.TransmitTimeOffset,
    intervals: message.DifferentialConsumptionIntervals,
  };
  if (type === 'IDM') {
    const idm = {
      ...frame,
      programmingState: message.ModuleProgrammingState,
      tamperCounters: [...bytes(message.TamperCounters)],
      asynchronousCounters: message.AsynchronousCounters,
      outageFlags: bytes(message.PowerOutageFlags).toString('hex'),
      consumption: message.LastConsumptionCount,
    };
    return heard(idmFrame, encodeIdm(idm));
  }
  // Not all of a NetIDM is printed, so that its bits are not known: only its fields.
  const { LastGeneration, LastConsumption, LastConsumptionNet, SerialNumberCRC, PacketCRC } = message;
  const told = { generation: LastGeneration, lastConsumptionNet: LastConsumptionNet };
  const checks = { serialChecksum: SerialNumberCRC, checksum: PacketCRC };
  const fields = { ...frame, programmingState: message.ProgrammingState, ...told, ...checks };
  return scmReading({ protocol: 'NetIDM', ...frame, consumption: LastConsumption, fields });
}

describe.runIf(golden.length > 0)('published lines', () => {
  const rtlamr = golden.filter((line) => line.includes('"Message":'));

  it('of rtlamr come out byte for byte, but for the time', () => {
    expect(rtlamr.length).toBeGreaterThanOrEqual(5);
    const withoutTime = (line: string) =>
      line.replace(/^\{"Time":"[^"]*","Offset":\d+,"Length":\d+/, '').trimEnd();
    for (const line of rtlamr) {
      const { Type, Message } = JSON.parse(line);
      expect(withoutTime(lineOf('rtlamr-json', sentByRtlamr(Type, Message)))).toBe(withoutTime(line));
    }
  });

  it('of rtl_433 come out byte for byte, but for the time', () => {
    const messages = new Map(rtlamr.map((line) => [JSON.parse(line).Type, JSON.parse(line).Message]));
    const lines = golden.filter((line) => line.startsWith('{"time" : '));
    expect(lines.length).toBeGreaterThanOrEqual(4);
    const tail = (line: string) => line.slice(line.indexOf('"model"')).trimEnd();
    for (const line of lines) {
      const record = JSON.parse(line);
      const packet = sentAs433(record, messages);
      const printed = tail(lineOf('rtl433-json', packet));
      const intervals = /"DifferentialConsumptionIntervals" : \[[^\]]*\]/;
      expect(printed.replace(intervals, '')).toBe(tail(line).replace(intervals, ''));
    }
  });
});

function sentAs433(record: Line, messages: ReadonlyMap<string, Line>): Reading {
  const { model, id } = record;
  if (model === 'ERT-SCM') {
    const { ert_type: type, consumption_data: consumption } = record;
    const tamper = { tamperPhy: record.physical_tamper, tamperEnc: record.encoder_tamper };
    return heard(scm, encodeScm({ id, type, consumption, ...tamper, relayed: false }));
  }
  if (model === 'SCMplus') return sentByRtlamr('SCM+', messages.get('SCM+')!);
  if (model === 'IDM') return sentByRtlamr('IDM', messages.get('IDM')!);
  const { unkn1, unkn2, metertype, nouse, backflow, consumption, leak, leaknow } = record;
  const fields = { unknown1: unkn1, unknown2: unkn2, noUse: nouse, backflow, leak, leakNow: leaknow };
  // The line is of a made-up packet without its parity.
  return scmReading({
    protocol: 'R900',
    id,
    type: metertype,
    consumption,
    fields: { ...fields, checksum: 0 },
  });
}
