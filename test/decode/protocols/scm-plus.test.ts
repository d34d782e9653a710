import { describe, expect, it } from 'vitest';
import { bitsOfHex } from '../../../src/decode/bits.js';
import type { ParseResult } from '../../../src/decode/protocol.js';
import { encodeIdm } from '../../../src/decode/protocols/idm.js';
import {
  encodeScmPlus,
  parseScmPlus,
  type ScmPlusFields,
  scmPlus,
} from '../../../src/decode/protocols/scm-plus.js';
import { Random } from '../../../src/synth/random.js';
import { calibration, clear, feedAnything, noisy, publishedPackets } from './soft-symbols.js';

/** Packets of invented meters. */
const VECTORS: readonly (ScmPlusFields & { readonly hex: string })[] = [
  { hex: '16a31e0700bc614e00106c1c0100b95b', id: 12345678, type: 7, consumption: 1076252, tamper: 0x0100 },
  {
    hex: '16a31eabf000000100001ae349001b89',
    id: 4026531841,
    type: 0xab,
    consumption: 6883,
    tamper: 0x4900,
  },
];

function randomFields(random: Random): ScmPlusFields {
  return {
    id: 1 + random.below(2 ** 32 - 1),
    type: random.below(256),
    consumption: random.below(2 ** 32),
    tamper: random.below(2 ** 16),
  };
}

function fieldsOf(result: ParseResult): unknown {
  if (!result.ok) return result.why;
  const { meterId: id, type, consumption, fields } = result;
  return { id, type, consumption, tamper: fields.tamper };
}

describe('SCM+', () => {
  it.each(VECTORS)('$hex decodes to its fields and encodes back', ({ hex, ...fields }) => {
    expect(encodeScmPlus(fields)).toEqual(bitsOfHex(hex));
    const result = parseScmPlus(clear(bitsOfHex(hex)));
    expect(fieldsOf(result)).toEqual(fields);
    expect(result).toMatchObject({ message: 'SCM+', correctedBits: 0 });
    expect(result.ok && result.fields.checksum).toBe(Number.parseInt(hex.slice(-4), 16));
    expect(result.ok && result.fields.tamperCounters).toEqual([fields.tamper >> 8, fields.tamper & 255]);
  });

  it('begins with what the detector is told to look for', () => {
    expect(
      encodeScmPlus(randomFields(new Random(1)))
        .subarray(0, 24)
        .join(''),
    ).toBe(scmPlus.sync);
    expect(scmPlus.lengthSymbols).toBe(128);
  });

  it('survives a round trip of random fields', () => {
    const random = new Random(1);
    for (let round = 0; round < 300; round++) {
      const fields = randomFields(random);
      expect(fieldsOf(parseScmPlus(clear(encodeScmPlus(fields))))).toEqual(fields);
    }
  });

  it('corrects every single damaged symbol, and knows those of the sync word', () => {
    const fields = randomFields(new Random(2));
    for (let i = 0; i < 128; i++) {
      const soft = clear(encodeScmPlus(fields));
      soft[i] *= -1;
      const result = parseScmPlus(soft);
      expect(fieldsOf(result)).toEqual(fields);
      expect(result.ok && result.correctedBits).toBe(i < 24 ? 0 : 1);
    }
  });

  it('corrects up to four weak symbols', () => {
    const random = new Random(3);
    for (let round = 0; round < 100; round++) {
      const fields = randomFields(random);
      const soft = clear(encodeScmPlus(fields));
      for (let n = 0; n < 4; n++) soft[24 + 26 * n + random.below(26)] *= -0.1;
      expect(fieldsOf(parseScmPlus(soft))).toEqual(fields);
    }
  });

  it.each(['16a349000b915a921489db80448d7eeb', '16a35ab84a0592f15b8ddb405475e62e'])(
    'refuses %s, noise whose CRC agrees but that is of no known protocol',
    (hex) => {
      expect(parseScmPlus(clear(bitsOfHex(hex), 16))).toEqual({ ok: false, why: 'integrity' });
    },
  );

  it('refuses a packet whose consumption somebody changed', () => {
    const fields = { id: 10000001, type: 7, consumption: 23792, tamper: 0x2500 };
    const changed = encodeScmPlus(fields);
    changed.set(encodeScmPlus({ ...fields, consumption: 21001 }).subarray(64, 96), 64);
    expect(parseScmPlus(clear(changed, 16))).toEqual({ ok: false, why: 'integrity' });
  });

  it('is not sure of anything in a weak IDM, which differs in one bit of the sync word', () => {
    const random = new Random(8);
    const idm = encodeIdm({
      id: 12345678,
      type: 0x17,
      version: 4,
      intervalCounter: 128,
      programmingState: 0xbc,
      tamperCounters: [1, 2],
      asynchronousCounters: 0,
      outageFlags: '000000000000',
      consumption: 7962940,
      intervals: [],
      transmitTimeOffset: 1475,
    });
    for (let round = 0; round < 500; round++) {
      const result = parseScmPlus(noisy(idm.subarray(16, 144), 10 ** random.uniform(0.3, 1), 2, random));
      if (result.ok) expect(result.confidence).toBeLessThan(0.9);
    }
  });

  it('refuses ID 0', () => {
    const nothing = encodeScmPlus({ id: 0, type: 7, consumption: 5, tamper: 0 });
    expect(parseScmPlus(clear(nothing))).toEqual({ ok: false, why: 'implausible' });
  });

  it('refuses too few symbols', () => {
    expect(parseScmPlus(new Float32Array(127))).toEqual({ ok: false, why: 'length' });
  });

  it('accepts of strong random symbols behind a sync word those that are one flip from a word, one in 630', () => {
    const random = new Random(6);
    let accepted = 0;
    for (let round = 0; round < 3000; round++) {
      const soft = Float32Array.from({ length: 128 }, () => (random.below(2) ? 20 : -20));
      for (let i = 0; i < 24; i++) soft[i] = scmPlus.sync[i] === '1' ? 20 : -20;
      if (parseScmPlus(soft).ok) accepted++;
    }
    expect(accepted).toBeGreaterThanOrEqual(1);
    expect(accepted).toBeLessThan(15);
  });

  it('never throws, whatever the symbols', () => feedAnything(parseScmPlus, 128));

  it('gives a confidence that is the share of right answers', () => {
    const random = new Random(5);
    const rounds = 1500;
    const heard = () => {
      const sent = encodeScmPlus(randomFields(random));
      return { sent, soft: noisy(sent, 10 ** 0.47, 2, random) };
    };
    const { answers, right, expected } = calibration(parseScmPlus, heard, rounds);
    expect(right / answers).toBeGreaterThan(0.3);
    expect(right / answers).toBeLessThan(0.8);
    expect(Math.abs(right - expected) / answers).toBeLessThan(0.03);
  });

  const published = publishedPackets<{
    hex: string;
    id: number;
    endpointType: number;
    consumption: number;
    tamper: number;
  }>('scm-plus');
  it.runIf(published.length > 0)('decodes the packets in a list of published ones', () => {
    for (const { hex, id, endpointType, consumption, tamper } of published) {
      const fields = { id, type: endpointType, consumption, tamper };
      expect(fieldsOf(parseScmPlus(clear(bitsOfHex(hex))))).toEqual(fields);
      expect(encodeScmPlus(fields)).toEqual(bitsOfHex(hex));
    }
  });
});
