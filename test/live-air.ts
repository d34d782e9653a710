import { Air } from '../src/synth/air.js';
import { quantise } from '../src/synth/quantise.js';
import { Random } from '../src/synth/random.js';
import { type Heard, heardBy, type Radio } from '../src/synth/sending.js';
import type { TransmitterClass } from '../src/synth/transmitter.js';
import { transmissionFrom, transmissionSamples, transmit } from '../src/synth/transmitter.js';
import { RtlTcpPeer } from './rtl-tcp-peer.js';

/** Slow to decode would be slow to test: the lowest rate there is, or nearly. */
export const RADIO: Radio = { centerHz: 912_600_000, sampleRateHz: 1_024_000, ppm: 0, noiseRms: 0.05 };

/** Samples played at a time, 32 ms. */
const CHUNK_SAMPLES = 32_768;
/** Silence between the end of a packet and the start of the next, samples. */
const GAP_SAMPLES = 20_000;
/** Rather longer than a packet, samples. */
const PACKET_SAMPLES = 7_000;
/** Noise before the first packet of a recording and after the last, samples. */
const LEAD_SAMPLES = 200_000;
/** Share of real time at which the air goes by, so that a slow machine loses nothing. */
const SPEED = 0.5;
const EB_N0_DB = 22;
const CLASSES: readonly TransmitterClass[] = ['P', 'F', 'G'];

interface Sounding {
  readonly fromSample: number;
  readonly iq: Float32Array;
}

/**
 * Air that goes on without end, and an rtl_tcp server that listens to it and may be killed and revived. Packets
 * are put on the air when a test wants them there.
 */
export class LiveAir {
  readonly peer = new RtlTcpPeer();
  readonly #noise = new Float32Array(16 * 2 * CHUNK_SAMPLES);
  readonly #stop = new AbortController();
  #sounding: Sounding[] = [];
  #played = 0;
  #busyUntil = 0;
  #waiting: { readonly sample: number; readonly resolve: () => void }[] = [];
  #playing: Promise<void> | null = null;

  /** @returns the server's port */
  async start(): Promise<number> {
    const random = new Random(1);
    const deviation = RADIO.noiseRms / Math.SQRT2;
    for (let i = 0; i < this.#noise.length; i++) this.#noise[i] = deviation * random.gaussian();
    const port = await this.peer.listen();
    const bytesPerSecond = SPEED * 2 * RADIO.sampleRateHz;
    this.#playing = this.peer.play(this.#chunks(), { bytesPerSecond, signal: this.#stop.signal });
    return port;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#playing;
    await this.peer.kill();
  }

  /**
   * Puts a packet of each meter on the air, one after the other; resolves when the last is over.
   * @param consumption what they say; the last digits of the ID where absent
   */
  async send(ids: readonly number[], consumption?: number): Promise<void> {
    let from = Math.max(this.#played + CHUNK_SAMPLES, this.#busyUntil);
    for (const id of ids) {
      const { iq, fromSample } = soundOf(id, from + GAP_SAMPLES, consumption);
      this.#sounding.push({ iq, fromSample });
      from = fromSample + iq.length / 2;
    }
    this.#busyUntil = from;
    await this.#until(from);
  }

  /** Resolves when so much air has gone by. */
  async pass(seconds: number): Promise<void> {
    await this.#until(this.#played + seconds * RADIO.sampleRateHz);
  }

  #until(sample: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ sample, resolve });
    });
  }

  *#chunks(): Generator<Uint8Array, void, undefined> {
    for (let chunk = 0; ; chunk++) {
      const begin = 2 * CHUNK_SAMPLES * (chunk % 16);
      const iq = this.#noise.slice(begin, begin + 2 * CHUNK_SAMPLES);
      for (const { fromSample, iq: sound } of this.#sounding) add(sound, iq, fromSample - this.#played);
      yield quantise(iq, 'cu8');
      this.#played += CHUNK_SAMPLES;
      this.#sounding = this.#sounding.filter((each) => each.fromSample + each.iq.length / 2 > this.#played);
      for (const { sample, resolve } of this.#waiting) if (sample <= this.#played) resolve();
      this.#waiting = this.#waiting.filter(({ sample }) => sample > this.#played);
    }
  }
}

/** Adds a sound to a chunk. @param at sample of the chunk at which the sound begins; may lie outside */
function add(sound: Float32Array, chunk: Float32Array, at: number): void {
  const first = Math.max(0, at);
  const end = Math.min(chunk.length / 2, at + sound.length / 2);
  for (let i = 2 * first; i < 2 * end; i++) chunk[i] += sound[i - 2 * at];
}

function soundOf(id: number, startSample: number, consumption?: number): Sounding {
  const { transmission, random } = heardFrom(id, startSample, consumption).onAir;
  const iq = new Float32Array(2 * transmissionSamples(transmission));
  transmit(transmission, random, iq);
  return { fromSample: transmissionFrom(transmission), iq };
}

function heardFrom(id: number, startSample: number, consumption = id % 100_000): Heard {
  const heard = heardBy(RADIO, {
    message: {
      protocol: 'SCM',
      fields: { id, type: 7, consumption, tamperPhy: 0, tamperEnc: 0, relayed: false },
    },
    class: CLASSES[id % CLASSES.length],
    seconds: startSample / RADIO.sampleRateHz,
    carrierHz: RADIO.centerHz + ((id % 7) - 3) * 100e3,
    chipPpm: 0,
    ebN0Db: EB_N0_DB,
    seed: id,
  });
  if (heard === null) throw new Error(`the packet of ${id} is outside the window`);
  return heard;
}

/** A recording (cu8) with a packet of each meter, one after the other. */
export function recordingOf(ids: readonly number[]): Uint8Array {
  const startOf = (index: number) => LEAD_SAMPLES + index * (GAP_SAMPLES + PACKET_SAMPLES);
  const packets = ids.map((id, index) => heardFrom(id, startOf(index)).onAir);
  const iq = new Float32Array(2 * (startOf(ids.length) + LEAD_SAMPLES));
  new Air(packets, RADIO.noiseRms, new Random(2)).next(iq);
  return quantise(iq, 'cu8');
}
