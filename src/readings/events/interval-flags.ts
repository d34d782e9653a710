import { INTERVAL_MS, outagesIn, sinceIntervalMs } from '../meter-intervals.js';

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** When the newest full interval of an IDM ended, ms since 1970. */
export function intervalEndOf(timeMs: number, transmitTimeOffset: number): number {
  return timeMs - sinceIntervalMs(transmitTimeOffset);
}

/**
 * The latest stretch of intervals that IDM flags as being without power, to five minutes; null where none is.
 * @param flags 12 hexadecimal digits, of which the highest bit is the interval that runs
 */
export function flaggedSpan(flags: string, intervalEndMs: number): Span | null {
  const flagged = outagesIn(flags);
  const [newest] = flagged;
  if (newest === undefined) return null;
  const oldest = flagged.findLast((k, i) => k === newest + i)!;
  return {
    startMs: intervalEndMs - (oldest + 1) * INTERVAL_MS,
    endMs: intervalEndMs - newest * INTERVAL_MS,
  };
}

/** How far a meter's clock was set between two packets, ms, −150 000 to 150 000: its intervals begin elsewhere. */
export function offsetJump(beforeMs: number, afterMs: number): number {
  const moved = (((afterMs - beforeMs) % INTERVAL_MS) + INTERVAL_MS) % INTERVAL_MS;
  return moved > INTERVAL_MS / 2 ? moved - INTERVAL_MS : moved;
}
