import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { type Column, isoTime, type Layout, type RowFormat, tableTime } from '../sinks/layout.js';
import { meterText } from '../sinks/reading-layout.js';
import { DatabaseReader, type ReadingQuery, type ReadingRow } from '../sinks/sqlite-read.js';
import { addConfigOptions } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { optionValue } from './option-value.js';
import { type PeriodOptions, periodOf, periodOptions } from './period.js';
import { outputOption, printRows } from './print-rows.js';

const EXAMPLES = `
A reading is there where a register changed and the change is believed, and now and then while it does not. Oldest come
first. READING is what the dial shows, where the meter's scale is known, else counts. Of meters that are not yours
nothing is kept unless readings.unknown is "store"; ertd meters add makes one yours. Times are UTC, also those
given without a zone.

Examples:
  ertd readings --meter Water                      # all of one meter, by its name or an ID
  ertd readings --since 2d                         # all meters, the last two days
  ertd readings --since 2026-11-01 --until 2026-12-01 --output csv > november.csv
  ertd readings --meter 10000042 --limit 1 --output jsonl | jq .counts
`;

const COLUMNS: readonly Column<ReadingRow>[] = [
  { title: 'TIME (UTC)', width: 19, align: 'left', text: (reading) => tableTime(reading.timeMs) },
  { title: 'ID', width: 10, align: 'right', text: (reading) => String(reading.id) },
  { title: 'METER', width: 11, align: 'left', text: (reading) => reading.name ?? meterText(reading) },
  { title: 'REGISTER', width: 11, align: 'left', text: ({ register }) => register },
  { title: 'READING', width: 11, align: 'right', text: ({ value, counts }) => value ?? String(counts) },
  { title: 'UNIT', width: 6, align: 'left', text: ({ unit }) => unit ?? 'counts' },
  { title: 'NOTES', width: 12, align: 'left', text: ({ beginsAnew }) => (beginsAnew ? 'begins anew' : '') },
];

/** How readings are printed. */
export const READINGS_LAYOUT: Layout<ReadingRow> = {
  columns: COLUMNS,
  csvNames: [
    ...[
      'time',
      'meter',
      'name',
      'id',
      'protocol',
      'type',
      'commodity',
      'register',
      'counts',
      'value',
      'unit',
    ],
    ...['totalCounts', 'beginsAnew'],
  ],
  record: (reading) => ({
    time: isoTime(reading.timeMs),
    meter: reading.meter,
    name: reading.name,
    id: reading.id,
    protocol: reading.protocol,
    type: reading.type,
    commodity: reading.commodity,
    register: reading.register,
    counts: reading.counts,
    value: reading.value,
    unit: reading.unit,
    totalCounts: reading.totalCounts,
    beginsAnew: reading.beginsAnew,
  }),
};

interface ReadingsOptions extends PeriodOptions {
  readonly meter?: string;
  readonly limit?: number;
  readonly output?: RowFormat;
}

/** `ertd readings`: what the registers said, and when. */
export function readingsCommand(context: CommandContext, now: () => number = Date.now): Command {
  const command = addConfigOptions(new Command('readings'), ['database.path'])
    .description('list the readings in the database, also while ertd run writes to it')
    .addOption(new Option('--meter <meter>', 'Only this one: an ID, or a name.'));
  for (const option of periodOptions(now)) command.addOption(option);
  return command
    .addOption(new Option('--limit <n>', 'Only the newest so many.').argParser(optionValue(parseLimit)))
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReadingsOptions, command: Command) => {
      const query = queryOf(options);
      const reader = DatabaseReader.open(databasePath(command, context));
      try {
        const printed = await printRows(context, READINGS_LAYOUT, options.output, reader.readings(query));
        if (printed === 0) context.stderr.write(`ertd: ${absence(reader, query)}\n`);
      } finally {
        reader.close();
      }
    });
}

function queryOf({ meter, limit, ...period }: ReadingsOptions): ReadingQuery {
  return { meter: meter?.trim() ?? null, ...periodOf(period), limit: limit ?? null };
}

/** Why nothing was printed, so that an empty answer is not taken for a broken one. */
function absence(reader: DatabaseReader, { meter }: ReadingQuery): string {
  const advice = 'of meters that are not yours none are kept; ertd meters add makes one yours';
  if (meter === null) return `No readings of that time; ${advice}.`;
  return reader.knows(meter)
    ? `No readings of meter ${meter} of that time; ${advice}.`
    : `Meter ${meter} has not been heard; ertd meters lists those that were.`;
}

/** @throws Fault `USAGE` */
export function parseLimit(text: string): number {
  const limit = wholeNumber(text);
  if (limit === null) throw new Fault('USAGE', 'It must be a whole number from 1.');
  return limit;
}

function wholeNumber(text: string): number | null {
  const value = Number(text);
  return /^\s*\d+\s*$/.test(text) && value > 0 && Number.isSafeInteger(value) ? value : null;
}
