import type { OnAir } from './air.js';
import type { FastNoise } from './fast-noise.js';
import { transmissionFrom, transmissionSamples, transmit } from './transmitter.js';

/** Something that is on the air for a while. */
export interface Sound {
  /** First sample in the stream, and the one after the last. */
  readonly from: number;
  readonly end: number;
  /** Adds its next samples to `out`, interleaved I,Q; it is asked from its first sample to its last. */
  add(out: Float32Array): void;
}

/** Noise is made in pieces of so many samples, for each of which it is known whether there is a signal. */
const PIECE_SAMPLES = 512;

/**
 * Sums sounds and noise block by block, straight to bytes: the fast sibling of `Air`, of which the noise is another.
 * Where there is no signal nothing is summed.
 */
export class FastAir {
  readonly #waiting: Sound[];
  readonly #noise: FastNoise;
  #sounding: Sound[] = [];
  #position = 0;
  #signal = new Float32Array(0);
  #busy = new Uint8Array(0);

  constructor(sounds: readonly Sound[], noise: FastNoise) {
    this.#waiting = sounds.toSorted((a, b) => b.from - a.from);
    this.#noise = noise;
  }

  /** Adds a sound that was not known at the beginning. It may not have begun yet. */
  begin(sound: Sound): void {
    this.#sounding.push(sound);
  }

  /** The next `out.length / 2` samples. */
  next(out: Uint8Array): void {
    if (this.#signal.length < out.length) {
      this.#signal = new Float32Array(out.length);
      this.#busy = new Uint8Array(Math.ceil(out.length / 2 / PIECE_SAMPLES));
    }
    this.#sum(this.#position + out.length / 2);
    const pieces = Math.ceil(out.length / 2 / PIECE_SAMPLES);
    for (let first = 0, end = 0; first < pieces; first = end) {
      while (end < pieces && this.#busy[end] === this.#busy[first]) end++;
      const [from, to] = [2 * first * PIECE_SAMPLES, Math.min(out.length, 2 * end * PIECE_SAMPLES)];
      if (this.#busy[first] === 0) this.#noise.quiet(out.subarray(from, to));
      else this.#noise.over(this.#signal.subarray(from, to), out.subarray(from, to));
      // What was not busy is zero as it is.
      if (this.#busy[first] === 1) this.#signal.fill(0, from, to);
    }
    this.#busy.fill(0);
  }

  /** Adds up what sounds from the current position to `end`, and stands there then. */
  #sum(end: number): void {
    const begin = this.#position;
    for (
      let next = this.#waiting.at(-1);
      next !== undefined && next.from < end;
      next = this.#waiting.at(-1)
    ) {
      this.#sounding.push(next);
      this.#waiting.pop();
    }
    for (const sound of this.#sounding) {
      const first = Math.max(sound.from, begin) - begin;
      const last = Math.min(sound.end, end) - begin;
      if (last <= first) continue;
      sound.add(this.#signal.subarray(2 * first, 2 * last));
      this.#busy.fill(1, Math.floor(first / PIECE_SAMPLES), Math.ceil(last / PIECE_SAMPLES));
    }
    this.#position = end;
    this.#sounding = this.#sounding.filter((sound) => sound.end > end);
  }
}

/** A packet. One that began before the stream is there from the stream's beginning. */
export class PacketSound implements Sound {
  readonly from: number;
  readonly end: number;
  readonly #packet: OnAir;
  #samples: Float32Array | null = null;
  #done: number;

  constructor(packet: OnAir) {
    const from = transmissionFrom(packet.transmission);
    this.#packet = packet;
    this.from = Math.max(0, from);
    this.end = from + transmissionSamples(packet.transmission);
    this.#done = 2 * (this.from - from);
  }

  add(out: Float32Array): void {
    this.#samples ??= this.#transmitted();
    const samples = this.#samples;
    const done = this.#done;
    for (let i = 0; i < out.length; i++) out[i] += samples[done + i];
    this.#done += out.length;
  }

  #transmitted(): Float32Array {
    const { transmission, random } = this.#packet;
    const samples = new Float32Array(2 * transmissionSamples(transmission));
    transmit(transmission, random, samples);
    return samples;
  }
}
