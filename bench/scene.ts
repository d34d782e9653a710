import { encodeScm, type ScmFields } from '../src/decode/protocols/scm.js';
import { Air, amplitudeFor, type OnAir } from '../src/synth/air.js';
import { manchester } from '../src/synth/line-code.js';
import { quantise } from '../src/synth/quantise.js';
import { Random } from '../src/synth/random.js';
import { CHIP_RATE_HZ, type TransmitterClass } from '../src/synth/transmitter.js';

export const SAMPLE_RATE_HZ = 2_359_296;
/** Noise of all scenes: 10 steps of cu8, I and Q together. */
export const NOISE_RMS = 10 / 127.5;

const BLOCK_SAMPLES = 65_536;

/** A packet that is sent in a scene. */
export interface Sent {
  readonly fields: { readonly id: number; readonly consumption: number | null };
  readonly startSample: number;
  readonly carrierHz: number;
}

export function randomFields(random: Random): ScmFields {
  return {
    id: 1 + random.below(2 ** 26 - 1),
    type: random.below(16),
    consumption: random.below(2 ** 24),
    tamperPhy: random.below(4),
    tamperEnc: random.below(4),
    relayed: random.below(2) === 1,
  };
}

/** What is sent of a packet, whatever its kind. */
interface ToSend {
  readonly fields: Sent['fields'];
  readonly chips: Uint8Array;
}

function randomScm(random: Random): ToSend {
  const fields = randomFields(random);
  return { fields, chips: manchester(encodeScm(fields)) };
}

/** One transmission of a random meter, SCM unless another is given; chip clock off by up to 50 ppm. */
export function transmission(
  random: Random,
  kind: TransmitterClass,
  ebN0Db: number,
  startSample: number,
  carrierHz: number,
  { fields, chips }: ToSend = randomScm(random),
): { sent: Sent; onAir: OnAir } {
  const nominal = SAMPLE_RATE_HZ / CHIP_RATE_HZ;
  return {
    sent: { fields, startSample, carrierHz },
    onAir: {
      random: new Random(random.int32()),
      transmission: {
        class: kind,
        chips,
        startSample,
        samplesPerChip: nominal * (1 + random.uniform(-50e-6, 50e-6)),
        carrierHz,
        sampleRateHz: SAMPLE_RATE_HZ,
        amplitude: amplitudeFor(ebN0Db, NOISE_RMS, nominal),
      },
    },
  };
}

/** A carrier anywhere in ±43 % of the sample rate. */
export function anyCarrier(random: Random): number {
  return random.uniform(-0.43, 0.43) * SAMPLE_RATE_HZ;
}

/** cu8 blocks of noise with the transmissions in it. */
export function* scene(onAir: readonly OnAir[], seconds: number, noise: Random): Generator<Uint8Array> {
  const air = new Air(onAir, NOISE_RMS, noise);
  const iq = new Float32Array(2 * BLOCK_SAMPLES);
  for (let sample = 0; sample < seconds * SAMPLE_RATE_HZ; sample += BLOCK_SAMPLES) {
    air.next(iq);
    yield quantise(iq, 'cu8');
  }
}

/** Whether a received packet is this sent one: same contents, same chip. */
export function isSame(
  packet: { readonly meterId: number; readonly consumption: number | null; readonly firstSample: number },
  sent: Sent,
): boolean {
  return (
    packet.meterId === sent.fields.id &&
    packet.consumption === sent.fields.consumption &&
    Math.abs(packet.firstSample - sent.startSample) < SAMPLE_RATE_HZ / CHIP_RATE_HZ
  );
}
