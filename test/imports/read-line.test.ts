import { describe, expect, it } from 'vitest';
import { encodeIdm } from '../../src/decode/protocols/idm.js';
import { idmFrame } from '../../src/decode/protocols/idm-family.js';
import { readHeardLine } from '../../src/imports/read-line.js';
import { timeOfRtl433, timeWithZone } from '../../src/imports/time-text.js';
import type { Reading } from '../../src/readings/reading.js';
import { rtl433Json } from '../../src/sinks/formats/rtl433-json.js';
import { rtlamrCsv } from '../../src/sinks/formats/rtlamr-csv.js';
import { rtlamrJson } from '../../src/sinks/formats/rtlamr-json.js';
import { heard, IDM, NET_IDM, R900, R900BCD, SCM, SCM_PLUS } from '../sinks/formats/packets.js';

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const FORMATS = { rtlamrJson, rtlamrCsv, rtl433Json };

function read(line: string) {
  const result = readHeardLine(line, ZONE);
  if (!result.ok) return result.why === 'bad' ? result.reason : result.why;
  const { message, meterId: id, type, consumption, fields } = result.message;
  return { timeMs: result.timeMs, protocol: message, id, type, consumption, fields };
}

function whatIs({ timeMs, protocol, id, type, consumption, fields }: Reading) {
  return { timeMs, protocol, id, type, consumption, fields };
}

describe.each(Object.entries(FORMATS))('a packet printed as %s', (name, format) => {
  const toSeconds = (reading: Reading): Reading => ({
    ...reading,
    timeMs: Math.floor(reading.timeMs! / 1000) * 1000,
  });

  it.each([
    ['SCM', SCM],
    ['SCM+', SCM_PLUS],
    ['IDM', IDM],
    ['R900', R900],
  ])('%s is read as it was heard', (_, packet) => {
    const reading = name === 'rtl433Json' ? toSeconds(packet) : packet;
    expect(read(format(reading))).toEqual(whatIs(reading));
  });

  it('NetIDM is read with the fields that are printed', () => {
    const reading = toSeconds(NET_IDM);
    const told = read(format(reading));
    expect(told).toMatchObject({ protocol: 'NetIDM', id: NET_IDM.id, type: 0x18, consumption: 171_669 });
    expect(whatIs(reading).fields).toMatchObject((told as Reading).fields);
    expect((told as Reading).fields.generation).toBe(38_036);
  });
});

describe('a line of rtlamr', () => {
  const idm = JSON.parse(rtlamrJson(IDM));
  const changed = (message: object) =>
    read(JSON.stringify({ ...idm, Message: { ...idm.Message, ...message } }));

  it('with the tamper counters of another packet is read without them', () => {
    const told = changed({ TamperCounters: 'AwIAcw4A', PowerOutageFlags: 'QUgmCEEF' }) as Reading;
    const { tamperCounters: _, outageFlags: __, ...rest } = IDM.fields;
    expect(told.fields).toEqual(rest);
  });

  it('is read with a checksum that tells the whole type', () => {
    const { tamperCounters, intervals } = IDM.fields as { readonly [name: string]: readonly number[] };
    const odd = heard(
      idmFrame,
      encodeIdm({
        ...{ id: 10_000_003, type: 0x37, version: 4, intervalCounter: 76, programmingState: 188 },
        ...{ tamperCounters, asynchronousCounters: 0, outageFlags: '000000000001' },
        ...{ consumption: 1978, intervals, transmitTimeOffset: 391 },
      }),
    );
    expect(read(rtlamrJson(odd))).toMatchObject({ type: 0x37, fields: odd.fields });
  });

  it('that shows an IDM as NetIDM is there twice', () => {
    const asNet = JSON.parse(rtlamrJson(NET_IDM));
    asNet.Message.ERTType = 7;
    expect(read(JSON.stringify(asNet))).toBe('twice');
  });

  it('has readings in digits as digits, or as their number', () => {
    const digits = JSON.parse(rtlamrJson(R900BCD));
    const printed = (Consumption: number) => {
      const told = read(JSON.stringify({ ...digits, Message: { ...digits.Message, Consumption } }));
      return typeof told === 'string' ? told : told.consumption;
    };
    expect(printed(0x245715)).toBe(245_715);
    expect(printed(245_715)).toBe(245_715);
    expect(printed(0x12345)).toBe('Consumption is 74565, which may be digits or their number');
  });

  it('that was relayed is known by its checksum', () => {
    const told = read(
      '{"Time":"2026-11-20T10:00:00Z","Type":"SCM","Message":{"ID":12345678,"Type":7,"TamperPhy":1,"TamperEnc":0,"Consumption":123456,"ChecksumVal":20080}}',
    );
    expect(told).toMatchObject({ id: 12_345_678, fields: { relayed: true, checksum: 0x4e70 } });
  });

  it('whose fields were changed is refused', () => {
    const scm = JSON.parse(rtlamrJson(SCM));
    const wrong = (message: object) =>
      read(JSON.stringify({ ...scm, Message: { ...scm.Message, ...message } }));
    expect(wrong({ Consumption: 1235 })).toBe('its checksum is not that of its fields');
    expect(wrong({ ID: -1 })).toBe('ID is -1');
    expect(wrong({ ID: 2 ** 26 })).toBe('ID is 67108864');
    expect(wrong({ Type: undefined })).toBe('Type is missing');
    expect(wrong({ Consumption: 1.5 })).toBe('Consumption is 1.5');
    expect(wrong({ Consumption: [3] })).toBe('Consumption is [3]');
    expect(changed({ ERTSerialNumber: 10_000_009 })).toBe('its checksum is not that of its fields');
    expect(changed({ DifferentialConsumptionIntervals: [1] })).toBe(
      'DifferentialConsumptionIntervals is not 47 numbers',
    );
    expect(changed({ TamperCounters: 'AA' })).toBe('TamperCounters is "AA"');
  });
});

describe('a line that is none', () => {
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['{"time":"2026-11-20 09:44:47","model":"Acurite-Tower","id":3}', 'empty'],
    ['{', 'it is not JSON'],
    ['{}', 'it is neither of rtlamr nor of rtl_433'],
    ['{"Message":null,"Time":5,"Type":"SCM"}', 'Time is 5'],
    ['{"Message":null,"Time":"2026-11-20T10:00:00Z","Type":"SCM"}', 'ID is missing'],
    ['{"Message":{},"Time":"2026-11-20T10:00:00Z","Type":"XYZ"}', 'its type is "XYZ"'],
    ['{"model":"ERT-SCM","id":3}', 'time is missing'],
    ['{"time":"@0.5s","model":"ERT-SCM","id":3}', 'time is "@0.5s"'],
    [
      '{"time":"2026-11-20 09:44:47","model":"Neptune-R900","id":3}',
      'it is of an rtl_433 that did not take R900 apart yet',
    ],
    ['Time,ID', 'its time is "Time"'],
    ['2026-11-20T10:00:00Z,0,0,1,2', 'it has 5 columns, as no message has'],
    ['x'.repeat(30_000), 'it has 30000 characters'],
  ])('%s', (line, reason) => {
    expect(read(line)).toBe(reason);
  });
});

describe('times', () => {
  it.each([
    ['2025-05-05T21:25:42.168043454Z', Date.UTC(2025, 4, 5, 21, 25, 42, 168)],
    ['2020-06-25T08:22:08.569276915-04:00', Date.UTC(2020, 5, 25, 12, 22, 8, 569)],
    ['2020-13-25T08:22:08Z', null],
    ['2020-06-25T08:22:08', null],
  ])('of Go: %s', (text, timeMs) => {
    expect(timeWithZone(text)).toBe(timeMs);
  });

  it.each([
    ['2026-07-20 09:44:47', Date.UTC(2026, 6, 20, 13, 44, 47)],
    ['2026-11-20 09:44:47.250000', Date.UTC(2026, 10, 20, 14, 44, 47, 250)],
    ['2026-11-20T09:44:47', Date.UTC(2026, 10, 20, 14, 44, 47)],
    ['2026-11-20T09:44:47+0100', Date.UTC(2026, 10, 20, 8, 44, 47)],
    ['1795167887.5', 1_795_167_887_500],
    ['yesterday', null],
  ])('of rtl_433: %s', (text, timeMs) => {
    expect(timeOfRtl433(text, 'America/New_York')).toBe(timeMs);
  });
});
