import { Fault } from '../errors.js';
import type { ReceiverStatus } from './status.js';

/** A receiver that hangs for longer than this does not get out of it by itself, ms. */
const PATIENCE_MS = 60_000;

/**
 * Notices a receiver that hangs for good, so that ertd ends instead of looking alive. Under systemd the watchdog of the
 * service is faster.
 */
export class HangWatch {
  readonly #patienceMs: number;
  #sinceMs: number | null = null;

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /**
   * Is called again and again.
   * @param nowMs monotonic
   * @returns the reason to end, or null
   */
  look(receivers: readonly Pick<ReceiverStatus, 'name' | 'state' | 'why'>[], nowMs: number): Fault | null {
    const hanging = receivers.find(({ state }) => state === 'hanging');
    if (hanging === undefined) {
      this.#sinceMs = null;
      return null;
    }
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs < this.#patienceMs) return null;
    const { name, why } = hanging;
    const last = why === null ? '' : ` The last that is known: ${why}`;
    const message = `${name} hangs and does not come back by itself: start ertd again.${last}`;
    return new Fault('SOURCE_STALLED', message);
  }
}
