import type { MeterEvent } from '../entry.js';
import { eventOf, type Tell } from './watcher.js';

/** A clock that is put right by less says nothing, ms. */
const JUMP_MS = 5000;
/** A clock that shows less was never set: machines without a battery begin in 1970. */
const UNSET_MS = Date.UTC(2020, 0);

/** Notices that the machine's clock is set, by one that nobody sets. */
export class ClockWatch {
  readonly #tell: Tell;
  #last: { readonly nowMs: number; readonly uptimeMs: number } | null = null;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /**
   * @param nowMs    wall clock, ms since 1970
   * @param uptimeMs monotonic, ms
   */
  look(nowMs: number, uptimeMs: number): void {
    const last = this.#last;
    this.#last = { nowMs, uptimeMs };
    if (last === null) {
      if (nowMs < UNSET_MS) this.#tell(unsetEvent(nowMs));
      return;
    }
    const jumpMs = nowMs - last.nowMs - (uptimeMs - last.uptimeMs);
    if (Math.abs(jumpMs) >= JUMP_MS) this.#tell(jumpEvent(nowMs, jumpMs));
  }
}

function unsetEvent(timeMs: number): MeterEvent {
  const message = `The clock is not set, it shows ${new Date(timeMs).toISOString().slice(0, 10)}: what is heard has a wrong date until it is.`;
  return eventOf({ type: 'clock.unset', meter: null, timeMs, severity: 'warning', message, evidence: {} });
}

function jumpEvent(timeMs: number, jumpMs: number): MeterEvent {
  const seconds = Math.round(jumpMs / 1000);
  const message = `The clock was set ${seconds > 0 ? 'forward' : 'back'} by ${Math.abs(seconds)} s.`;
  const evidence = { jumpSeconds: seconds };
  return eventOf({ type: 'clock.jump', meter: null, timeMs, severity: 'warning', message, evidence });
}
