import type { Database } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';
import type { RegisterName } from '../readings/entry.js';
import type { FormerDial } from '../readings/self-read.js';
import { prepared } from './prepared.js';

/** The table of exchanges. */
export const EXCHANGES_TABLE = `
  -- Meters that go on with another endpoint: ertd meters exchange. What the one before counted by.
  CREATE TABLE exchanges (
    meter           TEXT    NOT NULL,           -- key
    time_ms         INTEGER NOT NULL,
    before          TEXT    NOT NULL,           -- endpoint until then
    after           TEXT    NOT NULL,           -- and from then on
    unit            TEXT,                       -- null where the scale was not known
    units_per_count TEXT,
    dial_offset     TEXT,
    modulus         INTEGER NOT NULL,
    ratio           INTEGER NOT NULL,           -- counts of the meter as it is now in one of those
    PRIMARY KEY (meter, time_ms)
  ) STRICT, WITHOUT ROWID;
`;

/** What else a meter counted, each perhaps by an endpoint of its own. */
export const EXCHANGED_SIBLINGS = `
  -- JSON: what generation and net were until then, the endpoint (before) and the modulus, by register
  ALTER TABLE exchanges ADD COLUMN siblings TEXT NOT NULL DEFAULT '{}';
`;

/** An exchange of a meter as it is kept; for one of its registers, as that was. */
export interface ExchangeRow extends FormerDial {
  /** Endpoint until then. */
  readonly before: EndpointKey;
  readonly after: EndpointKey;
}

/** Of an exchange, the other registers of the old meter. */
export type ExchangedSiblings = Partial<Record<RegisterName, Pick<ExchangeRow, 'before' | 'modulus'>>>;

const SELECT = `
  SELECT time_ms AS "untilMs", coalesce(siblings ->> ('$.' || @register || '.before'), before) AS before, after, unit,
    units_per_count AS "unitsPerCount", dial_offset AS "offset",
    coalesce(siblings ->> ('$.' || @register || '.modulus'), modulus) AS modulus, ratio
  FROM exchanges WHERE meter = @meter ORDER BY time_ms`;

const INSERT = `
  INSERT INTO exchanges (meter, time_ms, before, after, unit, units_per_count, dial_offset, modulus, ratio,
    siblings)
  VALUES (@meter, @untilMs, @before, @after, @unit, @unitsPerCount, @offset, @modulus, @ratio, @siblings)`;

interface Row extends Omit<ExchangeRow, 'scale'> {
  readonly unit: NonNullable<ExchangeRow['scale']>['unit'] | null;
  readonly unitsPerCount: string;
  readonly offset: string;
}

/** The exchanges of a register of a meter, by time. */
export function readExchanges(db: Database, meter: EndpointKey, register: RegisterName): ExchangeRow[] {
  const rows = prepared<[object], Row>(db, SELECT).all({ meter, register });
  return rows.map(({ unit, unitsPerCount, offset, ...rest }) => ({
    ...rest,
    scale: unit === null ? null : { unit, unitsPerCount, offset },
  }));
}

/** Adds an exchange; those before it counted by what is now `exchange.ratio` as many. */
export function writeExchange(
  db: Database,
  meter: EndpointKey,
  { scale, ...rest }: ExchangeRow,
  siblings: ExchangedSiblings,
): void {
  db.prepare('UPDATE exchanges SET ratio = ratio * ? WHERE meter = ?').run(rest.ratio, meter);
  const { unit = null, unitsPerCount = null, offset = null } = scale ?? {};
  db.prepare(INSERT).run({ meter, ...rest, unit, unitsPerCount, offset, siblings: JSON.stringify(siblings) });
}
