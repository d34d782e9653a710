import { Command } from 'commander';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { addMeter, addMeterOptions, type MeterOptions, removeMeter, renameMeter } from './own-meters.js';

const ADD_HELP = `
The label is what stands on the meter's glass or on its radio: the ID alone, or with the two digits of the ERT type
before it. A meter that is yours is believed from its first sure packet on, and its readings are kept. A daemon that runs
knows of it within seconds. What is given of a meter that was added before takes the place of what was.

Examples:
  ertd meters add "07 10000001" --name House
  ertd meters add 10000001 --name House --dial 12345.6            # unit, scale and offset by the dial
  ertd meters add 10000001 --name House --unit kWh --scale 0.01
  ertd meters add 10000001 --name Roof --generation-id 10000002 --net-id 10000003
  ertd meters add 1500000003 --name Water --family neptune --unit gal --scale 0.1
`;

/** The commands below `ertd meters` that change which meters are the user's. */
export function meterChangeCommands(context: CommandContext): Command[] {
  return [addCommand(context), renameCommand(context), removeCommand(context)];
}

function addCommand(context: CommandContext): Command {
  const command = addConfigOptions(new Command('add'), ['database.path'])
    .description('make a meter yours: its readings are kept, under its name')
    .argument('<label>', 'its ID, or its label');
  return addMeterOptions(command)
    .addHelpText('after', ADD_HELP)
    .action((label: string, options: MeterOptions, command: Command) => {
      const path = databasePath(command, context);
      const { config: _config, db: _db, ...described } = options as MeterOptions & Record<string, unknown>;
      const { meter, notes } = addMeter(path, label, described as MeterOptions);
      const { name, key, scale } = meter;
      const unit = scale === null ? '' : `, ${scale.unitsPerCount} ${scale.unit} a count`;
      context.stdout.write(`${name} (${key}${unit}) is yours: its readings are kept from now on.\n`);
      for (const note of notes) context.stdout.write(`${note}\n`);
      warnOfConfig(command, context, key);
    });
}

/** What the configuration says of a meter counts more. */
function warnOfConfig(command: Command, context: CommandContext, key: string): void {
  const { meters } = loadCommandConfig(command, context).config;
  if (meters.some(({ id }) => key.endsWith(`-${String(id).replace(/^.*\s/, '')}`)))
    context.stderr.write('ertd: The configuration file describes this meter too; what it says counts.\n');
}

function renameCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('rename'), ['database.path'])
    .description('give a meter that was added another name')
    .argument('<meter>', 'its ID or its name')
    .argument('<name>', 'the name it is to have')
    .action((which: string, name: string, _options: unknown, command: Command) => {
      const { key } = renameMeter(databasePath(command, context), which, name);
      context.stdout.write(`${key} is called ${name} now.\n`);
    });
}

function removeCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('remove'), ['database.path'])
    .description('say that a meter that was added is not yours; what was kept of it stays')
    .argument('<meter>', 'its ID or its name')
    .action((which: string, _options: unknown, command: Command) => {
      const { key, name } = removeMeter(databasePath(command, context), which);
      context.stdout.write(`${name} (${key}) is no longer yours; the readings there are stay.\n`);
    });
}
