import { Command } from 'commander';
import { Fault } from '../errors.js';
import {
  type Column,
  isoTime,
  type Layout,
  megahertz,
  type RowFormat,
  rounded,
  tableTime,
} from '../sinks/layout.js';
import { CSV_FIELD_NAMES, meterText } from '../sinks/reading-layout.js';
import { DatabaseReader, type MeterRow } from '../sinks/sqlite-read.js';
import { addConfigOptions } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { meterChangeCommands } from './meters-change.js';
import { exchangeCommand } from './meters-exchange.js';
import { findCommand } from './meters-find.js';
import { outputOption, printRows } from './print-rows.js';

const EXAMPLES = `
Yours come first. READING is what the dial shows where the meter's scale is known, else the register as the meter sends
it, in counts. HEARD packets OF so many that it will have sent. SNR is energy of one on-chip over the noise density: the
last packet's, and the strongest ever. A meter is listed from its second packet on, or once it is yours.

Examples:
  ertd meters                                      # everything that was ever heard
  ertd meters --db my.db --output csv > meters.csv
  ertd meters add "07 10000001" --name House       # from now on its readings are kept
  ertd meters show House
  ertd meters --output jsonl | jq -r 'select(.commodity == "gas") | .id'
`;

const COLUMNS: readonly Column<MeterRow>[] = [
  { title: 'ID', width: 10, align: 'right', text: (meter) => String(meter.id) },
  { title: 'METER', width: 11, align: 'left', text: nameText },
  {
    title: 'READING',
    width: 11,
    align: 'right',
    text: ({ value, consumption }) => value ?? String(consumption),
  },
  { title: 'UNIT', width: 6, align: 'left', text: ({ unit }) => unit ?? 'counts' },
  { title: 'HEARD', width: 8, align: 'right', text: (meter) => String(meter.packets) },
  {
    title: 'OF',
    width: 8,
    align: 'left',
    text: (meter) => (meter.periodMs === null ? '' : String(meter.expected)),
  },
  { title: 'FIRST HEARD (UTC)', width: 19, align: 'left', text: (meter) => tableTime(meter.firstHeardMs) },
  { title: 'LAST HEARD (UTC)', width: 19, align: 'left', text: (meter) => tableTime(meter.lastHeardMs) },
  { title: 'SNR dB', width: 6, align: 'right', text: (meter) => meter.snrDb.toFixed(1) },
  { title: 'BEST', width: 5, align: 'right', text: (meter) => meter.strongestSnrDb.toFixed(1) },
  { title: 'MHz', width: 8, align: 'right', text: (meter) => megahertz(meter.carrierHz) },
];

/** A meter may have several endpoints. */
function nameText(meter: MeterRow): string {
  const { name, register } = meter;
  if (name === null) return register === 'consumption' ? meterText(meter) : register;
  return register === 'consumption' ? name : `${name} ${register}`;
}

const LAYOUT: Layout<MeterRow> = {
  columns: COLUMNS,
  csvNames: [
    ...[
      'key',
      'id',
      'meter',
      'name',
      'register',
      'protocol',
      'type',
      'commodity',
      'consumption',
      'value',
      'unit',
    ],
    ...CSV_FIELD_NAMES,
    'packets',
    'expected',
    'firstHeard',
    'lastHeard',
    'carrierHz',
    'snrDb',
    'strongestSnrDb',
  ],
  record: (meter) => ({
    key: meter.key,
    id: meter.id,
    meter: meter.meter,
    name: meter.name,
    register: meter.register,
    protocol: meter.protocol,
    type: meter.type,
    commodity: meter.commodity,
    consumption: meter.consumption,
    value: meter.value,
    unit: meter.unit,
    ...meter.fields,
    packets: meter.packets,
    expected: meter.expected,
    firstHeard: isoTime(meter.firstHeardMs),
    lastHeard: isoTime(meter.lastHeardMs),
    carrierHz: meter.carrierHz,
    snrDb: rounded(meter.snrDb, 1),
    strongestSnrDb: rounded(meter.strongestSnrDb, 1),
  }),
};

/** `ertd meters`: what was heard from each meter, and which are the user's. */
export function metersCommand(context: CommandContext): Command {
  const command = listing(new Command('meters'), context)
    .description('list the meters in the database, also while ertd run writes to it; or make one yours')
    .addCommand(listing(new Command('list'), context).description('the same as without it'))
    .addCommand(showCommand(context))
    .addCommand(findCommand(context))
    .addCommand(exchangeCommand(context))
    .addHelpText('after', EXAMPLES);
  for (const change of meterChangeCommands(context)) command.addCommand(change);
  return command;
}

function listing(command: Command, context: CommandContext): Command {
  return addConfigOptions(command, ['database.path'])
    .addOption(outputOption())
    .action(async ({ output }: { output?: RowFormat }, command: Command) => {
      const printed = await withReader(databasePath(command, context), (reader) =>
        printRows(context, LAYOUT, output, reader.meters()),
      );
      if (printed === 0) context.stderr.write('ertd: No meter has been heard yet.\n');
    });
}

function showCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('show'), ['database.path'])
    .description('print all that is known of a meter, as JSON')
    .argument('<meter>', 'an ID, or a name')
    .action(async (which: string, _options: unknown, command: Command) => {
      const found = await withReader(databasePath(command, context), async (reader) =>
        reader.meters().filter(({ id, key, name }) => [String(id), key, name].includes(which)),
      );
      if (found.length === 0)
        throw new Fault('USAGE', `Meter ${which} has not been heard; ertd meters lists those that were.`);
      for (const meter of found) context.stdout.write(`${JSON.stringify(meter, null, 2)}\n`);
    });
}

async function withReader<Answer>(
  path: string,
  ask: (reader: DatabaseReader) => Promise<Answer>,
): Promise<Answer> {
  const reader = DatabaseReader.open(path);
  try {
    return await ask(reader);
  } finally {
    reader.close();
  }
}
