import type { Worker } from 'node:worker_threads';
import { SAMPLE_BYTES, type SampleBlock } from '../sources/source.js';
import { StallWatch } from '../sources/stall-watch.js';
import { SampleRing } from './ring.js';
import {
  addCounts,
  type FailureListener,
  type Found,
  noCounts,
  type Search,
  type SearchCounts,
} from './search.js';
import type { SearchTask, SliceReport } from './slice-search.js';
import { sliceAt } from './slicing.js';
import { startWorker } from './start-worker.js';
import type { WorkerTask } from './worker.js';

export interface ThreadedSearchOptions {
  readonly task: SearchTask;
  readonly threads: number;
  readonly ringSamples: number;
  /** Longest that threads with samples to search may say nothing, ms. */
  readonly patienceMs: number;
  readonly onFound: (found: Found) => void;
  readonly onFailure: FailureListener;
}

/**
 * The search on other threads: blocks go into a ring, workers search slices of it, and what they find is put into
 * the order of the slices.
 */
export class ThreadedSearch implements Search {
  readonly threads: number;
  readonly counts: SearchCounts = noCounts();
  noiseDbfs = 0;
  reachedSample = 0;
  readonly #options: ThreadedSearchOptions;
  readonly #ring: SampleRing;
  readonly #workers: readonly Worker[];
  #running: number;
  #ended = false;
  #slice = 0;
  /** Reports on slices whose turn has not come. */
  readonly #early = new Map<number, SliceReport[]>();
  #searchedTo = Number.NEGATIVE_INFINITY;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(options: ThreadedSearchOptions) {
    const { task, threads, ringSamples } = options;
    const indices = Array.from({ length: threads }, (_, index) => index);
    const firstNeeded = indices.map((index) => sliceAt(task.slicing, index).from);
    this.threads = threads;
    this.#options = options;
    this.#ring = new SampleRing(SAMPLE_BYTES[task.format], ringSamples, firstNeeded);
    const ring = this.#ring.memory;
    this.#workers = indices.map((index) => startWorker({ task, ring, index, threads } satisfies WorkerTask));
    this.#running = threads;
    for (const worker of this.#workers) this.#attend(worker);
  }

  async take({ bytes, format, firstSample, moved }: SampleBlock): Promise<void> {
    const sampleBytes = SAMPLE_BYTES[format];
    const total = bytes.length / sampleBytes;
    for (let done = 0; done < total && this.#failure === null; ) {
      const rest = bytes.subarray(done * sampleBytes);
      const written = this.#ring.write(rest, firstSample + done, moved !== undefined);
      done += written;
      if (written === 0) await this.#reported();
    }
  }

  async finish(): Promise<void> {
    this.#ended = true;
    this.#ring.end();
    while (this.#running > 0) await this.#reported();
    if (this.#failure !== null) throw this.#failure.error;
    this.#options.onFound({ bursts: [], searchedTo: Number.POSITIVE_INFINITY });
  }

  #attend(worker: Worker): void {
    worker.on('message', (report: SliceReport) => this.#hear(report));
    worker.on('error', (error) => this.#fail(error, 'thread'));
    worker.on('exit', (status) => {
      const early = status !== 0 || !this.#ended;
      if (early) this.#fail(new Error(`A thread of the receiver ended with status ${status}`), 'thread');
      this.#running--;
      this.#wake?.();
    });
  }

  #hear(report: SliceReport): void {
    try {
      if (this.#failure === null) this.#sort(report);
    } catch (error) {
      this.#fail(error, 'consumer');
    }
    this.#wake?.();
  }

  /** Passes on the reports of the first slice that is not done, and keeps the others until it is. */
  #sort(report: SliceReport): void {
    if (report.slice !== this.#slice) {
      const others = this.#early.get(report.slice);
      if (others === undefined) this.#early.set(report.slice, [report]);
      else others.push(report);
      return;
    }
    this.#pass(report);
    if (!report.done) return;
    this.#slice++;
    const next = this.#early.get(this.#slice) ?? [];
    this.#early.delete(this.#slice);
    for (const early of next) this.#sort(early);
  }

  #pass({ bursts, searchedTo, counts, noiseDbfs, reachedSample }: SliceReport): void {
    addCounts(this.counts, counts);
    this.noiseDbfs = noiseDbfs;
    // A slice's run-up lies before what is known already.
    this.#searchedTo = Math.max(this.#searchedTo, searchedTo);
    this.reachedSample = Math.max(this.reachedSample, reachedSample);
    this.#options.onFound({ bursts, searchedTo: this.#searchedTo });
  }

  #fail(error: unknown, whose: Parameters<FailureListener>[0]): void {
    if (this.#failure !== null) return;
    this.#failure = { error };
    for (const worker of this.#workers) void worker.terminate();
    this.#options.onFailure(whose);
    this.#wake?.();
  }

  /** Resolves at the next report: there may be more room in the ring then. Threads that hang fail. */
  #reported(): Promise<void> {
    const { patienceMs } = this.#options;
    return new Promise((resolve) => {
      const watch = new StallWatch(patienceMs, () => {
        const message = `The threads of the receiver hang: they have said nothing for ${patienceMs / 1000} s`;
        this.#fail(new Error(message), 'thread');
      });
      this.#wake = () => {
        watch.stop();
        resolve();
      };
    });
  }
}
