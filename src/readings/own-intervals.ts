import type { Reading } from './reading.js';
import type { RegisterPoint } from './register-total.js';

/** What an IDM has counted in one interval. */
const INTERVAL_MS = 300_000;
/** The offset counts sixteenths of a second since the newest interval ended. */
const OFFSETS_PER_MS = 16 / 1000;
/** An interval of nine bits that is full may have been more. */
const FULL = 511;

/**
 * When the register of a packet was as the packet says: an IDM tells it as of the end of its newest interval.
 * @returns ms since 1970; null where the packet's time is not known
 */
export function registerTimeMs({ timeMs, protocol, fields }: Reading): number | null {
  const { transmitTimeOffset } = fields;
  if (timeMs === null || protocol !== 'IDM' || typeof transmitTimeOffset !== 'number') return timeMs;
  return Math.round(timeMs - transmitTimeOffset / OFFSETS_PER_MS);
}

/**
 * The register at the ends of the 47 intervals that an IDM carries, oldest first, as far as they can be told: 3 h 55 min.
 * @param total counts since the register was first believed, at the end of the packet's newest interval
 * @returns [] of other packets
 */
export function ownPointsOf(packet: Reading, total: number): RegisterPoint[] {
  const newestMs = registerTimeMs(packet);
  const { intervals } = packet.fields;
  if (packet.protocol !== 'IDM' || newestMs === null || !Array.isArray(intervals)) return [];
  const points: RegisterPoint[] = [pointAt(newestMs, total)];
  let before = total;
  for (const [index, counts] of intervals.entries()) {
    if (typeof counts !== 'number' || counts >= FULL) break;
    before -= counts;
    points.push(pointAt(newestMs - (index + 1) * INTERVAL_MS, before));
  }
  return points.reverse();
}

function pointAt(timeMs: number, total: number): RegisterPoint {
  return { timeMs, untilMs: timeMs, total, own: true };
}
