import type { z } from '@hono/zod-openapi';
import Big from 'big.js';
import type { Commodity } from '../readings/commodity.js';
import type { DatabaseReader, MeterRow, ReadingRow } from '../sinks/sqlite-read.js';
import type { House } from './house.js';
import type { MeterSchema } from './schemas.js';

type MeterView = z.infer<typeof MeterSchema>;

/** What flows now is told by two readings that are no farther apart, and no older, ms. */
const RATE_MS = 2 * 3_600_000;
const HOUR_MS = 3_600_000;

/**
 * The meters of a database, each with all its endpoints.
 * @param house other people's meters are told only where the user wants to see them, else counted
 */
export function meterViews(
  reader: DatabaseReader,
  { showsUnknown }: Pick<House, 'showsUnknown'>,
  nowMs: number,
): { meters: MeterView[]; hidden: number } {
  const byMeter = new Map<string, MeterRow[]>();
  for (const row of reader.meters()) byMeter.set(row.meter, [...(byMeter.get(row.meter) ?? []), row]);
  const shown = [...byMeter].filter(([, [first]]) => showsUnknown || first?.name !== null);
  const meters = shown.map(([key, rows]) => viewOf(key, rows, rateOf(reader, key, nowMs)));
  return { meters, hidden: byMeter.size - meters.length };
}

function viewOf(key: string, rows: readonly MeterRow[], rate: string | null): MeterView {
  const [first] = rows as [MeterRow, ...MeterRow[]];
  const sum = (of: (row: MeterRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    ...{ key, name: first.name, commodity: first.commodity as Commodity, unit: first.unit, rate },
    registers: rows
      .filter(({ consumption }) => consumption !== null)
      .map(({ register, consumption, value }) => ({ name: register, counts: consumption ?? 0, value })),
    endpoints: rows.map(
      ({ id, protocols, type, carrierHz, snrDb, strongestSnrDb, packets, periodMs, ...row }) => ({
        ...{
          key: row.key,
          id,
          protocols: [...protocols],
          type,
          carrierHz,
          snrDb,
          strongestSnrDb,
          packets,
          periodMs,
        },
      }),
    ),
    firstHeardMs: Math.min(...rows.map(({ firstHeardMs }) => firstHeardMs)),
    lastHeardMs: Math.max(...rows.map(({ lastHeardMs }) => lastHeardMs)),
    packets: sum(({ packets }) => packets),
    expected: sum(({ expected }) => expected),
  };
}

/** Units an hour, by the last change of the consumption; null where that is too long ago to be called now. */
function rateOf(reader: DatabaseReader, key: string, nowMs: number): string | null {
  const query = { meter: key, sinceMs: nowMs - RATE_MS, untilMs: null, limit: 20 };
  const rows = [...reader.readings(query)].filter(({ register }) => register === 'consumption');
  const last = rows.at(-1);
  const before = rows.findLast((row) => last !== undefined && row.totalCounts < last.totalCounts);
  return last === undefined || before === undefined ? null : perHour(before, last);
}

function perHour(before: ReadingRow, last: ReadingRow): string | null {
  if (before.value === null || last.value === null || last.timeMs <= before.timeMs) return null;
  const used = new Big(last.value).minus(before.value);
  return used.lt(0)
    ? null
    : used
        .times(HOUR_MS)
        .div(last.timeMs - before.timeMs)
        .round(4)
        .toString();
}
