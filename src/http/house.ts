import type { Database } from 'better-sqlite3';
import type { Entry } from '../readings/entry.js';
import type { HeardMeters } from '../readings/find/heard-meters.js';
import type { Tariff } from '../readings/tariff.js';
import type { DatabaseReader } from '../sinks/sqlite-read.js';
import type { PeriodRules } from '../sinks/usage-period.js';
import type { ChannelUse } from '../survey/channel-watch.js';
import type { KeptSurvey } from '../survey/kept-survey.js';
import type { Latest } from './latest.js';

/** How one receiver fares. */
export interface ReceiverView {
  readonly name: string;
  readonly source: string;
  readonly state: string;
  readonly why: string | null;
  readonly centerHz: number;
  readonly sampleRateHz: number;
  readonly gainDb: number | 'auto' | 'agc';
  readonly ppm: number;
  readonly noiseDbfs: number | null;
  readonly samples: number;
  readonly lostSamples: number;
  readonly droppedSamples: number;
  readonly clippedSamples: number;
  readonly packets: number;
  readonly meters: number;
  readonly secondsSincePacket: number | null;
  /** Candidates that became no packet, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** How the daemon fares. */
export interface StatusView {
  readonly startedMs: number;
  readonly healthy: boolean;
  readonly receivers: readonly ReceiverView[];
  readonly database: {
    readonly path: string;
    readonly queued: number;
    readonly trouble: string | null;
  } | null;
}

/** A setting with its value; secrets are masked. */
export interface SettingView {
  readonly name: string;
  readonly value: unknown;
  readonly origin: string;
  readonly description: string;
}

/** One row of the waterfall. */
export interface SpectrumRow {
  readonly receiver: string;
  readonly centerHz: number;
  readonly sampleRateHz: number;
  /** Highest power of each bin in a tenth of a second, dB of full scale, from the lowest frequency up; float32. */
  readonly dbfs: Float32Array;
}

/** What the pages and the interface show: the running daemon, as far as they may know it. */
export interface House {
  status(): StatusView;
  /** @returns what ends it */
  onEntry(listener: (entry: Entry) => void): () => void;
  /** Whether the user chose to keep, and so to see, other people's meters. */
  readonly showsUnknown: boolean;
  /** An entry as it may be shown: of other people's meters without their numbers; null where nothing is left of it. */
  shown(entry: Entry): unknown;
  /** What was said last. */
  readonly latest: Latest;
  /** Everybody on the air, whoever may be shown. */
  readonly heard: HeardMeters;
  /** Rows come only while somebody listens. @returns what ends it */
  onSpectrum(listener: (row: SpectrumRow) => void): () => void;
  /** The database, or null where there is none. @throws Fault where it cannot be read */
  reader(): DatabaseReader | null;
  /** Changes what the user decides. @throws Fault where there is no database, or it cannot be written */
  change<Answer>(change: (db: Database) => Answer): Answer;
  settings(): readonly SettingView[];
  /** The latest survey of the band; null where there was none. */
  survey(): KeptSurvey | null;
  /** How the channels of the band are used, as far as the daemon has listened to them. */
  channels(): readonly ChannelUse[];
  /** In whose time days begin, and how long the highest demand is taken over. */
  readonly usage: PeriodRules;
  readonly tariffs: readonly Tariff[];
}
