import type { z } from '@hono/zod-openapi';
import type { Commodity } from '../readings/commodity.js';
import type { DatabaseReader, MeterRow } from '../sinks/sqlite-read.js';
import type { House } from './house.js';
import type { Latest } from './latest.js';
import type { MeterSchema } from './schemas.js';

type MeterView = z.infer<typeof MeterSchema>;

/**
 * The meters of a database, each with all its endpoints.
 * @param house other people's meters are told only where the user wants to see them, else counted
 */
export function meterViews(
  reader: DatabaseReader,
  { showsUnknown, latest }: Pick<House, 'showsUnknown' | 'latest'>,
  nowMs: number,
): { meters: MeterView[]; hidden: number } {
  const byMeter = new Map<string, MeterRow[]>();
  for (const row of reader.meters()) byMeter.set(row.meter, [...(byMeter.get(row.meter) ?? []), row]);
  const shown = [...byMeter].filter(([, [first]]) => showsUnknown || first?.name !== null);
  const meters = shown.map(([key, rows]) => viewOf(key, rows, latest, nowMs));
  return { meters, hidden: byMeter.size - meters.length };
}

function viewOf(key: string, rows: readonly MeterRow[], latest: Latest, nowMs: number): MeterView {
  const [first] = rows as [MeterRow, ...MeterRow[]];
  const sum = (of: (row: MeterRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const heardMs = rows.map((row) => Math.max(row.lastHeardMs, latest.heard(row.key)?.timeMs ?? 0));
  return {
    ...{ key, name: first.name, commodity: first.commodity as Commodity, unit: first.unit },
    rate: latest.rate(key, 'consumption', nowMs),
    registers: rows.flatMap((row) => registerView(key, row, latest)),
    endpoints: rows.map((row) => endpointView(row, latest)),
    firstHeardMs: Math.min(...rows.map(({ firstHeardMs }) => firstHeardMs)),
    lastHeardMs: Math.max(...heardMs),
    packets: sum(({ packets }) => packets),
    expected: sum(({ expected }) => expected),
  };
}

function registerView(key: string, { register, consumption, value, unit }: MeterRow, latest: Latest) {
  if (register === 'date' || register === 'former') return [];
  const told = latest.reading(key, register);
  if (told !== null) return [{ name: register, counts: told.counts, value: told.value, unit: told.unit }];
  return consumption === null ? [] : [{ name: register, counts: consumption, value, unit }];
}

function endpointView(row: MeterRow, latest: Latest) {
  const { key, id, protocols, type, carrierHz, strongestSnrDb, packets, periodMs } = row;
  const snrDb = latest.heard(key)?.snrDb ?? row.snrDb;
  return { key, id, protocols: [...protocols], type, carrierHz, snrDb, strongestSnrDb, packets, periodMs };
}
