import type { Protocol } from '../../../src/decode/protocol.js';
import { encodeIdm, type IdmFields } from '../../../src/decode/protocols/idm.js';
import { idmFrame } from '../../../src/decode/protocols/idm-family.js';
import { encodeNetIdm } from '../../../src/decode/protocols/net-idm.js';
import { encodeR900, type R900Fields, r900 } from '../../../src/decode/protocols/r900.js';
import { encodeScm, scm } from '../../../src/decode/protocols/scm.js';
import { encodeScmPlus, scmPlus } from '../../../src/decode/protocols/scm-plus.js';
import type { Reading } from '../../../src/readings/reading.js';
import { HEARD_MS, scmReading } from '../reading-fixture.js';

/** A packet as it comes out of the decoder when these bits were sent. */
export function heard(protocol: Protocol, bits: Uint8Array, timeMs: number | null = HEARD_MS): Reading {
  const result = protocol.parse(Float32Array.from(bits, (bit) => (bit === 1 ? 20 : -20)));
  if (!result.ok) throw new Error(`the packet was refused: ${result.why}`);
  const { message, meterId, type, consumption, fields } = result;
  return scmReading({ timeMs, protocol: message, id: meterId, type, consumption, fields });
}

export const SCM = heard(
  scm,
  encodeScm({ id: 10_000_001, type: 7, consumption: 1234, tamperPhy: 3, tamperEnc: 2, relayed: false }),
);

export const SCM_PLUS = heard(
  scmPlus,
  encodeScmPlus({ id: 10_000_002, type: 0xab, consumption: 4_000_000_000, tamper: 0x4900 }),
);

const IDM_FIELDS: IdmFields = {
  ...{ id: 10_000_003, type: 0x17, version: 4, intervalCounter: 76, programmingState: 188 },
  ...{ tamperCounters: [3, 2, 0, 115, 14, 0], asynchronousCounters: 0, outageFlags: '000000000001' },
  ...{ consumption: 1978, intervals: Array.from({ length: 47 }, (_, i) => i), transmitTimeOffset: 391 },
};

export const IDM = heard(idmFrame, encodeIdm(IDM_FIELDS));

export const NET_IDM = heard(
  idmFrame,
  encodeNetIdm({
    ...IDM_FIELDS,
    ...{ id: 10_000_004, type: 0x18, unknown: '00112233', consumption: 171_669, generation: 38_036 },
    ...{ net: 133_633, lastConsumptionNet: 2_223_120_656 },
    intervals: Array.from({ length: 27 }, (_, i) => 100 + i),
  }),
);

const R900_FIELDS: R900Fields = {
  ...{ id: 10_000_005, meterType: 3, reading: 53_721_997, noUse: 2, backflow: 1, leak: 6, leakNow: 2 },
  ...{ unknown1: 10, unknown2: 1 },
};

export const R900 = heard(r900, encodeR900(R900_FIELDS));
export const R900BCD = heard(r900, encodeR900({ ...R900_FIELDS, meterType: 1, reading: 123_456 }));
