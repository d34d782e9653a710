import { strict as assert } from 'node:assert';
import type { Database } from 'better-sqlite3';
import type { Session, SessionStart } from './sqlite-batch.js';

const LIKE_SESSION = `
  SELECT 1 FROM sessions JOIN receivers ON receivers.id = sessions.receiver_id
  WHERE receivers.name = @receiver AND started_ms = @startMs AND sample_rate_hz = @sampleRateHz
    AND center_hz = @centerHz AND ended_ms IS NOT NULL AND samples >= @samples`;

/** Whether a session like this, of so many samples at least, is in the database and was not cut short. */
export function isStored(db: Database, like: SessionStart, samples: number): boolean {
  const { receiver, centerHz, sampleRateHz, startedMs } = like;
  const startMs = Math.round(startedMs);
  const row = db.prepare(LIKE_SESSION).get({ receiver, centerHz, sampleRateHz, startMs, samples });
  return row !== undefined;
}

/** The latest session of each receiver, and those whose row is to be written. */
export class Sessions {
  readonly #latest = new Map<string, Session>();
  readonly #changed = new Set<Session>();

  /** Sessions whose row is to be written with the next batch. */
  get changed(): ReadonlySet<Session> {
    return this.#changed;
  }

  /** The latest of this receiver, which has begun one. */
  of(receiver: string): Session {
    const session = this.#latest.get(receiver);
    assert(session !== undefined, `no session of ${receiver} has begun`);
    return session;
  }

  /** The one before it ends, if it has not. */
  begin(start: SessionStart): void {
    if (this.#latest.get(start.receiver)?.endedMs === null) this.end(start.receiver, start.startedMs);
    const startedMs = Math.round(start.startedMs);
    const session: Session = { ...start, startedMs, id: null, endedMs: null, uncounted: 0 };
    this.#latest.set(start.receiver, session);
    this.#changed.add(session);
  }

  /** @param endedMs ms since 1970 */
  end(receiver: string, endedMs: number): void {
    const session = this.of(receiver);
    session.endedMs = Math.round(endedMs);
    this.#changed.add(session);
  }

  /** The counters of those that go on are to be written too. */
  renewCounters(): void {
    for (const session of this.#latest.values()) if (session.endedMs === null) this.#changed.add(session);
  }

  /** All that had changed is in the database. */
  written(): void {
    this.#changed.clear();
  }

  /** The database that had their rows is gone. */
  forgetRows(): void {
    for (const session of this.#latest.values()) session.id = null;
  }
}
