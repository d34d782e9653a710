import type { TimedReading } from '../../src/readings/reading.js';
import type { Random } from '../../src/synth/random.js';

/** A packet that is right by its check and wrong. */
export interface Spike {
  readonly packet: TimedReading;
  /** What the meter sent. */
  readonly sent: number;
}

const CONSUMPTION_BITS = 24;
/** Bits that may turn without the ID being another one: a reserved one, tamper and type, and the register. */
const FLAGS = 9;
/** Flips in the low bits alone are what the meter may have used; they are none of a spike's. */
const LEAST_ERROR = 4096;

/**
 * An SCM as it is heard where errors made another word of the code of it: some bits turned, the ID the same. Published
 * ones had the reserved bit and the high bits of the register turned.
 */
export function spikeOf(packet: TimedReading, random: Random): Spike {
  const sent = packet.consumption ?? 0;
  const fields = { ...packet.fields } as Record<string, number | boolean>;
  let [counts, type] = [sent, packet.type];
  const flips = 2 + random.below(3);
  for (let flip = 0; flip < flips; flip++) {
    const bit = random.below(FLAGS + CONSUMPTION_BITS);
    if (bit >= FLAGS) counts ^= 1 << (bit - FLAGS);
    else if (bit === 0) fields.relayed = true;
    else if (bit < 3) fields.tamperPhy = Number(fields.tamperPhy) ^ (1 << (bit - 1));
    else if (bit < 5) fields.tamperEnc = Number(fields.tamperEnc) ^ (1 << (bit - 3));
    else type ^= 1 << (bit - 5);
  }
  while (Math.abs(counts - sent) < LEAST_ERROR) counts ^= 1 << (12 + random.below(CONSUMPTION_BITS - 12));
  const confidence = 1 - 10 ** random.uniform(-6, -2.3);
  return { packet: { ...packet, type, consumption: counts, fields, confidence, correctedBits: 2 }, sent };
}

/** A packet of nobody: noise that happened to be a word of the code. */
export function noisePacket(random: Random, timeMs: number, startMs: number): TimedReading {
  const seconds = (timeMs - startMs) / 1000;
  return {
    ...{ timeMs, seconds, sample: Math.round(seconds * 2_359_296), receiver: 'roof', protocol: 'SCM' },
    ...{ id: 1 + random.below(2 ** 26 - 1), type: random.below(16), commodity: 'unknown' },
    consumption: random.below(2 ** 24),
    fields: {
      tamperPhy: random.below(4),
      tamperEnc: random.below(4),
      relayed: random.below(2) > 0,
      checksum: 0,
    },
    ...{ carrierHz: 912_600_000, snrDb: 7, correctedBits: 4, confidence: 0.996 },
  };
}
