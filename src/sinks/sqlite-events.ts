import type { Database, Statement } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';
import type { MeterEvent } from '../readings/entry.js';
import { prepared } from './prepared.js';

/** The table of events. */
export const EVENTS_TABLE = `
  -- What happened to meters and to the receiver. One that goes on has no end yet.
  CREATE TABLE events (
    id             TEXT    PRIMARY KEY,
    type           TEXT    NOT NULL,
    meter          TEXT,                        -- its key; null where it is about no one meter
    time_ms        INTEGER NOT NULL,            -- when it began
    end_ms         INTEGER,
    severity       TEXT    NOT NULL,            -- info, warning or alarm
    message        TEXT    NOT NULL,
    evidence       TEXT    NOT NULL             -- JSON
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX events_time ON events (time_ms);
`;

/** An event as it is kept. */
export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly meter: EndpointKey | null;
  /** What the meter is called now. */
  readonly name: string | null;
  /** ms since 1970. */
  readonly timeMs: number;
  readonly endMs: number | null;
  readonly severity: MeterEvent['severity'];
  readonly message: string;
  readonly evidence: MeterEvent['evidence'];
}

export interface EventQuery {
  /** A meter by ID, key or name; null for all. */
  readonly meter: string | null;
  /** Such as `leak`, `tamper.*`; null for all. */
  readonly type: string | null;
  /** Begun or ended from this time on, ms since 1970. */
  readonly sinceMs: number | null;
  /** Begun before this time, ms since 1970. */
  readonly untilMs: number | null;
}

const UPSERT = `
  INSERT INTO events (id, type, meter, time_ms, end_ms, severity, message, evidence)
  VALUES (@id, @type, @meter, @timeMs, @endMs, @severity, @message, @evidence)
  ON CONFLICT (id) DO UPDATE SET end_ms = excluded.end_ms, severity = excluded.severity, message = excluded.message,
    evidence = excluded.evidence`;

const EVENTS = `
  SELECT events.id, events.type, meter, name, time_ms AS "timeMs", end_ms AS "endMs", severity, message, evidence
  FROM events LEFT JOIN meters ON meters.key = meter
  WHERE (@meter IS NULL OR @meter IN (meter, name, substr(meter, instr(meter, '-') + 1)))
    AND (@type IS NULL OR events.type GLOB @type)
    AND (@sinceMs IS NULL OR coalesce(end_ms, time_ms) >= @sinceMs)
    AND (@untilMs IS NULL OR time_ms < @untilMs)
  ORDER BY time_ms, events.id`;

/** Writes events; one that is told again takes the place of what was told before. */
export class EventWriter {
  readonly #upsert: Statement;

  constructor(db: Database) {
    this.#upsert = db.prepare(UPSERT);
  }

  write({ id, type, meter, timeMs, endMs, severity, message, evidence }: MeterEvent): void {
    const key = meter?.key ?? null;
    this.#upsert.run({
      ...{ id, type, meter: key, timeMs, endMs, severity, message },
      evidence: JSON.stringify(evidence),
    });
  }
}

/** Events in the order in which they began. */
export function eventsOf(db: Database, query: EventQuery): EventRow[] {
  type Row = Omit<EventRow, 'evidence'> & { readonly evidence: string };
  const rows = prepared<[object], Row>(db, EVENTS).all(query);
  return rows.map((row) => ({ ...row, evidence: JSON.parse(row.evidence) }));
}
