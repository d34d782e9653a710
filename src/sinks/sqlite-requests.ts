import type { Database } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';

/** Longest that a request is heeded: one that was killed takes none back, ms. */
export const LONGEST_REQUEST_MS = 86_400_000;

/** Asks the daemon to write down each reading of a meter at once, for a while. */
export function requestReading(db: Database, meter: EndpointKey, nowMs: number, untilMs: number): void {
  db.prepare('DELETE FROM read_requests WHERE until_ms < ?').run(nowMs);
  const sql = `INSERT INTO read_requests (meter, until_ms) VALUES (?, ?)
    ON CONFLICT (meter) DO UPDATE SET until_ms = max(until_ms, excluded.until_ms)`;
  db.prepare(sql).run(meter, Math.min(untilMs, nowMs + LONGEST_REQUEST_MS));
}

/** Takes a request back. */
export function withdrawRequest(db: Database, meter: EndpointKey): void {
  db.prepare('DELETE FROM read_requests WHERE meter = ?').run(meter);
}

/** Meters that somebody waits for. */
export function readWanted(db: Database): Set<EndpointKey> {
  return new Set(
    db
      .prepare<[], EndpointKey>('SELECT meter FROM read_requests WHERE until_ms > unixepoch() * 1000')
      .pluck()
      .all(),
  );
}
