import type { Database } from 'better-sqlite3';
import { Fault } from '../errors.js';
import type { Decimal } from '../readings/decimal.js';
import type { EndpointKey } from '../readings/endpoint.js';
import type { MeterLabel, RegisterName } from '../readings/entry.js';
import { type Seam, seamOf } from '../readings/exchange.js';
import { exchangeEvent } from '../readings/ledger-events.js';
import type { RollupRules } from '../readings/rollup.js';
import type { Scale } from '../readings/scale.js';
import { isoTime } from './layout.js';
import { EventWriter } from './sqlite-events.js';
import { writeExchange } from './sqlite-exchanges.js';
import { deleteOwnMeter, readOwnMeters, writeOwnMeter } from './sqlite-own-meters.js';
import { RollupWriter } from './sqlite-rollups.js';

/** What is known of an exchange. */
export interface ExchangeRequest {
  /** The meter: a name, an ID or a key. */
  readonly meter: string;
  /** The endpoint that it has now, the same way. */
  readonly after: string;
  /** When, ms since 1970; null for when the old endpoint was heard last. */
  readonly timeMs: number | null;
  /** What the old dial showed at its end, and the new one at its beginning; null for not known. */
  readonly final: Decimal | null;
  readonly initial: Decimal | null;
  /** The new register's, where it is another one; null for the old one's, or that which its meter was added with. */
  readonly scale: Scale | null;
}

/** An exchange that was carried out. */
export interface Exchanged {
  readonly meter: MeterLabel;
  readonly before: EndpointKey;
  readonly after: EndpointKey;
  readonly timeMs: number;
  /** Of the new register. */
  readonly scale: Scale | null;
  readonly seam: Seam;
}

interface Register {
  readonly id: number;
  readonly endpoint: EndpointKey;
  readonly name: RegisterName;
  readonly lastHeardMs: number;
  readonly meterId: number;
  readonly meter: MeterLabel;
  readonly scale: Scale | null;
  readonly counts: number;
  readonly modulus: number;
  readonly totalCounts: number;
  /** Of its readings; null where there are none. */
  readonly lastMs: number | null;
}

const REGISTERS = `
  SELECT r.id, e.key AS endpoint, r.name, e.last_heard_ms AS "lastHeardMs", m.id AS "meterId", m.key,
    m.name AS "meterName", m.commodity, m.unit, m.units_per_count AS "unitsPerCount", m.dial_offset AS "offset", r.counts,
    r.modulus, r.total_counts AS "totalCounts", (SELECT max(time_ms) FROM readings WHERE register_id = r.id) AS "lastMs"
  FROM registers AS r JOIN endpoints AS e ON e.id = endpoint_id JOIN meters AS m ON m.id = meter_id
  WHERE e.role <> 'former' AND @which IN (m.name, e.key, m.key, CAST(e.number AS TEXT))
  ORDER BY r.name`;

/**
 * Lets a meter go on with another endpoint: its register takes over the readings of the new one, its totals go on, and
 * nobody else may write meanwhile.
 * @param db open for writing, in a transaction
 * @throws Fault `USAGE` for what cannot be
 */
export function exchangeMeter(db: Database, request: ExchangeRequest, rules: RollupRules): Exchanged {
  const old = mainRegister(db, request.meter);
  const fresh = mainRegister(db, request.after);
  if (old.meterId === fresh.meterId)
    throw new Fault('USAGE', `${request.after} is an endpoint of "${request.meter}" already.`);
  if (old.meter.commodity !== fresh.meter.commodity)
    throw new Fault(
      'USAGE',
      `${request.after} tells of ${fresh.meter.commodity}, and ${request.meter} of ${old.meter.commodity}: that is no exchange.`,
    );
  const timeMs = timeOf(request.timeMs, old, fresh);
  const scale = request.scale ?? fresh.scale ?? old.scale;
  const seam = seamOf({ ...old, dial: request.final }, { ...fresh, scale, dial: request.initial });
  const rollups = new RollupWriter(db, rules);
  joinRegisters(db, rollups, old, fresh, timeMs, seam);
  const siblings = siblingsOf(db, old);
  for (const [before, after] of siblingPairs(siblings, siblingsOf(db, fresh))) {
    const [one, other] = [
      { ...before, dial: null },
      { ...after, scale, dial: null },
    ];
    joinRegisters(db, rollups, before, after, timeMs, seamOf(one, other));
  }
  moveEndpoints(db, old, fresh, scale);
  const exchange = {
    ...{ untilMs: timeMs, before: old.endpoint, after: fresh.endpoint },
    ...{ scale: old.scale, modulus: old.modulus, ratio: seam.ratio },
  };
  const others = siblings.map(({ name, endpoint, modulus }) => [name, { before: endpoint, modulus }]);
  writeExchange(db, old.meter.key, exchange, Object.fromEntries(others));
  rollups.renew();
  forgetMemories(db, [old.meter.key, fresh.meter.key]);
  const { meter, endpoint: before } = old;
  const done = { meter, before, after: fresh.endpoint, timeMs, scale, seam };
  new EventWriter(db).write(exchangeEvent({ ...done, final: request.final, initial: request.initial }));
  return done;
}

function mainRegister(db: Database, which: string): Register {
  const registers = registersOf(db, which);
  const found = registers.find(({ name }) => name === 'consumption');
  if (found !== undefined) return found;
  const advice = 'ertd meters lists those that were, from their second packet on';
  throw new Fault('USAGE', `Meter ${which} has not been heard yet; ${advice}.`);
}

function registersOf(db: Database, which: string): Register[] {
  type Row = Omit<Register, 'meter' | 'scale'> & {
    readonly key: EndpointKey;
    readonly meterName: string | null;
    readonly commodity: MeterLabel['commodity'];
    readonly unit: Scale['unit'] | null;
    readonly unitsPerCount: string;
    readonly offset: string;
  };
  const rows = db.prepare<[object], Row>(REGISTERS).all({ which });
  return rows.map(({ key, meterName, commodity, unit, unitsPerCount, offset, ...rest }) => ({
    ...rest,
    meter: { key, name: meterName, commodity },
    scale: unit === null ? null : { unit, unitsPerCount, offset },
  }));
}

/** @throws Fault `USAGE` where the old endpoint was heard later, or the new one not since */
function timeOf(given: number | null, old: Register, fresh: Register): number {
  const lastMs = Math.max(old.lastMs ?? 0, given === null ? old.lastHeardMs : 0);
  if (given !== null && given <= lastMs)
    throw new Fault('USAGE', `The old meter was heard until ${isoTime(lastMs)}; --at has to be later.`);
  const timeMs = given ?? lastMs + 1000;
  if (timeMs >= fresh.lastHeardMs)
    throw new Fault('USAGE', `The new meter was last heard at ${isoTime(fresh.lastHeardMs)}, before that.`);
  return timeMs;
}

/** What else a meter tells that counts both ways, by IDs in a row, or by one. */
function siblingsOf(db: Database, { meter }: Register): Register[] {
  return registersOf(db, meter.key).filter(({ name }) => name === 'generation' || name === 'net');
}

/** Of these what both meters tell. */
function siblingPairs(old: readonly Register[], others: readonly Register[]): [Register, Register][] {
  return old.flatMap((one): [Register, Register][] => {
    const other = others.find(({ name }) => name === one.name);
    return other === undefined ? [] : [[one, other]];
  });
}

const SCALE_TOTALS = 'UPDATE readings SET total_counts = total_counts * ? WHERE register_id = ?';
const INSERT_READING = `
  INSERT INTO readings (register_id, time_ms, counts, total_counts, begins_anew) VALUES (?, ?, ?, ?, ?)`;
const MOVE_READINGS = `
  INSERT INTO readings (register_id, time_ms, counts, total_counts, begins_anew)
  SELECT @old, time_ms, counts, total_counts + @shift, begins_anew FROM readings
  WHERE register_id = @fresh AND time_ms > @timeMs`;
const FIRST_AFTER = 'SELECT min(time_ms) FROM readings WHERE register_id = ? AND time_ms > ?';
const TAKE_STATE = `
  UPDATE registers SET (endpoint_id, counts, modulus, total_counts, debt, changed_ms, usual_per_hour, anchor_ms,
    anchor_counts) = (SELECT endpoint_id, counts, modulus, total_counts + @shift, debt, changed_ms, usual_per_hour,
    anchor_ms, anchor_counts + @shift FROM registers WHERE id = @fresh)
  WHERE id = @old`;
const FOR_EVER_MS = Number.MAX_SAFE_INTEGER - 1;
const TABLES = ['readings', 'hours', 'days', 'day_rules'];

/** The old register's row goes on with what the new one told; that of the new one goes. */
function joinRegisters(
  db: Database,
  rollups: RollupWriter,
  { id: old }: Register,
  { id: fresh, ...now }: Register,
  timeMs: number,
  { ratio, finalCounts, initialCounts, total, shift }: Seam,
): void {
  if (ratio !== 1) db.prepare(SCALE_TOTALS).run(ratio, old);
  const insert = db.prepare(INSERT_READING);
  if (finalCounts !== null) insert.run(old, timeMs, finalCounts, total, 0);
  const startMs = timeMs + 1;
  if (initialCounts !== null) insert.run(old, startMs, initialCounts, total, finalCounts === null ? 1 : 0);
  db.prepare(MOVE_READINGS).run({ old, fresh, shift, timeMs: startMs });
  const firstMs = db.prepare<[number, number], number | null>(FIRST_AFTER).pluck().get(old, startMs) ?? null;
  const isBroken = initialCounts === null ? 1 : 0;
  if (firstMs === null) insert.run(old, now.lastHeardMs, now.counts, now.totalCounts + shift, isBroken);
  else
    db.prepare('UPDATE readings SET begins_anew = ? WHERE register_id = ? AND time_ms = ?').run(
      isBroken,
      old,
      firstMs,
    );
  for (const table of TABLES) db.prepare(`DELETE FROM ${table} WHERE register_id = ?`).run(fresh);
  // An endpoint has each register once.
  db.prepare("UPDATE registers SET name = 'exchanged' WHERE id = ?").run(fresh);
  db.prepare(TAKE_STATE).run({ old, fresh, shift });
  db.prepare('DELETE FROM registers WHERE id = ?').run(fresh);
  rollups.touch(old, 0, FOR_EVER_MS);
}

/** The endpoints of the new meter are the meter's, and those it had are its former ones. */
function moveEndpoints(db: Database, old: Register, fresh: Register, scale: Scale | null): void {
  db.prepare("UPDATE endpoints SET role = 'former' WHERE meter_id = ?").run(old.meterId);
  db.prepare('UPDATE endpoints SET meter_id = ? WHERE meter_id = ?').run(old.meterId, fresh.meterId);
  for (const table of ['events', 'marks'])
    db.prepare(`UPDATE OR IGNORE ${table} SET meter = ? WHERE meter = ?`).run(old.meter.key, fresh.meter.key);
  db.prepare('DELETE FROM meters WHERE id = ?').run(fresh.meterId);
  const { unit = null, unitsPerCount = null, offset = null } = scale ?? {};
  db.prepare('UPDATE meters SET unit = ?, units_per_count = ?, dial_offset = ? WHERE id = ?').run(
    ...[unit, unitsPerCount, offset],
    old.meterId,
  );
  const own = readOwnMeters(db).find(({ key }) => key === old.meter.key);
  deleteOwnMeter(db, fresh.meter.key);
  if (own !== undefined) writeOwnMeter(db, { ...own, scale, modulus: null });
}

/** What observers remember of either meter is not true of both: counters of tampering, of power losses. */
function forgetMemories(db: Database, meters: readonly EndpointKey[]): void {
  type Row = { readonly observer: string; readonly key: string; readonly state: string };
  const rows = db
    .prepare<[], Row>("SELECT observer, key, state FROM memories WHERE observer = 'events'")
    .all();
  const update = db.prepare('UPDATE memories SET state = ? WHERE observer = ? AND key = ?');
  for (const { observer, key, state } of rows) {
    // How often it is heard stays true, and a silence has to end.
    if (key.startsWith('street ')) continue;
    update.run(JSON.stringify(without(JSON.parse(state), meters)), observer, key);
  }
}

function without(state: unknown, meters: readonly string[]): unknown {
  if (Array.isArray(state)) return state.map((one) => without(one, meters));
  if (state === null || typeof state !== 'object') return state;
  const kept = Object.entries(state).filter(([key]) => !meters.includes(key.split(' ')[0]!));
  return Object.fromEntries(kept.map(([key, value]) => [key, without(value, meters)]));
}
