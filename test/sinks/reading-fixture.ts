import type { PacketEntry } from '../../src/readings/entry.js';
import type { Reading } from '../../src/readings/reading.js';

/** 2026-11-20 10:41:07.123 UTC. */
export const HEARD_MS = Date.UTC(2026, 10, 20, 10, 41, 7, 123);

/** An SCM reading; what a test is about is given, the rest is plausible. */
export function scmReading(given: Partial<Reading> = {}): Reading {
  return {
    timeMs: HEARD_MS,
    seconds: 1.5,
    sample: 3_538_944,
    receiver: 'roof',
    protocol: 'SCM',
    id: 10_000_042,
    type: 11,
    commodity: 'water',
    consumption: 123_456,
    fields: { tamperPhy: 0, tamperEnc: 0, relayed: false, checksum: 21_834 },
    carrierHz: 912_600_155,
    snrDb: 23.44,
    correctedBits: 0,
    confidence: 0.999_96,
    ...given,
  };
}

/** The same as a sink is given it. */
export function scmPacket(given: Partial<Reading> = {}): PacketEntry {
  return { kind: 'packet', packet: scmReading(given) };
}
