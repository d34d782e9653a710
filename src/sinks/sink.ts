import type { Entry } from '../readings/entry.js';

/** Where packets, readings, intervals and events go. One failing sink never stops another. */
export interface Sink {
  readonly name: string;
  start(signal: AbortSignal): Promise<void>;
  /** Takes an entry at once and never blocks; a slow sink fills its own bounded queue. What it has no use for it leaves. */
  write(entry: Entry): void;
  /** Writes out what is queued and lets go of everything. */
  stop(): Promise<void>;
}
