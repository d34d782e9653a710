import type { Database } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';
import type { Doubt, Outcome } from '../readings/quarantine.js';
import { prepared } from './prepared.js';

/** A case of the quarantine. */
export interface Case {
  readonly id: number;
  readonly endpoint: EndpointKey;
  readonly doubt: Doubt;
  /** Packets that say the same. */
  readonly sightings: number;
  /** ms since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly outcome: 'waiting' | Outcome;
  readonly decidedMs: number | null;
  /** What the user wants, until it is done. */
  readonly decision: 'accept' | 'drop' | null;
}

const CASES = `
  SELECT id, endpoint, doubt, sightings, first_ms AS "firstMs", last_ms AS "lastMs", outcome,
    decided_ms AS "decidedMs", decision
  FROM quarantine ORDER BY outcome <> 'waiting', id DESC LIMIT ?`;

const DECIDE = "UPDATE quarantine SET decision = @decision WHERE id = @id AND outcome = 'waiting'";

/** Cases that wait, and then those that do not any more; newest first. */
export function readCases(db: Database, limit: number): Case[] {
  return prepared<[number], Case>(db, CASES).all(limit);
}

/** Notes what the user wants; the daemon does it with its next commit. @returns whether the case still waits */
export function decideCase(db: Database, id: number, decision: 'accept' | 'drop'): boolean {
  return db.prepare(DECIDE).run({ id, decision }).changes > 0;
}
