import type { Database } from 'better-sqlite3';
import type { OwnMeter } from '../readings/own-meter.js';
import type { Scale } from '../readings/scale.js';

const SELECT = `
  SELECT key, name, commodity, unit, units_per_count AS "unitsPerCount", dial_offset AS "offset", modulus,
    max_per_hour AS "maxPerHour", siblings
  FROM own_meters ORDER BY name`;

const UPSERT = `
  INSERT INTO own_meters (key, name, commodity, unit, units_per_count, dial_offset, modulus, max_per_hour, siblings)
  VALUES (@key, @name, @commodity, @unit, @unitsPerCount, @offset, @modulus, @maxPerHour, @siblings)
  ON CONFLICT (key) DO UPDATE SET name = excluded.name, commodity = excluded.commodity, unit = excluded.unit,
    units_per_count = excluded.units_per_count, dial_offset = excluded.dial_offset, modulus = excluded.modulus,
    max_per_hour = excluded.max_per_hour, siblings = excluded.siblings`;

type Row = Pick<OwnMeter, 'key' | 'name' | 'commodity' | 'modulus' | 'maxPerHour'> & {
  readonly unit: Scale['unit'] | null;
  readonly unitsPerCount: string;
  readonly offset: string;
  readonly siblings: string;
};

/** The meters that the user added to the database. */
export function readOwnMeters(db: Database): OwnMeter[] {
  return db
    .prepare<[], Row>(SELECT)
    .all()
    .map(({ unit, unitsPerCount, offset, siblings, ...rest }) => ({
      ...rest,
      scale: unit === null ? null : { unit, unitsPerCount, offset },
      siblings: new Map(JSON.parse(siblings)),
    }));
}

/** Adds a meter, or puts it in the place of the one with its key. */
export function writeOwnMeter(db: Database, { scale, siblings, ...rest }: OwnMeter): void {
  const { unit = null, unitsPerCount = null, offset = null } = scale ?? {};
  const row = { ...rest, unit, unitsPerCount, offset, siblings: JSON.stringify([...siblings]) };
  db.prepare(UPSERT).run(row);
}

/** @returns whether it was there */
export function deleteOwnMeter(db: Database, key: string): boolean {
  return db.prepare('DELETE FROM own_meters WHERE key = ?').run(key).changes > 0;
}

/** A decision of the user about a case of the quarantine. */
export interface Decision {
  readonly suspect: string;
  readonly decision: 'accept' | 'drop';
}

/** Decisions that nobody has carried out yet. */
export function readDecisions(db: Database): Decision[] {
  const sql = "SELECT suspect, decision FROM quarantine WHERE decision IS NOT NULL AND outcome = 'waiting'";
  return db.prepare<[], Decision>(sql).all();
}
