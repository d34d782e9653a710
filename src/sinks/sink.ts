import type { Entry } from '../readings/entry.js';

/** Where packets, readings, intervals and events go. One failing sink never stops another. */
export interface Sink {
  readonly name: string;
  /** How a sink with a queue of its own fares; once it has started. */
  readonly status?: SinkStatus | undefined;
  start(signal: AbortSignal): Promise<void>;
  /** Takes an entry at once and never blocks; a slow sink fills its own bounded queue. What it has no use for it leaves. */
  write(entry: Entry): void;
  /** Writes out what is queued and lets go of everything. */
  stop(): Promise<void>;
}

/** How a sink that sends what it is given to a server fares. */
export interface SinkStatus {
  readonly name: string;
  /** The server's address, without secrets. */
  readonly target: string;
  readonly queued: number;
  readonly sent: number;
  /** Entries that were lost, as the queue was full or the server would not have them. */
  readonly dropped: number;
  /** Why nothing can be sent now, or null. */
  readonly trouble: string | null;
}
