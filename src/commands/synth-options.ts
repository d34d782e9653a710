import { type Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { DURATION_TEXT, formatHertz, parseDuration, parseHertz } from '../quantity.js';
import {
  MAX_SAMPLE_RATE_HZ,
  MIN_SAMPLE_RATE_HZ,
  SAMPLE_BYTES,
  type SampleFormat,
} from '../sources/source.js';
import type { Range } from '../synth/meter.js';
import type { TransmitterClass } from '../synth/transmitter.js';
import { parseMoment } from './moment.js';
import { optionValue } from './option-value.js';

/** The options of `ertd synth` as they were given. Those that a file's name can tell are absent unless given. */
export interface SynthOptions {
  readonly seconds: number;
  readonly meters: number;
  readonly rate?: number;
  readonly center?: number;
  readonly format?: SampleFormat;
  /** In steps of an eight-bit format. */
  readonly noise: number;
  readonly snr: Range;
  /** s */
  readonly period: Range;
  readonly class: TransmitterClass | 'mix';
  readonly ppm: number;
  readonly seed: number;
  /** ms since 1970 */
  readonly start?: number;
  readonly realtime?: true;
  readonly force?: true;
}

const CLASSES: readonly SynthOptions['class'][] = ['mix', 'P', 'F', 'G'];

export function addSynthOptions(command: Command, now: () => number): Command {
  const add = <Value>(
    flags: string,
    description: string,
    parse: (text: string) => Value,
    initial?: Value,
  ) => {
    const option = new Option(flags, description).argParser(optionValue(parse));
    command.addOption(initial === undefined ? option : option.default(initial, INITIAL_TEXT.get(initial)));
  };
  add('--seconds <time>', 'Length of the recording: seconds, or such as 5m.', parseSeconds, 10);
  add('--meters <number>', 'Meters in the street.', between(0, 100_000, 'a whole number', true), 20);
  add('--rate <samples>', 'Samples per second, else as the name says. Default: 2359296.', parseRate);
  add('--center <hertz>', 'Centre frequency, else as the name says. Default: 912.6M.', parseCenter);
  command.addOption(
    new Option('--format <format>', 'Sample format, else as the name says. Default: cu8.').choices(
      Object.keys(SAMPLE_BYTES),
    ),
  );
  add('--noise <steps>', 'Noise, rms of I and Q together.', between(0.001, 128, 'a number of steps'), 10);
  add('--snr <range>', 'Eb/N0 of the meters, dB.', parseRange(between(-20, 120, 'a number of dB')), SNR_DB);
  add('--period <range>', 'Time from packet to packet of a meter.', parsePeriod, PERIOD_SECONDS);
  command.addOption(
    new Option('--class <class>', 'Kind of transmitter.').choices(CLASSES).default('mix' as const),
  );
  add('--ppm <ppm>', "Error of the receiver's crystal.", between(-1000, 1000, 'a number of ppm'), 0);
  add('--seed <number>', 'Another one, another street.', between(0, 2 ** 32 - 1, 'a whole number', true), 1);
  add('--start <time>', 'When the first sample was taken.', (text) => parseMoment(text, now()));
  return command
    .option('--realtime', 'Come no faster than the air does.')
    .option('--force', 'Overwrite files that exist.');
}

const SNR_DB: Range = { least: 8, most: 30 };
const PERIOD_SECONDS: Range = { least: 1, most: 5 };
/** Defaults as they would be typed, where they are not typed as they print. */
const INITIAL_TEXT = new Map<unknown, string>([
  [SNR_DB, '8..30'],
  [PERIOD_SECONDS, '1s..5s'],
]);

/** Reads a number within limits. */
function between(least: number, most: number, what: string, whole = false): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    throw new Fault('USAGE', `It must be ${what} from ${least} to ${most}.`);
  };
}

/** Reads `8..30`, or one value for both ends. */
function parseRange(parse: (text: string) => number): (text: string) => Range {
  return (text) => {
    const [least, most = least, ...rest] = text.split('..');
    const range = { least: parse(least), most: parse(most) };
    if (rest.length === 0 && range.least <= range.most) return range;
    throw new Fault('USAGE', 'It must be one value, or a range from low to high such as 8..30.');
  };
}

/** Reads a length of time; a bare number is of seconds. */
function parseSeconds(text: string): number {
  const bare = Number(text);
  const seconds = text.trim() === '' || Number.isNaN(bare) ? timeOf(text) : bare;
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new Fault('USAGE', 'It must be a length of time, such as 10, 90s or 5m.');
}

function timeOf(text: string): number {
  return DURATION_TEXT.test(text) ? parseDuration(text) / 1000 : Number.NaN;
}

/** A packet takes 6 ms, and an endpoint sends one at a time. */
const LEAST_PERIOD_SECONDS = 0.01;

function parsePeriod(text: string): Range {
  const range = parseRange(parseSeconds)(text);
  if (range.least >= LEAST_PERIOD_SECONDS) return range;
  throw new Fault('USAGE', 'It must be at least 10ms, as a packet takes 6 ms.');
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
