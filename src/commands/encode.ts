import { Argument, Command, Option } from 'commander';
import { closest } from 'fastest-levenshtein';
import { readUint } from '../decode/bits.js';
import { Fault } from '../errors.js';
import type { CommandContext } from './context.js';
import { type Key, NONE, RECIPES, type Recipe, type Values } from './encode-keys.js';

const HELP = `
Prints the packet as hexadecimal digits, its check computed; R900 as its 232 chips. Nothing is transmitted. What is not
said is zero, or what is usual; of a list the rest is zero. Numbers may be hexadecimal, as in 0x17.

${Object.entries(RECIPES)
  .map(([name, { keys }]) => `${name}: ${Object.keys(keys).join(', ')}`)
  .map((line) => line.replace(/(.{1,110})(?: |$)/g, '  $1\n').trimEnd())
  .join('\n')}

Examples:
  ertd encode scm id=12345678 type=7 consumption=123456
  ertd encode idm id=12345678 consumption=7962940 intervals=3,0,12
  ertd encode r900bcd id=1234567890 reading=none               # a register that could not be read
  ertd decode $(ertd encode r900 id=1234567890 reading=404986 leak=2)
`;

interface EncodeOptions {
  readonly output: 'text' | 'json';
}

/** `ertd encode`: a packet of a meter that does not exist. */
export function encodeCommand(context: CommandContext): Command {
  return new Command('encode')
    .description('make up a packet, to be read by ertd decode')
    .addArgument(new Argument('<protocol>', 'kind of packet').choices(Object.keys(RECIPES)))
    .argument('<key=value...>', 'what it says')
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action((protocol: keyof typeof RECIPES, pairs: string[], { output }: EncodeOptions) => {
      const symbols = RECIPES[protocol].symbols(valuesOf(pairs, RECIPES[protocol], protocol));
      let hex = '';
      for (let i = 0; i < symbols.length; i += 4) hex += readUint(symbols, i, 4).toString(16);
      const json = JSON.stringify({ protocol, hex, bits: symbols.join('') });
      context.stdout.write(`${output === 'json' ? json : hex}\n`);
    });
}

/** @throws Fault `USAGE` */
function valuesOf(pairs: readonly string[], { keys }: Recipe, protocol: string): Values {
  const said = new Map<string, string>();
  for (const pair of pairs) {
    const [, name, text] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    if (name === undefined)
      throw new Fault('USAGE', `"${pair}" is not key=value; write it like id=12345678.`);
    if (!Object.hasOwn(keys, name)) {
      const nearest = closest(name, Object.keys(keys));
      throw new Fault('USAGE', `${protocol} has no "${name}"; did you mean ${nearest}?`);
    }
    if (said.has(name)) throw new Fault('USAGE', `"${name}" is said twice; say it once.`);
    check(name, text, keys[name]);
    said.set(name, text);
  }
  if (Number(said.get('id') ?? 0) === 0)
    throw new Fault('USAGE', 'A meter needs an ID other than 0; write it like id=12345678.');
  const textOf = (name: string): string => said.get(name) ?? String(keys[name].usual ?? '0');
  return {
    number: (name) => Number(textOf(name)),
    list: (name) => (said.has(name) ? textOf(name).split(',').map(Number) : []),
    text: (name) =>
      textOf(name)
        .toLowerCase()
        .padStart(keys[name].hex ?? 0, '0'),
  };
}

/** @throws Fault `USAGE` where the text is not what the key takes */
function check(name: string, text: string, { bits, most = 2 ** bits - 1, orNone, count, hex }: Key): void {
  if (orNone && text === NONE) return;
  if (hex !== undefined) {
    if (/^[0-9a-f]+$/i.test(text) && text.length <= hex) return;
    throw new Fault('USAGE', `"${text}" is no ${name}; it takes up to ${hex} hexadecimal digits.`);
  }
  const parts = count === undefined ? [text] : text.split(',');
  if (parts.length > (count ?? 1))
    throw new Fault('USAGE', `${name} has ${parts.length} values; it takes up to ${count}.`);
  for (const part of parts) {
    if (!/^(\d+|0x[0-9a-f]+)$/i.test(part) || Number(part) > most)
      throw new Fault(
        'USAGE',
        `"${part}" is no ${name}; it takes whole numbers from 0 to ${most}${orNone ? `, or "${NONE}"` : ''}.`,
      );
  }
}
