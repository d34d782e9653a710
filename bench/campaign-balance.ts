import Database from 'better-sqlite3';
import { saidIn } from '../src/synth/message.js';
import type { Sending } from '../src/synth/sending.js';

/** A packet as it was heard: what tells it from all others. */
export interface Heard {
  readonly id: number;
  readonly consumption: number;
}

/** A packet as it was kept. */
export interface Stored extends Heard {
  readonly timeMs: number;
  readonly snrDb: number;
  readonly correctedBits: number;
  readonly confidence: number;
}

/** What was sent against what was kept. */
export interface Balance {
  /** Packets that had to be heard, and those of them that are not in the database. */
  readonly sent: number;
  readonly missing: readonly Sending[];
  /** Readings that were printed, and those of them that are not in the database. */
  readonly printed: number;
  readonly lost: number;
  /** Rows of the database, those of them that repeat another one, and those of packets that nobody sent. */
  readonly stored: number;
  readonly duplicates: number;
  readonly invented: readonly Stored[];
  /** Meters with readings that do not exist. */
  readonly strangers: readonly number[];
}

interface Books {
  /** Packets that were received while nothing was wrong. */
  readonly sure: readonly Sending[];
  /** Everything that was on the air. */
  readonly sent: readonly Sending[];
  readonly printed: readonly Heard[];
  readonly stored: readonly Stored[];
  /** Meters that the database has readings of. */
  readonly believed: readonly number[];
}

/** Longer than a packet, s; and channels that are nearer than this disturb each other, Hz. */
const PACKET_SECONDS = 0.006;
const NEAR_HZ = 250e3;

export function balanceOf({ sure, sent, printed, stored, believed }: Books): Balance {
  const alone = sure.filter((one) => !sent.some((other) => other !== one && meet(one, other)));
  const kept = new Set(stored.map(keyOf));
  const known = new Set(sent.map(keyOfSending));
  return {
    sent: alone.length,
    missing: alone.filter((sending) => !kept.has(keyOfSending(sending))),
    printed: printed.length,
    lost: printed.filter((line) => !kept.has(keyOf(line))).length,
    stored: stored.length,
    duplicates: stored.length - kept.size,
    invented: stored.filter((row) => !known.has(keyOf(row))),
    strangers: believed.filter((id) => !sent.some(({ message }) => saidIn(message).id === id)),
  };
}

export function keyOf({ id, consumption }: Heard): string {
  return `${id} ${consumption}`;
}

export function keyOfSending({ message }: Sending): string {
  const { id, consumption } = saidIn(message);
  return keyOf({ id, consumption: Number(consumption) });
}

function meet(one: Sending, other: Sending): boolean {
  const together = Math.abs(one.seconds - other.seconds) < PACKET_SECONDS;
  // Objects differ where the band was asked again.
  return (
    together &&
    keyOfSending(one) !== keyOfSending(other) &&
    Math.abs(one.carrierHz - other.carrierHz) < NEAR_HZ
  );
}

/** All packets that a daemon has kept. */
export function storedIn(path: string): Stored[] {
  const database = new Database(path, { readonly: true });
  const columns =
    'number AS id, consumption, time_ms AS timeMs, snr_db AS snrDb, corrected_bits AS correctedBits, confidence';
  const rows = database.prepare<[], Stored>(`SELECT ${columns} FROM packets`).all();
  database.close();
  return rows;
}

/** All meters that a daemon has believed readings of. */
export function believedIn(path: string): number[] {
  const database = new Database(path, { readonly: true });
  const sql = `
    SELECT DISTINCT number FROM readings
    JOIN registers ON registers.id = register_id JOIN endpoints ON endpoints.id = endpoint_id`;
  const numbers = database.prepare<[], number>(sql).pluck().all();
  database.close();
  return numbers;
}
