import type { Protocol } from '../../src/decode/protocol.js';
import { PROTOCOLS } from '../../src/decode/protocols/index.js';
import { Receiver, type Reception } from '../../src/receiver/receiver.js';
import { Band, type BandOptions } from '../../src/synth/band.js';
import type { Dongle } from '../../src/synth/dongle.js';
import { type Population, populate } from '../../src/synth/meter.js';
import { FakeSource } from '../receiver/fake-source.js';

export const WINDOW = { centerHz: 912_600_000, sampleRateHz: 1_024_000 };

export const DONGLE: Dongle = { noiseRms: 0.05, ppm: 0, driftPpm: 0, settleSeconds: 0.02 };

const POPULATION: Population = {
  meters: 60,
  firstId: 10_000_001,
  class: 'mix',
  periodSeconds: { least: 0.5, most: 1 },
  ebN0Db: { least: 20, most: 30 },
  relayedShare: 0,
};

/** A street of meters that are easily heard, in a band that is empty otherwise. */
export function streetBand(
  population: Partial<Population> = {},
  options: Partial<Omit<BandOptions, 'meters'>> = {},
): Band {
  const meters = populate({ ...POPULATION, ...population }, 1);
  return new Band({ meters, interferersPerSecond: 0, wanderHz: 0, seed: 1, ...options });
}

const SCM: readonly Protocol[] = PROTOCOLS.filter(({ name }) => name === 'SCM');

/** Every packet that a receiver finds in samples (cu8). */
export async function packetsIn(bytes: Uint8Array, window = WINDOW): Promise<Reception['packet'][]> {
  const block = { bytes, format: 'cu8', firstSample: 0, timeMs: null } as const;
  const tuning = { ...window, gainDb: 'auto', ppm: 0 } as const;
  const receiver = new Receiver(new FakeSource([block], tuning), { protocols: SCM, minConfidence: 0.995 });
  await receiver.open(tuning);
  const packets: Reception['packet'][] = [];
  await receiver.run(new AbortController().signal, ({ packet }) => packets.push(packet));
  return packets;
}
