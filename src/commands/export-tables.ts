import type { Command } from 'commander';
import type { IntervalLength } from '../readings/time-grid.js';
import { EVENT_LAYOUT } from '../sinks/event-layout.js';
import type { ParquetType } from '../sinks/formats/parquet-file.js';
import type { Layout } from '../sinks/layout.js';
import { DatabaseReader } from '../sinks/sqlite-read.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { INTERVAL_LAYOUT, intervalRows } from './intervals.js';
import { READINGS_LAYOUT } from './readings.js';
import { registersFor, type UsageDatabase } from './usage-database.js';

export const KINDS = ['readings', 'intervals', 'events'] as const;
export type Kind = (typeof KINDS)[number];

type ExportRecord = ReturnType<Layout<never>['record']>;

/** Rows to export, as records, and what their columns hold. */
export interface ExportTable {
  readonly layout: Layout<ExportRecord>;
  readonly types: Readonly<Record<string, ParquetType>>;
  readonly rows: Iterable<ExportRecord>;
}

export interface ExportQuery {
  readonly meter: string | null;
  readonly length: IntervalLength;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

const READING_TYPES = {
  ...{
    time: 'time',
    meter: 'text',
    name: 'text',
    id: 'whole',
    protocol: 'text',
    type: 'whole',
    commodity: 'text',
  },
  ...{
    register: 'text',
    counts: 'whole',
    value: 'text',
    unit: 'text',
    totalCounts: 'whole',
    beginsAnew: 'boolean',
  },
} as const satisfies Record<string, ParquetType>;

const INTERVAL_TYPES = {
  ...{
    meter: 'text',
    name: 'text',
    register: 'text',
    start: 'time',
    end: 'time',
    counts: 'number',
    value: 'text',
  },
  ...{ unit: 'text', quality: 'text', mean: 'text', meanUnit: 'text' },
} as const satisfies Record<string, ParquetType>;

const EVENT_TYPES = {
  ...{ id: 'text', type: 'text', meter: 'text', name: 'text', time: 'time', end: 'time', severity: 'text' },
  ...{ message: 'text', evidence: 'json' },
} as const satisfies Record<string, ParquetType>;

/** @throws Fault `USAGE` where there is no such meter */
export function exportTable(
  kind: Kind,
  query: ExportQuery,
  database: UsageDatabase,
  command: Command,
  context: CommandContext,
): ExportTable {
  if (kind === 'intervals') return tableOf(INTERVAL_LAYOUT, INTERVAL_TYPES, intervalsOf(query, database));
  const reader = DatabaseReader.open(databasePath(command, context));
  return kind === 'readings'
    ? tableOf(
        READINGS_LAYOUT,
        READING_TYPES,
        closing(reader, () => reader.readings({ ...query, limit: null })),
      )
    : tableOf(
        EVENT_LAYOUT,
        EVENT_TYPES,
        closing(reader, () => reader.events({ ...query, type: null })),
      );
}

function tableOf<Row>(layout: Layout<Row>, types: ExportTable['types'], rows: Iterable<Row>): ExportTable {
  const records = function* (): Generator<ExportRecord> {
    for (const row of rows) yield layout.record(row);
  };
  return {
    layout: { columns: [], csvNames: layout.csvNames, record: (record) => record },
    types,
    rows: records(),
  };
}

function intervalsOf({ meter, length, sinceMs, untilMs }: ExportQuery, { reader, rules }: UsageDatabase) {
  const registers = registersFor(reader, meter ?? undefined);
  const spans = registers.flatMap((register) => reader.span(register) ?? []);
  const fromMs = sinceMs ?? Math.min(...spans.map(({ firstMs }) => firstMs));
  const toMs = untilMs ?? Math.max(...spans.map(({ lastMs }) => lastMs));
  return intervalRows(reader, registers, length, fromMs, toMs, rules);
}

/** Closes the database once all rows are read. */
function* closing<Row>(reader: DatabaseReader, rows: () => Iterable<Row>): Generator<Row> {
  try {
    yield* rows();
  } finally {
    reader.close();
  }
}
