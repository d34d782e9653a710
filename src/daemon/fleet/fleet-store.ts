import type { ClientBase } from 'pg';
import type { EndpointKey } from '../../readings/endpoint.js';
import type { Entry } from '../../readings/entry.js';
import { Ledger, type LedgerOptions } from '../../readings/ledger.js';
import type { LedgerChanges } from '../../readings/ledger-state.js';
import type { SignalReport, TimedReading } from '../../readings/reading.js';
import { writeEntries } from '../../sinks/postgres/entry-rows.js';
import { type Columns, insertRows } from '../../sinks/postgres/insert.js';
import { type SavedState, stateOf, textOf } from './saved-state.js';
import { contentOf, mergedSignals, SAME_MS, type Transmission, transmissionsOf } from './transmission.js';

/** Whom to believe what: of the configuration, the same for all collectors. */
export type FleetRules = Pick<LedgerOptions, 'own' | 'unknown'>;

interface Row {
  readonly endpoint: EndpointKey;
  readonly time: Date;
  readonly protocol: string;
  readonly type: number;
  readonly consumption: string | null;
  readonly fields: TimedReading['fields'];
  readonly signals: readonly SignalReport[];
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString();

const TRANSMISSIONS: Columns<Transmission> = {
  endpoint: ['text', ({ endpoint }) => endpoint],
  time: ['timestamptz', ({ packet }) => iso(packet.timeMs)],
  protocol: ['text', ({ packet }) => packet.protocol],
  type: ['integer', ({ packet }) => packet.type],
  consumption: ['bigint', ({ packet }) => packet.consumption],
  fields: ['jsonb', ({ packet }) => JSON.stringify(packet.fields)],
  signals: ['jsonb', ({ signals }) => JSON.stringify(signals)],
};

const STATES: Columns<readonly [EndpointKey, string]> = {
  endpoint: ['text', ([endpoint]) => endpoint],
  state: ['jsonb', ([, state]) => state],
};

/**
 * Takes packets into the database, all or none of them: merges what is one transmission with what is there, lets the gate
 * judge what is new, and writes what it believes. All it knows is in the database, so that any collector may go on where
 * another stopped, and what comes twice changes nothing.
 */
export async function takeIntoStore(
  client: ClientBase,
  packets: readonly TimedReading[],
  rules: FleetRules,
): Promise<{ readonly transmissions: number; readonly readings: number }> {
  const heard = transmissionsOf(packets);
  if (heard.length === 0) return { transmissions: 0, readings: 0 };
  const states = await lockedStates(client, heard);
  const fresh = await mergeKnown(client, heard);
  await insertRows(client, 'ertd_transmissions', TRANSMISSIONS, fresh, 'DO NOTHING');
  const entries = await judge(client, fresh, states, rules);
  await writeEntries(client, entries);
  return { transmissions: fresh.length, readings: entries.filter(({ kind }) => kind === 'reading').length };
}

/** The states of all who are heard, which nobody else changes until this is over. */
async function lockedStates(
  client: ClientBase,
  heard: readonly Transmission[],
): Promise<ReadonlyMap<EndpointKey, SavedState>> {
  const endpoints = [...new Set(heard.map(({ endpoint }) => endpoint))].sort();
  // A row to lock for everybody, always in the same order: two collectors must not wait for each other.
  await client.query(`INSERT INTO ertd_endpoints SELECT unnest($1::text[]), 'null' ON CONFLICT DO NOTHING`, [
    endpoints,
  ]);
  const { rows } = await client.query<{ endpoint: EndpointKey; state: string }>(
    `SELECT endpoint, state::text FROM ertd_endpoints WHERE endpoint = ANY($1) ORDER BY endpoint FOR UPDATE`,
    [endpoints],
  );
  const known = rows.filter(({ state }) => state !== 'null');
  return new Map(known.map(({ endpoint, state }) => [endpoint, stateOf(state)]));
}

/** Adds signals to transmissions that are there already. @returns those that are not */
async function mergeKnown(client: ClientBase, heard: readonly Transmission[]): Promise<Transmission[]> {
  const times = heard.map(({ packet }) => packet.timeMs);
  const { rows } = await client.query<Row>(
    'SELECT * FROM ertd_transmissions WHERE endpoint = ANY($1) AND time BETWEEN $2 AND $3',
    [
      [...new Set(heard.map(({ endpoint }) => endpoint))],
      iso(Math.min(...times) - SAME_MS),
      iso(Math.max(...times) + SAME_MS),
    ],
  );
  const known = groupedByEndpoint(rows);
  const fresh: Transmission[] = [];
  const more: { row: Row; signals: readonly SignalReport[] }[] = [];
  for (const transmission of heard) {
    const row = known.get(transmission.endpoint)?.find((one) => isOf(one, transmission.packet));
    if (row === undefined) fresh.push(transmission);
    else if (mergedSignals(row.signals, transmission.signals).length > row.signals.length)
      more.push({ row, signals: mergedSignals(row.signals, transmission.signals) });
  }
  await addSignals(client, more);
  return fresh;
}

function groupedByEndpoint(rows: readonly Row[]): ReadonlyMap<EndpointKey, Row[]> {
  const groups = new Map<EndpointKey, Row[]>();
  for (const row of rows) groups.set(row.endpoint, [...(groups.get(row.endpoint) ?? []), row]);
  return groups;
}

function isOf({ time, protocol, type, consumption, fields }: Row, packet: TimedReading): boolean {
  if (Math.abs(time.getTime() - packet.timeMs) >= SAME_MS) return false;
  const counts = consumption === null ? null : Number(consumption);
  return contentOf({ ...packet, protocol, type, consumption: counts, fields }) === contentOf(packet);
}

async function addSignals(
  client: ClientBase,
  more: readonly { readonly row: Row; readonly signals: readonly SignalReport[] }[],
): Promise<void> {
  if (more.length === 0) return;
  await client.query(
    `UPDATE ertd_transmissions AS t SET signals = n.signals
     FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::jsonb[]) AS n (endpoint, time, protocol, signals)
     WHERE t.endpoint = n.endpoint AND t.time = n.time AND t.protocol = n.protocol`,
    [
      more.map(({ row }) => row.endpoint),
      more.map(({ row }) => row.time.toISOString()),
      more.map(({ row }) => row.protocol),
      more.map(({ signals }) => JSON.stringify(signals)),
    ],
  );
}

/** What the gate believes of what is new, its state taken from the database and put back. */
async function judge(
  client: ClientBase,
  fresh: readonly Transmission[],
  states: ReadonlyMap<EndpointKey, SavedState>,
  rules: FleetRules,
): Promise<Entry[]> {
  const saved = [...states.values()];
  const endpoints = saved.flatMap(({ endpoint }) => (endpoint === null ? [] : [endpoint]));
  const waiting = saved.flatMap((state) => state.waiting);
  const ledger = new Ledger({ ...rules, state: { endpoints, waiting, memories: [], latestMs: null } });
  const entries = fresh.flatMap(({ packet, signals }) =>
    ledger.take({ ...packet, alsoHeard: signals.filter(({ receiver }) => receiver !== packet.receiver) }),
  );
  if (fresh.length > 0) entries.push(...ledger.tick(fresh[fresh.length - 1].packet.timeMs));
  const changed = changedStates(ledger.journal.changes(true), states);
  const rows = [...changed].map(([key, state]) => [key, textOf(state)] as const);
  await insertRows(client, 'ertd_endpoints', STATES, rows, '(endpoint) DO UPDATE SET state = EXCLUDED.state');
  return entries;
}

/** The states that are others now. */
function changedStates(
  { endpoints, suspects, settled }: LedgerChanges,
  before: ReadonlyMap<EndpointKey, SavedState>,
): ReadonlyMap<EndpointKey, SavedState> {
  const changed = new Map<EndpointKey, SavedState>();
  const change = (key: EndpointKey, by: (state: SavedState) => SavedState): void => {
    changed.set(key, by(changed.get(key) ?? before.get(key) ?? { endpoint: null, waiting: [] }));
  };
  const without = (state: SavedState, id: string): SavedState => ({
    ...state,
    waiting: state.waiting.filter((suspect) => suspect.id !== id),
  });
  for (const endpoint of endpoints) change(endpoint.record.key, (state) => ({ ...state, endpoint }));
  for (const id of settled) change(id.split('/')[0] as EndpointKey, (state) => without(state, id));
  for (const { suspect, outcome } of suspects)
    change(suspect.endpoint, (state) => {
      const rest = without(state, suspect.id);
      return outcome === 'waiting' ? { ...rest, waiting: [...rest.waiting, suspect] } : rest;
    });
  return changed;
}
