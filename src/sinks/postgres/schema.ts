import type { ClientBase } from 'pg';

/**
 * One step forward each, as in the SQLite file. A step that was released never changes again. Times are with time zone,
 * decimals are exact. Registers and readings have no number of their own: who, what and when name them, so that what
 * is written twice is there once.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE ertd_readings (
    meter        text        NOT NULL,
    register     text        NOT NULL,
    time         timestamptz NOT NULL,
    name         text,
    commodity    text        NOT NULL,
    value        numeric,                -- as the dial shows, in unit; null where the scale is not known
    unit         text,
    total        numeric,                -- used since the meter is known
    counts       bigint      NOT NULL,
    total_counts bigint      NOT NULL,
    begins_anew  boolean     NOT NULL,
    receiver     text        NOT NULL,
    snr_db       real        NOT NULL,
    PRIMARY KEY (meter, register, time)
  );
  CREATE TABLE ertd_intervals (
    meter        text        NOT NULL,
    register     text        NOT NULL,
    start        timestamptz NOT NULL,
    "end"        timestamptz NOT NULL,
    value        numeric,
    unit         text,
    counts       numeric,
    quality      text        NOT NULL,
    PRIMARY KEY (meter, register, start)
  );
  CREATE TABLE ertd_events (
    id           text        NOT NULL,
    time         timestamptz NOT NULL,
    "end"        timestamptz,
    type         text        NOT NULL,
    meter        text,
    severity     text        NOT NULL,
    message      text        NOT NULL,
    evidence     jsonb       NOT NULL,
    PRIMARY KEY (id, time)
  );
  `,
  `
  -- What ertd collect keeps: each transmission once, with everybody who heard it.
  CREATE TABLE ertd_transmissions (
    endpoint     text        NOT NULL,
    time         timestamptz NOT NULL,
    protocol     text        NOT NULL,
    type         integer     NOT NULL,
    consumption  bigint,
    fields       jsonb       NOT NULL,
    signals      jsonb       NOT NULL,   -- a list: receiver, carrierHz, snrDb, correctedBits, confidence
    PRIMARY KEY (endpoint, time, protocol)
  );
  CREATE TABLE ertd_endpoints (
    endpoint     text PRIMARY KEY,
    state        jsonb       NOT NULL
  );
  `,
];

/** Tables that grow with time, and by which column. */
const HYPERTABLES: readonly (readonly [table: string, time: string])[] = [
  ['ertd_readings', 'time'],
  ['ertd_intervals', 'start'],
  ['ertd_transmissions', 'time'],
];

/** Any number will do, as long as it is always the same: who makes the tables has it, others wait. */
const LOCK = 0x45525464;

/** Makes the tables that are not there; several processes may ask at once. */
export async function prepareSchema(client: ClientBase): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('CREATE TABLE IF NOT EXISTS ertd_schema (version integer NOT NULL)');
    const { rows } = await client.query<{ version: number }>('SELECT version FROM ertd_schema');
    const version = rows[0]?.version ?? 0;
    for (const step of STEPS.slice(version)) await client.query(step);
    if (version < STEPS.length) {
      await client.query('DELETE FROM ertd_schema');
      await client.query('INSERT INTO ertd_schema VALUES ($1)', [STEPS.length]);
      await makeHypertables(client);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Each of them has its time in its primary key, as a hypertable must. */
async function makeHypertables(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ schema: string }>(
    "SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'timescaledb'",
  );
  for (const { schema } of rows)
    for (const [table, time] of HYPERTABLES)
      await client.query(
        `SELECT ${schema}.create_hypertable('${table}', '${time}', if_not_exists => true, migrate_data => true)`,
      );
}
