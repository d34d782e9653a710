import type { RegisterReading } from './entry.js';
import { INTERVAL_MS, intervalsIn, sinceIntervalMs } from './meter-intervals.js';
import type { Reading } from './reading.js';
import type { RegisterPoint } from './register-total.js';

/** A register farther from that of its own packet has wrapped in between. */
const MOST_APART = 10_000;

/**
 * When the register of a packet was as the packet says: an IDM tells it as of the end of its newest interval.
 * @returns ms since 1970; null where the packet's time is not known
 */
export function registerTimeMs({ timeMs, fields }: Reading): number | null {
  const { transmitTimeOffset } = fields;
  if (timeMs === null || typeof transmitTimeOffset !== 'number') return timeMs;
  return Math.round(timeMs - sinceIntervalMs(transmitTimeOffset));
}

/**
 * The register at the ends of the 47 intervals that an IDM carries, oldest first, as far back as they can be told, 3 h
 * 55 min: not beyond one that is full, and not beyond a loss of power, as nobody knows how long that was.
 * @param reading of an IDM, dated at the end of its newest interval; its register may have been heard further on since
 * @returns [] of other packets and registers
 */
export function ownPointsOf(reading: RegisterReading): RegisterPoint[] {
  const { register, timeMs, counts, totalCounts, packet } = reading;
  if (packet.protocol !== 'IDM' || register !== 'consumption' || packet.consumption === null) return [];
  const intervals = intervalsIn(packet);
  if (intervals.length === 0) return [];
  const ahead = counts - packet.consumption;
  if (Math.abs(ahead) > MOST_APART) return [];
  let total = totalCounts - ahead;
  const points: RegisterPoint[] = [pointAt(timeMs, total)];
  for (const [index, interval] of intervals.entries()) {
    if (interval.state !== 'counted') break;
    total -= interval.counts;
    points.push(pointAt(timeMs - (index + 1) * INTERVAL_MS, total));
  }
  return points.reverse();
}

function pointAt(timeMs: number, total: number): RegisterPoint {
  return { timeMs, untilMs: timeMs, total };
}
