import { Command, CommanderError } from 'commander';
import { EXIT, Fault } from '../errors.js';
import { packageVersion } from '../package.js';
import type { CommandContext, CommandFactory } from './context.js';

/** Loads one command: a program that asks how the daemon fares has no use for the code of the others. */
type Loader = () => Promise<CommandFactory>;

/** The commands by what they are for, in the order of `--help`. */
const COMMANDS: Readonly<Record<string, Readonly<Record<string, Loader>>>> = {
  'Receive:': {
    run: async () => (await import('./run.js')).runCommand,
    replay: async () => (await import('./replay.js')).replayCommand,
    record: async () => (await import('./record.js')).recordCommand,
    survey: async () => (await import('./survey.js')).surveyCommand,
    explain: async () => (await import('./explain.js')).explainCommand,
    decode: async () => (await import('./decode.js')).decodeCommand,
    encode: async () => (await import('./encode.js')).encodeCommand,
    collect: async () => (await import('./collect.js')).collectCommand,
  },
  'Readings:': {
    meters: async () => (await import('./meters.js')).metersCommand,
    readings: async () => (await import('./readings.js')).readingsCommand,
    events: async () => (await import('./events.js')).eventsCommand,
    read: async () => (await import('./read.js')).readCommand,
    quarantine: async () => (await import('./quarantine.js')).quarantineCommand,
    intervals: async () => (await import('./intervals.js')).intervalsCommand,
    usage: async () => (await import('./usage.js')).usageCommand,
    selfreads: async () => (await import('./selfreads.js')).selfreadsCommand,
    statement: async () => (await import('./statement.js')).statementCommand,
    mark: async () => (await import('./mark.js')).markCommand,
  },
  'Database:': {
    export: async () => (await import('./export.js')).exportCommand,
    import: async () => (await import('./import.js')).importCommand,
    backup: async () => (await import('./backup.js')).backupCommand,
    db: async () => (await import('./db.js')).dbCommand,
  },
  'The daemon:': {
    status: async () => (await import('./status.js')).statusCommand,
    top: async () => (await import('./top.js')).topCommand,
    devices: async () => (await import('./devices.js')).devicesCommand,
    auth: async () => (await import('./auth.js')).authCommand,
    'install-service': async () => (await import('./install-service.js')).installServiceCommand,
    config: async () => (await import('./config.js')).configCommand,
  },
  'Without hardware:': {
    synth: async () => (await import('./synth.js')).synthCommand,
    bench: async () => (await import('./bench.js')).benchCommand,
  },
};

const EXAMPLES = `
Examples:
  ertd replay x_912.6M_2359k.cu8              # every packet in a recording, as a table
  ertd run --source rtltcp://192.168.1.5:1234 # listen, and keep readings in SQLite
  ertd readings --since 2d --output csv       # what meters said in the last two days

Configuration: /etc/ertd/config.toml, ERTD_… variables and flags; see ertd config --help.
Exit status: 0 ok, 64 usage, 66 no such input, 69 no radio, 70 bug, 74 I/O, 78 configuration.
`;

/**
 * `ertd` with its commands; parsing throws a `CommanderError` for a usage error, help and version.
 * @param name the command that is wanted: then it has no others; all where it is none
 */
export async function ertdProgram(context: CommandContext, name?: string): Promise<Command> {
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
  const groups = Object.entries(COMMANDS);
  const isKnown = groups.some(([, commands]) => Object.hasOwn(commands, name ?? ''));
  for (const [group, commands] of groups) {
    for (const [own, load] of Object.entries(commands)) {
      if (isKnown && own !== name) continue;
      const command = (await load())(context).helpGroup(group);
      program.addCommand(command);
      inheritSettings(command, program);
    }
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
    const program = await ertdProgram(context, args[0]);
    await program.parseAsync(args, { from: 'user' });
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
