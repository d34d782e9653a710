import { describe, expect, it } from 'vitest';
import { bitsOfHex, writeUint } from '../../../src/decode/bits.js';
import { crc16Of, crc16Register } from '../../../src/decode/crc16.js';
import type { ParseResult } from '../../../src/decode/protocol.js';
import { encodeIdm, type IdmFields } from '../../../src/decode/protocols/idm.js';
import { idmFrame, parseIdmFrame } from '../../../src/decode/protocols/idm-family.js';
import { Random } from '../../../src/synth/random.js';
import { calibration, clear, feedAnything, noisy, publishedPackets } from './soft-symbols.js';

/** A packet of an invented meter, without power in two intervals. */
const HEX =
  '555516a31c5cc6041700bc614e80bc0102000e010000005000000000000079813c000040403020140c0704024140b060341c0f0804424130' +
  'a0542c170c064341b0e0743c1f100844423120944c27140a4542b160b45c05c361b08ca2';
const FIELDS: IdmFields = {
  id: 12345678,
  type: 0x17,
  version: 4,
  intervalCounter: 128,
  programmingState: 0xbc,
  tamperCounters: [1, 2, 0, 14, 1, 0],
  asynchronousCounters: 0,
  outageFlags: '500000000000',
  consumption: 7962940,
  intervals: Array.from({ length: 47 }, (_, i) => i),
  transmitTimeOffset: 1475,
};

function randomFields(random: Random): IdmFields {
  return {
    id: 1 + random.below(2 ** 32 - 1),
    type: 16 * random.below(16) + 7,
    version: random.below(256),
    intervalCounter: random.below(256),
    programmingState: random.below(256),
    tamperCounters: Array.from({ length: 6 }, () => random.below(256)),
    asynchronousCounters: random.below(2 ** 16),
    outageFlags: random
      .below(2 ** 48)
      .toString(16)
      .padStart(12, '0'),
    consumption: random.below(2 ** 32),
    intervals: Array.from({ length: 47 }, () => random.below(512)),
    transmitTimeOffset: random.below(2 ** 16),
  };
}

function fieldsOf(result: ParseResult): unknown {
  if (!result.ok) return result.why;
  const { serialChecksum: _, checksum: __, ...fields } = result.fields;
  return { id: result.meterId, type: result.type, consumption: result.consumption, ...fields };
}

describe('IDM', () => {
  it('decodes to its fields and encodes back', () => {
    expect(encodeIdm(FIELDS)).toEqual(bitsOfHex(HEX));
    const result = parseIdmFrame(clear(bitsOfHex(HEX)));
    expect(fieldsOf(result)).toEqual(FIELDS);
    expect(result).toMatchObject({ message: 'IDM', correctedBits: 0 });
    expect(result.ok && result.fields).toMatchObject({ serialChecksum: 0x61b0, checksum: 0x8ca2 });
  });

  it('begins with what the detector is told to look for', () => {
    expect(encodeIdm(FIELDS).subarray(0, 56).join('')).toBe(idmFrame.sync);
    expect(idmFrame.lengthSymbols).toBe(736);
  });

  it('survives a round trip of random fields', () => {
    const random = new Random(1);
    for (let round = 0; round < 100; round++) {
      const fields = randomFields(random);
      expect(fieldsOf(parseIdmFrame(clear(encodeIdm(fields))))).toEqual(fields);
    }
  });

  it('corrects every single damaged symbol, and knows those of the sync word and the spare one', () => {
    const fields = randomFields(new Random(2));
    for (let i = 0; i < 736; i++) {
      const soft = clear(encodeIdm(fields));
      soft[i] *= -1;
      const result = parseIdmFrame(soft);
      expect(fieldsOf(result)).toEqual(fields);
      expect(result.ok && result.correctedBits).toBe(i < 56 || i === 687 ? 0 : 1);
    }
  });

  it('corrects weak symbols of the serial number and of the rest together', () => {
    const random = new Random(3);
    for (let round = 0; round < 50; round++) {
      const fields = randomFields(random);
      const soft = clear(encodeIdm(fields));
      for (const i of [72, 80, 110, 300, 500]) soft[i + random.below(8)] *= -0.1;
      const result = parseIdmFrame(soft);
      expect(fieldsOf(result)).toEqual(fields);
      expect(result.ok && result.correctedBits).toBe(5);
    }
  });

  it('refuses a packet whose serial number fails its own check, though the packet passes', () => {
    const bits = encodeIdm(FIELDS);
    for (let i = 72; i < 104; i += 4) bits[i] ^= 1;
    writeUint(bits, 720, 16, crc16Of(crc16Register(bits, 32, 720)));
    expect(parseIdmFrame(clear(bits, 20))).toEqual({ ok: false, why: 'integrity' });
  });

  it('refuses what does not begin as an IDM, though the rest is one', () => {
    const soft = clear(encodeIdm(FIELDS), 16);
    for (const i of [32, 35, 40, 44, 50]) soft[i] *= -1;
    expect(parseIdmFrame(soft)).toEqual({ ok: false, why: 'integrity' });
  });

  it('refuses ID 0 and too few symbols', () => {
    expect(parseIdmFrame(clear(encodeIdm({ ...FIELDS, id: 0 })))).toEqual({ ok: false, why: 'implausible' });
    expect(parseIdmFrame(new Float32Array(735))).toEqual({ ok: false, why: 'length' });
  });

  it('refuses types that neither message has, unless told or shown', () => {
    const strange = clear(encodeIdm({ ...FIELDS, type: 0x34, intervals: new Array<number>(47).fill(0) }));
    expect(parseIdmFrame(strange)).toEqual({ ok: false, why: 'implausible' });
    expect(parseIdmFrame(strange, (id) => (id === FIELDS.id ? 'IDM' : undefined))).toMatchObject({
      message: 'IDM',
      consumption: FIELDS.consumption,
    });
    expect(parseIdmFrame(strange, () => 'NetIDM')).toMatchObject({ message: 'NetIDM' });
    expect(parseIdmFrame(clear(encodeIdm({ ...FIELDS, type: 0x34 })))).toMatchObject({ message: 'IDM' });
  });

  it('shares nothing between results', () => {
    const first = parseIdmFrame(clear(encodeIdm(FIELDS)));
    const before = structuredClone(first);
    parseIdmFrame(clear(encodeIdm(randomFields(new Random(9)))));
    expect(first).toEqual(before);
  });

  it('accepts hardly any strong random symbols behind a sync word', () => {
    const random = new Random(6);
    let accepted = 0;
    for (let round = 0; round < 1000; round++) {
      const soft = Float32Array.from({ length: 736 }, () => (random.below(2) ? 20 : -20));
      for (let i = 0; i < 56; i++) soft[i] = idmFrame.sync[i] === '1' ? 20 : -20;
      if (parseIdmFrame(soft).ok) accepted++;
    }
    expect(accepted).toBeLessThan(3);
  });

  it('never throws, whatever the symbols', () => feedAnything(parseIdmFrame, 736));

  it('gives a confidence that is the share of right answers', () => {
    const random = new Random(5);
    const heard = () => {
      const sent = encodeIdm(randomFields(random));
      return { sent, soft: noisy(sent, 10 ** 0.79, 2, random) };
    };
    const { answers, right, expected } = calibration(parseIdmFrame, heard, 600);
    expect(right / answers).toBeGreaterThan(0.3);
    expect(right / answers).toBeLessThan(0.8);
    expect(Math.abs(right - expected) / answers).toBeLessThan(0.03);
  });

  const published = publishedPackets<{
    hex: string;
    id: number;
    ertType: number;
    lastConsumption: number;
    intervalCounter: number;
    programmingState: number;
    tamperCounters: string;
    outageFlags: string;
    intervals: number[];
    transmitTimeOffset: number;
  }>('idm');
  it.runIf(published.length > 0)('decodes the packets in a list of published ones', () => {
    for (const { hex, ...told } of published) {
      const result = parseIdmFrame(clear(bitsOfHex(hex)));
      expect(result).toMatchObject({
        ok: true,
        message: 'IDM',
        meterId: told.id,
        type: told.ertType,
        consumption: told.lastConsumption,
        fields: {
          intervalCounter: told.intervalCounter,
          programmingState: told.programmingState,
          tamperCounters: [...Buffer.from(told.tamperCounters, 'hex')],
          outageFlags: told.outageFlags,
          intervals: told.intervals,
          transmitTimeOffset: told.transmitTimeOffset,
        },
      });
      expect(encodeIdm(fieldsOf(result) as IdmFields)).toEqual(bitsOfHex(hex));
    }
  });
});
