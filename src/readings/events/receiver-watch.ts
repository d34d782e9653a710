import type { MeterEvent } from '../entry.js';
import { eventOf, type Tell } from './watcher.js';

/** A radio that is back sooner is not worth a word, ms. */
const PATIENCE_MS = 60_000;

interface Lost {
  readonly sinceMs: number;
  readonly why: string;
  readonly told: boolean;
}

/** Notices that a receiver lost its radio, as the receiver itself says. */
export class ReceiverWatch {
  readonly #tell: Tell;
  readonly #receivers = new Map<string, Lost | null>();

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Whether every receiver is without its radio. */
  get allLost(): boolean {
    return this.#receivers.size > 0 && [...this.#receivers.values()].every((lost) => lost !== null);
  }

  /** @param why it does not receive; null while it does */
  look(receiver: string, why: string | null, nowMs: number): void {
    const lost = this.#receivers.get(receiver) ?? null;
    if (why === null) {
      if (lost?.told) this.#tell(lostEvent(receiver, lost, nowMs));
      this.#receivers.set(receiver, null);
      return;
    }
    const sinceMs = lost?.sinceMs ?? nowMs;
    const due = nowMs - sinceMs >= PATIENCE_MS;
    const now = { sinceMs, why, told: due || lost?.told === true };
    this.#receivers.set(receiver, now);
    if (due && !lost?.told) this.#tell(lostEvent(receiver, now, null));
  }
}

function lostEvent(receiver: string, { sinceMs, why }: Lost, endMs: number | null): MeterEvent {
  const message = endMs === null ? `${receiver} does not receive: ${why}` : `${receiver} receives again.`;
  return eventOf({
    type: 'receiver.lost',
    meter: null,
    timeMs: sinceMs,
    endMs,
    severity: endMs === null ? 'alarm' : 'info',
    message,
    evidence: { receiver, why },
  });
}
