import { describe, expect, it } from 'vitest';
import { type RowFormat, rowWriter } from '../../src/sinks/layout.js';
import { READING_LAYOUT } from '../../src/sinks/reading-layout.js';
import { scmReading } from './reading-fixture.js';

const ATTIC = {
  receiver: 'attic',
  carrierHz: 912_600_200,
  snrDb: 18.26,
  correctedBits: 1,
  confidence: 0.9999,
};

const line = (format: RowFormat, reading = scmReading()) => rowWriter(READING_LAYOUT, format).line(reading);

describe('JSON lines', () => {
  it('have the keys of an SCM packet in their order', () => {
    expect(line('jsonl')).toBe(
      '{"time":"2026-11-20T10:41:07.123Z","seconds":1.5,"sample":3538944,"receiver":"roof","protocol":"SCM",' +
        '"id":10000042,"type":11,"commodity":"water","consumption":123456,"tamperPhy":0,"tamperEnc":0,' +
        '"relayed":false,"checksum":21834,"carrierHz":912600155,"snrDb":23.4,"correctedBits":0,"confidence":1}\n',
    );
  });

  it('say null where the time is not known and round to what was measured', () => {
    const record = JSON.parse(
      line('jsonl', scmReading({ timeMs: null, seconds: 1 / 3, snrDb: 9.96, confidence: 0.98765 })),
    );
    expect(record).toMatchObject({ time: null, seconds: 0.333333, snrDb: 10, confidence: 0.9877 });
  });
});

describe('CSV', () => {
  it('has one header with the columns of the JSON', () => {
    const names = rowWriter(READING_LAYOUT, 'csv').header;
    const reading = scmReading({ alsoHeard: [ATTIC] });
    expect(names).toBe(`${Object.keys(JSON.parse(line('jsonl', reading))).join(',')}\r\n`);
  });

  it('quotes what would break a line and leaves unknown cells empty', () => {
    const text = line('csv', scmReading({ timeMs: null, receiver: 'the "roof", north', fields: {} }));
    expect(text).toBe(
      ',1.5,3538944,"the ""roof"", north",SCM,10000042,11,water,123456,,,,,912600155,23.4,0,1,\r\n',
    );
  });
});

describe('other receivers', () => {
  it('are told by their names and how well they heard it', () => {
    const reading = scmReading({ alsoHeard: [ATTIC, { ...ATTIC, receiver: 'cellar', snrDb: 9 }] });
    expect(line('table', reading)).toMatch(/ {2}also attic 18\.3 dB, also cellar 9\.0 dB\n$/);
    expect(line('csv', scmReading({ alsoHeard: [ATTIC] }))).toMatch(
      /,"\[\{""receiver"":""attic"",""carrierHz"":912600200,""snrDb"":18\.3,.*\}\]"\r\n$/,
    );
  });
});

describe('the table', () => {
  it('keeps its columns under their titles', () => {
    const { header, line } = rowWriter(READING_LAYOUT, 'table');
    expect(header + line(scmReading()) + line(scmReading({ timeMs: null, seconds: 12.3456789 }))).toBe(
      [
        'TIME (UTC)                       ID  METER        PROTOCOL  CONSUMPTION  SNR dB       MHz  FIXED    SURE  NOTES',
        '2026-11-20 10:41:07.123    10000042  water 11     SCM            123456    23.4  912.6002      0  1.0000',
        '+12.345679 s               10000042  water 11     SCM            123456    23.4  912.6002      0  1.0000',
        '',
      ].join('\n'),
    );
  });

  it('names the ERT type, and of R900, which has none, the commodity alone', () => {
    const meterOf = (protocol: string, type: number) =>
      line('table', scmReading({ protocol, type, commodity: 'gas' })).slice(37, 56);
    expect(meterOf('SCM+', 0x9c)).toBe('gas 12       SCM+  ');
    expect(meterOf('IDM', 23)).toBe('gas 23       IDM   ');
    expect(meterOf('R900BCD', 1)).toBe('gas          R900BC');
    expect(line('table', scmReading({ consumption: null }))).toMatch(/SCM {17}- .* no reading\n$/);
  });

  it('notes relays and tampering', () => {
    const fields = { tamperPhy: 1, tamperEnc: 3, relayed: true, checksum: 1 };
    expect(line('table', scmReading({ fields }))).toMatch(/ {2}relayed, tamper 1\/3\n$/);
  });
});
