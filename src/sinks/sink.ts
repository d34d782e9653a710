import type { Reading } from '../readings/reading.js';

/** Where readings go. One failing sink never stops another. */
export interface Sink {
  readonly name: string;
  start(signal: AbortSignal): Promise<void>;
  /** Takes a reading at once and never blocks; a slow sink fills its own bounded queue. */
  write(reading: Reading): void;
  /** Writes out what is queued and lets go of everything. */
  stop(): Promise<void>;
}
