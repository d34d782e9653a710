import type { SavedEndpoint } from '../../readings/ledger-state.js';
import type { Suspect } from '../../readings/quarantine.js';

/** All that the gate knows of an endpoint. */
export interface SavedState {
  /** Null while nothing is believed of it. */
  readonly endpoint: SavedEndpoint | null;
  readonly waiting: readonly Suspect[];
}

const MAP = '$map';

/** A state as JSON; maps are lists of pairs in it. */
export function textOf(state: SavedState): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    value instanceof Map ? { [MAP]: [...value] } : value,
  );
}

/** The inverse of {@link textOf}. */
export function stateOf(text: string): SavedState {
  return JSON.parse(text, (_key, value: unknown) => {
    const pairs = typeof value === 'object' && value !== null && MAP in value ? value[MAP] : undefined;
    return Array.isArray(pairs) ? new Map(pairs as [unknown, unknown][]) : value;
  }) as SavedState;
}
