import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRtl433 } from '../scripts/rtl-433.js';
import { compareKind } from '../scripts/rtl-433-air.js';
import { compare } from '../scripts/rtl-433-comparison.js';
import { PAIRS } from '../scripts/rtl-433-fields.js';
import { MESSAGE_NAMES } from '../src/synth/message.js';

const rtl433 = findRtl433();
const both = MESSAGE_NAMES.filter((name) => name in PAIRS && rtl433?.decoders.has(name));

/** A short version of `npm run compare:rtl_433`. */
describe.skipIf(rtl433 === null)('beside rtl_433 (skipped where it is not installed)', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ertd-rtl-433-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each(both)('%s has the same fields, but for what is explained', async (name) => {
    const { fields, unexplained } = await compareKind(rtl433!, name, 3, directory);
    expect(unexplained).toEqual([]);
    for (const [field, { same, known }] of fields) expect([field, same + known]).toEqual([field, 3]);
  });
});

describe('the comparison with rtl_433', () => {
  const row = {
    protocol: 'SCM+',
    id: 1,
    type: 7,
    consumption: 2 ** 31 + 5,
    tamper: 256,
    tamperCounters: [1, 0],
  };
  const ours = { ...row, checksum: 9, commodity: 'electric', seconds: 0, carrierHz: 0 };
  const theirs = {
    model: 'SCMplus',
    EndpointID: 1,
    EndpointType: '0x07',
    Consumption: 5 - 2 ** 31,
    Tamper: '0x0100',
    PacketCRC: '0x0009',
    MeterType: 'Electric',
  };
  const unexplained = (line: object) => compare('SCM+', [ours], [ours], [{ ...theirs, ...line }]).unexplained;

  it('explains a negative number by its sign, and no other', () => {
    expect(unexplained({})).toEqual([]);
    expect(unexplained({ Consumption: 6 - 2 ** 31 })).toEqual([expect.stringContaining('consumption')]);
  });

  it('explains what type 19 counts', () => {
    const net = { ...ours, type: 19 };
    const line = { ...theirs, EndpointType: '0x13', MeterType: 'Water' };
    expect(compare('SCM+', [net], [net], [line]).unexplained).toEqual([]);
  });

  it('explains no other field, line or missing line', () => {
    expect(unexplained({ Tamper: '0x0101' })).toHaveLength(2);
    expect(unexplained({ MeterType: 'Gas' })).toEqual([expect.stringContaining('commodity')]);
    expect(unexplained({ Colour: 'red' })).toEqual(['rtl_433 tells Colour too']);
    expect(compare('SCM+', [ours], [ours], []).unexplained).toEqual(['rtl_433 prints 0 of 1 packets']);
    expect(compare('SCM+', [ours], [], [theirs]).unexplained).toEqual([
      expect.stringContaining('is missing'),
    ]);
    expect(compare('SCM+', [ours], [ours], [theirs, { model: 'IDM' }]).unexplained).toHaveLength(1);
  });
});
