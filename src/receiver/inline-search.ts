import type { FrontEndObserver } from '../dsp/fate.js';
import { FrontEnd } from '../dsp/front-end.js';
import { SAMPLE_BYTES, type SampleBlock } from '../sources/source.js';
import { addGrowth, type Found, noCounts, type Search, type SearchCounts } from './search.js';
import type { SearchTask } from './slice-search.js';

/** One front end from the stream's start to its end, on the thread of its caller. */
export class InlineSearch implements Search {
  readonly threads = 1;
  readonly #frontEnd: FrontEnd;
  readonly #onFound: (found: Found) => void;
  #nextSample: number;
  #busySeconds = 0;

  /** @param firstSample place in the stream of the first sample to come */
  constructor(
    { sampleRateHz, format, patterns, kernel }: SearchTask,
    firstSample: number,
    onFound: (found: Found) => void,
    observer?: FrontEndObserver,
  ) {
    this.#frontEnd = new FrontEnd(sampleRateHz, format, patterns, firstSample, observer, kernel);
    this.#nextSample = firstSample;
    this.#onFound = onFound;
  }

  get counts(): SearchCounts {
    const counts = noCounts();
    addGrowth(counts, noCounts(), this.#frontEnd.stats);
    return { ...counts, busySeconds: this.#busySeconds };
  }

  get noiseDbfs(): number {
    return this.#frontEnd.noiseDbfs;
  }

  get reachedSample(): number {
    return this.#nextSample;
  }

  take({ bytes, format, firstSample, moved }: SampleBlock): void {
    if (firstSample !== this.#nextSample) this.#flush(firstSample);
    if (moved !== undefined) this.#frontEnd.reset(firstSample);
    const began = performance.now();
    const bursts = this.#frontEnd.push(bytes);
    this.#busySeconds += (performance.now() - began) / 1000;
    this.#nextSample = firstSample + bytes.length / SAMPLE_BYTES[format];
    this.#onFound({ bursts, searchedTo: this.#frontEnd.searchedTo });
  }

  finish(): void {
    this.#flush(this.#nextSample);
  }

  /** Samples are missing, or there are no more: what came before stands by itself. */
  #flush(nextSample: number): void {
    this.#onFound({ bursts: this.#frontEnd.flush(nextSample), searchedTo: Number.POSITIVE_INFINITY });
  }
}
