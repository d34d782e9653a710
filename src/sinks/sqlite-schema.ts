import type { Database } from 'better-sqlite3';
import { Fault } from '../errors.js';
import { OUTBOX_TABLES } from './outbox-schema.js';
import { EVENTS_TABLE } from './sqlite-events.js';
import { EXCHANGED_SIBLINGS, EXCHANGES_TABLE } from './sqlite-exchanges.js';
import { ROLLUP_TABLES } from './sqlite-rollup-tables.js';

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

  -- What is counted: one or more endpoints tell of it.
  CREATE TABLE meters (
    id               INTEGER PRIMARY KEY,
    key              TEXT    NOT NULL UNIQUE,   -- of its first endpoint: ert-10000001, neptune-1500000001
    name             TEXT,                      -- as its owner calls it; null for a meter of somebody else
    commodity        TEXT    NOT NULL,          -- electric, gas, water or unknown
    unit             TEXT,                      -- kWh, m³, …; null where the scale is not known
    units_per_count  TEXT,                      -- exact decimal
    dial_offset      TEXT                       -- exact decimal: what the dial shows more than the register
  ) STRICT;

  -- Who is heard, as it was heard lately.
  CREATE TABLE endpoints (
    id                INTEGER PRIMARY KEY,
    key               TEXT    NOT NULL UNIQUE,
    number            INTEGER NOT NULL,         -- ID as sent, or a pseudonym from 2^40 up
    meter_id          INTEGER NOT NULL REFERENCES meters (id),
    role              TEXT    NOT NULL,         -- what its consumption is to the meter: consumption, generation, net
    protocol          TEXT    NOT NULL,         -- of the last packet
    protocols         TEXT    NOT NULL,         -- JSON: all of them
    type              INTEGER NOT NULL,         -- endpoint type as sent
    commodity         TEXT    NOT NULL,         -- by its type
    consumption       INTEGER,                  -- as last believed; null until the meter has told one
    fields            TEXT    NOT NULL,         -- JSON: what else the protocol sends
    tamper            TEXT    NOT NULL,         -- JSON: by protocol, what was last said of tampering
    carrier_hz        INTEGER NOT NULL,
    snr_db            REAL    NOT NULL,
    strongest_snr_db  REAL    NOT NULL,
    first_heard_ms    INTEGER NOT NULL,
    last_heard_ms     INTEGER NOT NULL,
    packets           INTEGER NOT NULL,
    expected          INTEGER NOT NULL,         -- packets that it will have sent meanwhile
    period_ms         INTEGER,                  -- from one packet to the next; null while that is not known
    channels          TEXT    NOT NULL,         -- JSON: packets by the tenth of a MHz
    interval_phase_ms INTEGER                   -- when its intervals end, after each five minutes of the clock
  ) STRICT;
  CREATE INDEX endpoints_meter ON endpoints (meter_id);

  -- What is believed of each register.
  CREATE TABLE registers (
    id             INTEGER PRIMARY KEY,
    endpoint_id    INTEGER NOT NULL REFERENCES endpoints (id),
    name           TEXT    NOT NULL,            -- consumption, generation, net
    counts         INTEGER NOT NULL,
    modulus        INTEGER NOT NULL,            -- it is back at 0 after so many
    total_counts   INTEGER NOT NULL,            -- since it was first believed
    debt           INTEGER NOT NULL,            -- counts that it was put back by and has to regain
    changed_ms     INTEGER NOT NULL,
    usual_per_hour REAL    NOT NULL,            -- what it counts in a busy hour
    anchor_ms      INTEGER NOT NULL,            -- where that is measured from
    anchor_counts  INTEGER NOT NULL,
    UNIQUE (endpoint_id, name)
  ) STRICT;

  -- A row where a register changed, and one now and then while it does not.
  CREATE TABLE readings (
    register_id    INTEGER NOT NULL REFERENCES registers (id),
    time_ms        INTEGER NOT NULL,
    counts         INTEGER NOT NULL,            -- as sent, with its wraps
    total_counts   INTEGER NOT NULL,            -- since it was first believed, without them
    begins_anew    INTEGER NOT NULL,            -- 1: the meter was exchanged or reset since the row before
    PRIMARY KEY (register_id, time_ms)
  ) STRICT, WITHOUT ROWID;

  CREATE VIEW meter_readings AS
    SELECT meters.key AS meter, meters.name AS name, registers.name AS register, time_ms,
      readings.counts, readings.total_counts, begins_anew
    FROM readings JOIN registers ON registers.id = register_id JOIN endpoints ON endpoints.id = endpoint_id
    JOIN meters ON meters.id = meter_id;

  -- Packets that are not believed, or were not; the oldest cases go.
  CREATE TABLE quarantine (
    id             INTEGER PRIMARY KEY,
    suspect        TEXT    NOT NULL UNIQUE,     -- endpoint and time of the first packet
    endpoint       TEXT    NOT NULL,
    doubt          TEXT    NOT NULL,            -- why
    sightings      INTEGER NOT NULL,            -- packets that say the same
    first_ms       INTEGER NOT NULL,
    last_ms        INTEGER NOT NULL,
    packets        TEXT    NOT NULL,            -- JSON: the first and the last ones
    outcome        TEXT    NOT NULL,            -- waiting, contradicted, expired, crowded out, accepted, dropped
    decided_ms     INTEGER,
    decision       TEXT                         -- accept or drop: what the user wants, until it is done
  ) STRICT;

  -- The user's meters that the configuration does not have: ertd meters add.
  CREATE TABLE own_meters (
    key             TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    commodity       TEXT,
    unit            TEXT,
    units_per_count TEXT,
    dial_offset     TEXT,
    modulus         INTEGER,
    max_per_hour    REAL,                       -- counts
    siblings        TEXT NOT NULL               -- JSON: endpoint to register
  ) STRICT, WITHOUT ROWID;

  -- Meters whose next reading somebody waits for: ertd read.
  CREATE TABLE read_requests (
    meter           TEXT PRIMARY KEY,           -- key
    until_ms        INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- What observers of believed packets remember from one run to the next.
  CREATE TABLE memories (
    observer       TEXT NOT NULL,
    key            TEXT NOT NULL,
    state          TEXT NOT NULL,               -- JSON
    PRIMARY KEY (observer, key)
  ) STRICT, WITHOUT ROWID;

  -- Every packet, where that was asked for; the oldest go.
  CREATE TABLE packets (
    id             INTEGER PRIMARY KEY,
    number         INTEGER NOT NULL,            -- ID as sent
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
  CREATE INDEX packets_number ON packets (number, time_ms);
  CREATE INDEX packets_time ON packets (time_ms);
  ${EVENTS_TABLE}  `,
  OUTBOX_TABLES,
  ROLLUP_TABLES,
  EXCHANGES_TABLE,
  EXCHANGED_SIBLINGS,
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
