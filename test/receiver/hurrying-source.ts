import { setTimeout as sleep } from 'node:timers/promises';
import { BlockQueue } from '../../src/sources/block-queue.js';
import { systemClock } from '../../src/sources/clock.js';
import type { SampleBlock } from '../../src/sources/source.js';
import { StreamClock } from '../../src/sources/stream-clock.js';
import { CHIP_RATE_HZ } from '../../src/synth/transmitter.js';
import { FakeSource, RATE, TUNING } from './fake-source.js';

/** Seconds of air in a second. */
const SPEED = 10;
const BLOCK_SAMPLES = 16_000;
const PACKET_SAMPLES = (192 / CHIP_RATE_HZ) * RATE;

/** A live radio whose air goes by ten times too fast: the same second again and again. */
export class HurryingSource extends FakeSource {
  readonly #second: Uint8Array;
  readonly #seconds: number;
  readonly #arrivals: number[] = [];
  /** Stretches that were taken, samples [from, to). */
  readonly #taken: [number, number][] = [];
  readonly #queue = new BlockQueue({
    format: 'cu8',
    blockSamples: BLOCK_SAMPLES,
    capacity: Math.round((0.2 * RATE) / BLOCK_SAMPLES),
    clock: new StreamClock(systemClock, RATE),
  });

  constructor(second: Uint8Array, seconds: number) {
    super([], TUNING, true);
    this.#second = second;
    this.#seconds = seconds;
  }

  override get droppedSamples(): number {
    return this.#queue.droppedSamples;
  }

  /** When a sample came, by the monotonic clock. */
  arrivedMs(sample: number): number {
    return this.#arrivals[Math.floor(sample / BLOCK_SAMPLES)];
  }

  /** Of packets that begin at these samples of each second, where those begin that were taken in full. */
  completeAmong(starts: readonly number[]): number[] {
    const all = Array.from({ length: this.#seconds }, (_, s) =>
      starts.map((start) => s * RATE + start),
    ).flat();
    return all.filter((at) => this.#taken.some(([from, to]) => at >= from && at + PACKET_SAMPLES <= to));
  }

  override async *blocks(): AsyncGenerator<SampleBlock> {
    void this.#play();
    for (;;) {
      const block = await this.#queue.take();
      if (block === null) return;
      const end = block.firstSample + block.bytes.length / 2;
      const last = this.#taken.at(-1);
      if (last !== undefined && last[1] === block.firstSample) last[1] = end;
      else this.#taken.push([block.firstSample, end]);
      yield block;
    }
  }

  async #play(): Promise<void> {
    const total = this.#seconds * RATE;
    const began = performance.now();
    for (let sample = 0; sample < total; sample += BLOCK_SAMPLES) {
      const at = (2 * sample) % this.#second.length;
      const part = this.#second.subarray(at, at + 2 * BLOCK_SAMPLES);
      this.#arrivals.push(performance.now());
      this.#queue.write(part);
      if (part.length < 2 * BLOCK_SAMPLES)
        this.#queue.write(this.#second.subarray(0, 2 * BLOCK_SAMPLES - part.length));
      const due = began + ((sample + BLOCK_SAMPLES) / RATE / SPEED) * 1000;
      await sleep(due - performance.now());
    }
    this.#queue.end();
  }
}
