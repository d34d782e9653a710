import { once } from 'node:events';
import { Command, Option } from 'commander';
import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import { explanation, explanationRecords } from '../explain/explanation.js';
import { Findings } from '../explain/findings.js';
import { Receiver } from '../receiver/receiver.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { checkPicture, drawPicture, type PictureOptions } from './explain-picture.js';
import { optionValue } from './option-value.js';
import { Progress } from './progress.js';
import {
  addRecordingOptions,
  decodeOptions,
  RECORDING_HELP,
  type RecordingOptions,
  recordingSource,
  wantedTuning,
} from './recording-options.js';

const HELP = `
One line says when (ms) and where (MHz) something was, how strong (dB over the noise), what it was, and why it
is no packet. At the end stands what it comes to, for a meter that does not appear.
${RECORDING_HELP}
Examples:
  ertd explain x_912.6M_2359k.cu8                        # what is on the air, and why it is no packet
  ertd explain x_912.6M_2359k.cu8 --picture x.svg        # and as a picture
  ertd explain x_912.6M_2359k.cu8 --all --output jsonl   # every candidate, for other programs
`;

/** A length of time as a plain number. @throws Fault `USAGE` */
function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new Fault('USAGE', `"${text}" is not a number of seconds; write it like 0.25 or 2.`);
}

interface ExplainOptions extends RecordingOptions, PictureOptions {
  readonly all?: true;
  readonly output: 'text' | 'jsonl';
}

/** `ertd explain`: what there is in recorded samples besides packets, and what became of every candidate. */
export function explainCommand(context: CommandContext, now: () => number = Date.now): Command {
  const command = addConfigOptions(new Command('explain'), ['decode.protocols', 'decode.minConfidence']);
  const seconds = optionValue(parseSeconds);
  return addRecordingOptions(command, now)
    .description('say what is in recorded IQ samples, and why it is no packet')
    .option('--all', 'List every candidate, also noise and what yielded to a better one.')
    .addOption(new Option('--output <how>', 'How to print.').choices(['text', 'jsonl']).default('text'))
    .option('--picture <file>', 'Draw a waterfall with everything marked: an .svg or a .png file.')
    .addOption(
      new Option('--from <seconds>', 'Where the picture begins. Default: at the first finding.').argParser(
        seconds,
      ),
    )
    .addOption(new Option('--seconds <seconds>', 'How much the picture shows.').argParser(seconds).default(2))
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ExplainOptions, self: Command) => {
      checkPicture(options, files);
      const { config } = loadCommandConfig(self, context);
      for (const file of files) {
        if (!context.signal.aborted) await explainFile(file, options, config, context, files.length > 1);
      }
    });
}

async function explainFile(
  path: string,
  options: ExplainOptions,
  config: Config,
  context: CommandContext,
  named: boolean,
): Promise<void> {
  const { signal, stdout, stderr } = context;
  const source = recordingSource(path, options, context);
  const findings = new Findings(options.all === true);
  const receiver = new Receiver(source, { ...decodeOptions(config), observer: findings });
  const tuning = await receiver.open(wantedTuning(config), signal);
  const progress = new Progress(stderr, source, tuning.sampleRateHz);
  await receiver.run(
    signal,
    () => {},
    (samples) => progress.show(samples),
  );
  progress.clear();
  if (options.picture !== undefined) {
    const again = recordingSource(path, options, context, () => {});
    await drawPicture(again, findings, receiver.stats.samples, options, context);
  }
  if (options.output === 'text') {
    stdout.write(
      `${named ? `${source.id}\n` : ''}${explanation(findings, receiver, tuning)}${named ? '\n' : ''}`,
    );
    return;
  }
  for (const record of explanationRecords(findings, receiver, tuning)) {
    if (!stdout.write(`${JSON.stringify(record)}\n`)) await once(stdout, 'drain', { signal });
  }
}
