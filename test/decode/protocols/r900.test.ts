import { describe, expect, it } from 'vitest';
import { bitsOfHex } from '../../../src/decode/bits.js';
import type { ParseResult } from '../../../src/decode/protocol.js';
import {
  chipsOfData,
  encodeR900,
  parseR900,
  type R900Fields,
  r900,
  readR900,
} from '../../../src/decode/protocols/r900.js';
import { DIGIT_CHIPS } from '../../../src/decode/two-of-four.js';
import { Random } from '../../../src/synth/random.js';
import { calibration, clear, feedAnything, noisy, publishedPackets } from './soft-symbols.js';

const QUIET = { noUse: 0, backflow: 0, unknown1: 0xa, unknown2: 0 };

/** Packets of an invented meter: data and what it says. */
const VECTORS: readonly (R900Fields & { readonly data: string; readonly digits: string })[] = [
  {
    data: '499602d2a384062dfa09',
    digits: '131015000532330324240302435024133200241424',
    ...QUIET,
    id: 1234567890,
    meterType: 3,
    unknown2: 4,
    noUse: 1,
    reading: 404986,
    leak: 2,
    leakNow: 1,
  },
  {
    data: '499602d2a38033bb8d7a',
    digits: '131015000532330324004143350315422203354232',
    ...QUIET,
    id: 1234567890,
    meterType: 3,
    unknown2: 4,
    reading: 3 * 2 ** 24 + 3390349,
    leak: 6,
    leakNow: 2,
  },
  {
    data: '499602d2a1002457153f',
    digits: '131015000532330100003005220513512050254230',
    ...QUIET,
    id: 1234567890,
    meterType: 1,
    reading: 245715,
    leak: 7,
    leakNow: 3,
  },
  {
    data: '499602d2a100aaaaaa3f',
    digits: '131015000532330100023314331425515133221201',
    ...QUIET,
    id: 1234567890,
    meterType: 1,
    reading: null,
    leak: 7,
    leakNow: 3,
  },
];

function randomFields(random: Random): R900Fields {
  const meterType = random.below(2) ? 3 : 1;
  return {
    id: 1 + random.below(2 ** 32 - 1),
    meterType,
    reading: random.below(meterType === 3 ? 2 ** 27 : 1e6),
    noUse: random.below(8),
    backflow: random.below(4),
    leak: random.below(8),
    leakNow: random.below(4),
    unknown1: random.below(16),
    unknown2: random.below(8),
  };
}

function fieldsOf(result: ParseResult): unknown {
  if (!result.ok) return result.why;
  const { checksum: _, ...fields } = result.fields;
  return { id: result.meterId, meterType: result.type, reading: result.consumption, ...fields };
}

describe('R900', () => {
  it.each(VECTORS)('$data decodes to its fields and encodes back', ({ data, digits, ...fields }) => {
    const chips = encodeR900(fields);
    expect(chips).toEqual(chipsOfData(bitsOfHex(data)));
    expect(chips.subarray(64).join('')).toBe([...digits].map((digit) => DIGIT_CHIPS[Number(digit)]).join(''));
    const result = parseR900(clear(chips));
    expect(fieldsOf(result)).toEqual(fields);
    expect(result).toMatchObject({ message: fields.meterType === 1 ? 'R900BCD' : 'R900', correctedBits: 0 });
    expect(result.ok && result.bits).toEqual(chips);
  });

  it('begins with what the detector is told to look for, in Manchester', () => {
    const chips = encodeR900(VECTORS[0]);
    expect(r900.sync.replaceAll('1', 'a').replaceAll('0', '01').replaceAll('a', '10')).toBe(
      chips.subarray(0, 64).join(''),
    );
    expect(Number.parseInt(r900.sync, 2)).toBe(0xe564);
    expect(chips.length).toBe(2 * r900.lengthSymbols);
  });

  it('survives a round trip of random fields', () => {
    const random = new Random(1);
    for (let round = 0; round < 200; round++) {
      const fields = randomFields(random);
      expect(fieldsOf(parseR900(clear(encodeR900(fields))))).toEqual(fields);
    }
  });

  it('corrects every single damaged chip', () => {
    const fields = randomFields(new Random(2));
    for (let i = 0; i < 232; i++) {
      const soft = clear(encodeR900(fields));
      soft[i] *= -1;
      expect(fieldsOf(parseR900(soft))).toEqual(fields);
    }
  });

  it('corrects five symbols that were not heard', () => {
    const fields = randomFields(new Random(3));
    const soft = clear(encodeR900(fields));
    for (const symbol of [0, 3, 11, 17, 20]) soft.fill(0, 64 + 8 * symbol, 72 + 8 * symbol);
    expect(fieldsOf(parseR900(soft))).toEqual(fields);
  });

  it('counts the bits it corrects', () => {
    const fields = VECTORS[0];
    const soft = clear(encodeR900(fields));
    // The first digit is 1, 0101; made to look like 4, 1010, the symbol is 27 instead of 9: two bits.
    for (let c = 64; c < 68; c++) soft[c] *= -0.3;
    const result = parseR900(soft);
    expect(result).toMatchObject({ meterId: fields.id, correctedBits: 2 });
  });

  it('refuses digits above nine, and has no reading of a type nobody knows', () => {
    expect(readR900(bitsOfHex('499602d2a100cefb123f'))).toBeNull();
    expect(readR900(bitsOfHex('499602d2a100aaaaa93f'))).toBeNull();
    expect(readR900(bitsOfHex('499602d2a50000012300'))).toMatchObject({ meterType: 5, reading: null });
    expect(parseR900(clear(chipsOfData(bitsOfHex('499602d2a100cefb123f'))))).toEqual({
      ok: false,
      why: 'implausible',
    });
  });

  it('refuses all zero, which is a word of the code', () => {
    expect(parseR900(clear(chipsOfData(new Uint8Array(80))))).toEqual({ ok: false, why: 'implausible' });
  });

  it('refuses too few chips, and another preamble', () => {
    expect(parseR900(new Float32Array(231))).toEqual({ ok: false, why: 'length' });
    const soft = clear(encodeR900(VECTORS[0]));
    for (let i = 0; i < 16; i++) soft[i] *= -1;
    expect(parseR900(soft)).toEqual({ ok: false, why: 'integrity' });
  });

  it('accepts no strong random digits', () => {
    const random = new Random(6);
    const preamble = clear(encodeR900(VECTORS[0]), 20).subarray(0, 64);
    for (let round = 0; round < 300; round++) {
      const chips = Array.from({ length: 42 }, () => DIGIT_CHIPS[random.below(6)]).join('');
      const soft = Float32Array.from([...preamble, ...[...chips].map((chip) => (chip === '1' ? 20 : -20))]);
      expect(parseR900(soft).ok).toBe(false);
    }
  });

  it('never throws, whatever the chips', () => feedAnything(parseR900, 232));

  it('gives a confidence that is the share of right answers', { timeout: 30_000 }, () => {
    const random = new Random(5);
    const heard = () => {
      const sent = encodeR900({ ...randomFields(random), meterType: 3 });
      return { sent, soft: noisy(sent, 10 ** 0.45, 1, random) };
    };
    const { answers, right, expected } = calibration(parseR900, heard, 800);
    expect(right / answers).toBeGreaterThan(0.3);
    expect(right / answers).toBeLessThan(0.8);
    expect(Math.abs(right - expected) / answers).toBeLessThan(0.03);
  });

  const published = publishedPackets<{
    payload80: string;
    base6: string[];
    id: number;
    meterType: number;
    noUse: number;
    backflow: number;
    reading: number;
    leak: number;
    leakNow: number;
    origin: string;
  }>('r900');
  it.runIf(published.length > 0)('decodes the packets in a list of published ones', () => {
    for (const { payload80, base6, origin: _, id, meterType: type, reading, ...rest } of published) {
      const chips = chipsOfData(bitsOfHex(payload80));
      const digits = [...base6.join('')].map((digit) => DIGIT_CHIPS[Number(digit)]);
      expect(chips.subarray(64).join('')).toBe(digits.join(''));
      const result = parseR900(clear(chips));
      expect(result).toMatchObject({ ok: true, meterId: id, type, fields: rest });
      // Of packets in digits the list has the binary number, with three bits more.
      const told = type === 1 ? (reading % 2 ** 24).toString(16) : String(reading);
      expect(result.ok && result.consumption).toBe(told === 'aaaaaa' ? null : Number(told));
    }
  });
});
