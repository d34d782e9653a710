import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { authFileOf } from '../daemon/web.js';
import { Fault } from '../errors.js';
import { Credentials } from '../http/credentials.js';
import { tableTime } from '../sinks/layout.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';

const EXAMPLES = `
The password is for people and their browsers, a token for each program. Only hashes of them are kept, in http.authFile or
auth.json beside the database. A daemon that runs takes changes up at once; a new password logs everybody out.

Examples:
  ertd auth password                            # asks for it
  ertd auth token grafana                       # prints a token, this once
  curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:8080/api/v1/status
  ertd auth list
  ertd auth remove grafana
`;

/** `ertd auth`: who may see the dashboard. */
export function authCommand(context: CommandContext): Command {
  const sub = (name: string): Command => addConfigOptions(new Command(name), ['database.path']);
  const credentialsOf = (command: Command): Credentials =>
    new Credentials(authFileOf(loadCommandConfig(command, context).config));
  return new Command('auth')
    .description('set the password of the dashboard, and tokens for programs')
    .addHelpText('after', EXAMPLES)
    .addCommand(
      sub('password')
        .description('set the password; asks for it, or takes the first line of standard input')
        .action(async (_options: unknown, command: Command) => {
          await credentialsOf(command).setPassword(await askFor('New password: ', context));
          context.stderr.write('ertd: The password is set; who was logged in has to log in again.\n');
        }),
    )
    .addCommand(
      sub('token')
        .description('make a token for a program and print it')
        .argument('<name>', 'what the token is for')
        .action((name: string, _options: unknown, command: Command) => {
          context.stdout.write(`${credentialsOf(command).addToken(name, Date.now())}\n`);
        }),
    )
    .addCommand(
      sub('remove')
        .description('remove a token: its program is let in no more')
        .argument('<name>', 'what the token was for')
        .action((name: string, _options: unknown, command: Command) => {
          credentialsOf(command).removeToken(name);
        }),
    )
    .addCommand(
      sub('list')
        .description('list the tokens by name')
        .action((_options: unknown, command: Command) => {
          for (const { name, createdMs } of credentialsOf(command).tokens) {
            context.stdout.write(`${tableTime(createdMs)}  ${name}\n`);
          }
        }),
    );
}

/** One line of standard input; from a terminal without showing what is typed. */
async function askFor(question: string, { stdin, stderr, signal }: CommandContext): Promise<string> {
  const isTerminal = 'isTTY' in stdin && stdin.isTTY === true;
  if (isTerminal) stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: isTerminal });
  const leave = (): void => lines.close();
  signal.addEventListener('abort', leave);
  try {
    for await (const line of lines) return line;
    throw new Fault('USAGE', 'No password was given; type one, or pass it on standard input.');
  } finally {
    signal.removeEventListener('abort', leave);
    lines.close();
    if (isTerminal) stderr.write('\n');
  }
}
