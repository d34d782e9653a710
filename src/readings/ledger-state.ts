import type { EndpointKey } from './endpoint.js';
import type { EndpointRecord } from './endpoint-record.js';
import type { MeterLabel } from './entry.js';
import type { Memory } from './observer.js';
import type { EndpointUse } from './own-meter.js';
import type { Suspect } from './quarantine.js';
import type { RegisterState } from './register.js';
import type { Scale } from './scale.js';

/** What is kept of an endpoint from one run to the next. */
export interface SavedEndpoint {
  readonly record: EndpointRecord;
  readonly meter: MeterLabel;
  readonly scale: Scale | null;
  /** What the endpoint's consumption is to its meter. */
  readonly role: EndpointUse;
  /** By protocol: what was last said of tampering. */
  readonly tamper: ReadonlyMap<string, string>;
  readonly registers: ReadonlyMap<EndpointUse, RegisterState>;
}

/** A case of the quarantine as it is kept. */
export interface SavedSuspect {
  readonly suspect: Suspect;
  /** `waiting`, or what became of it. */
  readonly outcome: 'waiting' | 'contradicted' | 'expired' | 'crowded out' | 'accepted' | 'dropped';
  /** When it was decided, ms since 1970; null while it waits. */
  readonly decidedMs: number | null;
}

/** Memory of an observer. */
export interface SavedMemory extends Memory {
  readonly observer: string;
}

/** All that the ledger needs to go on where it was. */
export interface LedgerState {
  readonly endpoints: readonly SavedEndpoint[];
  readonly waiting: readonly Suspect[];
  readonly memories: readonly SavedMemory[];
  /** The latest time in the history, ms since 1970; null where there is none. */
  readonly latestMs: number | null;
}

export const EMPTY_STATE: LedgerState = { endpoints: [], waiting: [], memories: [], latestMs: null };

/** What is to be written, so that the ledger can go on from there. */
export interface LedgerChanges {
  readonly endpoints: readonly SavedEndpoint[];
  readonly forgotten: readonly EndpointKey[];
  readonly suspects: readonly SavedSuspect[];
  /** Cases that were confirmed, or that nobody needs to know of: IDs. */
  readonly settled: readonly string[];
  readonly memories: readonly SavedMemory[];
}

/** What a sink that keeps the ledger's state asks it. */
export interface LedgerJournal {
  /**
   * What has changed since it was last written.
   * @param all also what changes with every packet: statistics, and registers that go on as they did. Where those are a
   *   few minutes old, the ledger comes to the same by what it hears next; else what it could not come to by itself.
   */
  changes(all: boolean): LedgerChanges;
  /** They are written. */
  written(changes: LedgerChanges): void;
  /** Nothing is written: another file was put in the place of the old one. */
  writeAllAgain(): void;
}
