import assert from 'node:assert';
import { Decoder, type DecoderObserver } from '../decode/decoder.js';
import type { Packet, Protocol, Rejection } from '../decode/protocol.js';
import { type ActivityCounts, noActivity } from '../dsp/activity.js';
import type { FrontEndObserver } from '../dsp/fate.js';
import { FrontEnd } from '../dsp/front-end.js';
import type { SampleBlock, SampleSource, Tuning } from '../sources/source.js';

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
}

export interface ReceiverOptions {
  readonly name?: string | undefined;
  readonly protocols: readonly Protocol[];
  /** Packets less probable than this to be what was sent are refused. */
  readonly minConfidence: number;
  /** Is told what becomes of every candidate, and of energy that is none. */
  readonly observer?: ReceptionObserver | undefined;
}

export type ReceptionObserver = FrontEndObserver & DecoderObserver;

/** One source with its front end and decoder: samples in, packets out. */
export class Receiver {
  readonly name: string;
  readonly #source: SampleSource;
  readonly #options: ReceiverOptions;
  readonly #decoder: Decoder;
  #tuning: Tuning | null = null;
  #frontEnd: FrontEnd | null = null;
  #nextSample = 0;
  #lostSamples = 0;
  #startMs: number | null = null;

  constructor(source: SampleSource, options: ReceiverOptions) {
    this.name = options.name ?? source.id;
    this.#source = source;
    this.#options = options;
    this.#decoder = new Decoder(options.protocols, options.minConfidence, options.observer);
  }

  get stats(): ReceiverStats {
    const front = this.#frontEnd?.stats;
    const { packets, echoes, rejected } = this.#decoder.stats;
    return {
      samples: front?.samples ?? 0,
      lostSamples: this.#lostSamples,
      clippedSamples: front?.clippedSamples ?? 0,
      candidates: front?.candidates ?? 0,
      packets,
      echoes,
      refused: { noise: front?.screenedOut ?? 0, ...rejected, overload: front?.overflow ?? 0 },
      foreign: { ...(front?.foreign ?? noActivity()) },
    };
  }

  /** Noise of the whole window, dB of full scale; null before the first sample. */
  get noiseDbfs(): number | null {
    return this.#frontEnd?.noiseDbfs ?? null;
  }

  /**
   * Opens the source.
   * @returns the tuning that it really has
   * @throws Fault of the source
   */
  async open(wanted: Tuning, signal?: AbortSignal): Promise<Tuning> {
    this.#tuning = await this.#source.open(wanted, signal);
    return this.#tuning;
  }

  /**
   * Receives until the source ends or the signal aborts, and closes the source. What was on air in full when it
   * ended is delivered.
   * @param deliver is given the packets in order of their start
   * @param progress is told after each block how many samples have gone by
   */
  async run(
    signal: AbortSignal,
    deliver: (reception: Reception) => void,
    progress?: (samples: number) => Promise<void> | void,
  ): Promise<void> {
    try {
      for await (const block of this.#source.blocks(signal)) {
        this.#take(block, deliver);
        await progress?.(this.#nextSample);
      }
    } finally {
      try {
        if (this.#frontEnd !== null) this.#finish(this.#frontEnd, this.#nextSample, deliver);
      } finally {
        await this.#source.close();
      }
    }
  }

  #take(block: SampleBlock, deliver: (reception: Reception) => void): void {
    const { sampleRateHz } = this.#opened();
    this.#frontEnd ??= new FrontEnd(
      sampleRateHz,
      block.format,
      this.#options.protocols,
      block.firstSample,
      this.#options.observer,
    );
    const frontEnd = this.#frontEnd;
    if (block.firstSample !== this.#nextSample) {
      this.#finish(frontEnd, block.firstSample, deliver);
      this.#lostSamples += Math.max(0, block.firstSample - this.#nextSample);
    }
    this.#startMs = block.timeMs === null ? null : block.timeMs - (block.firstSample / sampleRateHz) * 1000;
    const before = frontEnd.stats.samples;
    const bursts = frontEnd.push(block.bytes);
    this.#nextSample = block.firstSample + frontEnd.stats.samples - before;
    this.#deliver(this.#decoder.decode(bursts, frontEnd.searchedTo), deliver);
  }

  /** Samples are missing, or there are no more: what came before stands by itself. */
  #finish(frontEnd: FrontEnd, nextSample: number, deliver: (reception: Reception) => void): void {
    this.#deliver(this.#decoder.decode(frontEnd.flush(nextSample), Number.POSITIVE_INFINITY), deliver);
  }

  #deliver(packets: readonly Packet[], deliver: (reception: Reception) => void): void {
    const { sampleRateHz, centerHz } = this.#opened();
    for (const packet of packets) {
      deliver({ packet, receiver: this.name, sampleRateHz, centerHz, startMs: this.#startMs });
    }
  }

  #opened(): Tuning {
    assert(this.#tuning !== null, 'a receiver is opened before it runs');
    return this.#tuning;
  }
}
