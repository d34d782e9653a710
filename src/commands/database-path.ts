import type { Command } from 'commander';
import { Fault } from '../errors.js';
import { loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';

/**
 * The database that a command reads: `--db`, else that of the configuration.
 * @param command one with the options of `database.path`
 * @throws Fault `CONFIG` where the configuration is wrong, or says that there is no database
 */
export function databasePath(command: Command, context: CommandContext): string {
  const { path } = loadCommandConfig(command, context).config.database;
  if (path === '') throw new Fault('CONFIG', 'The configuration has no database; name one with --db.');
  return path;
}
