import type { Config } from '../config.js';
import { ownMetersOf } from '../readings/describe-meter.js';
import { Ledger } from '../readings/ledger.js';
import { Pseudonyms } from '../readings/pseudonym.js';
import type { SqliteSink } from '../sinks/sqlite.js';
import { NOTHING } from '../sinks/sqlite-resume.js';
import { observersOf } from './observers.js';
import { keyInFile } from './pseudonym-key.js';

/**
 * A ledger that goes on from what a database has, and keeps its state there.
 * @param isLive packets come as they are sent, not from recordings
 * @throws Fault `CONFIG` where a meter is described wrongly, or the key of the pseudonyms cannot be had
 */
export function resumedLedger(config: Config, database: SqliteSink | null, isLive: boolean): Ledger {
  const { unknown, pseudonymKey } = config.readings;
  const { state, own } = database?.resume() ?? NOTHING;
  const ledger = new Ledger({
    unknown,
    pseudonyms: pseudonymKey === '' ? null : new Pseudonyms(keyInFile(pseudonymKey)),
    own: ownMetersOf(config.meters, own),
    observers: observersOf(config, database?.path ?? null),
    isLive,
    state,
  });
  database?.keep(ledger.journal);
  return ledger;
}
