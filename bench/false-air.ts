import { amplitudeFor } from '../src/synth/air.js';
import { FastAir, PacketSound, type Sound } from '../src/synth/fast-air.js';
import { FastNoise } from '../src/synth/fast-noise.js';
import { FOREIGN_KINDS } from '../src/synth/foreign.js';
import { ForeignSound } from '../src/synth/foreign-sound.js';
import { saidIn } from '../src/synth/message.js';
import { Random } from '../src/synth/random.js';
import { CHIP_RATE_HZ } from '../src/synth/transmitter.js';
import { MESSAGE_KINDS } from './any-packet.js';
import { anyCarrier, NOISE_RMS, SAMPLE_RATE_HZ, type Sent, transmission } from './scene.js';

/** Kinds of air in which a packet too many may come out. */
export const AIR_KINDS = ['noise', 'traffic', 'foreign', 'messages'] as const;
export type AirKind = (typeof AIR_KINDS)[number];

const PACKETS_PER_SECOND = 50;
const FOREIGN_PER_SECOND = 20;
const MESSAGES_PER_SECOND = 25;
const BLOCK_SAMPLES = 65_536;
/** Longer than an SCM, and than any packet, s: the last one ends with the air. */
const PACKET_S = 0.01;
const LONG_PACKET_S = 0.05;

/** A piece of air, and what was sent in it. */
export interface PieceOfAir {
  readonly blocks: Iterable<Uint8Array>;
  readonly sent: readonly Sent[];
}

/** The same kind, seed and length give the same bytes. A block is valid until the next one is asked for. */
export function airOf(kind: AirKind, seed: number, seconds: number): PieceOfAir {
  const random = new Random(1_000_003 * (AIR_KINDS.indexOf(kind) + 1) + seed);
  const noise = new FastNoise(NOISE_RMS, random.int32());
  const sent: Sent[] = [];
  const sounds: Sound[] = [];
  if (kind === 'traffic') {
    for (let i = 0; i < seconds * PACKETS_PER_SECOND; i++) {
      const packet = anyPacket(random, i, seconds);
      sounds.push(new PacketSound(packet.onAir));
      sent.push(packet.sent);
    }
  }
  if (kind === 'messages') {
    for (let i = 0; i < seconds * MESSAGES_PER_SECOND; i++) {
      const packet = anyMessage(random, i, seconds);
      sounds.push(new PacketSound(packet.onAir));
      sent.push(packet.sent);
    }
  }
  if (kind === 'foreign') {
    for (let i = 0; i < seconds * FOREIGN_PER_SECOND; i++) sounds.push(anyForeign(random, seconds));
  }
  return { blocks: blocksOf(new FastAir(sounds, noise), seconds * SAMPLE_RATE_HZ), sent };
}

function* blocksOf(air: FastAir, samples: number): Generator<Uint8Array> {
  const block = new Uint8Array(2 * BLOCK_SAMPLES);
  for (let sample = 0; sample < samples; sample += BLOCK_SAMPLES) {
    const part = block.subarray(0, 2 * (samples - sample));
    air.next(part);
    yield part;
  }
}

/** From one just to be heard in a collision to one that clips. */
function anyPacket(random: Random, index: number, seconds: number): ReturnType<typeof transmission> {
  const start = random.uniform(0, seconds - PACKET_S) * SAMPLE_RATE_HZ;
  const kind = (['P', 'F', 'G'] as const)[index % 3];
  return transmission(random, kind, random.uniform(15, 50), start, anyCarrier(random));
}

/** Of any kind, from what is too weak to be read to what is strong. */
function anyMessage(random: Random, index: number, seconds: number): ReturnType<typeof transmission> {
  const { message, chips } = MESSAGE_KINDS[index % MESSAGE_KINDS.length].make(random);
  const { id, consumption } = saidIn(message);
  const start = random.uniform(0, seconds - LONG_PACKET_S) * SAMPLE_RATE_HZ;
  const kind = (['P', 'F', 'G'] as const)[random.below(3)];
  const made = { fields: { id, consumption }, chips };
  return transmission(random, kind, random.uniform(3, 35), start, anyCarrier(random), made);
}

/** A foreign signal of 2 to 300 ms. */
function anyForeign(random: Random, seconds: number): Sound {
  const samples = Math.floor(SAMPLE_RATE_HZ * 10 ** random.uniform(-2.7, -0.5));
  const from = random.below(seconds * SAMPLE_RATE_HZ - samples);
  const signal = {
    kind: FOREIGN_KINDS[random.below(FOREIGN_KINDS.length)],
    sampleRateHz: SAMPLE_RATE_HZ,
    carrierHz: anyCarrier(random),
    amplitude: amplitudeFor(random.uniform(5, 50), NOISE_RMS, SAMPLE_RATE_HZ / CHIP_RATE_HZ),
  };
  return new ForeignSound(signal, new Random(random.int32()), from, samples);
}
