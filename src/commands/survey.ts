import { Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { parseDuration } from '../quantity.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { optionValue } from './option-value.js';
import { type SurveyOptions, SurveyRun } from './survey-run.js';

const HELP = `
Listens to all of the band from 909.6 to 921.8 MHz, one window after the other, again and again, and tells for each
window what was heard, how loud the noise is and what other signals there are; for each channel how much of the time it
is in use; for each meter where it is heard best; and what to set: the window that hears most (of the meters that --meter
names, if it does), the gain and the correction of the crystal.

It takes half an hour, which is long enough for meters that send once a minute or so; --for changes that. Ctrl-C ends it
early, and it tells what it has found so far. The source has to be a radio that can be tuned while it runs: a dongle, an
rtl_tcp server, or ertd synth serve. No other program can listen with that dongle meanwhile: stop ertd run first.

--picture draws the spectrum, the use of the channels and the meters over frequency. --write-config makes a configuration
file of it all, for ertd run --config; it does not touch a file that exists. What was found in the band, without the
numbers of meters, is kept beside the database (--db) as survey.json: the dashboard shows it.

Examples:
  ertd survey                                           # half an hour with the first dongle
  ertd survey --for 2h --meter 10000001 --picture band.svg
  ertd survey --source rtltcp://127.0.0.1:1234 --for 3m --write-config ertd.toml     # the virtual band: ertd synth serve
  ertd survey --for 10m --output jsonl > survey.jsonl   # a line for each window, channel, carrier and meter
`;

const SETTINGS = [
  'receiver.source',
  'receiver.sampleRateHz',
  'receiver.gainDb',
  'receiver.biasTee',
  'receiver.bandwidthHz',
  'receiver.ppm',
  'receiver.threads',
  'decode.protocols',
  'decode.minConfidence',
  'database.path',
] as const;

/** The least that tells anything of one window, ms. */
const LEAST_MS = 1000;

function parseLength(text: string): number {
  const ms = parseDuration(text);
  if (ms >= LEAST_MS) return ms;
  throw new Fault('USAGE', `A survey of ${text} hears nothing; give it 1s at least, better 30m.`);
}

function parseId(text: string, before: readonly number[] = []): readonly number[] {
  const id = Number(text);
  if (/^\d{1,10}$/.test(text) && id > 0) return [...before, id];
  throw new Fault('USAGE', `"${text}" is no ID of a meter; write it like 10000001.`);
}

/** `ertd survey`: what there is in the band, and where to listen. */
export function surveyCommand(context: CommandContext): Command {
  const length = new Option('--for <time>', 'How long to listen.').argParser(optionValue(parseLength));
  const meter = new Option('--meter <id>', 'A meter that the best window is for; may be given again.');
  return addConfigOptions(new Command('survey'), SETTINGS)
    .description('listen to all of the band and tell where the meters are and how to set the radio')
    .addOption(length.default(parseDuration('30m'), '30m'))
    .addOption(
      meter
        .argParser((text: string, before: readonly number[]) =>
          optionValue((one: string) => parseId(one, before))(text),
        )
        .default([], 'all'),
    )
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'jsonl']).default('text'))
    .option('--picture <file>', 'Draw it: an .svg or a .png file.')
    .option('--write-config <file>', 'Write a configuration file.')
    .addOption(new Option('--root <folder>', 'Where the files of the machine lie.').default('/').hideHelp())
    .addHelpText('after', HELP)
    .action(async (options: SurveyOptions, self: Command) => {
      await new SurveyRun(context, options, loadCommandConfig(self, context).config).run();
    });
}
