import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { type Column, isoTime, type Layout, type RowFormat, tableTime } from '../sinks/layout.js';
import { meterText } from '../sinks/reading-layout.js';
import { DatabaseReader, type ReadingQuery, type ReadingRow } from '../sinks/sqlite-read.js';
import { addConfigOptions } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { parseMoment } from './moment.js';
import { optionValue } from './option-value.js';
import { outputOption, printRows } from './print-rows.js';

const EXAMPLES = `
A reading is there where a meter's register changed, and now and then while it does not. Oldest come first.
Times are UTC, also those given without a zone.

Examples:
  ertd readings --meter 10000042                   # all of one meter
  ertd readings --since 2d                         # all meters, the last two days
  ertd readings --since 2026-11-01 --until 2026-12-01 --output csv > november.csv
  ertd readings --meter 10000042 --limit 1 --output jsonl | jq .consumption
`;

const COLUMNS: readonly Column<ReadingRow>[] = [
  { title: 'TIME (UTC)', width: 19, align: 'left', text: (reading) => tableTime(reading.timeMs) },
  { title: 'ID', width: 10, align: 'right', text: (reading) => String(reading.id) },
  { title: 'METER', width: 11, align: 'left', text: meterText },
  { title: 'CONSUMPTION', width: 11, align: 'right', text: (reading) => String(reading.consumption ?? '-') },
  { title: 'PROTOCOL', width: 8, align: 'left', text: (reading) => reading.protocol },
  { title: 'RECEIVER', width: 8, align: 'left', text: (reading) => reading.receiver },
];

const LAYOUT: Layout<ReadingRow> = {
  columns: COLUMNS,
  csvNames: ['time', 'id', 'protocol', 'type', 'commodity', 'consumption', 'receiver'],
  record: (reading) => ({
    time: isoTime(reading.timeMs),
    id: reading.id,
    protocol: reading.protocol,
    type: reading.type,
    commodity: reading.commodity,
    consumption: reading.consumption,
    receiver: reading.receiver,
  }),
};

interface ReadingsOptions {
  readonly meter?: number;
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly output?: RowFormat;
}

/** `ertd readings`: what the registers said, and when. */
export function readingsCommand(context: CommandContext, now: () => number = Date.now): Command {
  const moment = optionValue((text: string) => parseMoment(text, now()));
  return addConfigOptions(new Command('readings'), ['database.path'])
    .description('list the readings in the database, also while ertd run writes to it')
    .addOption(new Option('--meter <id>', 'Only this ERT ID.').argParser(optionValue(parseId)))
    .addOption(new Option('--since <time>', 'Only from then on: how long ago, or a date.').argParser(moment))
    .addOption(new Option('--until <time>', 'Only before then: how long ago, or a date.').argParser(moment))
    .addOption(new Option('--limit <n>', 'Only the newest so many.').argParser(optionValue(parseLimit)))
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReadingsOptions, command: Command) => {
      const query = queryOf(options);
      const reader = DatabaseReader.open(databasePath(command, context));
      try {
        const printed = await printRows(context, LAYOUT, options.output, reader.readings(query));
        if (printed === 0) context.stderr.write(`ertd: ${absence(reader, query)}\n`);
      } finally {
        reader.close();
      }
    });
}

function queryOf({ meter, since, until, limit }: ReadingsOptions): ReadingQuery {
  if (since !== undefined && until !== undefined && since >= until) {
    throw new Fault('USAGE', `--since (${isoTime(since)}) must be before --until (${isoTime(until)}).`);
  }
  return { meterId: meter ?? null, sinceMs: since ?? null, untilMs: until ?? null, limit: limit ?? null };
}

/** Why nothing was printed, so that an empty answer is not taken for a broken one. */
function absence(reader: DatabaseReader, { meterId }: ReadingQuery): string {
  if (meterId === null) return 'No readings of that time.';
  return reader.knows(meterId)
    ? `No readings of meter ${meterId} of that time.`
    : `Meter ${meterId} has not been heard; ertd meters lists those that were.`;
}

function parseId(text: string): number {
  const id = wholeNumber(text);
  if (id === null || id > 0xffff_ffff) throw new Fault('USAGE', 'It must be an ERT ID, such as 10000042.');
  return id;
}

function parseLimit(text: string): number {
  const limit = wholeNumber(text);
  if (limit === null) throw new Fault('USAGE', 'It must be a whole number from 1.');
  return limit;
}

function wholeNumber(text: string): number | null {
  const value = Number(text);
  return /^\s*\d+\s*$/.test(text) && value > 0 && Number.isSafeInteger(value) ? value : null;
}
