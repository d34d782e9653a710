import { Command, Option } from 'commander';
import { parseDuration, parseSize } from '../quantity.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { optionValue } from './option-value.js';
import { type RecordOptions, RecordRun } from './record-run.js';

const HELP = `
Writes what a source gives, byte for byte, as a SigMF recording: OUT.sigmf-data has the samples, OUT.sigmf-meta what they
are, with each packet that was decoded as an annotation, and each gap as the begin of another capture. Without OUT it is
named for the time, the centre and the rate. SOURCE is any that ertd run takes; see ertd run --help.

It goes on until it is stopped (Ctrl-C) or has what --for or --max-size allow; what came until then is kept. A second of
a dongle takes 4.7 MB. Nothing is overwritten without --force.

Gain auto is found by ertd, as ertd run does it: it begins at 28 dB, and each change is told and noted in the recording.
With --no-decode nothing tells the noise, and it stays at 28 dB.

A recording tells whose meters send what: keep it to yourself.

Examples:
  ertd record rtltcp://127.0.0.1:1234 --for 1m          # a minute of a dongle, into this directory
  ertd record rtltcp://192.168.1.5:1234 night --center 915.4M --max-size 10G
  ertd replay night.sigmf-meta                          # and ertd explain night.sigmf-meta
  rtl_sdr -f 912.6M -s 2.4M - | ertd record - --format cu8 --rate 2.4M --center 912.6M
`;

/** Half an hour of a dongle. */
const MAX_SIZE_BYTES = 8e9;

const SETTINGS = [
  'receiver.centerHz',
  'receiver.sampleRateHz',
  'receiver.gainDb',
  'receiver.biasTee',
  'receiver.bandwidthHz',
  'receiver.ppm',
  'receiver.format',
  'decode.protocols',
  'decode.minConfidence',
  'decode.idmMeters',
  'decode.netIdmMeters',
] as const;

/** `ertd record`: what a radio receives, as a recording. */
export function recordCommand(context: CommandContext): Command {
  const duration = new Option('--for <time>', 'Stop after so much air, such as 30s or 10m.');
  const size = new Option('--max-size <bytes>', 'Stop before the samples take more, such as 500M.');
  return addConfigOptions(new Command('record'), SETTINGS)
    .description('write what is received as a SigMF recording')
    .argument('<source>', 'where samples come from')
    .argument('[out]', 'what the two files are to be called')
    .addOption(duration.argParser(optionValue(parseDuration)))
    .addOption(size.argParser(optionValue(parseSize)).default(MAX_SIZE_BYTES, '8G'))
    .option('--no-decode', 'Do not look for packets.')
    .option('--force', 'Overwrite files that exist.')
    .addHelpText('after', HELP)
    .action(async (source: string, out: string | undefined, options: RecordOptions, command: Command) => {
      await new RecordRun(context, options, loadCommandConfig(command, context)).run(source, out);
    });
}
