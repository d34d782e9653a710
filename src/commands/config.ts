import { Command } from 'commander';
import { stringify } from 'smol-toml';
import { toJSONSchema } from 'zod';
import type { Effective, LoadedConfig } from '../config/layers.js';
import { SECTION_NAMES } from '../config/settings.js';
import { configSchema } from '../config.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';

const EXAMPLES = `
Examples:
  ertd config check my.toml             # is it right? Problems are listed, one a line
  ertd config show                      # what counts, and where each value came from
  ertd config show > config.toml        # a file to start from
  ertd config schema > schema.json      # for editors that complete and check TOML
`;

/** `ertd config check|show|schema`: looks at the configuration without running anything. */
export function configCommand(context: CommandContext): Command {
  return new Command('config')
    .description('check, show or describe the configuration')
    .addCommand(checkCommand(context))
    .addCommand(showCommand(context))
    .addCommand(schemaCommand(context))
    .addHelpText('after', EXAMPLES);
}

function checkCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('check'), [])
    .description('say ok, or list what is wrong in the file and the environment and exit with 78')
    .argument('[file]', 'file to check; else the one that ertd run would read')
    .action((file: string | undefined, _options: unknown, command: Command) => {
      const loaded = loadCommandConfig(command, context, file);
      context.stdout.write(`ok: ${loaded.file ?? 'there is no configuration file, the defaults count'}\n`);
    });
}

function showCommand(context: CommandContext): Command {
  return addConfigOptions(new Command('show'))
    .description('print the values that count as TOML, each with where it came from')
    .action((_options: unknown, command: Command) => {
      context.stdout.write(tomlOf(loadCommandConfig(command, context)));
    });
}

function schemaCommand(context: CommandContext): Command {
  return new Command('schema').description('print the JSON Schema of the configuration file').action(() => {
    context.stdout.write(`${JSON.stringify(toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`);
  });
}

/** The effective values as a configuration file that would give the same ones. */
export function tomlOf(loaded: LoadedConfig): string {
  const sections = SECTION_NAMES.map((section) => {
    const entries = loaded.effective.filter(({ setting }) => setting.section === section);
    return [`[${section}]`, ...entries.map(lineOf)].join('\n');
  });
  const lists = Object.entries(loaded.lists).filter(([, items]) => items.length > 0);
  sections.push(...lists.map(([name, items]) => stringify({ [name]: items }).trimEnd()));
  return `${sections.join('\n\n')}\n`;
}

const COMMENT_COLUMN = 44;

function lineOf({ setting, value, origin }: Effective): string {
  if (value === undefined) return `${`# ${setting.key} =`.padEnd(COMMENT_COLUMN)} # not set`;
  if (setting.secret && value !== '')
    return `${`# ${setting.key} = hidden`.padEnd(COMMENT_COLUMN)} # ${origin.where}`;
  return `${stringify({ [setting.key]: value })
    .trimEnd()
    .padEnd(COMMENT_COLUMN)} # ${origin.where}`;
}
