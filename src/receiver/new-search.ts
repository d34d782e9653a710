import { availableParallelism } from 'node:os';
import type { SyncPattern } from '../dsp/detector.js';
import type { FrontEndObserver } from '../dsp/fate.js';
import { bestKernel } from '../dsp/kernel.js';
import type { KernelName } from '../dsp/kernel-loops.js';
import { Fault } from '../errors.js';
import type { SampleFormat } from '../sources/source.js';
import { InlineSearch } from './inline-search.js';
import type { FailureListener, Found, Search } from './search.js';
import { ringSamples, type Slicing, slicingOf, undivided } from './slicing.js';
import { ThreadedSearch } from './threaded-search.js';

/** A number of threads from 1 up, or as many as are of use and there are cores for. */
export type ThreadSetting = number | 'auto';

/** A stream as its source and its first block tell it. */
export interface Stream {
  readonly sampleRateHz: number;
  readonly format: SampleFormat;
  readonly firstSample: number;
  readonly live: boolean;
  readonly lengthSamples: number | null;
}

export interface SearchOptions {
  readonly patterns: readonly SyncPattern[];
  readonly threads: ThreadSetting | undefined;
  /** The fastest where absent. */
  readonly kernel: KernelName | undefined;
  readonly observer: FrontEndObserver | undefined;
  readonly slicing: Partial<Slicing> | undefined;
  /** Whether a live radio's packets may be some more ms late, for less work. */
  readonly unhurried?: boolean | undefined;
  /** Longest that threads with samples to search may say nothing, ms; 10 s where absent. */
  readonly patienceMs: number | undefined;
  readonly onFound: (found: Found) => void;
  readonly onFailure: FailureListener;
}

/** Up to this rate one thread is to keep up with a live radio, whose packets come soonest if it is not divided. */
const WIDE_HZ = 6e6;
const MOST_BY_ITSELF = 4;
/** A thread tells of each 21 or 250 ms of air. Before a daemon is said to hang, and beyond any slow start of a thread. */
const PATIENCE_MS = 10_000;

/**
 * The search that fits a stream:
 *
 * ```
 * no threads asked for, an observer, or a recording of one slice   inline, one front end
 * live, one thread                                                 one other thread, one front end
 * live, several threads; recordings                                slices, on so many threads
 * ```
 *
 * An observer wants the fate of every candidate, in order and once; slices do not give it that.
 * @throws Fault `CONFIG` where the machine lacks the kernel asked for
 */
export function newSearch(stream: Stream, options: SearchOptions): Search {
  const { sampleRateHz, format, live, lengthSamples } = stream;
  const { patterns, kernel, observer, patienceMs = PATIENCE_MS, onFound, onFailure } = options;
  if (kernel === 'simd' && bestKernel() !== 'simd') throw noSimd();
  const mayBeRadio = live || lengthSamples === null;
  const longest = Math.max(...patterns.map(({ lengthSymbols }) => lengthSymbols));
  const sliced = { ...slicingOf(sampleRateHz, format, longest, mayBeRadio), ...options.slicing };
  const slices = Math.ceil((lengthSamples ?? Number.POSITIVE_INFINITY) / sliced.sliceSamples);
  const threads = Math.min(threadsFor(stream, options.threads ?? 0), slices);
  const { unhurried = false } = options;
  const slicing = live && threads === 1 ? undivided(sliced, sampleRateHz, unhurried) : sliced;
  const task = { sampleRateHz, format, patterns, slicing, kernel };
  if (threads === 0 || slices <= 1 || observer !== undefined) {
    return new InlineSearch(task, stream.firstSample, onFound, observer);
  }
  const samples = ringSamples(slicing, threads, sampleRateHz, longest);
  return new ThreadedSearch({ task, threads, ringSamples: samples, patienceMs, onFound, onFailure });
}

function noSimd(): Fault {
  const message =
    'receiver.kernel is "simd", but WebAssembly has no SIMD on this machine; use "auto" or "reference".';
  return new Fault('CONFIG', message);
}

function threadsFor({ live, sampleRateHz }: Stream, wanted: ThreadSetting): number {
  if (wanted !== 'auto') return wanted;
  return live && sampleRateHz <= WIDE_HZ ? 1 : Math.min(MOST_BY_ITSELF, availableParallelism());
}
