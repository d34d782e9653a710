import assert from 'node:assert';
import { Decoder, type DecoderObserver } from '../decode/decoder.js';
import type { Packet, Protocol, Rejection } from '../decode/protocol.js';
import type { ActivityCounts } from '../dsp/activity.js';
import type { FrontEndObserver } from '../dsp/fate.js';
import type { KernelName } from '../dsp/kernel-loops.js';
import { SAMPLE_BYTES, type SampleBlock, type SampleSource, type Tuning } from '../sources/source.js';
import { newSearch, type ThreadSetting } from './new-search.js';
import {
  addCounts,
  type FailureListener,
  type Found,
  noCounts,
  type Search,
  type SearchCounts,
} from './search.js';
import type { Slicing } from './slicing.js';
import { StreamCenter } from './stream-center.js';
import { StreamStart } from './stream-start.js';

/** A packet and where its stream sits in time and frequency. */
export interface Reception {
  readonly packet: Packet;
  readonly receiver: string;
  readonly sampleRateHz: number;
  readonly centerHz: number;
  /** Wall clock of sample 0 of the stream, ms since 1970, or null. */
  readonly startMs: number | null;
}

/** What a receiver has done so far. */
export interface ReceiverStats {
  readonly samples: number;
  /** Samples that the source could not deliver. */
  readonly lostSamples: number;
  /** Samples thrown away because the radio was being moved to another window. */
  readonly blankedSamples: number;
  readonly clippedSamples: number;
  /** Places where a packet seemed to begin. */
  readonly candidates: number;
  readonly packets: number;
  /** Bursts that repeated a packet: its images, side lobes and splatter. */
  readonly echoes: number;
  /** Candidates that became no packet, by reason; `noise`: the rest of the packet was not there. */
  readonly refused: Readonly<Record<Rejection | 'noise' | 'overload', number>>;
  /** Signals that belong to no packet, by what they look like. */
  readonly foreign: Readonly<ActivityCounts>;
  /** Time that each thread has spent searching, s; too slow where that is longer than the samples took on air. */
  readonly busySeconds: number;
}

export interface ReceiverOptions {
  readonly name?: string | undefined;
  readonly protocols: readonly Protocol[];
  /** Packets less probable than this to be what was sent are refused. */
  readonly minConfidence: number;
  /** Threads that search, beside the one that calls; all on that one where absent. See {@link newSearch}. */
  readonly threads?: ThreadSetting | undefined;
  /** What does the signal processing; the fastest where absent. */
  readonly kernel?: KernelName | 'auto' | undefined;
  /** Is told what becomes of every candidate, and of energy that is none; then no other threads are used. */
  readonly observer?: ReceptionObserver | undefined;
  /** Is told what becomes of every burst, where there is no observer. */
  readonly verdicts?: DecoderObserver | undefined;
  /** Is told that threads failed and were replaced: a live source goes on with others. */
  readonly onTrouble?: ((message: string, error: unknown) => void) | undefined;
  /** Whether packets of a live radio may come up to 0.23 s later, which spares the processor some work. */
  readonly unhurried?: boolean | undefined;
  /** Other slices than the usual ones, and less patience with threads, ms: tests have less air. */
  readonly slicing?: Partial<Slicing> | undefined;
  readonly patienceMs?: number | undefined;
}

/** Threads that fail more often than so many times in so much air, s, are no accident. */
const MOST_REPLACEMENTS = 5;
const REPLACEMENTS_S = 3600;

export type ReceptionObserver = FrontEndObserver & DecoderObserver;

/** One source with the search for its bursts and their decoder: samples in, packets out. */
export class Receiver {
  readonly name: string;
  readonly #source: SampleSource;
  readonly #options: ReceiverOptions;
  readonly #decoder: Decoder;
  readonly #start = new StreamStart();
  #tuning: Tuning | null = null;
  #center = new StreamCenter(0);
  #search: Search | null = null;
  #nextSample = 0;
  #lostSamples = 0;
  #blankedSamples = 0;
  #isBroken = false;
  /** What searches before the present one saw, and where they were replaced. */
  readonly #past = noCounts();
  #replacedAt: readonly number[] = [];

  constructor(source: SampleSource, options: ReceiverOptions) {
    this.name = options.name ?? source.id;
    this.#source = source;
    this.#options = options;
    const { protocols, minConfidence, observer, verdicts } = options;
    this.#decoder = new Decoder(protocols, minConfidence, observer ?? verdicts);
  }

  get stats(): ReceiverStats {
    const { samples, clippedSamples, candidates, screenedOut, overflow, foreign, busySeconds } = this.#counts;
    const { packets, echoes, rejected } = this.#decoder.stats;
    return {
      samples,
      lostSamples: this.#lostSamples,
      blankedSamples: this.#blankedSamples,
      clippedSamples,
      candidates,
      packets,
      echoes,
      refused: { noise: screenedOut, ...rejected, overload: overflow },
      foreign: { ...foreign },
      busySeconds: busySeconds / (this.#search?.threads ?? 1),
    };
  }

  get #counts(): SearchCounts {
    const counts = noCounts();
    addCounts(counts, this.#past);
    if (this.#search !== null) addCounts(counts, this.#search.counts);
    return counts;
  }

  /** Noise of the whole window, dB of full scale; null before the first sample. */
  get noiseDbfs(): number | null {
    return this.#search?.noiseDbfs ?? null;
  }

  /**
   * Opens the source.
   * @returns the tuning that it really has
   * @throws Fault of the source
   */
  async open(wanted: Tuning, signal?: AbortSignal): Promise<Tuning> {
    this.#tuning = await this.#source.open(wanted, signal);
    this.#center = new StreamCenter(this.#tuning.centerHz);
    return this.#tuning;
  }

  /**
   * Receives until the source ends or the signal aborts, and closes the source. What was on air in full when it
   * ended is delivered. Where threads fail, those of a live source are replaced, and a recording is given up.
   * @param deliver is given the packets in order of their start
   * @param progress is told after each block how many samples have been searched or are missing
   */
  async run(
    signal: AbortSignal,
    deliver: (reception: Reception) => void,
    progress?: (samples: number) => Promise<void> | void,
  ): Promise<void> {
    const over = new AbortController();
    const onFound = (found: Found): void => this.#decode(found, deliver);
    const onFailure: FailureListener = (whose) => {
      this.#isBroken = true;
      if (!this.#source.live || whose === 'consumer') over.abort();
    };
    try {
      for await (const block of this.#source.blocks(AbortSignal.any([signal, over.signal]))) {
        if (over.signal.aborted) break;
        if (this.#isBroken) await this.#giveUpSearch();
        this.#search ??= this.#newSearch(block, onFound, onFailure);
        this.#note(block);
        await this.#search.take(block);
        await progress?.(this.#search.reachedSample);
      }
    } finally {
      try {
        await this.#search?.finish();
      } finally {
        await this.#source.close();
      }
    }
  }

  /** Lets go of a search whose threads failed. @throws what they failed with, where that is no accident any more */
  async #giveUpSearch(): Promise<void> {
    const search = this.#search;
    assert(search !== null, 'there is a search that failed');
    const error = await Promise.resolve(search.finish()).catch((reason: unknown) => reason);
    this.#search = null;
    this.#isBroken = false;
    addCounts(this.#past, search.counts);
    // What it was given and has not searched is lost.
    this.#lostSamples = this.#nextSample - this.#past.samples - this.#blankedSamples;
    const since = this.#nextSample - REPLACEMENTS_S * this.#opened().sampleRateHz;
    this.#replacedAt = [...this.#replacedAt.filter((sample) => sample > since), this.#nextSample];
    if (this.#replacedAt.length > MOST_REPLACEMENTS) throw error;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.onTrouble?.(`${why}: it goes on with others, please report it.`, error);
  }

  #newSearch(
    { format, firstSample }: SampleBlock,
    onFound: (found: Found) => void,
    onFailure: FailureListener,
  ): Search {
    const { protocols, threads, observer, slicing, patienceMs, unhurried } = this.#options;
    const kernel = this.#options.kernel === 'auto' ? undefined : this.#options.kernel;
    const patterns = protocols.map(({ sync, search, lengthSymbols, lineCode, check }) => ({
      ...{ sync, search, lengthSymbols, lineCode, check },
    }));
    const { sampleRateHz } = this.#opened();
    const { live, lengthSamples } = this.#source;
    const stream = { sampleRateHz, format, firstSample, live, lengthSamples };
    return newSearch(stream, {
      ...{ patterns, threads, kernel, observer, slicing, unhurried, patienceMs, onFound, onFailure },
    });
  }

  /** Counts what is missing before a block, and its time. */
  #note({ bytes, format, firstSample, timeMs, moved }: SampleBlock): void {
    const missing = Math.max(0, firstSample - this.#nextSample);
    const blanked = Math.min(missing, moved?.blankedSamples ?? 0);
    this.#lostSamples += missing - blanked;
    this.#blankedSamples += blanked;
    if (moved !== undefined) this.#center.moved(firstSample, moved.centerHz);
    this.#nextSample = firstSample + bytes.length / SAMPLE_BYTES[format];
    this.#start.note(firstSample, timeMs, this.#opened().sampleRateHz);
  }

  #decode({ bursts, searchedTo }: Found, deliver: (reception: Reception) => void): void {
    const { sampleRateHz } = this.#opened();
    for (const packet of this.#decoder.decode(bursts, searchedTo)) {
      const startMs = this.#start.of(packet.firstSample);
      const centerHz = this.#center.of(packet.firstSample);
      deliver({ packet, receiver: this.name, sampleRateHz, centerHz, startMs });
    }
  }

  #opened(): Tuning {
    assert(this.#tuning !== null, 'a receiver is opened before it runs');
    return this.#tuning;
  }
}
