import { type Command, Option } from 'commander';
import type { Config } from '../config.js';
import type { Protocol } from '../decode/protocol.js';
import { chosenProtocols } from '../decode/protocols/index.js';
import { parseHertz } from '../quantity.js';
import { FileSource } from '../sources/file.js';
import { SAMPLE_BYTES, type SampleFormat, type Tuning } from '../sources/source.js';
import type { CommandContext } from './context.js';
import { parseMoment } from './moment.js';
import { optionValue } from './option-value.js';

/** What a recording is, where that is not told by itself. */
export interface RecordingOptions {
  readonly format?: SampleFormat;
  readonly rate?: number;
  readonly center?: number;
  readonly start?: number;
}

/** What {@link addRecordingOptions} adds, for the help of a command. */
export const RECORDING_HELP = `
Format, rate and centre come from SigMF metadata or from the file's name where they say it, as in
x_912.6M_2359k.cu8 (rtl_433) and gqrx_20260102_030405_912600000_2400000_fc.raw; --format, --rate and --center
override them. Any rate from 1 to 20 MS/s works. Several files are one stream after the other.
`;

/** Adds the argument `<file...>` and the options that say what the files are. */
export function addRecordingOptions(command: Command, now: () => number): Command {
  const hertz = optionValue(parseHertz);
  const start = optionValue((text: string) => parseMoment(text, now()));
  return command
    .argument('<file...>', 'recordings; - is standard input')
    .addOption(new Option('--format <format>', 'Sample format.').choices(Object.keys(SAMPLE_BYTES)))
    .addOption(new Option('--rate <samples>', 'Samples per second, such as 2.4M.').argParser(hertz))
    .addOption(new Option('--center <hertz>', 'Centre frequency, such as 912.6M.').argParser(hertz))
    .addOption(new Option('--start <time>', 'When the first sample was taken.').argParser(start));
}

/** A recording as the options describe it; its warnings go to stderr unless told otherwise. */
export function recordingSource(
  path: string,
  { format, rate, center, start }: RecordingOptions,
  { stdin, stderr }: CommandContext,
  warn: (message: string) => void = (message) => void stderr.write(`ertd: ${message}\n`),
): FileSource {
  return new FileSource(path, {
    format,
    sampleRateHz: rate,
    centerHz: center,
    startMs: start,
    stdin,
    onWarning: warn,
  });
}

/** What the configuration wants decoded and by what, as a receiver takes it. */
export function decodeOptions({ decode, receiver: { kernel } }: Config): {
  readonly protocols: readonly Protocol[];
  readonly minConfidence: number;
  readonly kernel: Config['receiver']['kernel'];
} {
  return {
    kernel,
    protocols: chosenProtocols(decode),
    minConfidence: decode.minConfidence,
  };
}

/** A recording answers with what it was made with, whatever is wanted. */
export function wantedTuning({ receiver }: Config): Tuning {
  const { centerHz, sampleRateHz, gainDb, ppm } = receiver;
  return { centerHz, sampleRateHz, gainDb, ppm };
}
