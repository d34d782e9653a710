import { Argument, Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { changeDatabase } from '../sinks/sqlite-change.js';
import { deleteMark, MARK_KINDS, type MarkKind, writeMark } from '../sinks/sqlite-marks.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { clockTime, meterName } from './intervals.js';
import { addUsageOptions, momentOption, registersFor, withUsage } from './usage-database.js';

const EXAMPLES = `
A mark is a moment at which a meter's registers are read: when its tenant changes, or when peak demand is to begin anew.
ertd selfreads lists what they showed, ertd usage --by bill begins a bill there. ertd run need not be stopped.

Examples:
  ertd mark house tenant --note "Doe moves in" --at 2026-11-17T12:00
  ertd mark house demand-reset                       # now
  ertd mark house demand-reset --at 2026-11-17T12:00 --remove
`;

interface MarkOptions {
  readonly at: string;
  readonly note: string;
  readonly remove?: boolean;
}

/** `ertd mark`: reads a meter at a moment that counts. */
export function markCommand(context: CommandContext, now: () => number = Date.now): Command {
  return addUsageOptions(new Command('mark'))
    .description('read a meter at a change of tenant, or begin its peak demand anew')
    .argument('<meter>', 'name or ID of the meter')
    .addArgument(new Argument('<kind>', 'why').choices(MARK_KINDS))
    .addOption(momentOption('--at <time>', 'When').default('0'))
    .addOption(new Option('--note <text>', 'What it is, for people.').default(''))
    .addOption(new Option('--remove', 'Take a mark of that time and kind away.'))
    .addHelpText('after', EXAMPLES)
    .action(async (meter: string, kind: MarkKind, options: MarkOptions, command: Command) => {
      const said = await withUsage(command, context, now(), async ({ reader, rules, moment }) => {
        const [register] = registersFor(reader, meter);
        // Whole minutes, so that what is printed finds it again.
        const timeMs = Math.floor(moment(options.at) / 60_000) * 60_000;
        if (timeMs > now()) throw new Fault('USAGE', '--at must not be in the future.');
        const what = `${kind} of ${meterName(register!)} at ${clockTime(timeMs, rules.zone)}`;
        return { key: register!.meter.key, timeMs, what };
      });
      const { key, timeMs, what } = said;
      const path = databasePath(command, context);
      if (options.remove !== true) {
        changeDatabase(path, (db) => writeMark(db, key, { timeMs, kind, note: options.note }));
        context.stdout.write(`Marked: ${what}\n`);
      } else if (changeDatabase(path, (db) => deleteMark(db, key, { timeMs, kind }))) {
        context.stdout.write(`Removed: ${what}\n`);
      } else throw new Fault('USAGE', `There is no ${what}; ertd selfreads lists marks.`);
    });
}
