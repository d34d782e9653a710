import type { EndpointKey } from '../../readings/endpoint.js';
import type { Entry } from '../../readings/entry.js';
import { Ledger, type LedgerOptions } from '../../readings/ledger.js';
import type { LedgerChanges } from '../../readings/ledger-state.js';
import type { SignalReport, TimedReading } from '../../readings/reading.js';
import { writeEntries } from '../../sinks/postgres/entry-rows.js';
import { type Columns, insertRows } from '../../sinks/postgres/insert.js';
import type { Transaction } from '../../sinks/postgres/transaction.js';
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
 * another stopped, and what comes twice changes nothing. It waits for the database once, for what is there.
 */
export async function takeIntoStore(
  transaction: Transaction,
  packets: readonly TimedReading[],
  rules: FleetRules,
): Promise<{ readonly transmissions: number; readonly readings: number }> {
  const heard = transmissionsOf(packets);
  if (heard.length === 0) return { transmissions: 0, readings: 0 };
  // Only once the states are locked is it certain that nobody adds to the transmissions.
  const [states, known] = await Promise.all([lockedStates(transaction, heard), nearby(transaction, heard)]);
  const fresh = mergeKnown(transaction, heard, known);
  insertRows(transaction, 'ertd_transmissions', TRANSMISSIONS, fresh, 'DO NOTHING');
  const entries = judge(transaction, fresh, states, rules);
  writeEntries(transaction, entries);
  return { transmissions: fresh.length, readings: entries.filter(({ kind }) => kind === 'reading').length };
}

/** The states of all who are heard, which nobody else changes until this is over. */
async function lockedStates(
  transaction: Transaction,
  heard: readonly Transmission[],
): Promise<ReadonlyMap<EndpointKey, SavedState>> {
  const endpoints = endpointsOf(heard).sort();
  // A row to lock for everybody, always in the same order: two collectors must not wait for each other.
  transaction.send(`INSERT INTO ertd_endpoints SELECT unnest($1::text[]), 'null' ON CONFLICT DO NOTHING`, [
    endpoints,
  ]);
  const rows = await transaction.rows<{ endpoint: EndpointKey; state: string }>(
    `SELECT endpoint, state::text FROM ertd_endpoints WHERE endpoint = ANY($1) ORDER BY endpoint FOR UPDATE`,
    [endpoints],
  );
  const known = rows.filter(({ state }) => state !== 'null');
  return new Map(known.map(({ endpoint, state }) => [endpoint, stateOf(state)]));
}

function endpointsOf(heard: readonly Transmission[]): EndpointKey[] {
  return [...new Set(heard.map(({ endpoint }) => endpoint))];
}

/** The transmissions that are there, of about the same time. */
function nearby(transaction: Transaction, heard: readonly Transmission[]): Promise<Row[]> {
  const times = heard.map(({ packet }) => packet.timeMs);
  return transaction.rows<Row>(
    'SELECT * FROM ertd_transmissions WHERE endpoint = ANY($1) AND time BETWEEN $2 AND $3',
    [endpointsOf(heard), iso(Math.min(...times) - SAME_MS), iso(Math.max(...times) + SAME_MS)],
  );
}

/** Adds signals to transmissions that are there already. @returns those that are not */
function mergeKnown(
  transaction: Transaction,
  heard: readonly Transmission[],
  rows: readonly Row[],
): Transmission[] {
  const known = groupedByEndpoint(rows);
  const fresh: Transmission[] = [];
  const more: { row: Row; signals: readonly SignalReport[] }[] = [];
  for (const one of heard) {
    const row = known.get(one.endpoint)?.find((candidate) => isOf(candidate, one.packet));
    if (row === undefined) fresh.push(one);
    else if (mergedSignals(row.signals, one.signals).length > row.signals.length)
      more.push({ row, signals: mergedSignals(row.signals, one.signals) });
  }
  addSignals(transaction, more);
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

function addSignals(
  transaction: Transaction,
  more: readonly { readonly row: Row; readonly signals: readonly SignalReport[] }[],
): void {
  if (more.length === 0) return;
  transaction.send(
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
function judge(
  transaction: Transaction,
  fresh: readonly Transmission[],
  states: ReadonlyMap<EndpointKey, SavedState>,
  rules: FleetRules,
): Entry[] {
  const saved = [...states.values()];
  const endpoints = saved.flatMap(({ endpoint }) => (endpoint === null ? [] : [endpoint]));
  const waiting = saved.flatMap((state) => state.waiting);
  const state = { endpoints, waiting, memories: [], latestMs: null };
  // Who fell silent is not among those of these packets.
  const ledger = new Ledger({ ...rules, observesExchanges: false, state });
  const entries = fresh.flatMap(({ packet, signals }) =>
    ledger.take({ ...packet, alsoHeard: signals.filter(({ receiver }) => receiver !== packet.receiver) }),
  );
  if (fresh.length > 0) entries.push(...ledger.tick(fresh[fresh.length - 1].packet.timeMs));
  const changed = changedStates(ledger.journal.changes(true), states);
  const rows = [...changed].map(([key, state]) => [key, textOf(state)] as const);
  insertRows(transaction, 'ertd_endpoints', STATES, rows, '(endpoint) DO UPDATE SET state = EXCLUDED.state');
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
