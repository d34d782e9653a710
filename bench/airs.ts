import { amplitudeFor } from '../src/synth/air.js';
import { FastAir, PacketSound, type Sound } from '../src/synth/fast-air.js';
import { FastNoise } from '../src/synth/fast-noise.js';
import { FOREIGN_KINDS } from '../src/synth/foreign.js';
import { ForeignSound } from '../src/synth/foreign-sound.js';
import { populate } from '../src/synth/meter.js';
import { Random } from '../src/synth/random.js';
import { heardBy, type Radio } from '../src/synth/sending.js';
import { street } from '../src/synth/street.js';
import { CHIP_RATE_HZ, type TransmitterClass } from '../src/synth/transmitter.js';
import { anyCarrier, NOISE_RMS, SAMPLE_RATE_HZ, transmission } from './scene.js';

/** A receiver of the whole band from 909.6 to 921.8 MHz. Its noise is that of the other airs. */
export const WHOLE_BAND: Radio = {
  centerHz: 915.7e6,
  sampleRateHz: 12.5e6,
  ppm: 0,
  noiseRms: NOISE_RMS,
};

const WHOLE_BAND_METERS = 400;
const FOREIGN_SIGNALS = 4 * FOREIGN_KINDS.length;

/** Air with so many packets a second, of all classes and strengths from 8 to 40 dB; cu8. */
export function traffic(packetsPerSecond: number, seconds: number): Uint8Array {
  const random = new Random(packetsPerSecond + 1);
  const kinds: readonly TransmitterClass[] = ['P', 'F', 'G'];
  const packets = Array.from({ length: Math.round(seconds * packetsPerSecond) }, (_, i) => {
    const start = random.uniform(0, seconds) * SAMPLE_RATE_HZ;
    return transmission(random, kinds[i % 3], random.uniform(8, 40), start, anyCarrier(random)).onAir;
  });
  const bytes = new Uint8Array(2 * Math.round(seconds * SAMPLE_RATE_HZ));
  const sounds = packets.map((packet) => new PacketSound(packet));
  fill(new FastAir(sounds, new FastNoise(NOISE_RMS, random.int32())), bytes);
  return bytes;
}

/** Foreign signals of every kind side by side without a pause, 10 to 50 dB: no bin is ever quiet; cu8. */
export function interference(seconds: number): Uint8Array {
  const random = new Random(4711);
  const samples = Math.round(seconds * SAMPLE_RATE_HZ);
  const sounds: Sound[] = Array.from({ length: FOREIGN_SIGNALS }, (_, i) => {
    const carrierHz = ((0.86 * (i + 0.5)) / FOREIGN_SIGNALS - 0.43) * SAMPLE_RATE_HZ;
    const amplitude = amplitudeFor(random.uniform(10, 50), NOISE_RMS, SAMPLE_RATE_HZ / CHIP_RATE_HZ);
    const kind = FOREIGN_KINDS[i % FOREIGN_KINDS.length];
    const signal = { kind, sampleRateHz: SAMPLE_RATE_HZ, carrierHz, amplitude };
    return new ForeignSound(signal, new Random(random.int32()), 0, samples);
  });
  const bytes = new Uint8Array(2 * samples);
  fill(new FastAir(sounds, new FastNoise(NOISE_RMS, random.int32())), bytes);
  return bytes;
}

/** A street that sends some 40 packets a second on all channels, as {@link WHOLE_BAND} hears it; cs8. */
export function wholeBand(seconds: number): { bytes: Uint8Array; packets: number } {
  const meters = populate(
    {
      meters: WHOLE_BAND_METERS,
      firstId: 10_000_001,
      class: 'mix',
      periodSeconds: { least: 5, most: 20 },
      ebN0Db: { least: 12, most: 35 },
      relayedShare: 0.15,
    },
    1,
  );
  const samples = Math.round(seconds * WHOLE_BAND.sampleRateHz);
  const heard = [...street(meters, seconds)]
    .map((sending) => heardBy(WHOLE_BAND, sending))
    .filter((one) => one !== null && one.firstSample > 0 && one.endSample < samples);
  const bytes = new Uint8Array(2 * samples);
  const sounds = heard.map((one) => new PacketSound(one!.onAir));
  fill(new FastAir(sounds, new FastNoise(NOISE_RMS, 2, 'cs8')), bytes);
  return { bytes, packets: heard.length };
}

/** Blocks as a dongle's driver passes them on. */
export function* blocksOf(bytes: Uint8Array, blockBytes = 131_072): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += blockBytes) yield bytes.subarray(at, at + blockBytes);
}

function fill(air: FastAir, bytes: Uint8Array): void {
  for (const block of blocksOf(bytes)) air.next(block);
}
