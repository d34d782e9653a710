import type { Entry } from '../readings/entry.js';
import type { Sink } from './sink.js';

/** Several sinks that know nothing of each other: what goes wrong in one does not keep an entry from another. */
export class SinkGroup {
  readonly #sinks: readonly Sink[];
  readonly #started: Sink[] = [];

  /** @param sinks in the order in which they start */
  constructor(sinks: readonly Sink[]) {
    this.#sinks = sinks;
  }

  /** @throws what the first sink throws that cannot start; those before it are to be stopped */
  async start(signal: AbortSignal): Promise<void> {
    for (const sink of this.#sinks) {
      await sink.start(signal);
      this.#started.push(sink);
    }
  }

  /** @throws what a sink threw, a bug, but only once every sink has the entry */
  write(entry: Entry): void {
    const bugs: unknown[] = [];
    for (const sink of this.#started) {
      try {
        sink.write(entry);
      } catch (bug) {
        bugs.push(bug);
      }
    }
    if (bugs.length > 0) throw bugs[0];
  }

  /**
   * Stops those that have started, the last one first.
   * @returns what went wrong
   */
  async stop(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const sink of this.#started.splice(0).reverse()) {
      await sink.stop().catch((failure: unknown) => failures.push(failure));
    }
    return failures;
  }
}
