import { type Command, Option } from 'commander';
import { Fault } from '../errors.js';
import { DURATION_TEXT, formatHertz, parseDuration, parseHertz } from '../quantity.js';
import { MESSAGE_NAMES, type MessageName } from '../synth/message.js';
import { type Meter, type Population, populate, type Range } from '../synth/meter.js';
import type { TransmitterClass } from '../synth/transmitter.js';
import { optionValue } from './option-value.js';

/** What a made-up street and the radio in it are like, as it was given. */
export interface StreetOptions {
  readonly meters: number;
  readonly snr: Range;
  /** s */
  readonly period: Range;
  readonly class: TransmitterClass | 'mix';
  readonly protocols: readonly MessageName[];
  /** Hz */
  readonly hop?: Range;
  /** In steps of an eight-bit format. */
  readonly noise: number;
  readonly ppm: number;
  readonly seed: number;
}

const CLASSES: readonly StreetOptions['class'][] = ['mix', 'P', 'F', 'G'];
const SNR_DB: Range = { least: 8, most: 30 };
const PERIOD_SECONDS: Range = { least: 1, most: 5 };
/** Defaults as they would be typed, where they are not typed as they print. */
const INITIAL_TEXT = new Map<unknown, string>([
  [SNR_DB, '8..30'],
  [PERIOD_SECONDS, '1s..5s'],
  [MESSAGE_NAMES, MESSAGE_NAMES.join(',').toLowerCase()],
]);

/** An option whose text is read by `parse`. */
export function parsedOption<Value>(
  flags: string,
  description: string,
  parse: (text: string) => Value,
  initial?: Value,
): Option {
  const option = new Option(flags, description).argParser(optionValue(parse));
  return initial === undefined ? option : option.default(initial, INITIAL_TEXT.get(initial));
}

/** Adds the options of {@link StreetOptions}. */
export function addStreetOptions(command: Command): Command {
  const snr = parseRange(between(-20, 120, 'a number of dB'));
  const ppm = between(-1000, 1000, 'a number of ppm');
  const seed = between(0, 2 ** 32 - 1, 'a whole number', true);
  const meters = between(0, 100_000, 'a whole number', true);
  return command
    .addOption(parsedOption('--meters <number>', 'Meters in the street.', meters, 20))
    .addOption(
      parsedOption('--period <range>', 'Time from packet to packet of a meter.', parsePeriod, PERIOD_SECONDS),
    )
    .addOption(parsedOption('--snr <range>', 'Eb/N0 of the meters, dB.', snr, SNR_DB))
    .addOption(new Option('--class <class>', 'Kind of transmitter.').choices(CLASSES).default('mix' as const))
    .addOption(
      parsedOption('--protocols <names>', 'Messages that the meters send.', parseProtocols, MESSAGE_NAMES),
    )
    .addOption(
      parsedOption('--hop <range>', 'The part of the band that meters keep to.', parseRange(parseHertz)),
    )
    .addOption(
      parsedOption(
        '--noise <steps>',
        'Noise, rms of I and Q together.',
        between(0.001, 128, 'a number of steps'),
        10,
      ),
    )
    .addOption(parsedOption('--ppm <ppm>', "Error of the receiver's crystal.", ppm, 0))
    .addOption(parsedOption('--seed <number>', 'Another one, another street.', seed, 1));
}

/** Steps of an eight-bit format to full scale. */
const STEPS = 128;

/** Noise, full scale = 1. */
export function noiseRms({ noise }: StreetOptions): number {
  return noise / STEPS;
}

/** First of the IDs, which are counted up from here; easily seen to be made up. */
const FIRST_ID = 10_000_001;
const RELAYED_SHARE = 0.15;

/**
 * The meters of the street.
 * @throws Fault `USAGE` where there are none as they are wanted
 */
export function metersOf(options: StreetOptions, seed: number): Meter[] {
  const meters = populate(populationOf(options), seed);
  const { hop } = options;
  return hop === undefined ? meters : meters.map((meter) => ({ ...meter, hops: channelsIn(hop, meter) }));
}

function channelsIn({ least, most }: Range, { channelsHz, hops }: Meter): Uint8Array {
  const within = hops.filter((channel) => channelsHz[channel] >= least && channelsHz[channel] <= most);
  if (within.length > 0) return within;
  const range = `${formatHertz(least)} to ${formatHertz(most)}`;
  const [first, last] = [Math.min(...channelsHz), Math.max(...channelsHz)].map((hz) => (hz / 1e6).toFixed(1));
  throw new Fault(
    'USAGE',
    `No channel of the meters lies from ${range}; they are from ${first} to ${last} MHz.`,
  );
}

function populationOf({ meters, period, snr, class: kind, protocols }: StreetOptions): Population {
  return {
    meters,
    firstId: FIRST_ID,
    class: kind,
    protocols,
    periodSeconds: period,
    ebN0Db: snr,
    relayedShare: RELAYED_SHARE,
  };
}

/** Reads `scm,idm`. */
function parseProtocols(text: string): readonly MessageName[] {
  return text.split(',').map((word) => {
    const name = MESSAGE_NAMES.find((known) => known.toLowerCase() === word.trim().toLowerCase());
    if (name !== undefined) return name;
    const names = MESSAGE_NAMES.map((known) => known.toLowerCase()).join(', ');
    throw new Fault('USAGE', `"${word}" is no message; it must be a list of ${names}.`);
  });
}

/** Reads a number within limits. */
export function between(least: number, most: number, what: string, whole = false): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    throw new Fault('USAGE', `It must be ${what} from ${least} to ${most}.`);
  };
}

/** Reads `8..30`, or one value for both ends. */
export function parseRange(parse: (text: string) => number): (text: string) => Range {
  return (text) => {
    const [least, most = least, ...rest] = text.split('..');
    const range = { least: parse(least), most: parse(most) };
    if (rest.length === 0 && range.least <= range.most) return range;
    throw new Fault('USAGE', 'It must be one value, or a range from low to high such as 8..30.');
  };
}

/** Reads a length of time; a bare number is of seconds. */
export function parseSeconds(text: string): number {
  const bare = Number(text);
  const seconds = text.trim() === '' || Number.isNaN(bare) ? timeOf(text) : bare;
  if (seconds > 0 && Number.isFinite(seconds)) return seconds;
  throw new Fault('USAGE', 'It must be a length of time, such as 10, 90s or 5m.');
}

function timeOf(text: string): number {
  return DURATION_TEXT.test(text) ? parseDuration(text) / 1000 : Number.NaN;
}

/** A packet of SCM takes 6 ms, and an endpoint sends one at a time. */
const LEAST_PERIOD_SECONDS = 0.01;

function parsePeriod(text: string): Range {
  const range = parseRange(parseSeconds)(text);
  if (range.least >= LEAST_PERIOD_SECONDS) return range;
  throw new Fault('USAGE', 'It must be at least 10ms, as a packet takes 6 ms.');
}
