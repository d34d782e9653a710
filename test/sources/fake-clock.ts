import type { Clock } from '../../src/sources/clock.js';

/** A clock that stands still until told, and whose sleepers wake at once, having passed their time. */
export class FakeClock implements Clock {
  /** Every sleep asked for, ms. */
  readonly sleeps: number[] = [];
  #monotonicMs = 1_000;
  #wallMs = 1_700_000_000_000;

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.sleeps.push(ms);
    this.advance(ms);
  }

  advance(ms: number): void {
    this.#monotonicMs += ms;
    this.#wallMs += ms;
  }

  /** Someone sets the computer's clock. */
  setWallBy(ms: number): void {
    this.#wallMs += ms;
  }
}
