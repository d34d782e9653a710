import { setTimeout as delay } from 'node:timers/promises';

/** Bounds of the wait before a server is tried again, ms. */
const WAIT_MS = { first: 1000, longest: 60_000 };

/** Waits that double from one failure to the next, up to a minute. */
export class BackOff {
  readonly #firstMs: number;
  #nextMs: number;

  constructor(firstMs: number = WAIT_MS.first) {
    this.#firstMs = firstMs;
    this.#nextMs = firstMs;
  }

  /** The next wait is the first again. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }

  /** Waits, or until the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(2 * waitMs, WAIT_MS.longest);
    await delay(waitMs, undefined, { signal }).catch(() => {});
  }
}
