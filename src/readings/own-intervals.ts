import type { RegisterReading } from './entry.js';
import type { Reading } from './reading.js';
import type { RegisterPoint } from './register-total.js';

/** What an IDM has counted in one interval. */
const INTERVAL_MS = 300_000;
/** The offset counts sixteenths of a second since the newest interval ended. */
const OFFSETS_PER_MS = 16 / 1000;
/** An interval of nine bits that is full may have been more. */
const FULL = 511;
/** A register farther from that of its own packet has wrapped in between. */
const MOST_APART = 10_000;

/**
 * When the register of a packet was as the packet says: an IDM tells it as of the end of its newest interval.
 * @returns ms since 1970; null where the packet's time is not known
 */
export function registerTimeMs({ timeMs, fields }: Reading): number | null {
  const { transmitTimeOffset } = fields;
  if (timeMs === null || typeof transmitTimeOffset !== 'number') return timeMs;
  return Math.round(timeMs - transmitTimeOffset / OFFSETS_PER_MS);
}

/**
 * The register at the ends of the 47 intervals that an IDM carries, oldest first, as far as they can be told: 3 h 55 min.
 * @param reading of an IDM, dated at the end of its newest interval; its register may have been heard further on since
 * @returns [] of other packets and registers
 */
export function ownPointsOf(reading: RegisterReading): RegisterPoint[] {
  const { register, timeMs, counts, totalCounts, packet } = reading;
  const { intervals } = packet.fields;
  if (packet.protocol !== 'IDM' || register !== 'consumption' || packet.consumption === null) return [];
  if (!Array.isArray(intervals)) return [];
  const ahead = counts - packet.consumption;
  if (Math.abs(ahead) > MOST_APART) return [];
  let total = totalCounts - ahead;
  const points: RegisterPoint[] = [pointAt(timeMs, total)];
  for (const [index, used] of intervals.entries()) {
    if (typeof used !== 'number' || used >= FULL) break;
    total -= used;
    points.push(pointAt(timeMs - (index + 1) * INTERVAL_MS, total));
  }
  return points.reverse();
}

function pointAt(timeMs: number, total: number): RegisterPoint {
  return { timeMs, untilMs: timeMs, total };
}
