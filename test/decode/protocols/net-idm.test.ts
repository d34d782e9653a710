import { describe, expect, it } from 'vitest';
import { bitsOfHex } from '../../../src/decode/bits.js';
import type { ParseResult } from '../../../src/decode/protocol.js';
import { parseIdmFrame } from '../../../src/decode/protocols/idm-family.js';
import { encodeNetIdm, type NetIdmFields } from '../../../src/decode/protocols/net-idm.js';
import { Random } from '../../../src/synth/random.js';
import { clear, publishedPackets } from './soft-symbols.js';

/** A packet of an invented meter. */
const HEX =
  '555516a31c5cc6041800bc614e205f0101000000000000000000002c00029e98940e000001b9000000000000000000000000000000000000' +
  '000000000000000000000000000000000000000000000000000002b016800f0d61b07613';

function randomFields(random: Random): NetIdmFields {
  return {
    id: 1 + random.below(2 ** 32 - 1),
    type: 16 * random.below(16) + 8,
    version: random.below(256),
    intervalCounter: random.below(256),
    programmingState: random.below(256),
    tamperCounters: Array.from({ length: 6 }, () => random.below(256)),
    unknown: random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
    consumption: random.below(2 ** 24),
    generation: random.below(2 ** 24),
    net: random.below(2 ** 24),
    lastConsumptionNet: random.below(2 ** 32),
    intervals: Array.from({ length: 27 }, () => random.below(2 ** 14)),
    transmitTimeOffset: random.below(2 ** 16),
  };
}

function fieldsOf(result: ParseResult): unknown {
  if (!result.ok) return result.why;
  const { serialChecksum: _, checksum: __, ...fields } = result.fields;
  return { id: result.meterId, type: result.type, consumption: result.consumption, ...fields };
}

describe('NetIDM', () => {
  it('decodes to its fields and encodes back', () => {
    const result = parseIdmFrame(clear(bitsOfHex(HEX)));
    expect(result).toMatchObject({
      message: 'NetIDM',
      meterId: 12345678,
      type: 0x18,
      consumption: 44,
      correctedBits: 0,
      fields: { generation: 670, net: 9_999_374, lastConsumptionNet: 441 },
    });
    expect(encodeNetIdm(fieldsOf(result) as NetIdmFields)).toEqual(bitsOfHex(HEX));
  });

  it('survives a round trip of random fields', () => {
    const random = new Random(1);
    for (let round = 0; round < 100; round++) {
      const fields = randomFields(random);
      const result = parseIdmFrame(clear(encodeNetIdm(fields)));
      expect(result).toMatchObject({ message: 'NetIDM' });
      expect(fieldsOf(result)).toEqual(fields);
    }
  });

  const published = publishedPackets<{ hex: string }>('netidm');
  it.runIf(published.length > 0)('knows the packets in a list of others, and encodes them back', () => {
    for (const { hex } of published) {
      const result = parseIdmFrame(clear(bitsOfHex(hex)));
      expect(result).toMatchObject({ ok: true, message: 'NetIDM', correctedBits: 0 });
      expect(encodeNetIdm(fieldsOf(result) as NetIdmFields)).toEqual(bitsOfHex(hex));
    }
  });
});
