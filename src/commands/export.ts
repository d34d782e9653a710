import { renameSync, rmSync } from 'node:fs';
import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { INTERVAL_LENGTHS, type IntervalLength } from '../readings/time-grid.js';
import { checkOverwrite, OutputFile, writeFault } from '../record/output-file.js';
import { ParquetFile } from '../sinks/formats/parquet-file.js';
import { rowWriter } from '../sinks/layout.js';
import type { CommandContext } from './context.js';
import { type ExportTable, exportTable, KINDS, type Kind } from './export-tables.js';
import { type PeriodOptions, periodOf, periodOptions } from './period.js';
import { printRows } from './print-rows.js';
import { addUsageOptions, withUsage } from './usage-database.js';

const FORMATS = ['csv', 'jsonl', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

const EXAMPLES = `
The format is that of the file's name, or --format; - is standard output. Columns are those of ertd readings, ertd
intervals and ertd events. Values are exact decimals: text in Parquet, too. Times in Parquet are UTC.

Examples:
  ertd export year.parquet --since 2026-01-01 --until 2027-01-01
  ertd export load.csv --what intervals --length 15m --meter house --since 30d
  ertd export - --what events --format jsonl | jq .type
`;

/** How often a file of lines is written to, characters. */
const CHUNK = 1 << 16;

interface ExportOptions extends PeriodOptions {
  readonly what: Kind;
  readonly format?: Format;
  readonly length: IntervalLength;
  readonly meter?: string;
  readonly force?: true;
}

/** `ertd export`: what is in the database, for other programs. @param now wall clock, ms since 1970 */
export function exportCommand(context: CommandContext, now: () => number = Date.now): Command {
  const command = addUsageOptions(new Command('export'))
    .description('write readings, intervals or events to a file')
    .argument('<file>', 'where to, such as year.parquet; - is standard output')
    .addOption(new Option('--what <what>', 'What to write.').choices(KINDS).default('readings'))
    .addOption(new Option('--format <format>', 'How, where the name does not tell.').choices(FORMATS))
    .addOption(new Option('--meter <meter>', 'Only of this one: an ID, or a name.'))
    .addOption(
      new Option('--length <time>', 'How long an interval is.').choices(INTERVAL_LENGTHS).default('1h'),
    )
    .addOption(new Option('--force', 'Overwrite the file.'));
  for (const option of periodOptions(now)) command.addOption(option);
  return command
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: ExportOptions, command: Command) => {
      const format = formatOf(file, options.format);
      await checkOverwrite([file], options.force === true);
      const { what, length, meter } = options;
      const query = { meter: meter?.trim() ?? null, length, ...periodOf(options) };
      await withUsage(command, context, now(), async (database) => {
        const table = exportTable(what, query, database, command, context);
        if (file === '-') await printRows(context, table.layout, format as 'csv' | 'jsonl', table.rows);
        else {
          const rows = await writeFile(file, format, table);
          context.stderr.write(`ertd: ${file}: ${rows} rows\n`);
        }
      });
    });
}

/** @throws Fault `USAGE` */
function formatOf(file: string, given: Format | undefined): Format {
  const format = given ?? FORMATS.find((name) => file.toLowerCase().endsWith(`.${name}`));
  if (format === undefined)
    throw new Fault(
      'USAGE',
      `The name ${file} does not tell the format; give --format csv, jsonl or parquet.`,
    );
  if (format === 'parquet' && file === '-') throw new Fault('USAGE', 'Parquet needs a file; name one.');
  return format;
}

/** Beside its name, and put in its place when it is whole. */
async function writeFile(file: string, format: Format, table: ExportTable): Promise<number> {
  const draft = `${file}.partial`;
  try {
    const rows =
      format === 'parquet' ? await writeParquet(draft, table) : await writeLines(draft, format, table);
    renameSync(draft, file);
    return rows;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error instanceof Fault ? error : writeFault(file, error);
  }
}

async function writeLines(path: string, format: 'csv' | 'jsonl', table: ExportTable): Promise<number> {
  const writer = rowWriter(table.layout, format);
  const output = await OutputFile.create(path);
  try {
    let [text, rows] = [writer.header, 0];
    for (const row of table.rows) {
      text += writer.line(row);
      rows += 1;
      if (text.length < CHUNK) continue;
      await output.write(text);
      text = '';
    }
    await output.write(text);
    return rows;
  } finally {
    await output.close();
  }
}

async function writeParquet(path: string, { types, rows }: ExportTable): Promise<number> {
  const file = new ParquetFile(path, types);
  let count = 0;
  for (const row of rows) {
    await file.add(row);
    count += 1;
  }
  await file.finish();
  return count;
}
