import type { SinkStatus } from '../sinks/sink.js';
import type { SourceHealth } from '../sources/source.js';
import type { CrystalError } from './crystal.js';
import type { ListeningStatus } from './listening.js';

/** What a receiver is at. `hanging`: samples come, but are not searched. */
export type ReceiverState = 'receiving' | 'recovering' | 'hanging';

/** How one receiver fares. */
export interface ReceiverStatus {
  readonly name: string;
  readonly source: string;
  readonly state: ReceiverState;
  /** Why no samples flow, and for how long, s; null while they do. */
  readonly why: string | null;
  readonly outageSeconds: number | null;
  /** Outages so far, one under way included. */
  readonly outages: number;
  readonly centerHz: number;
  readonly sampleRateHz: number;
  /** How it is moved about; null where it stays. */
  readonly listening: ListeningStatus | null;
  readonly gainDb: number | 'auto' | 'agc';
  /** The tuner's chip, or null where it is not known. */
  readonly tuner: string | null;
  /** Correction that the radio is set to, and what its crystal is off by; null while that is not known. */
  readonly ppm: number;
  readonly crystal: CrystalError | null;
  /** Noise of the whole window, dB of full scale; null before the first samples. */
  readonly noiseDbfs: number | null;
  readonly samples: number;
  readonly lostSamples: number;
  readonly droppedSamples: number;
  readonly clippedSamples: number;
  readonly packets: number;
  readonly meters: number;
  /** Time since the last packet, s; null before the first. */
  readonly secondsSincePacket: number | null;
  /** Candidates that became no packet, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** How the database fares. */
export interface DatabaseStatus {
  readonly path: string;
  readonly stored: number;
  readonly queued: number;
  readonly dropped: number;
  /** Why it cannot be written, or null. */
  readonly trouble: string | null;
}

/** Changes with {@link DaemonStatus}, so that `ertd status` does not misread a daemon of another version. */
export const STATUS_FORMAT = 4;

/** How a daemon fares; what `ertd status` prints. */
export interface DaemonStatus {
  readonly format: number;
  readonly pid: number;
  /** ms since 1970. */
  readonly startedMs: number;
  readonly healthy: boolean;
  readonly receivers: readonly ReceiverStatus[];
  readonly database: DatabaseStatus | null;
  /** The sinks that send to servers. */
  readonly sinks: readonly SinkStatus[];
}

/** Samples that wait to be searched for longer than this wait for something that hangs, s. */
const LONGEST_SEARCH_S = 15;
/** A recovery of which nothing was heard for longer than this hangs: between two attempts lie 30 s at most. */
const LONGEST_RECOVERY_STEP_S = 60;

/**
 * What a receiver is at, from what is known of its source and its search.
 * @param health of the source; null for a recording, which may take its time
 * @param searchSeconds time since samples were last searched
 */
export function receiverState(health: SourceHealth | null, searchSeconds: number): ReceiverState {
  if (health === null) return 'receiving';
  if (health.outage === null) {
    // What came before an outage was searched before it.
    return Math.min(searchSeconds, health.flowSeconds) < LONGEST_SEARCH_S ? 'receiving' : 'hanging';
  }
  return health.idleSeconds < LONGEST_RECOVERY_STEP_S ? 'recovering' : 'hanging';
}

/** One line: what the daemon is at. */
export function summaryOf({ receivers, database }: Pick<DaemonStatus, 'receivers' | 'database'>): string {
  const troubles = receivers
    .filter(({ state }) => state !== 'receiving')
    .map(({ name, state, why }) => `${name} is ${state}${why === null ? '' : `: ${why}`}`);
  if (database?.trouble != null) troubles.push(`The database cannot be written: ${database.trouble}`);
  const sum = (of: (receiver: ReceiverStatus) => number): number =>
    receivers.reduce((total, receiver) => total + of(receiver), 0);
  const heard = `${sum(({ packets }) => packets)} packets so far`;
  return troubles.length > 0 ? `${troubles.join(' ')} (${heard})` : `Receiving, ${heard}`;
}
