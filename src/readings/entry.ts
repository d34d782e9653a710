import type { Commodity } from './commodity.js';
import type { EndpointKey } from './endpoint.js';
import type { Reading } from './reading.js';

/** A unit that readings are told in. */
export type Unit = 'kWh' | 'kW' | 'm³' | 'L' | 'ft³' | 'CCF' | 'gal';

/**
 * A register that an endpoint tells of. All have `consumption`; a net meter also has what it gave (`generation`) and
 * the difference (`net`). Some tell their greatest `demand` since its last reset: that is no amount, and has no total.
 */
export type RegisterName = 'consumption' | 'generation' | 'net' | 'demand';

/** What a sink needs to know of a meter. */
export interface MeterLabel {
  /** Of its first endpoint; stays the same for as long as the meter is known. */
  readonly key: EndpointKey;
  /** As its owner calls it; null for a meter that nobody has named. */
  readonly name: string | null;
  readonly commodity: Commodity;
}

/** A packet as it was heard, believed or not. */
export interface PacketEntry {
  readonly kind: 'packet';
  readonly packet: Reading;
  /** Of a meter of which no history is to be kept; absent where it may be. */
  readonly isPrivate?: true;
}

/** The state of a register that is believed. */
export interface RegisterReading {
  readonly kind: 'reading';
  readonly meter: MeterLabel;
  readonly register: RegisterName;
  /** ms since 1970. */
  readonly timeMs: number;
  /** As the endpoint counts, with its wraps: falls back to 0 where the register does. */
  readonly counts: number;
  /** Exact decimal in `unit`, as the dial shows; null where the meter's scale is not known. */
  readonly value: string | null;
  readonly unit: Unit | null;
  /** Exact decimal: what was used since the register was first believed, never falling; null as `value`. */
  readonly total: string | null;
  /**
   * The same in counts, whole: wraps are undone, and where the register began anew it goes on from where it was. A demand
   * has no total: here are its counts once more.
   */
  readonly totalCounts: number;
  /** The register began anew (an exchange, a reset): what was used since the reading before is not known. */
  readonly beginsAnew: boolean;
  /** The packet that told it. */
  readonly packet: Reading;
}

/** States of a register in the past that were not heard then: what the meter wrote down meanwhile, as an IDM tells it. */
export interface RegisterHistoryEntry {
  readonly kind: 'history';
  readonly meter: MeterLabel;
  readonly register: RegisterName;
  /** Ascending in time; totals as in `RegisterReading`, with which they agree. */
  readonly points: readonly { readonly timeMs: number; readonly totalCounts: number }[];
}

/** What was used in a stretch of time. */
export interface IntervalEntry {
  readonly kind: 'interval';
  readonly meter: MeterLabel;
  readonly register: RegisterName;
  /** ms since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  /** Counts, may be a fraction where `interpolated`; null where `missing`. */
  readonly counts: number | null;
  /** Exact decimal in `unit`; null where missing or the scale is not known. */
  readonly value: string | null;
  readonly unit: Unit | null;
  readonly quality: IntervalQuality;
}

/**
 * How an interval's consumption is known: `measured` from readings near both its ends or from the meter's own
 * intervals, `interpolated` from readings farther off, or not at all.
 */
export type IntervalQuality = 'measured' | 'interpolated' | 'missing';

/** Something that happened to a meter or to the receiver. */
export interface MeterEvent {
  readonly kind: 'event';
  /** The same event has the same one, however often it is told. */
  readonly id: string;
  /** Such as `tamper.removal`, `leak`, `outage`; `docs/events.md` has them all. */
  readonly type: string;
  /** Null where it is about the receiver or the street, not one meter. */
  readonly meter: MeterLabel | null;
  /** ms since 1970: when it began. */
  readonly timeMs: number;
  /** When it was over; null where it goes on, or where it has no length. */
  readonly endMs: number | null;
  readonly severity: 'info' | 'warning' | 'alarm';
  /** One sentence for people. */
  readonly message: string;
  /** What it was concluded from. */
  readonly evidence: Readonly<Record<string, string | number | boolean | null>>;
}

/** What sinks are given. */
export type Entry = PacketEntry | RegisterReading | RegisterHistoryEntry | IntervalEntry | MeterEvent;
