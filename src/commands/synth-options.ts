import { type Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { formatHertz, parseHertz } from '../quantity.js';
import {
  MAX_SAMPLE_RATE_HZ,
  MIN_SAMPLE_RATE_HZ,
  SAMPLE_BYTES,
  type SampleFormat,
} from '../sources/source.js';
import { parseMoment } from './moment.js';
import { addStreetOptions, parsedOption, parseSeconds, type StreetOptions } from './street-options.js';

/** The options of `ertd synth` as they were given. Those that a file's name can tell are absent unless given. */
export interface SynthOptions extends StreetOptions {
  readonly seconds: number;
  readonly rate?: number;
  readonly center?: number;
  readonly format?: SampleFormat;
  /** ms since 1970 */
  readonly start?: number;
  readonly realtime?: true;
  readonly force?: true;
}

export function addSynthOptions(command: Command, now: () => number): Command {
  const length = 'Length of the recording: seconds, or such as 5m.';
  const rate = 'Samples per second, else as the name says. Default: 2359296.';
  const center = 'Centre frequency, else as the name says. Default: 912.6M.';
  const format = 'Sample format, else as the name says. Default: cu8.';
  const start = (text: string) => parseMoment(text, now());
  command
    .addOption(parsedOption('--seconds <time>', length, parseSeconds, 10))
    .addOption(parsedOption('--rate <samples>', rate, parseRate))
    .addOption(parsedOption('--center <hertz>', center, parseCenter))
    .addOption(new Option('--format <format>', format).choices(Object.keys(SAMPLE_BYTES)));
  return addStreetOptions(command)
    .addOption(parsedOption('--start <time>', 'When the first sample was taken.', start))
    .option('--realtime', 'Come no faster than the air does.')
    .option('--force', 'Overwrite files that exist.');
}

function parseRate(text: string): number {
  const rateHz = parseHertz(text);
  checkRate(rateHz);
  return rateHz;
}

/** @throws Fault `USAGE` where no receiver takes the rate */
export function checkRate(rateHz: number): void {
  if (rateHz >= MIN_SAMPLE_RATE_HZ && rateHz <= MAX_SAMPLE_RATE_HZ) return;
  const [least, most] = [MIN_SAMPLE_RATE_HZ / 1e6, MAX_SAMPLE_RATE_HZ / 1e6];
  throw new Fault('USAGE', `A sample rate of ${rateHz / 1e6} MS/s is not from ${least} to ${most} MS/s.`);
}

function parseCenter(text: string): number {
  const centerHz = parseHertz(text);
  if (centerHz > 0) return centerHz;
  throw new Fault('USAGE', `${formatHertz(centerHz)} is no frequency to tune to.`);
}
