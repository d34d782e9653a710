import Sqlite, { type Database } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';
import type { LedgerState } from '../readings/ledger-state.js';
import type { OwnMeter } from '../readings/own-meter.js';
import { type Decision, readDecisions, readOwnMeters } from './sqlite-own-meters.js';
import { readWanted } from './sqlite-requests.js';
import { schemaState } from './sqlite-schema.js';
import { readState } from './sqlite-state.js';

/** What the user decides while the daemon runs. */
export interface UserChanges {
  /** The user's meters that were added to the database. */
  readonly own: readonly OwnMeter[];
  readonly decisions: readonly Decision[];
  /** Meters whose next reading somebody waits for. */
  readonly wanted: ReadonlySet<EndpointKey>;
}

/** What a database knows that a ledger goes on from. */
export interface Resumed extends UserChanges {
  readonly state: LedgerState;
  /** Whose days most of those are that it has; null where it has none. */
  readonly zone: string | null;
}

export const NOTHING: Resumed = {
  state: { endpoints: [], waiting: [], memories: [], latestMs: null },
  own: [],
  decisions: [],
  wanted: new Set(),
  zone: null,
};

const ZONE = 'SELECT zone FROM day_rules GROUP BY zone ORDER BY count(*) DESC LIMIT 1';

/** @throws SqliteError */
export function resumedOf(db: Database): Resumed {
  return {
    state: readState(db),
    ...userChangesOf(db),
    zone: db.prepare<[], string>(ZONE).pluck().get() ?? null,
  };
}

/** @throws SqliteError */
export function userChangesOf(db: Database): UserChanges {
  return { own: readOwnMeters(db), decisions: readDecisions(db), wanted: readWanted(db) };
}

/**
 * The same of a database that cannot be written now.
 * @throws SqliteError, or Fault `CONFIG` where it is none of ours
 */
export function readResumed(path: string): Resumed {
  const db = new Sqlite(path, { readonly: true });
  try {
    return schemaState(db, path) === 'current' ? resumedOf(db) : NOTHING;
  } finally {
    db.close();
  }
}
