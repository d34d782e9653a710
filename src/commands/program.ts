import { Command, CommanderError } from 'commander';
import { EXIT, Fault } from '../errors.js';
import { packageVersion } from '../version.js';
import { authCommand } from './auth.js';
import { backupCommand } from './backup.js';
import { benchCommand } from './bench.js';
import { collectCommand } from './collect.js';
import { configCommand } from './config.js';
import type { CommandContext, CommandFactory } from './context.js';
import { dbCommand } from './db.js';
import { decodeCommand } from './decode.js';
import { devicesCommand } from './devices.js';
import { encodeCommand } from './encode.js';
import { eventsCommand } from './events.js';
import { explainCommand } from './explain.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { installServiceCommand } from './install-service.js';
import { intervalsCommand } from './intervals.js';
import { markCommand } from './mark.js';
import { metersCommand } from './meters.js';
import { quarantineCommand } from './quarantine.js';
import { readCommand } from './read.js';
import { readingsCommand } from './readings.js';
import { recordCommand } from './record.js';
import { replayCommand } from './replay.js';
import { runCommand } from './run.js';
import { selfreadsCommand } from './selfreads.js';
import { statementCommand } from './statement.js';
import { statusCommand } from './status.js';
import { surveyCommand } from './survey.js';
import { synthCommand } from './synth.js';
import { topCommand } from './top.js';
import { usageCommand } from './usage.js';

/** In the order of `--help`. */
const COMMANDS: readonly CommandFactory[] = [
  runCommand,
  replayCommand,
  recordCommand,
  surveyCommand,
  explainCommand,
  decodeCommand,
  encodeCommand,
  collectCommand,
  metersCommand,
  readingsCommand,
  eventsCommand,
  readCommand,
  quarantineCommand,
  intervalsCommand,
  usageCommand,
  selfreadsCommand,
  statementCommand,
  markCommand,
  exportCommand,
  importCommand,
  backupCommand,
  dbCommand,
  statusCommand,
  topCommand,
  devicesCommand,
  authCommand,
  installServiceCommand,
  configCommand,
  synthCommand,
  benchCommand,
];

const EXAMPLES = `
Examples:
  ertd replay x_912.6M_2359k.cu8              # every packet in a recording, as a table
  ertd run --source rtltcp://192.168.1.5:1234 # listen, and keep readings in SQLite
  ertd readings --since 2d --output csv       # what meters said in the last two days

Configuration: /etc/ertd/config.toml, ERTD_… variables and flags; see ertd config --help.
Exit status: 0 ok, 64 usage, 66 no such input, 69 no radio, 70 bug, 74 I/O, 78 configuration.
`;

/** @returns `ertd` with all its commands; parsing throws a `CommanderError` for a usage error, help and version */
export function ertdProgram(context: CommandContext): Command {
  const program = new Command('ertd')
    .description('Receives the radio packets of ERT utility meters and keeps their readings.')
    .version(packageVersion(), '-V, --version')
    .helpOption('-h, --help', 'display help')
    .helpCommand('help [command]', 'display help of a command')
    .addHelpText('after', EXAMPLES)
    // An option behind `synth serve` is meant for `serve`, also where `synth` has one of that name.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
      outputError: (text, write) => write(sentenceOf(text)),
    });
  for (const factory of COMMANDS) {
    const command = factory(context);
    program.addCommand(command);
    inheritSettings(command, program);
  }
  return program;
}

/** Commander gives a command the output and exit settings of its parent only where the parent made it. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

/** Commander's `error: …` and its suggestion, on one line under our name. */
function sentenceOf(text: string): string {
  const sentence = text
    .trim()
    .replace(/^error: /, 'ertd: ')
    .replace(/\s*\n\s*/g, ' ');
  const lost = /^ertd: (unknown|missing|too many)/.test(sentence) && !sentence.endsWith('?)');
  return lost ? `${sentence.replace(/\.$/, '')}; see --help.\n` : `${sentence}\n`;
}

/**
 * Runs one command line to its end. Usage errors and faults are told on stderr.
 * @param args what follows the program's name
 * @returns exit status
 * @throws what is neither: a bug
 */
export async function runErtd(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await ertdProgram(context).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof Fault) {
      context.stderr.write(`ertd: ${error.message}\n`);
      return error.exitCode;
    }
    const stoppedEarly = context.signal.aborted && error instanceof Error && error.name === 'AbortError';
    if (stoppedEarly) return EXIT.ok;
    throw error;
  }
}
