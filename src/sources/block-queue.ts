import { SAMPLE_BYTES, type SampleBlock, type SampleFormat } from './source.js';
import type { StreamClock } from './stream-clock.js';

export interface BlockQueueOptions {
  readonly format: SampleFormat;
  readonly blockSamples: number;
  /** Blocks that may wait; more are dropped. */
  readonly capacity: number;
  readonly clock: StreamClock;
}

/**
 * Between a live radio, which cannot wait, and its one consumer, which may be slow: bytes as they arrive go in,
 * blocks come out. Memory is bounded by `capacity` blocks, whose buffers are used again.
 *
 * When it is full, what arrives is dropped until half of it has been fetched: a few long gaps cut fewer
 * packets in two than many short ones.
 */
export class BlockQueue {
  readonly #options: BlockQueueOptions;
  readonly #sampleBytes: number;
  readonly #ready: SampleBlock[] = [];
  readonly #spare: Uint8Array[] = [];
  #filling: Uint8Array;
  #filledBytes = 0;
  #lent: Uint8Array | null = null;
  #dropping = false;
  #ended = false;
  #wake: (() => void) | null = null;
  #droppedSamples = 0;

  constructor(options: BlockQueueOptions) {
    this.#options = options;
    this.#sampleBytes = SAMPLE_BYTES[options.format];
    this.#filling = this.#newBuffer();
  }

  /** Samples lost because the consumer was too slow. */
  get droppedSamples(): number {
    return this.#droppedSamples;
  }

  /** Takes bytes that have just arrived, in pieces of any length; copies them, never waits. */
  write(bytes: Uint8Array): void {
    this.#options.clock.arrived();
    for (let done = 0; done < bytes.length; ) {
      const part = bytes.subarray(done, done + this.#filling.length - this.#filledBytes);
      this.#filling.set(part, this.#filledBytes);
      this.#filledBytes += part.length;
      done += part.length;
      if (this.#filledBytes === this.#filling.length) this.#finish(this.#options.blockSamples);
    }
  }

  /** The connection is gone: what arrived of the open block becomes a short one. */
  interrupt(): void {
    const samples = Math.floor(this.#filledBytes / this.#sampleBytes);
    if (samples > 0) this.#finish(samples);
    this.#filledBytes = 0;
    this.#options.clock.interrupt();
  }

  /** Nothing more comes out, not even what is waiting. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The next block, whose bytes are valid until the call after; null after `end`. For one consumer. */
  async take(): Promise<SampleBlock | null> {
    if (this.#lent !== null) this.#spare.push(this.#lent);
    this.#lent = null;
    while (this.#ready.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const block = this.#ended ? undefined : this.#ready.shift();
    if (block === undefined) return null;
    this.#lent = new Uint8Array(block.bytes.buffer);
    return block;
  }

  #finish(samples: number): void {
    const { format, capacity, clock } = this.#options;
    const stamp = clock.stamp(samples); // also of what is dropped, so that the next index jumps
    this.#filledBytes = 0;
    this.#dropping = this.#ready.length >= (this.#dropping ? Math.ceil(capacity / 2) : capacity);
    if (this.#dropping) {
      this.#droppedSamples += samples;
      return;
    }
    const bytes = this.#filling.subarray(0, samples * this.#sampleBytes);
    this.#ready.push({ bytes, format, ...stamp });
    this.#filling = this.#spare.pop() ?? this.#newBuffer();
    this.#wake?.();
  }

  #newBuffer(): Uint8Array {
    return new Uint8Array(this.#options.blockSamples * this.#sampleBytes);
  }
}
