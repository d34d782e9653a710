import { type Command, Option } from 'commander';
import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import type { RollupRules } from '../readings/rollup.js';
import { openForReading, readFault } from '../sinks/sqlite-open-read.js';
import { type RegisterInfo, UsageReader } from '../sinks/sqlite-usage.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { databasePath } from './database-path.js';
import { parseMoment } from './moment.js';

/** The options of commands that tell of consumption: where it is kept, and in whose time. */
export function addUsageOptions(command: Command): Command {
  return addConfigOptions(command, ['database.path', 'usage.zone']);
}

/** `--since`, `--from` and their like: dates without a zone are those of the user. */
export function momentOption(flags: string, description: string): Option {
  return new Option(flags, `${description}: how long ago, or a date.`);
}

/** A database that is open for reading, and what the configuration says of consumption. */
export interface UsageDatabase {
  readonly reader: UsageReader;
  readonly rules: RollupRules;
  readonly config: Config;
  /** Reads a time of the command line. @throws Fault `USAGE` */
  moment(text: string): number;
}

/** Opens the database for as long as `use` takes. @throws Fault */
export async function withUsage<Answer>(
  command: Command,
  context: CommandContext,
  nowMs: number,
  use: (database: UsageDatabase) => Promise<Answer>,
): Promise<Answer> {
  const { config } = loadCommandConfig(command, context);
  const { zone, demandInterval } = config.usage;
  const path = databasePath(command, context);
  const db = openForReading(path);
  try {
    return await use({
      reader: new UsageReader(db),
      rules: { zone, demandInterval },
      config,
      moment: (text) => parseMoment(text, nowMs, zone),
    });
  } catch (error) {
    throw readFault(error, path);
  } finally {
    db.close();
  }
}

/** The registers that a command is about. @throws Fault `USAGE` where there are none */
export function registersFor(reader: UsageReader, meter: string | undefined): RegisterInfo[] {
  const registers = reader.registers(meter ?? null);
  if (registers.length > 0) return registers;
  const what = meter === undefined ? 'No meter has been believed yet' : `There is no meter "${meter}"`;
  throw new Fault('USAGE', `${what}; ertd meters lists those that are heard.`);
}

/** @throws Fault `USAGE` where a stretch of time ends before it begins */
export function checkOrder(fromMs: number, untilMs: number, from: string, until: string): void {
  if (fromMs < untilMs) return;
  throw new Fault('USAGE', `${from} must be before ${until}.`);
}
