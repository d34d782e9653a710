import type { EndpointKey } from './endpoint.js';
import type { Entry, MeterLabel, RegisterReading } from './entry.js';
import type { OwnMeter } from './own-meter.js';
import type { TimedReading } from './reading.js';

/** A packet that is believed, with what is known of its meter. */
export interface Belief {
  readonly meter: MeterLabel;
  /** As its owner described it; null for a meter of somebody else. */
  readonly own: OwnMeter | null;
  readonly endpoint: EndpointKey;
  readonly packet: TimedReading;
  /** What the packet's registers say, also where nothing has changed since the packet before. */
  readonly readings: readonly RegisterReading[];
}

/** A piece of an observer's memory, kept in the database and given back at the next start. */
export interface Memory {
  /** Unique for this observer. */
  readonly key: string;
  /** JSON; null forgets it. */
  readonly state: string | null;
}

/**
 * Concludes more from what is believed: intervals, events. The ledger calls it in the order of time, and what it
 * returns goes to the sinks behind the reading that it was concluded from.
 */
export interface Observer {
  /** Unique, for its memory. */
  readonly name: string;
  /** Every packet, believed or not, also of meters of which nothing is kept. */
  heard?(packet: TimedReading): Iterable<Entry>;
  /** A packet of a meter of which a history is kept. */
  believed(belief: Belief): Iterable<Entry>;
  /** Is called every second or so. @param nowMs ms since 1970; never steps back by more than clocks are put right */
  tick(nowMs: number): Iterable<Entry>;
  /** How the receivers fare: why each does not receive; null for one that does. Is asked with every tick. */
  receivers?(why: ReadonlyMap<string, string | null>, nowMs: number): Iterable<Entry>;
  /** The clock was put back, by more than a few seconds: what is dated later than this was dated wrongly. */
  clockPutBack?(nowMs: number): void;
  /** What has changed in its memory since it was asked before; asked seldom, and when all is written out. */
  changes?(): Iterable<Memory>;
  /** Once, before anything else: its memory as it was last kept. */
  resume?(memory: readonly Memory[]): void;
}
