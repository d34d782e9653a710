import type { MeterEvent } from '../readings/entry.js';
import { isSameZone } from '../readings/zoned-time.js';

/** A trouble shorter than this is another program that has the database for a moment, ms. */
const SHORT_MS = 30_000;

function eventOf(
  given: Pick<MeterEvent, 'type' | 'timeMs' | 'endMs' | 'severity' | 'message' | 'evidence'>,
): MeterEvent {
  return { kind: 'event', id: `${given.type}/${given.timeMs}`, meter: null, ...given };
}

/** Tells that the database cannot be written, and when it can be again. */
export class DatabaseWatch {
  #sinceMs: number | null = null;
  #told = false;

  /**
   * Is called every second or so.
   * @param trouble why it cannot be written now; null where it can
   */
  look(trouble: string | null, nowMs: number): MeterEvent[] {
    const sinceMs = this.#sinceMs;
    if (trouble === null) {
      this.#sinceMs = null;
      if (sinceMs === null || !this.#told) return [];
      this.#told = false;
      const message = 'The database can be written again: what had waited in memory is in it.';
      return [this.#event(sinceMs, nowMs, 'info', message, null)];
    }
    this.#sinceMs = sinceMs ?? nowMs;
    if (this.#told || nowMs - this.#sinceMs < SHORT_MS) return [];
    this.#told = true;
    const message = `The database cannot be written: ${trouble}. Readings wait in memory.`;
    return [this.#event(this.#sinceMs, null, 'alarm', message, trouble)];
  }

  #event(
    timeMs: number,
    endMs: number | null,
    severity: MeterEvent['severity'],
    message: string,
    why: string | null,
  ): MeterEvent {
    return eventOf({ type: 'database.trouble', timeMs, endMs, severity, message, evidence: { why } });
  }
}

/**
 * Tells that days are those of another zone from now on.
 * @param before that of the days in the database; null where there are none
 */
export function zoneEvents(before: string | null, zone: string, nowMs: number): MeterEvent[] {
  if (before === null || isSameZone(before, zone)) return [];
  const message = `Days are those of ${zone} now, no longer of ${before}: those there are, are made anew.`;
  const evidence = { from: before, to: zone };
  return [eventOf({ type: 'zone.changed', timeMs: nowMs, endMs: null, severity: 'info', message, evidence })];
}
