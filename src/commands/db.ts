import { statSync } from 'node:fs';
import { Command } from 'commander';
import { Fault } from '../errors.js';
import { formatSize } from '../quantity.js';
import { problemsOf } from '../sinks/sqlite-check.js';
import { openForReading, readFault } from '../sinks/sqlite-open-read.js';
import { rollupProblems } from '../sinks/sqlite-rollup-check.js';
import { vacuum } from '../sinks/sqlite-vacuum.js';
import { addConfigOptions } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';

const CHECK_HELP = `
Looks at three things, while ertd run may write: whether the file is sound, whether its rows refer to rows that are
there, and whether the hours and days that are kept are those that the readings make when they are computed anew.
Exit status 74 where something is wrong.

Examples:
  ertd db check
  ertd db check --db /mnt/usb/ertd.db       # a backup
`;

const VACUUM_HELP = `
Writes the file anew without the holes that deleted packets leave, which takes as much free space as it has. ertd run must
be stopped for it; holes are used again without this, too.

Example:
  sudo systemctl stop ertd && sudo -u ertd ertd db vacuum && sudo systemctl start ertd
`;

/** More differences are not printed. */
const MOST_PRINTED = 20;

/** `ertd db`: looks after the database. */
export function dbCommand(context: CommandContext, now: () => number = Date.now): Command {
  return new Command('db')
    .description('check the database, or make its file smaller')
    .addCommand(checkCommand(context))
    .addCommand(vacuumCommand(context, now));
}

function checkCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('check'), ['database.path'])
    .description('check that the database is sound and adds up')
    .addHelpText('after', CHECK_HELP)
    .action((_options: object, command: Command) => {
      const path = databasePath(command, context);
      const problems = problemsIn(path);
      for (const problem of problems.slice(0, MOST_PRINTED)) context.stdout.write(`${problem}\n`);
      if (problems.length > 0) throw new Fault('IO', `${path} is not sound; go back to a backup.`);
      context.stdout.write(`${path} is sound: ${formatSize(statSync(path).size)}.\n`);
    });
}

function problemsIn(path: string): string[] {
  const db = openForReading(path);
  try {
    // One transaction: what is written meanwhile is not seen by halves.
    return db.transaction(() => {
      const problems = problemsOf(db);
      return problems.length > 0 ? problems : rollupProblems(db);
    })();
  } catch (error) {
    throw readFault(error, path);
  } finally {
    db.close();
  }
}

function vacuumCommand(context: CommandContext, now: () => number): Command {
  return addConfigOptions(new Command('vacuum'), ['database.path'])
    .description('make the file as small as what is in it')
    .addHelpText('after', VACUUM_HELP)
    .action((_options: object, command: Command) => {
      const path = databasePath(command, context);
      const { before, after } = vacuum(path, now());
      context.stdout.write(`${path}: ${formatSize(before)} → ${formatSize(after)}\n`);
    });
}
