import type { Database } from 'better-sqlite3';
import { Fault } from '../errors.js';
import { OUTBOX_TABLES } from './outbox-schema.js';

/** "ERTd" in ASCII; marks the file as ours, `file` and `PRAGMA application_id` show it. */
export const APPLICATION_ID = 0x45525464;

/**
 * One step forward each: the first makes version 1 of an empty file, the second makes 2 of 1, and so on. A
 * step that was released never changes again. Times are ms since 1970 UTC; register values are counts.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE receivers (
    id             INTEGER PRIMARY KEY,
    name           TEXT    NOT NULL UNIQUE
  ) STRICT;

  -- A stretch of time in which one receiver listened with one setting.
  CREATE TABLE sessions (
    id             INTEGER PRIMARY KEY,
    receiver_id    INTEGER NOT NULL REFERENCES receivers (id),
    source         TEXT    NOT NULL,
    center_hz      REAL    NOT NULL,
    sample_rate_hz REAL    NOT NULL,
    started_ms     INTEGER NOT NULL,
    ended_ms       INTEGER,                     -- null while it lasts, and for ever after a crash
    samples        INTEGER NOT NULL DEFAULT 0,
    lost_samples   INTEGER NOT NULL DEFAULT 0,
    packets        INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX sessions_receiver ON sessions (receiver_id, started_ms);

  -- What was last heard from each endpoint.
  CREATE TABLE meters (
    id               INTEGER PRIMARY KEY,       -- ERT ID
    protocol         TEXT    NOT NULL,
    type             INTEGER NOT NULL,          -- endpoint type as sent
    commodity        TEXT    NOT NULL,          -- electric, gas, water or unknown
    consumption      INTEGER,                   -- null until the meter has told one
    fields           TEXT    NOT NULL,          -- JSON: what else the protocol sends
    carrier_hz       INTEGER NOT NULL,
    snr_db           REAL    NOT NULL,
    strongest_snr_db REAL    NOT NULL,
    first_heard_ms   INTEGER NOT NULL,
    last_heard_ms    INTEGER NOT NULL,
    packets          INTEGER NOT NULL
  ) STRICT;

  -- A row where a register changed, and one now and then while it does not.
  CREATE TABLE readings (
    meter_id       INTEGER NOT NULL REFERENCES meters (id),
    time_ms        INTEGER NOT NULL,
    protocol       TEXT    NOT NULL,
    consumption    INTEGER NOT NULL,
    session_id     INTEGER NOT NULL REFERENCES sessions (id),
    PRIMARY KEY (meter_id, time_ms, protocol)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX readings_time ON readings (time_ms, meter_id, protocol);

  -- Every packet, where that was asked for; the oldest go.
  CREATE TABLE packets (
    id             INTEGER PRIMARY KEY,
    meter_id       INTEGER NOT NULL REFERENCES meters (id),
    time_ms        INTEGER NOT NULL,
    session_id     INTEGER NOT NULL REFERENCES sessions (id),
    sample         INTEGER NOT NULL,            -- first sample of the packet in the session's stream
    protocol       TEXT    NOT NULL,
    type           INTEGER NOT NULL,
    consumption    INTEGER,                     -- null where the meter had none to tell
    fields         TEXT    NOT NULL,            -- JSON
    carrier_hz     INTEGER NOT NULL,
    snr_db         REAL    NOT NULL,
    corrected_bits INTEGER NOT NULL,
    confidence     REAL    NOT NULL
  ) STRICT;
  CREATE INDEX packets_meter ON packets (meter_id, time_ms);
  CREATE INDEX packets_time ON packets (time_ms);
  `,
  OUTBOX_TABLES,
];

/** What a file holds, as far as we may write to it or read it. */
export type SchemaState = 'empty' | 'older' | 'current';

/**
 * Looks at what the file is.
 * @throws Fault `CONFIG` for the database of another program or of a newer ertd
 */
export function schemaState(db: Database, path: string, version = MIGRATIONS.length): SchemaState {
  const found = pragmaNumber(db, 'user_version');
  const ours = pragmaNumber(db, 'application_id') === APPLICATION_ID;
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (!ours && tables === 0) return 'empty';
  if (!ours) {
    throw new Fault('CONFIG', `${path} is a database of another program; choose another file with --db.`);
  }
  if (found > version) {
    const versions = `has schema version ${found}, but this ertd knows versions up to ${version}`;
    throw new Fault('CONFIG', `${path} ${versions}; install the newer ertd again or choose another --db.`);
  }
  return found < version ? 'older' : 'current';
}

/**
 * Brings a database that is open for writing to the newest schema, one transaction a step: after a crash it
 * is at one version or the next, never between.
 * @throws Fault `CONFIG` as `schemaState` does; SqliteError where the disk does not let us write
 */
export function migrate(db: Database, path: string, migrations: readonly string[] = MIGRATIONS): void {
  if (schemaState(db, path, migrations.length) === 'current') return;
  for (let version = pragmaNumber(db, 'user_version'); version < migrations.length; version++) {
    const step = db.transaction(() => {
      db.exec(migrations[version]);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${version + 1}`);
    });
    step.immediate();
  }
}

function pragmaNumber(db: Database, name: 'user_version' | 'application_id'): number {
  return Number(db.pragma(name, { simple: true }));
}
