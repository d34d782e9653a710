import { type Clock, systemClock } from './clock.js';
import { SAMPLE_BYTES, type SampleBlock, type SampleSource, type Tuning } from './source.js';

/** Length of a paced block: short, as a live radio's are. */
const BLOCK_MS = 32;

/**
 * A recording at the speed of a live radio: each block comes no sooner than its last sample would have been
 * taken, counted from the first block asked for. A consumer that falls behind gets the blocks due at once.
 */
export class PacedSource implements SampleSource {
  readonly live: boolean;
  readonly id: string;
  readonly #inner: SampleSource;
  readonly #clock: Clock;
  #sampleRateHz = 0;

  constructor(inner: SampleSource, clock: Clock = systemClock) {
    this.id = inner.id;
    this.live = inner.live;
    this.#inner = inner;
    this.#clock = clock;
  }

  get lengthSamples(): number | null {
    return this.#inner.lengthSamples;
  }

  get droppedSamples(): number {
    return this.#inner.droppedSamples;
  }

  async open(wanted: Tuning, signal?: AbortSignal): Promise<Tuning> {
    const tuning = await this.#inner.open(wanted, signal);
    this.#sampleRateHz = tuning.sampleRateHz;
    return tuning;
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock, void, undefined> {
    const startMs = this.#clock.monotonicMs();
    for await (const whole of this.#inner.blocks(signal)) {
      for (const block of this.#pieces(whole)) {
        const end = block.firstSample + block.bytes.length / SAMPLE_BYTES[block.format];
        const waitMs = startMs + (end / this.#sampleRateHz) * 1000 - this.#clock.monotonicMs();
        if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
        if (signal.aborted) return;
        yield block;
      }
    }
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  *#pieces(whole: SampleBlock): Generator<SampleBlock, void, undefined> {
    const samples = Math.max(1, Math.round((BLOCK_MS / 1000) * this.#sampleRateHz));
    const sampleBytes = SAMPLE_BYTES[whole.format];
    for (let first = 0; first * sampleBytes < whole.bytes.length; first += samples) {
      yield {
        bytes: whole.bytes.subarray(first * sampleBytes, (first + samples) * sampleBytes),
        format: whole.format,
        firstSample: whole.firstSample + first,
        timeMs: whole.timeMs === null ? null : whole.timeMs + (first / this.#sampleRateHz) * 1000,
      };
    }
  }
}
