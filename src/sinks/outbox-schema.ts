/** Step of the database's schema that makes the tables for messages. */
export const OUTBOX_TABLES = `
  -- Messages that wait for a server that is away, the oldest first.
  CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY,
    sink     TEXT NOT NULL,
    topic    TEXT NOT NULL,
    payload  TEXT NOT NULL
  ) STRICT;

  -- What was last published as the state of something; kept from one run to the next.
  CREATE TABLE states (
    sink     TEXT NOT NULL,
    topic    TEXT NOT NULL,
    payload  TEXT NOT NULL,
    PRIMARY KEY (sink, topic)
  ) STRICT, WITHOUT ROWID;
  `;
