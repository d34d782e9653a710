import type { Reading } from './reading.js';

/**
 * The intervals that a meter counts by itself and sends in IDM (47) and NetIDM (27), newest first:
 *
 *   older ──┬──────────┬──────────┬──────────┬── ○ ──▶ time
 *           │    2     │    1     │    0     │   sent: the offset tells how long after
 *           └──────────┴──────────┴──────────┘   the newest interval ended
 *
 * They have numbers, of which the low eight bits are sent. Five minutes each: Itron's manual of the C1SR says so, and no
 * published packet has an offset beyond.
 */
export interface MeterInterval {
  /** Goes up by one from interval to interval; the low eight bits are the meter's own. */
  readonly number: number;
  /** ms since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  /** As sent. */
  readonly counts: number;
  readonly state: IntervalState;
}

/** `outage`: the meter says that it had no power then. `full`: the field holds no more, it may have been more than that. */
export type IntervalState = 'counted' | 'outage' | 'full';

export const INTERVAL_MS = 300_000;
const OFFSETS_PER_SECOND = 16;
/** An offset beyond an interval, and what is tolerated: then the intervals are not of five minutes. */
const MOST_OFFSET_MS = INTERVAL_MS + 5000;
const MOST: Readonly<Record<string, number>> = { IDM: 2 ** 9 - 1, NetIDM: 2 ** 14 - 1 };
const FLAG_BITS = 48;

/** What a packet says by itself, its numbers from 0 to 255 for the newest. */
interface Told {
  readonly number: number;
  /** When the newest interval ended, ms since 1970. */
  readonly endMs: number;
  readonly register: number;
  readonly counts: readonly number[];
  readonly outages: readonly boolean[];
  readonly most: number;
}

/**
 * The intervals of one packet, newest first, each at its time by the packet's offset; none of a packet of another kind,
 * of an unknown time, or with an offset that cannot be.
 */
export function intervalsIn(packet: Reading): MeterInterval[] {
  const told = toldBy(packet);
  return told === null ? [] : told.counts.map((_, k) => intervalOf(told, k, told.number - k, told.endMs));
}

/** @param newestEndMs when interval 0 ended */
function intervalOf(told: Told, k: number, number: number, newestEndMs: number): MeterInterval {
  const endMs = Math.round(newestEndMs - k * INTERVAL_MS);
  const counts = told.counts[k];
  const state = told.outages[k] ? 'outage' : counts >= told.most ? 'full' : 'counted';
  return { number, startMs: endMs - INTERVAL_MS, endMs, counts, state };
}

function toldBy({ protocol, timeMs, consumption, fields }: Reading): Told | null {
  const { intervals, intervalCounter, transmitTimeOffset, outageFlags } = fields;
  const most = MOST[protocol];
  if (most === undefined || timeMs === null || consumption === null || !Array.isArray(intervals)) return null;
  if (typeof intervalCounter !== 'number' || typeof transmitTimeOffset !== 'number') return null;
  const sinceMs = sinceIntervalMs(transmitTimeOffset);
  if (sinceMs > MOST_OFFSET_MS) return null;
  const flagged = new Set(typeof outageFlags === 'string' ? outagesIn(outageFlags) : []);
  return {
    number: intervalCounter,
    endMs: timeMs - sinceMs,
    register: consumption,
    counts: intervals,
    outages: intervals.map((_: unknown, k: number) => flagged.has(k)),
    most,
  };
}

/** Time since the newest interval ended, ms. */
export function sinceIntervalMs(transmitTimeOffset: number): number {
  return (transmitTimeOffset / OFFSETS_PER_SECOND) * 1000;
}

/**
 * The intervals in which there was no power, by their place, 0 for the newest and −1 for the running one. That the
 * highest bit is the running one's is how rtlamr-collect takes it; no packet with one set was ever published.
 * @param flags 48 bits as 12 hexadecimal digits
 */
export function outagesIn(flags: string): number[] {
  if (!/^[0-9a-f]{12}$/.test(flags)) return [];
  const bits = BigInt(`0x${flags}`);
  return Array.from({ length: FLAG_BITS }, (_, i) => i - 1).filter(
    (k) => ((bits >> BigInt(FLAG_BITS - 2 - k)) & 1n) === 1n,
  );
}
