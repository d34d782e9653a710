import { encodeScm, type ScmFields } from '../../src/decode/protocols/scm.js';
import { Air, amplitudeFor, type OnAir } from '../../src/synth/air.js';
import { manchester } from '../../src/synth/line-code.js';
import { quantise } from '../../src/synth/quantise.js';
import { Random } from '../../src/synth/random.js';
import { CHIP_RATE_HZ, type TransmitterClass } from '../../src/synth/transmitter.js';

/** Noise of the test air: 10 of 127.5 steps. */
export const NOISE_RMS = 10 / 127.5;

export interface TestPacket {
  readonly fields: ScmFields;
  readonly seconds: number;
  readonly carrierHz: number;
  readonly ebN0Db: number;
  readonly class?: TransmitterClass;
  readonly seed?: number;
  /** A symbol that is sent the wrong way round. */
  readonly wrong?: number | undefined;
}

/** Fields of an invented meter. */
export function testFields(id: number, consumption = 123_456): ScmFields {
  return { id, type: 7, consumption, tamperPhy: 1, tamperEnc: 0, relayed: false };
}

/** Air with the given packets in noise, cu8. */
export function testAir(
  sampleRateHz: number,
  seconds: number,
  packets: readonly TestPacket[],
  seed = 1,
): Uint8Array {
  const samplesPerChip = sampleRateHz / CHIP_RATE_HZ;
  const onAir: OnAir[] = packets.map((packet, i) => ({
    random: new Random(packet.seed ?? 100 + i),
    transmission: {
      class: packet.class ?? 'P',
      chips: manchester(encodeScm(packet.fields).map((bit, i) => (i === packet.wrong ? 1 - bit : bit))),
      startSample: packet.seconds * sampleRateHz,
      samplesPerChip,
      carrierHz: packet.carrierHz,
      sampleRateHz,
      amplitude: amplitudeFor(packet.ebN0Db, NOISE_RMS, samplesPerChip),
    },
  }));
  const iq = new Float32Array(2 * Math.round(seconds * sampleRateHz));
  new Air(onAir, NOISE_RMS, new Random(seed)).next(iq);
  return quantise(iq, 'cu8');
}
