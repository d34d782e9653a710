import { Command } from 'commander';
import { formatSize } from '../quantity.js';
import { backUp } from '../sinks/sqlite-backup.js';
import { addConfigOptions } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';

const EXAMPLES = `
The copy is of one moment, and ertd run goes on meanwhile. It is written beside its name, checked, and then put in its
place in one step: an older backup of that name stays until then. It is a database like the other: ertd reads it with
--db, and to go back to it, stop ertd and copy it to where the database was.

Examples:
  ertd backup /mnt/usb/ertd.db
  ertd backup "/mnt/usb/ertd-$(date +%F).db" --db my.db
`;

/** `ertd backup`: a copy of the database, while it is written to. */
export function backupCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('backup'), ['database.path'])
    .description('copy the database, also while ertd run writes to it')
    .argument('<file>', 'where to')
    .addHelpText('after', EXAMPLES)
    .action(async (target: string, _options: object, command: Command) => {
      const { bytes } = await backUp(databasePath(command, context), target);
      context.stdout.write(`${target}: ${formatSize(bytes)}, checked\n`);
    });
}
