import type { Fault } from '../errors.js';
import type { Clock } from './clock.js';
import type { SourceEvent, SourceHealth } from './source.js';

/** Samples that flowed for less than this were none: a radio that fails at once is not asked four times a second. */
const STEADY_FLOW_MS = 1000;

/** Whether samples flow from a live source, since when, and why not; tells when that changes. */
export class Flow {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #onEvent: (event: SourceEvent) => void;
  #outage: { code: SourceEvent['code']; sinceMs: number; why: string } | null = null;
  #outages = 0;
  /** When samples began to flow after the last outage, and when the last came; null before the first. */
  #sinceMs: number | null = null;
  #lastMs: number | null = null;
  /** When samples last came or something was last done about it that they do not. */
  #activeMs: number;

  /** @param name ends the sentence "Samples flow again from …" */
  constructor(clock: Clock, name: string, onEvent: (event: SourceEvent) => void = () => {}) {
    this.#clock = clock;
    this.#name = name;
    this.#onEvent = onEvent;
    this.#activeMs = clock.monotonicMs();
  }

  get health(): SourceHealth {
    const nowMs = this.#clock.monotonicMs();
    const secondsSince = (ms: number): number => (nowMs - ms) / 1000;
    const flows = this.#outage === null && this.#sinceMs !== null;
    return {
      outages: this.#outages,
      outage: this.#outage && { seconds: secondsSince(this.#outage.sinceMs), why: this.#outage.why },
      idleSeconds: secondsSince(this.#activeMs),
      flowSeconds: flows ? secondsSince(this.#sinceMs ?? nowMs) : 0,
    };
  }

  /** Whether samples flowed for some time before they last stopped. */
  get wasSteady(): boolean {
    return this.#lastMs !== null && this.#lastMs - (this.#sinceMs ?? this.#lastMs) >= STEADY_FLOW_MS;
  }

  /** A link is over. One without samples does not end the outage before it. */
  stopped(why: Fault): void {
    if (this.#outage !== null) {
      this.tried(why);
      return;
    }
    this.#activeMs = this.#clock.monotonicMs();
    const code = why.code === 'SOURCE_STALLED' ? why.code : 'SOURCE_LOST';
    this.#outage = { code, sinceMs: this.#activeMs, why: why.message };
    this.#outages += 1;
    this.#onEvent({ kind: 'lost', code, message: why.message });
  }

  /** Something is done to get samples again. @param why it has failed, if it has */
  tried(why?: Fault): void {
    this.#activeMs = this.#clock.monotonicMs();
    if (why !== undefined && this.#outage !== null) this.#outage.why = why.message;
  }

  /** Samples have come. */
  came(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#sinceMs ??= nowMs;
    this.#lastMs = nowMs;
    this.#activeMs = nowMs;
    if (this.#outage === null) return;
    const { code, sinceMs } = this.#outage;
    const seconds = ((nowMs - sinceMs) / 1000).toFixed(1);
    this.#outage = null;
    this.#sinceMs = nowMs;
    const message = `Samples flow again from ${this.#name}, ${seconds} s later.`;
    this.#onEvent({ kind: 'restored', code, message });
  }
}
