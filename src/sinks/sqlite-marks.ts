import type { Database } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';

/** Why a register is read between billing days: the tenant changes, or peak demand begins anew. */
export const MARK_KINDS = ['tenant', 'demand-reset'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/** A moment in the history of a meter that its user chose. */
export interface Mark {
  /** ms since 1970. */
  readonly timeMs: number;
  readonly kind: MarkKind;
  /** For people. */
  readonly note: string;
}

const SELECT = 'SELECT time_ms AS "timeMs", kind, note FROM marks WHERE meter = ? ORDER BY time_ms, kind';

const UPSERT = `
  INSERT INTO marks (meter, time_ms, kind, note) VALUES (@meter, @timeMs, @kind, @note)
  ON CONFLICT (meter, time_ms, kind) DO UPDATE SET note = excluded.note`;

/** The marks of a meter, by time. */
export function readMarks(db: Database, meter: EndpointKey): Mark[] {
  return db.prepare<[string], Mark>(SELECT).all(meter);
}

/** Adds a mark, or gives the one there is another note. */
export function writeMark(db: Database, meter: EndpointKey, mark: Mark): void {
  db.prepare(UPSERT).run({ meter, ...mark });
}

/** @returns whether it was there */
export function deleteMark(db: Database, meter: EndpointKey, { timeMs, kind }: Omit<Mark, 'note'>): boolean {
  const sql = 'DELETE FROM marks WHERE meter = ? AND time_ms = ? AND kind = ?';
  return db.prepare(sql).run(meter, timeMs, kind).changes > 0;
}
