import type { Entry } from '../readings/entry.js';
import type { Sink } from '../sinks/sink.js';

/** Passes entries on to whoever listens just then; a sink that keeps nothing. */
export class EntryRelay implements Sink {
  readonly name = 'relay';
  readonly #listeners = new Set<(entry: Entry) => void>();

  async start(): Promise<void> {}

  /** @returns what ends it */
  listen(listener: (entry: Entry) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  write(entry: Entry): void {
    for (const listener of this.#listeners) listener(entry);
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
  }
}
