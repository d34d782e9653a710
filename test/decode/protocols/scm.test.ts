import { describe, expect, it } from 'vitest';
import { bitsOfHex } from '../../../src/decode/bits.js';
import { encodeScm, type ScmFields, scm } from '../../../src/decode/protocols/scm.js';
import { Random } from '../../../src/synth/random.js';
import { publishedPackets } from './soft-symbols.js';

/** Packets of invented meters; hex from the second sync bit on is what other receivers print. */
const VECTORS: readonly (ScmFields & { readonly hex: string })[] = [
  {
    hex: 'f953005c01e240bc614e5517',
    id: 12345678,
    type: 7,
    consumption: 123456,
    tamperPhy: 1,
    tamperEnc: 0,
    relayed: false,
  },
  {
    hex: 'f953015c01e240bc614e4e70',
    id: 12345678,
    type: 7,
    consumption: 123456,
    tamperPhy: 1,
    tamperEnc: 0,
    relayed: true,
  },
  {
    hex: 'f95304f000a001faf08152a3',
    id: 50000001,
    type: 12,
    consumption: 40961,
    tamperPhy: 3,
    tamperEnc: 0,
    relayed: false,
  },
  {
    hex: 'f95306ffffffffffffffad8f',
    id: 67108863,
    type: 15,
    consumption: 16777215,
    tamperPhy: 3,
    tamperEnc: 3,
    relayed: false,
  },
  {
    hex: 'f9530260157853312d00e250',
    id: 20000000,
    type: 8,
    consumption: 1407059,
    tamperPhy: 1,
    tamperEnc: 0,
    relayed: false,
  },
  {
    hex: 'f9530220000000312d015bff',
    id: 20000001,
    type: 8,
    consumption: 0,
    tamperPhy: 0,
    tamperEnc: 0,
    relayed: false,
  },
  {
    hex: 'f953026001b07a312d02bb15',
    id: 20000002,
    type: 8,
    consumption: 110714,
    tamperPhy: 1,
    tamperEnc: 0,
    relayed: false,
  },
];

function soft(bits: Uint8Array): Float32Array {
  return Float32Array.from(bits, (bit) => (bit === 1 ? 8 : -8));
}

function randomFields(random: Random): ScmFields {
  return {
    id: 1 + random.below(2 ** 26 - 1),
    type: random.below(16),
    consumption: random.below(2 ** 24),
    tamperPhy: random.below(4),
    tamperEnc: random.below(4),
    relayed: random.below(2) === 1,
  };
}

/** What a parse says, in the shape of the fields that were encoded. */
function fieldsOf(result: ReturnType<typeof scm.parse>): ScmFields | string {
  if (!result.ok) return result.why;
  const { tamperPhy, tamperEnc, relayed } = result.fields;
  return {
    id: result.meterId,
    type: result.type,
    consumption: Number(result.consumption),
    tamperPhy: Number(tamperPhy),
    tamperEnc: Number(tamperEnc),
    relayed: relayed === true,
  };
}

describe('SCM', () => {
  it.each(VECTORS)('$hex decodes to its fields and encodes back', ({ hex, ...fields }) => {
    expect(encodeScm(fields)).toEqual(bitsOfHex(hex));
    const result = scm.parse(soft(bitsOfHex(hex)));
    expect(fieldsOf(result)).toEqual(fields);
    expect(result.ok && result.correctedBits).toBe(0);
    expect(result.ok && result.fields.checksum).toBe(Number.parseInt(hex.slice(-4), 16));
  });

  it('survives a round trip of random fields', () => {
    const random = new Random(1);
    for (let round = 0; round < 1000; round++) {
      const fields = randomFields(random);
      expect(fieldsOf(scm.parse(soft(encodeScm(fields))))).toEqual(fields);
    }
  });

  it('corrects every single damaged symbol', () => {
    const fields = randomFields(new Random(2));
    for (let i = 0; i < 96; i++) {
      const values = soft(encodeScm(fields));
      values[i] *= -0.5;
      expect(fieldsOf(scm.parse(values))).toEqual(fields);
    }
  });

  it('refuses ID 0, which is how silence reads', () => {
    const nothing = encodeScm({ id: 0, type: 0, consumption: 0, tamperPhy: 0, tamperEnc: 0, relayed: false });
    expect(scm.parse(soft(nothing))).toEqual({ ok: false, why: 'implausible' });
  });

  it('refuses too few symbols', () => {
    expect(scm.parse(new Float32Array(95))).toEqual({ ok: false, why: 'length' });
  });

  it('never throws, whatever the symbols', () => {
    const random = new Random(4);
    for (let round = 0; round < 2000; round++) {
      const scale = 10 ** random.uniform(-3, 3);
      const values = Float32Array.from({ length: 96 }, () => scale * random.gaussian());
      if (round % 10 === 0)
        values[random.below(96)] = [Number.NaN, Number.POSITIVE_INFINITY, 0][random.below(3)];
      const result = scm.parse(values);
      if (result.ok) expect(result.meterId).toBeGreaterThan(0);
    }
  });

  const published = publishedPackets<{
    hex: string;
    id: number;
    reserved: number;
    type: number;
    consumption: number;
    tamperPhy: number;
    tamperEnc: number;
  }>('scm');
  it.runIf(published.length > 0)('decodes the packets in a list of published ones', () => {
    for (const { hex, id, reserved, type, consumption, tamperPhy, tamperEnc } of published) {
      const fields = { id, type, consumption, tamperPhy, tamperEnc, relayed: reserved === 1 };
      expect(fieldsOf(scm.parse(soft(bitsOfHex(hex))))).toEqual(fields);
      expect(encodeScm(fields)).toEqual(bitsOfHex(hex));
    }
  });
});
