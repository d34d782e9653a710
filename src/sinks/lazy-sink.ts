import type { Entry } from '../readings/entry.js';
import type { Sink, SinkStatus } from './sink.js';

/** A sink whose packages are loaded when it starts: who has no use for it has not their weight. */
export class LazySink implements Sink {
  readonly name: string;
  readonly #load: () => Promise<Sink>;
  #sink: Sink | null = null;

  constructor(name: string, load: () => Promise<Sink>) {
    this.name = name;
    this.#load = load;
  }

  get status(): SinkStatus | undefined {
    return this.#sink?.status;
  }

  async start(signal: AbortSignal): Promise<void> {
    const sink = await this.#load();
    await sink.start(signal);
    this.#sink = sink;
  }

  write(entry: Entry): void {
    this.#sink?.write(entry);
  }

  async stop(): Promise<void> {
    await this.#sink?.stop();
  }
}
