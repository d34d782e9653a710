import type { WindowWorth } from './band-tally.js';
import type { BinLevels } from './spectrum-tally.js';

/** What was found in a window. */
export interface WindowReport {
  readonly centerHz: number;
  /** What of it is good. */
  readonly lowHz: number;
  readonly highHz: number;
  readonly seconds: number;
  readonly packets: number;
  readonly meters: number;
  readonly noiseDbfs: number | null;
  readonly clippedShare: number;
  /** Signals that belong to no packet, by what they look like. */
  readonly foreign: Readonly<Record<string, number>>;
}

/** What was found on a channel of the ERT plan. */
export interface ChannelReport {
  readonly index: number;
  readonly carrierHz: number;
  /** How long it was listened to. */
  readonly seconds: number;
  readonly packets: number;
  readonly packetsPerMinute: number;
  /** Share of the tenths of seconds in which there was something on it, packets included. */
  readonly busyShare: number;
}

export interface SteadyCarrier {
  readonly hz: number;
  readonly overNoiseDb: number;
}

export interface MeterReport {
  readonly id: number;
  readonly protocol: string;
  readonly type: number;
  readonly packets: number;
  readonly strongestSnrDb: number;
  /** The window in which most of it is heard, and how much that is. */
  readonly bestCenterHz: number;
  readonly packetsPerHour: number;
  /** Where it was heard, Hz. */
  readonly carriers: readonly number[];
}

/** What a sweep over the band found. */
export interface SurveyReport {
  /** Time listened, in all windows together. */
  readonly seconds: number;
  readonly sampleRateHz: number;
  readonly packets: number;
  readonly windows: readonly WindowReport[];
  readonly channels: readonly ChannelReport[];
  readonly carriers: readonly SteadyCarrier[];
  /** Most packets first. */
  readonly meters: readonly MeterReport[];
  /** The one window that is best for the meters that count, and which of those it does not hear. */
  readonly best: WindowWorth & { readonly missing: readonly number[] };
  /** IDs of the meters that count; all that are heard where there are none. */
  readonly wanted: readonly number[];
  /** From the lowest frequency up; empty where nothing was seen. */
  readonly spectrum: readonly (BinLevels & { readonly hz: number })[];
}
