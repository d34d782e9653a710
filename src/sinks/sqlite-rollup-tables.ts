/** Registers that count nothing: what is not consumption has no hours and no days. SQL. */
export const GAUGES = "'demand', 'date'";

/** Tables of what is computed from readings and kept for ever, and of the moments that its user chose. */
export const ROLLUP_TABLES = `
  -- What was used in each hour of UTC that is over.
  CREATE TABLE hours (
    register_id    INTEGER NOT NULL REFERENCES registers (id),
    start_ms       INTEGER NOT NULL,
    thousandths    INTEGER NOT NULL,            -- of a count; of a missing hour what is known of it
    quality        TEXT    NOT NULL,            -- measured, interpolated, missing
    PRIMARY KEY (register_id, start_ms)
  ) STRICT, WITHOUT ROWID;

  -- The same of each day.
  CREATE TABLE days (
    register_id      INTEGER NOT NULL REFERENCES registers (id),
    start_ms         INTEGER NOT NULL,
    end_ms           INTEGER NOT NULL,
    thousandths      INTEGER NOT NULL,
    quality          TEXT    NOT NULL,
    peak_ms          INTEGER,                   -- when the interval of the highest demand began; null where none is known
    peak_thousandths INTEGER,                   -- what was used in it
    peak_quality     TEXT,
    PRIMARY KEY (register_id, start_ms)
  ) STRICT, WITHOUT ROWID;

  -- By which rules the days of a register were made.
  CREATE TABLE day_rules (
    register_id     INTEGER PRIMARY KEY REFERENCES registers (id),
    zone            TEXT NOT NULL,              -- America/New_York
    demand_interval TEXT NOT NULL               -- 15m
  ) STRICT;

  -- Moments at which a tenant changed or the demand was reset: ertd mark.
  CREATE TABLE marks (
    meter          TEXT    NOT NULL,            -- key of the meter
    time_ms        INTEGER NOT NULL,
    kind           TEXT    NOT NULL,            -- tenant, demand-reset
    note           TEXT    NOT NULL,
    PRIMARY KEY (meter, time_ms, kind)
  ) STRICT, WITHOUT ROWID;
`;
