import { describe, expect, it } from 'vitest';
import { encodeIdm } from '../../../src/decode/protocols/idm.js';
import { idmVariant } from '../../../src/decode/protocols/idm-variant.js';
import { encodeNetIdm } from '../../../src/decode/protocols/net-idm.js';
import { Random } from '../../../src/synth/random.js';

const COMMON = {
  id: 12345678,
  version: 4,
  intervalCounter: 1,
  programmingState: 0xbc,
  tamperCounters: [],
  transmitTimeOffset: 100,
};

function idm(type: number, intervals: readonly number[], consumption = 5_000_000): Uint8Array {
  const fields = { ...COMMON, type, intervals, consumption };
  return encodeIdm({ ...fields, asynchronousCounters: 0, outageFlags: '000000000000' });
}

function netIdm(type: number, intervals: readonly number[], net = 5): Uint8Array {
  const registers = { consumption: 12_000, generation: 4_000, net, lastConsumptionNet: 0 };
  return encodeNetIdm({ ...COMMON, type, unknown: '00000000', intervals, ...registers });
}

function small(random: Random, count: number, below: number): number[] {
  return Array.from({ length: count }, () => random.below(below));
}

describe('IDM or NetIDM', () => {
  it('goes by the low nibble of the type where the fields do not tell', () => {
    const random = new Random(1);
    for (const high of [0x00, 0x10, 0xf0]) {
      for (const intervals of [[], small(random, 47, 512)]) {
        expect(idmVariant(idm(high + 7, intervals))).toBe('IDM');
        expect(idmVariant(idm(high + 8, intervals))).toBe('NetIDM');
      }
      // One kind of evidence against it is not enough.
      expect(idmVariant(netIdm(high + 7, [], 8_000))).toBe('IDM');
      expect(idmVariant(netIdm(high + 7, small(random, 27, 900)))).toBe('IDM');
    }
  });

  it('believes registers and intervals more than the type where both are against it', () => {
    const random = new Random(5);
    expect(idmVariant(netIdm(0x17, small(random, 27, 900), 8_000))).toBe('NetIDM');
    expect(idmVariant(idm(0x18, small(random, 47, 60)))).toBe('IDM');
  });

  it('takes no packet for the other kind, whatever the intervals are', () => {
    const random = new Random(6);
    for (let round = 0; round < 300; round++) {
      const [nine, fourteen] = [2 ** (1 + (round % 9)), 2 ** (1 + (round % 14))];
      expect(idmVariant(idm(0x17, small(random, 47, nine), random.below(1e7)))).toBe('IDM');
      expect(idmVariant(netIdm(0x18, small(random, 27, fourteen), random.below(1e7)))).toBe('NetIDM');
    }
  });

  it('believes the configuration more than the type', () => {
    expect(idmVariant(idm(7, []), 'NetIDM')).toBe('NetIDM');
    expect(idmVariant(idm(8, []), 'IDM')).toBe('IDM');
    expect(idmVariant(idm(0, []), 'IDM')).toBe('IDM');
  });

  it('knows a NetIDM of another type by its registers', () => {
    expect(idmVariant(netIdm(1, [], 8_000))).toBe('NetIDM');
    expect(idmVariant(netIdm(1, [], 8_001))).toBe('NetIDM');
    expect(idmVariant(netIdm(1, [], 8_100))).toBeNull();
  });

  it('knows either of another type by small intervals, and never takes one for the other', () => {
    const random = new Random(2);
    let known = 0;
    for (let round = 0; round < 300; round++) {
      const a = idmVariant(idm(1, small(random, 47, 2 + random.below(60)), random.below(1e7)));
      const b = idmVariant(netIdm(1, small(random, 27, 2 + random.below(2000))));
      expect(a).not.toBe('NetIDM');
      expect(b).not.toBe('IDM');
      if (a !== null) known++;
      if (b !== null) known++;
    }
    expect(known).toBeGreaterThan(300);
  });

  it('knows nothing of another type without intervals, or with great ones', () => {
    expect(idmVariant(idm(1, []))).toBeNull();
    expect(idmVariant(idm(1, small(new Random(3), 47, 512)))).toBeNull();
    expect(idmVariant(netIdm(1, small(new Random(3), 27, 2 ** 14)))).toBeNull();
  });
});
