import { type ActivityCounts, noActivity } from '../dsp/activity.js';
import type { Burst } from '../dsp/burst.js';
import type { FrontEndStats } from '../dsp/front-end.js';
import type { SampleBlock } from '../sources/source.js';

/** What a search has found since it last told. */
export interface Found {
  readonly bursts: readonly Burst[];
  /** No burst that begins before this sample is still to come. */
  readonly searchedTo: number;
}

/** The search for bursts in a stream: on this thread, or on others. */
export interface Search {
  /** Threads that it is done on. */
  readonly threads: number;
  readonly counts: Readonly<SearchCounts>;
  /** Noise of the whole window, dB of full scale. */
  readonly noiseDbfs: number;
  /** Place in the stream up to which all has been searched. */
  readonly reachedSample: number;
  /** Takes a block, whose bytes may change once it has; waits while there are too many before it. */
  take(block: SampleBlock): void | Promise<void>;
  /** The stream ends: finds what is complete, and lets go of everything. @throws what went wrong on the way */
  finish(): void | Promise<void>;
}

/**
 * Is told once that no more blocks are to be taken, as something went wrong: `finish` will say what it was. A `thread`
 * that failed can be replaced; where it was the `consumer` of what is found, that is of no use.
 */
export type FailureListener = (whose: 'thread' | 'consumer') => void;

/** What a search has seen. Near seams between slices all but samples may be off by a few. */
export interface SearchCounts extends FrontEndStats {
  /** Time that it took, of all threads together, s. */
  busySeconds: number;
}

export function noCounts(): SearchCounts {
  return {
    ...{ samples: 0, clippedSamples: 0, candidates: 0, screenedOut: 0, overflow: 0, busySeconds: 0 },
    foreign: noActivity(),
  };
}

/** Adds to `sum` by how much front-end counters have grown. */
export function addGrowth(sum: SearchCounts, before: FrontEndStats, now: FrontEndStats): void {
  sum.samples += now.samples - before.samples;
  sum.clippedSamples += now.clippedSamples - before.clippedSamples;
  sum.candidates += now.candidates - before.candidates;
  sum.screenedOut += now.screenedOut - before.screenedOut;
  sum.overflow += now.overflow - before.overflow;
  for (const look of Object.keys(sum.foreign) as (keyof ActivityCounts)[]) {
    sum.foreign[look] += now.foreign[look] - before.foreign[look];
  }
}

export function addCounts(sum: SearchCounts, more: SearchCounts): void {
  addGrowth(sum, noCounts(), more);
  sum.busySeconds += more.busySeconds;
}
