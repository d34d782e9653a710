import { Command, Option } from 'commander';
import { EVENT_LAYOUT } from '../sinks/event-layout.js';
import type { RowFormat } from '../sinks/layout.js';
import { DatabaseReader } from '../sinks/sqlite-read.js';
import { addConfigOptions } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { type PeriodOptions, periodOf, periodOptions } from './period.js';
import { outputOption, printRows } from './print-rows.js';

const EXAMPLES = `
Types: tamper.removal, tamper.inversion, tamper.tilt, tamper.magnet, reverse-flow, battery, fault, leak, backflow, outage,
power-loss, meter.silent, receiver.silent, receiver.lost, use.night, use.budget, clock.back and others; docs/events.md
tells what each is concluded from. An event that goes on has no end.

Examples:
  ertd events                                  # all of them, the newest last
  ertd events --since 7d --type 'tamper.*'
  ertd events --meter house --output csv > events.csv
`;

interface EventsOptions extends PeriodOptions {
  readonly meter?: string;
  readonly type?: string;
  readonly output?: RowFormat;
}

/** `ertd events`: what happened. @param now wall clock, ms since 1970 */
export function eventsCommand(context: CommandContext, now: () => number = Date.now): Command {
  const command = addConfigOptions(new Command('events'), ['database.path'])
    .description('list what happened to meters and to the receiver')
    .addOption(new Option('--meter <meter>', 'Only of this one: an ID, or a name.'))
    .addOption(new Option('--type <type>', 'Only of this type; * stands for anything.'));
  for (const option of periodOptions(now)) command.addOption(option);
  return command
    .addOption(outputOption())
    .addHelpText('after', EXAMPLES)
    .action(async (options: EventsOptions, command: Command) => {
      const { meter, type, output } = options;
      const query = { meter: meter?.trim() ?? null, type: type ?? null, ...periodOf(options) };
      const reader = DatabaseReader.open(databasePath(command, context));
      try {
        const printed = await printRows(context, EVENT_LAYOUT, output, reader.events(query));
        if (printed === 0) context.stderr.write('ertd: There is no such event.\n');
      } finally {
        reader.close();
      }
    });
}
