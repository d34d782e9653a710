import type { MeterLabel } from '../entry.js';

/** How a meter is heard; JSON. */
export interface Hearing {
  readonly meter: MeterLabel;
  /** ms since 1970. */
  readonly lastMs: number;
  /** Mean time from one hearing to the next, ms; 0 before there are two. */
  readonly gapMs: number;
  readonly longestMs: number;
  /** Gaps that these are of. */
  readonly gaps: number;
}

/** What is sent again within so long is one hearing: endpoints repeat a packet, and send several kinds of them. */
const ONE_HEARING_MS = 5000;
/** A mean of about the last so many gaps. */
const MEMORY = 64;
/** From so many gaps on it is known how often a meter is heard. */
const ENOUGH_GAPS = 16;

/** A meter that is heard for the first time. */
export function firstHeard(meter: MeterLabel, timeMs: number): Hearing {
  return { meter, lastMs: timeMs, gapMs: 0, longestMs: 0, gaps: 0 };
}

/** @param sinceMs silence before this was not the meter's */
export function heardAgain(hearing: Hearing, timeMs: number, sinceMs: number): Hearing {
  const isClockBack = hearing.lastMs > timeMs;
  if (hearing.lastMs < sinceMs || isClockBack) return { ...hearing, lastMs: timeMs };
  const gapMs = timeMs - hearing.lastMs;
  if (gapMs < ONE_HEARING_MS) return hearing;
  const gaps = Math.min(hearing.gaps + 1, MEMORY);
  const mean = hearing.gapMs + (gapMs - hearing.gapMs) / gaps;
  return { ...hearing, lastMs: timeMs, gapMs: mean, longestMs: Math.max(hearing.longestMs, gapMs), gaps };
}

/** Whether it is known how often it is heard. */
export function isKnown({ gaps }: Hearing): boolean {
  return gaps >= ENOUGH_GAPS;
}
