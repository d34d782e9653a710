/** IDM's intervals, ms: five minutes, of which the offset counts sixteenths of a second. */
const INTERVAL_MS = 300_000;
const OFFSET_MS = 1000 / 16;
const BITS = 48;

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** When the newest full interval of an IDM ended, ms since 1970. */
export function intervalEndOf(timeMs: number, transmitTimeOffset: number): number {
  return timeMs - transmitTimeOffset * OFFSET_MS;
}

/**
 * The latest stretch of intervals that IDM flags as being without power, to five minutes; null where none is.
 * @param flags 12 hexadecimal digits, of which the highest bit is the interval that runs
 */
export function flaggedSpan(flags: string, intervalEndMs: number): Span | null {
  const bits = Array.from(
    { length: BITS },
    (_, i) => (Number.parseInt(flags[i >> 2], 16) >> (3 - (i & 3))) & 1,
  );
  const newest = bits.indexOf(1);
  if (newest === -1) return null;
  const clear = bits.indexOf(0, newest);
  const oldest = clear === -1 ? BITS : clear;
  return {
    startMs: intervalEndMs - (oldest - 1) * INTERVAL_MS,
    endMs: intervalEndMs - (newest - 1) * INTERVAL_MS,
  };
}

/** How far a meter's clock was set between two packets, ms, −150 000 to 150 000: its intervals begin elsewhere. */
export function offsetJump(beforeMs: number, afterMs: number): number {
  const moved = (((afterMs - beforeMs) % INTERVAL_MS) + INTERVAL_MS) % INTERVAL_MS;
  return moved > INTERVAL_MS / 2 ? moved - INTERVAL_MS : moved;
}
