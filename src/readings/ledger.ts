import type { Entry } from './entry.js';
import type { Reading } from './reading.js';

/** Turns packets, as they were heard, into what can be believed. It has no clock: time comes in. */
export class Ledger {
  /** @returns what it tells, in the order in which sinks are to have it */
  take(packet: Reading): Entry[] {
    return [{ kind: 'packet', packet }];
  }

  /**
   * Is called now and then, also while nothing is heard.
   * @param _nowMs wall clock, ms since 1970
   */
  tick(_nowMs: number): Entry[] {
    return [];
  }
}
