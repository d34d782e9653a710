import type { SampleBlock, SampleSource, Tuning } from '../../src/sources/source.js';

export const RATE = 1e6;
export const TUNING: Tuning = { centerHz: 912_600_000, sampleRateHz: RATE, gainDb: 'auto', ppm: 0 };

/** A source of given blocks that notes what is done to it. */
export class FakeSource implements SampleSource {
  readonly id = 'fake';
  readonly live: boolean;
  readonly lengthSamples = null;
  readonly calls: string[] = [];
  readonly #blocks: Iterable<SampleBlock> | AsyncIterable<SampleBlock>;
  readonly #tuning: Tuning;

  constructor(
    given: Iterable<SampleBlock> | AsyncIterable<SampleBlock>,
    tuning: Tuning = TUNING,
    live = false,
  ) {
    this.#blocks = given;
    this.#tuning = tuning;
    this.live = live;
  }

  get droppedSamples(): number {
    return 0;
  }

  async open(): Promise<Tuning> {
    this.calls.push('open');
    return this.#tuning;
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock> {
    for await (const block of this.#blocks) {
      if (signal.aborted) return;
      // A source may reuse its buffer: what was given is gone when the next is asked for.
      const bytes = block.bytes.slice();
      yield { ...block, bytes };
      bytes.fill(0);
    }
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}
