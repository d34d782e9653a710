import { statSync } from 'node:fs';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { Fault, systemErrorCode } from '../errors.js';
import type { Reading } from '../readings/reading.js';
import { notADatabase } from './sqlite-open.js';
import { schemaState } from './sqlite-schema.js';
import { isSqliteError, troubleOf } from './sqlite-trouble.js';
import { sentence } from './trouble.js';

/** What was last heard from an endpoint. */
export interface MeterRow {
  /** ERT ID. */
  readonly id: number;
  readonly protocol: string;
  /** ERT type, 0–15. */
  readonly type: number;
  readonly commodity: string;
  /** Register as last sent, counts. */
  readonly consumption: number | null;
  readonly fields: Reading['fields'];
  readonly carrierHz: number;
  readonly snrDb: number;
  readonly strongestSnrDb: number;
  /** ms since 1970. */
  readonly firstHeardMs: number;
  readonly lastHeardMs: number;
  readonly packets: number;
}

/** A value of a register at a time. */
export interface ReadingRow {
  /** ms since 1970. */
  readonly timeMs: number;
  /** ERT ID. */
  readonly id: number;
  readonly protocol: string;
  readonly type: number;
  readonly commodity: string;
  /** Register as sent, counts. */
  readonly consumption: number;
  readonly receiver: string;
}

export interface ReadingQuery {
  /** One meter, or null for all. */
  readonly meterId: number | null;
  /** From this time on, ms since 1970. */
  readonly sinceMs: number | null;
  /** Before this time, ms since 1970. */
  readonly untilMs: number | null;
  /** Only the newest so many. */
  readonly limit: number | null;
}

/** Where a page of readings begins: after this row. */
interface Position {
  readonly timeMs: number;
  readonly id: number;
  readonly protocol: string;
}

const METERS = `
  SELECT id, protocol, type, commodity, consumption, fields, carrier_hz AS "carrierHz", snr_db AS "snrDb",
    strongest_snr_db AS "strongestSnrDb", first_heard_ms AS "firstHeardMs", last_heard_ms AS "lastHeardMs", packets
  FROM meters ORDER BY id`;

/** Readings are fetched so many at a time: a reader that pauses then holds back no checkpoint of the writer. */
const PAGE_SIZE = 500;

/** How long a writer that recovers the database after a crash is waited for, ms. */
const BUSY_MS = 1000;

/** Reads a database, also while `ertd run` writes to it. What goes wrong with it then is a Fault `IO`. */
export class DatabaseReader {
  readonly #db: Database;
  readonly #path: string;

  private constructor(db: Database, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /**
   * @throws Fault `INPUT_NOT_FOUND` where there is no file, `INPUT_INVALID` for an empty one, `CONFIG` for one
   *   that is no database, of another program, or of another version, `IO` where it cannot be read
   */
  static open(path: string): DatabaseReader {
    checkFile(path);
    let db: Database | null = null;
    try {
      db = new Sqlite(path, { readonly: true, timeout: BUSY_MS });
      checkSchema(db, path);
      return new DatabaseReader(db, path);
    } catch (error) {
      db?.close();
      throw faultOf(error, path);
    }
  }

  /** All meters, by ID. */
  meters(): MeterRow[] {
    type Row = Omit<MeterRow, 'fields'> & { readonly fields: string };
    const rows = this.#ask(() => this.#db.prepare<[], Row>(METERS).all());
    return rows.map((row) => ({ ...row, fields: JSON.parse(row.fields) }));
  }

  /** Whether anything was ever heard from this ERT ID. */
  knows(meterId: number): boolean {
    return this.#ask(() => this.#db.prepare('SELECT 1 FROM meters WHERE id = ?').get(meterId)) !== undefined;
  }

  /** Readings in the order of their time. Those that are written while this goes on may be among them. */
  *readings(query: ReadingQuery): Generator<ReadingRow, void, undefined> {
    const page: Statement<[object], ReadingRow> = this.#db.prepare(pageOf(query));
    let position = this.#startOf(query);
    for (;;) {
      const rows = this.#ask(() => page.all({ ...bounds(query), ...position }));
      yield* rows;
      if (rows.length < PAGE_SIZE) return;
      position = rows[rows.length - 1];
    }
  }

  close(): void {
    this.#db.close();
  }

  #startOf(query: ReadingQuery): Position {
    const start = { timeMs: query.sinceMs ?? Number.MIN_SAFE_INTEGER, id: -1, protocol: '' };
    if (query.limit === null) return start;
    const before: Statement<[object], Position> = this.#db.prepare(beforeNewest(query));
    return this.#ask(() => before.get({ ...bounds(query), ...start, limit: query.limit })) ?? start;
  }

  #ask<Answer>(question: () => Answer): Answer {
    try {
      return question();
    } catch (error) {
      throw faultOf(error, this.#path);
    }
  }
}

function bounds(query: ReadingQuery): { readonly meterId: number | null; readonly untilMs: number } {
  return { meterId: query.meterId, untilMs: query.untilMs ?? Number.MAX_SAFE_INTEGER };
}

/** One meter is read along the primary key, all of them along the index by time. */
function condition({ meterId }: ReadingQuery): string {
  return meterId === null
    ? '(time_ms, meter_id, protocol) > (@timeMs, @id, @protocol) AND time_ms < @untilMs'
    : 'meter_id = @meterId AND (time_ms, protocol) > (@timeMs, @protocol) AND time_ms < @untilMs';
}

function pageOf(query: ReadingQuery): string {
  return `
    SELECT r.time_ms AS "timeMs", r.meter_id AS "id", r.protocol, m.type, m.commodity, r.consumption,
      receivers.name AS "receiver"
    FROM (SELECT * FROM readings WHERE ${condition(query)}
          ORDER BY time_ms, meter_id, protocol LIMIT ${PAGE_SIZE}) AS r
    JOIN meters AS m ON m.id = r.meter_id
    JOIN sessions ON sessions.id = r.session_id
    JOIN receivers ON receivers.id = sessions.receiver_id
    ORDER BY r.time_ms, r.meter_id, r.protocol`;
}

/** The last row that is too old to be among the newest. */
function beforeNewest(query: ReadingQuery): string {
  return `
    SELECT time_ms AS "timeMs", meter_id AS "id", protocol FROM readings WHERE ${condition(query)}
    ORDER BY time_ms DESC, meter_id DESC, protocol DESC LIMIT 1 OFFSET @limit`;
}

function checkFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Fault(
        'INPUT_NOT_FOUND',
        `There is no database ${path}; name one with --db, ertd run makes it.`,
      );
    }
    if (code === null) throw cause;
    throw new Fault('IO', `${path} cannot be read: ${code}; try as the user that runs ertd.`, { cause });
  }
  throw new Fault('INPUT_INVALID', `${path} is not a file; name a database with --db.`);
}

function checkSchema(db: Database, path: string): void {
  const state = schemaState(db, path);
  if (state === 'empty') {
    throw new Fault('INPUT_INVALID', `${path} is empty: ertd run has not written to it yet.`);
  }
  if (state === 'older') {
    throw new Fault('CONFIG', `${path} is of an older ertd; start ertd run once, it brings it forward.`);
  }
}

function faultOf(error: unknown, path: string): unknown {
  if (error instanceof Fault) return error;
  if (isSqliteError(error, 'SQLITE_NOTADB')) return notADatabase(path, error);
  if (isSqliteError(error, 'SQLITE_CANTOPEN') || isSqliteError(error, 'SQLITE_READONLY')) {
    const advice = 'try as the user that runs ertd';
    return new Fault('IO', `${path} cannot be read; ${advice}.`, { cause: error });
  }
  const trouble = troubleOf(error, path);
  return trouble === null
    ? error
    : new Fault('IO', `${path} cannot be read: ${sentence(trouble)}.`, { cause: error });
}
