/** Sample encodings on disk and on the wire: interleaved I,Q; little endian. */
export type SampleFormat = 'cu8' | 'cs8' | 'cs16' | 'cf32';

/** Bytes of one complex sample. */
export const SAMPLE_BYTES: Readonly<Record<SampleFormat, number>> = { cu8: 2, cs8: 2, cs16: 4, cf32: 8 };

/** The sample rates that the receiver works with. */
export const MIN_SAMPLE_RATE_HZ = 1e6;
export const MAX_SAMPLE_RATE_HZ = 20e6;

/** How a radio is set, or asked to be set. A recording answers with what it was made with. */
export interface Tuning {
  readonly centerHz: number;
  readonly sampleRateHz: number;
  /** dB; `agc`: the tuner sets it by itself; `auto`: as it comes, in a recording. */
  readonly gainDb: number | 'agc' | 'auto';
  /** Correction of the tuner's reference, parts per million. */
  readonly ppm: number;
  /** Whether the dongle feeds an amplifier through the antenna cable; left alone where absent. */
  readonly biasTee?: boolean | undefined;
  /** Width of the tuner's filter; as it comes with the sample rate where absent. */
  readonly bandwidthHz?: number | undefined;
}

/** A run of consecutive samples. A jump of `firstSample` between blocks means samples were lost. */
export interface SampleBlock {
  /** Whole samples only. Valid until the next block is asked for: a source may reuse its buffer. */
  readonly bytes: Uint8Array;
  readonly format: SampleFormat;
  /** Index of the block's first sample since the stream began, lost samples included. */
  readonly firstSample: number;
  /** Wall clock of the first sample, ms since 1970; null where the start of a recording is not known. */
  readonly timeMs: number | null;
  /** In the first block after the radio was moved to another window. */
  readonly moved?: {
    readonly centerHz: number;
    /** Samples before the block that were thrown away for it. */
    readonly blankedSamples: number;
  };
}

/** Where samples come from: a live radio or a recording. */
export interface SampleSource {
  /** Short name for people: a file's base name, `host:port`, … */
  readonly id: string;
  /** A live source drops and counts what is not fetched in time; a recording waits. */
  readonly live: boolean;
  /** Length of a recording, samples, or null where it has no known end. */
  readonly lengthSamples: number | null;
  /** Samples lost so far because blocks were not fetched in time (not those of outages); 0 for a recording. */
  readonly droppedSamples: number;
  /**
   * Opens the source; once only.
   * @param signal gives up opening.
   * @returns what the hardware (or the recording) really does.
   * @throws Fault where there is no such source, or it cannot be read.
   */
  open(wanted: Tuning, signal?: AbortSignal): Promise<Tuning>;
  /** How a live source fares; absent for a recording. */
  readonly health?: SourceHealth | undefined;
  /** The tuner's chip, such as `R820T`; null or absent where it is not known. */
  readonly tuner?: string | null;
  /** Sets a radio anew while it runs; absent where it cannot be. @returns what it is set to */
  retune?(wanted: Tuning): Tuning;
  /** One pass over the samples; ends when the recording ends, or at once (and closes) when aborted. */
  blocks(signal: AbortSignal): AsyncIterable<SampleBlock>;
  close(): Promise<void>;
}

/** How a live source fares. */
export interface SourceHealth {
  /** Outages so far, one under way included. */
  readonly outages: number;
  /** The outage under way: how long it has lasted and why it does, in a sentence; null while samples flow. */
  readonly outage: { readonly seconds: number; readonly why: string } | null;
  /** Time since samples last came or, in an outage, since something was last done about it, s. */
  readonly idleSeconds: number;
  /** For how long samples have flowed without an outage, s; 0 while they do not. */
  readonly flowSeconds: number;
}

/** An outage of a live source: one `lost`, then one `restored` when samples flow again. */
export interface SourceEvent {
  readonly kind: 'lost' | 'restored';
  /** Why the outage began. */
  readonly code: 'SOURCE_LOST' | 'SOURCE_STALLED';
  /** One sentence for a person. */
  readonly message: string;
}
