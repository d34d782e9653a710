/** Notices when something that should go on without end has stopped. */
export class StallWatch {
  readonly #onStall: (silentMs: number) => void;
  #patienceMs: number;
  #timer: NodeJS.Timeout;
  #flows = 0;

  /** @param patienceMs longest silence, from now on. @param onStall is told once how long it has been silent */
  constructor(patienceMs: number, onStall: (silentMs: number) => void) {
    this.#patienceMs = patienceMs;
    this.#onStall = onStall;
    this.#timer = this.#start();
  }

  /** Something came. @param patienceMs longest silence from here on */
  flowed(patienceMs: number): void {
    this.#flows += 1;
    if (patienceMs === this.#patienceMs) {
      this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#patienceMs = patienceMs;
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => {
      const before = this.#flows;
      // Where it was this process that was held up, the samples are there and only unread: look once more.
      setImmediate(() => {
        if (this.#flows === before) this.#onStall(this.#patienceMs);
      });
    }, this.#patienceMs);
  }
}
