import { type Command, CommanderError } from 'commander';
import type { CommandContext } from '../../src/commands/context.js';
import { Fault } from '../../src/errors.js';
import { testContext } from './test-context.js';

/** What a command prints, and what it throws, as text. */
export async function runCommand(
  factory: (context: CommandContext) => Command,
  args: string[],
  context = testContext(),
) {
  const command = factory(context).exitOverride();
  command.configureOutput({ writeOut: (text) => context.stdout.write(text), writeErr: () => {} });
  const failure = await command.parseAsync(args, { from: 'user' }).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure !== null && !(failure instanceof Fault) && !(failure instanceof CommanderError)) throw failure;
  return { out: context.out(), err: context.err(), failure: failure?.message ?? null, code: failure?.code };
}
