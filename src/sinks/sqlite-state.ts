import type { Database, Statement } from 'better-sqlite3';
import type { EndpointKey } from '../readings/endpoint.js';
import type { EndpointRecord } from '../readings/endpoint-record.js';
import type { LedgerChanges, LedgerState, SavedEndpoint, SavedSuspect } from '../readings/ledger-state.js';
import { isGauge } from '../readings/limits.js';
import type { EndpointUse } from '../readings/own-meter.js';
import type { Suspect } from '../readings/quarantine.js';
import type { RegisterState } from '../readings/register.js';
import type { Scale } from '../readings/scale.js';
import { GAUGES } from './sqlite-rollup-tables.js';

/** Cases of the quarantine that are decided and kept; the oldest go. */
const MOST_DECIDED = 1000;

const UPSERT_METER = `
  INSERT INTO meters (key, name, commodity, unit, units_per_count, dial_offset)
  VALUES (@key, @name, @commodity, @unit, @unitsPerCount, @offset)
  ON CONFLICT (key) DO UPDATE SET name = excluded.name, commodity = excluded.commodity, unit = excluded.unit,
    units_per_count = excluded.units_per_count, dial_offset = excluded.dial_offset`;

const DROP_ORPHANS =
  'DELETE FROM meters WHERE NOT EXISTS (SELECT 1 FROM endpoints WHERE meter_id = meters.id)';

const UPSERT_ENDPOINT = `
  INSERT INTO endpoints (key, number, meter_id, role, protocol, protocols, type, commodity, consumption, fields, tamper,
    carrier_hz, snr_db, strongest_snr_db, first_heard_ms, last_heard_ms, packets, expected, period_ms, channels,
    interval_phase_ms)
  VALUES (@key, @id, (SELECT id FROM meters WHERE key = @meter), @role, @protocol, @protocols, @type, @commodity,
    @consumption, @fields, @tamper, @carrierHz, @snrDb, @strongestSnrDb, @firstHeardMs, @lastHeardMs, @packets,
    @expected, @periodMs, @channels, @intervalPhaseMs)
  ON CONFLICT (key) DO UPDATE SET meter_id = excluded.meter_id, role = excluded.role, protocol = excluded.protocol,
    protocols = excluded.protocols, type = excluded.type, commodity = excluded.commodity,
    consumption = excluded.consumption, fields = excluded.fields, tamper = excluded.tamper,
    carrier_hz = excluded.carrier_hz, snr_db = excluded.snr_db, strongest_snr_db = excluded.strongest_snr_db,
    first_heard_ms = excluded.first_heard_ms, last_heard_ms = excluded.last_heard_ms, packets = excluded.packets,
    expected = excluded.expected, period_ms = excluded.period_ms, channels = excluded.channels,
    interval_phase_ms = excluded.interval_phase_ms`;

/** What an endpoint's consumption is to its meter may be found out late. */
const RENAME_REGISTER = `
  UPDATE OR IGNORE registers SET name = @role
  WHERE name = 'consumption' AND endpoint_id = (SELECT id FROM endpoints WHERE key = @key)`;

/** What was kept as consumption and is none. */
const DROP_ROLLUPS: readonly string[] = ['hours', 'days', 'day_rules'].map(
  (table) => `
  DELETE FROM ${table} WHERE register_id IN (SELECT r.id FROM registers AS r JOIN endpoints AS e ON e.id = endpoint_id
    WHERE e.key = @key AND r.name IN (${GAUGES}))`,
);

const UPSERT_REGISTER = `
  INSERT INTO registers (endpoint_id, name, counts, modulus, total_counts, debt, changed_ms, usual_per_hour, anchor_ms,
    anchor_counts)
  VALUES ((SELECT id FROM endpoints WHERE key = @key), @name, @counts, @modulus, @totalCounts, @debt, @changedMs,
    @usualPerHour, @anchorMs, @anchorCounts)
  ON CONFLICT (endpoint_id, name) DO UPDATE SET counts = excluded.counts, modulus = excluded.modulus,
    total_counts = excluded.total_counts, debt = excluded.debt, changed_ms = excluded.changed_ms,
    usual_per_hour = excluded.usual_per_hour, anchor_ms = excluded.anchor_ms, anchor_counts = excluded.anchor_counts`;

const UPSERT_SUSPECT = `
  INSERT INTO quarantine (suspect, endpoint, doubt, sightings, first_ms, last_ms, packets, outcome, decided_ms)
  VALUES (@id, @endpoint, @doubt, @sightings, @firstMs, @lastMs, @packets, @outcome, @decidedMs)
  ON CONFLICT (suspect) DO UPDATE SET doubt = excluded.doubt, sightings = excluded.sightings, last_ms = excluded.last_ms,
    packets = excluded.packets, outcome = excluded.outcome, decided_ms = excluded.decided_ms, decision = NULL`;

const FORGET_DECIDED = `
  DELETE FROM quarantine WHERE outcome <> 'waiting' AND id NOT IN
    (SELECT id FROM quarantine WHERE outcome <> 'waiting' ORDER BY id DESC LIMIT ${MOST_DECIDED})`;

const UPSERT_MEMORY = `
  INSERT INTO memories (observer, key, state) VALUES (@observer, @key, @state)
  ON CONFLICT (observer, key) DO UPDATE SET state = excluded.state`;

/** Endpoints of which there are readings stay; of others nothing is lost that was kept. */
const FORGET_ENDPOINT: readonly string[] = [
  `DELETE FROM registers WHERE endpoint_id = (SELECT id FROM endpoints WHERE key = ?)
     AND NOT EXISTS (SELECT 1 FROM readings WHERE register_id = registers.id)`,
  'DELETE FROM endpoints WHERE key = ? AND NOT EXISTS (SELECT 1 FROM registers WHERE endpoint_id = endpoints.id)',
];

/** Writes what a ledger needs to go on from, in the transaction of its caller. */
export class StateWriter {
  readonly #statements: ReadonlyMap<string, Statement>;
  readonly #forget: readonly Statement[];

  constructor(db: Database) {
    const sql = [
      ...[UPSERT_METER, DROP_ORPHANS, UPSERT_ENDPOINT, RENAME_REGISTER, UPSERT_REGISTER],
      ...[...DROP_ROLLUPS, UPSERT_SUSPECT, FORGET_DECIDED, UPSERT_MEMORY],
      'DELETE FROM quarantine WHERE suspect = @id',
      'DELETE FROM memories WHERE observer = @observer AND key = @key',
    ];
    this.#statements = new Map(sql.map((text) => [text, db.prepare(text)]));
    this.#forget = FORGET_ENDPOINT.map((text) => db.prepare(text));
  }

  /** @throws SqliteError */
  write({ endpoints, forgotten, suspects, settled, memories }: LedgerChanges): void {
    for (const endpoint of endpoints) this.#writeEndpoint(endpoint);
    for (const key of forgotten) for (const statement of this.#forget) statement.run(key);
    const isLeft = forgotten.length > 0 || endpoints.some(({ role }) => role !== 'consumption');
    if (isLeft) this.#run(DROP_ORPHANS);
    for (const id of settled) this.#run('DELETE FROM quarantine WHERE suspect = @id', { id });
    for (const suspect of suspects) this.#run(UPSERT_SUSPECT, suspectRow(suspect));
    if (suspects.some(({ outcome }) => outcome !== 'waiting')) this.#run(FORGET_DECIDED);
    for (const { observer, key, state } of memories) {
      const sql =
        state === null ? 'DELETE FROM memories WHERE observer = @observer AND key = @key' : UPSERT_MEMORY;
      this.#run(sql, state === null ? { observer, key } : { observer, key, state });
    }
  }

  #writeEndpoint({ record, meter, scale, role, tamper, registers }: SavedEndpoint): void {
    const { unit = null, unitsPerCount = null, offset = null } = scale ?? {};
    this.#run(UPSERT_METER, { ...meter, unit, unitsPerCount, offset });
    this.#run(UPSERT_ENDPOINT, endpointRow(record, meter.key, role, tamper));
    const { key } = record;
    if (role !== 'consumption') this.#run(RENAME_REGISTER, { key, role });
    if (isGauge(role)) for (const sql of DROP_ROLLUPS) this.#run(sql, { key });
    for (const [name, state] of registers) this.#run(UPSERT_REGISTER, { key, name, ...state });
  }

  #run(sql: string, values: object = {}): void {
    this.#statements.get(sql)!.run(values);
  }
}

function endpointRow(
  record: EndpointRecord,
  meter: EndpointKey,
  role: EndpointUse,
  tamper: SavedEndpoint['tamper'],
): object {
  return {
    ...record,
    meter,
    role,
    protocols: JSON.stringify(record.protocols),
    fields: JSON.stringify(record.fields),
    channels: JSON.stringify(record.channels),
    tamper: JSON.stringify(Object.fromEntries(tamper)),
  };
}

function suspectRow({ suspect, outcome, decidedMs }: SavedSuspect): object {
  const { id, endpoint, doubt, sightings, packets, registers } = suspect;
  const [firstMs, lastMs] = [packets[0].timeMs, packets[packets.length - 1].timeMs];
  const text = JSON.stringify({ packets, registers: [...registers] });
  return { id, endpoint, doubt, sightings, firstMs, lastMs, packets: text, outcome, decidedMs };
}

const ENDPOINTS = `
  SELECT e.key, number AS "id", role, protocol, protocols, type, e.commodity, consumption, fields, tamper,
    carrier_hz AS "carrierHz", snr_db AS "snrDb", strongest_snr_db AS "strongestSnrDb",
    first_heard_ms AS "firstHeardMs", last_heard_ms AS "lastHeardMs", packets, expected, period_ms AS "periodMs",
    channels, interval_phase_ms AS "intervalPhaseMs", m.key AS "meterKey", m.name, m.commodity AS "meterCommodity",
    unit, units_per_count AS "unitsPerCount", dial_offset AS "offset"
  FROM endpoints AS e JOIN meters AS m ON m.id = meter_id ORDER BY last_heard_ms`;

const REGISTERS = `
  SELECT e.key, r.name, counts, modulus, total_counts AS "totalCounts", debt, changed_ms AS "changedMs",
    usual_per_hour AS "usualPerHour", anchor_ms AS "anchorMs", anchor_counts AS "anchorCounts"
  FROM registers AS r JOIN endpoints AS e ON e.id = endpoint_id`;

const WAITING = `
  SELECT suspect AS "id", endpoint, doubt, sightings, packets FROM quarantine WHERE outcome = 'waiting' ORDER BY id`;

interface EndpointRow {
  readonly key: EndpointKey;
  readonly role: EndpointUse;
  readonly meterKey: EndpointKey;
  readonly name: string | null;
  readonly meterCommodity: SavedEndpoint['meter']['commodity'];
  readonly protocols: string;
  readonly fields: string;
  readonly channels: string;
  readonly tamper: string;
  readonly unit: Scale['unit'] | null;
  readonly unitsPerCount: string | null;
  readonly offset: string | null;
}

type RegisterRow = RegisterState & { readonly key: EndpointKey; readonly name: EndpointUse };

/** Reads what a ledger goes on from. */
export function readState(db: Database): LedgerState {
  const registersOf = new Map<EndpointKey, Map<EndpointUse, RegisterState>>();
  for (const { key, name, ...state } of db.prepare<[], RegisterRow>(REGISTERS).all()) {
    const registers = registersOf.get(key) ?? new Map<EndpointUse, RegisterState>();
    registersOf.set(key, registers.set(name, state));
  }
  const rows = db.prepare<[], EndpointRow & EndpointRecord>(ENDPOINTS).all() as EndpointRow[];
  const endpoints = rows.map((row) => endpointOf(row, registersOf.get(row.key) ?? new Map()));
  const latest = db.prepare<[], number | null>('SELECT max(last_heard_ms) FROM endpoints').pluck().get();
  type SuspectRow = Pick<Suspect, 'id' | 'endpoint' | 'doubt' | 'sightings'> & { readonly packets: string };
  return {
    endpoints,
    waiting: db.prepare<[], SuspectRow>(WAITING).all().map(suspectOf),
    memories: db
      .prepare<[], LedgerState['memories'][number]>('SELECT observer, key, state FROM memories')
      .all(),
    latestMs: latest ?? null,
  };
}

function endpointOf(row: EndpointRow, registers: SavedEndpoint['registers']): SavedEndpoint {
  const { role, meterKey, name, meterCommodity, unit, unitsPerCount, offset, tamper, ...rest } = row;
  const record = {
    ...rest,
    protocols: JSON.parse(row.protocols),
    fields: JSON.parse(row.fields),
    channels: JSON.parse(row.channels),
  } as unknown as EndpointRecord;
  return {
    record,
    meter: { key: meterKey, name, commodity: meterCommodity },
    scale: unit === null ? null : { unit, unitsPerCount: unitsPerCount ?? '1', offset: offset ?? '0' },
    role,
    tamper: new Map(Object.entries(JSON.parse(tamper))),
    registers,
  };
}

function suspectOf({
  packets: text,
  ...row
}: Pick<Suspect, 'id' | 'endpoint' | 'doubt' | 'sightings'> & { readonly packets: string }): Suspect {
  const { packets, registers } = JSON.parse(text);
  return { ...row, packets, registers: new Map(registers) };
}
