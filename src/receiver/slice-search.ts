import type { Burst } from '../dsp/burst.js';
import type { SyncPattern } from '../dsp/detector.js';
import type { FrontEnd } from '../dsp/front-end.js';
import type { KernelName } from '../dsp/kernel-loops.js';
import type { SampleFormat } from '../sources/source.js';
import type { Piece, RingReader } from './ring.js';
import { addGrowth, type Found, noCounts, type SearchCounts } from './search.js';
import { type Slice, type Slicing, sliceAt } from './slicing.js';

/** What every thread of a search is told. */
export interface SearchTask {
  readonly sampleRateHz: number;
  readonly format: SampleFormat;
  readonly patterns: readonly SyncPattern[];
  readonly slicing: Slicing;
  /** The fastest where absent. */
  readonly kernel: KernelName | undefined;
}

/** What has become of a slice since the last report. */
export interface SliceReport extends Found {
  readonly slice: number;
  /** Whether this is the last report of the slice. */
  readonly done: boolean;
  readonly counts: SearchCounts;
  readonly noiseDbfs: number;
  /** Place in the stream up to which the slice has been searched. */
  readonly reachedSample: number;
}

/** What a thread searches its slices with. */
export interface SliceTools {
  readonly slicing: Slicing;
  readonly ring: RingReader;
  /** Begins anew with each slice. */
  readonly frontEnd: FrontEnd;
  /** Is told after each piece what came of it. */
  readonly report: (report: SliceReport) => void;
}

/** Searches one slice of what comes out of a ring; see {@link Slicing}. */
export class SliceSearch {
  readonly #tools: SliceTools;
  readonly #slice: Slice;
  readonly #next: Slice;
  #nextSample = 0;
  #flushedTo = Number.NEGATIVE_INFINITY;
  /** Bursts are kept from here… */
  #keptFrom = Number.POSITIVE_INFINITY;
  /** …to here; known once the samples there are. */
  #keptTo = Number.POSITIVE_INFINITY;
  #counts = noCounts();

  /** @param stride the slice so many later is the next one of the ring's reader */
  constructor(tools: SliceTools, index: number, stride: number) {
    this.#tools = tools;
    this.#slice = sliceAt(tools.slicing, index);
    this.#next = sliceAt(tools.slicing, index + stride);
  }

  /** @returns whether the reader's next slice is there, or may come */
  run(): boolean {
    const { from, start, end } = this.#slice;
    for (let position = from; ; ) {
      const most = this.#step(position);
      const piece = this.#tools.ring.read(position, most);
      if (piece === null) {
        if (position > start) this.#tell(this.#flush(this.#nextSample, position - 1), true);
        return position > this.#next.start;
      }
      if (position > from && piece.firstSample !== this.#nextSample) {
        const bursts = this.#flush(piece.firstSample, position - 1);
        this.#tell(bursts, position >= end);
        if (position >= end) return true;
        if (piece.moved) this.#tools.frontEnd.reset(piece.firstSample);
      }
      const bursts = this.#take(piece, position);
      position += piece.count;
      this.#tools.ring.release(Math.min(position, this.#next.from));
      const done = this.#searchedTo >= this.#keptTo;
      this.#tell(bursts, done);
      if (done) return true;
    }
  }

  /** How much to take at a position: counters are read at the slice's start and end. */
  #step(position: number): number {
    const { start, end } = this.#slice;
    const border = position < start ? start : position < end ? end : Number.POSITIVE_INFINITY;
    return Math.min(this.#tools.slicing.chunkSamples, border - position);
  }

  #take({ firstSample, count, parts }: Piece, position: number): Burst[] {
    const { frontEnd, slicing } = this.#tools;
    const { index, from, start, end } = this.#slice;
    if (position === from) frontEnd.reset(firstSample);
    if (position === start) {
      this.#keptFrom = index === 0 ? Number.NEGATIVE_INFINITY : firstSample - slicing.slopSamples;
    }
    const bursts = this.#counted(position, () => parts.flatMap((bytes) => frontEnd.push(bytes)));
    this.#nextSample = firstSample + count;
    if (position + count === end) this.#keptTo = this.#nextSample + slicing.slopSamples;
    return bursts;
  }

  /** Samples are missing, or there are no more. @param position of the last one before */
  #flush(nextSample: number, position: number): Burst[] {
    const bursts = this.#counted(position, () => this.#tools.frontEnd.flush(nextSample));
    this.#nextSample = nextSample;
    this.#flushedTo = nextSample;
    return bursts;
  }

  /** Does something, and counts what comes of it where it belongs to the slice itself. */
  #counted(position: number, work: () => Burst[]): Burst[] {
    const { stats } = this.#tools.frontEnd;
    const before = { ...stats, foreign: { ...stats.foreign } };
    const began = performance.now();
    const bursts = work();
    this.#counts.busySeconds += (performance.now() - began) / 1000;
    if (position >= this.#slice.start && position < this.#slice.end) addGrowth(this.#counts, before, stats);
    return bursts;
  }

  #tell(bursts: readonly Burst[], done: boolean): void {
    // What begins less than the slop before the end may still be found by the next slice.
    const last = this.#keptTo - 2 * this.#tools.slicing.slopSamples;
    this.#tools.report({
      slice: this.#slice.index,
      done,
      bursts: bursts.filter(({ firstSample: at }) => at >= this.#keptFrom && at < this.#keptTo),
      searchedTo: Math.min(this.#searchedTo, last),
      counts: this.#counts,
      noiseDbfs: this.#tools.frontEnd.noiseDbfs,
      reachedSample: Math.min(this.#nextSample, this.#keptTo - this.#tools.slicing.slopSamples),
    });
    this.#counts = noCounts();
  }

  /** Every burst that begins before this sample has been found. */
  get #searchedTo(): number {
    return Math.max(this.#flushedTo, this.#tools.frontEnd.searchedTo);
  }
}
