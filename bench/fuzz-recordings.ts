import { SAMPLE_BYTES, type SampleFormat } from '../src/sources/source.js';
import type { Random } from '../src/synth/random.js';

/** A recording as somebody's program may have left it: a name, samples, and at times SigMF metadata. */
export interface MadeRecording {
  readonly name: string;
  readonly samples: Uint8Array;
  /** Contents of the `.sigmf-meta` file beside it. */
  readonly metadata: Uint8Array | null;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const FORMATS = Object.keys(SAMPLE_BYTES) as SampleFormat[];
const SIGMF_SHARE = 0.5;
const MOST_BYTES = 2000;
/** Longer than any file system takes, less an extension. */
const LONGEST_NAME = 200;
/** Beyond the length that is read. */
const TOO_LONG_METADATA = 17 * 1024 * 1024;
const TOO_LONG_SHARE = 1 / 20_000;

const NAMES = [
  'g001_912.6M_2359k.cu8',
  'x_912600000Hz_2.4Msps.cs16',
  'g001.data',
  'gqrx_20260102_030405_912600000_2400000_fc.raw',
  'band.cfile',
  'air_915.7M_12.5Msps.cs8',
  'rec_20260102_030405Z_912.6M_1024k.cf32',
] as const;
const NAME_PARTS = [
  ...NAMES.flatMap((name) => name.split('_')),
  ...[
    '-2400k',
    '0k',
    '1e9Msps',
    'NaNk',
    'Infinityk',
    '00000k',
    '2.4.4Msps',
    '.5Msps',
    '9'.repeat(120),
    'MHz',
  ],
  ...['20260230', '99999999', '250000Z', 'cu8.cs16', '..', ' ', '%s', '\u001b[31m', '\n', 'é', '🛰', '\u202e'],
];

const ODD_VALUES: readonly Json[] = [
  ...[0, -1, -2_400_000, 0.5, 1e308, -1e308, 5e-324, 2 ** 53, 2 ** 53 - 1, 2 ** 32, 1e15, 20_000_001],
  ...['', '2400000', 'NaN', '\u0000', '../x', '.', '..', 'cf64_be', 'cu8', 'x'.repeat(3000), '\u001b[2J'],
  ...['2026-01-02T03:04:05', '-271821-04-20T00:00:00Z', '9999-99-99T99:99:99Z', '2026-01-02T03:04:05.9e9Z'],
  ...[null, true, false, [], {}, [1], { a: 1 }, [[]]],
];
const ODD_TEXTS = [
  '1e400',
  '-0',
  '1e-400',
  'NaN',
  '\ufeff',
  '/*',
  '"',
  '\\',
  '\u0000',
  '{',
  '}',
  '[',
  ',',
  '1',
];
const DEPTHS = [10, 1000, 100_000];

function any<T>(list: readonly T[], random: Random): T {
  return list[random.below(list.length)];
}

function anyName(random: Random): string {
  let name: string = any(NAMES, random);
  for (let n = random.below(4); n > 0; n--) {
    const at = random.below(name.length + 1);
    const cutTo = Math.min(name.length, at + random.below(6));
    name = name.slice(0, at) + (random.below(3) > 0 ? any(NAME_PARTS, random) : '') + name.slice(cutTo);
  }
  const safe = [...name.replaceAll(/[/\0]/g, '')].slice(0, LONGEST_NAME / 4).join('');
  return /^\.*$/.test(safe) ? 'x' : safe;
}

/** Nothing, noise, or what is one value throughout; the last sample seldom whole. */
function anySamples(random: Random): Uint8Array {
  const length = random.below(10) === 0 ? random.below(10) : random.below(MOST_BYTES);
  const bytes = new Uint8Array(length);
  const fill = random.below(4);
  if (fill > 0) return bytes.fill([0, 0x7f, 0x80, 0xff][random.below(4)]);
  const words = new Int32Array(bytes.buffer, 0, length >> 2);
  for (let i = 0; i < words.length; i++) words[i] = random.int32();
  return bytes;
}

/** What `ertd record` and others write. */
function metadata(random: Random, dataset: string | null): Json {
  const datatype = any(['cu8', 'ci8', 'ci16_le', 'cf32_le'], random);
  return {
    global: {
      'core:datatype': datatype,
      'core:sample_rate': any([1_024_000, 2_400_000, 20e6], random),
      'core:version': '1.0.0',
      'core:num_channels': 1,
      'core:offset': random.below(1000),
      'core:trailing_bytes': random.below(8),
      ...(dataset !== null && { 'core:dataset': dataset }),
    },
    captures: [
      {
        'core:sample_start': random.below(10_000),
        'core:frequency': 912.6e6,
        'core:datetime': '2026-01-02T03:04:05.250Z',
        'core:header_bytes': random.below(8),
      },
      { 'core:sample_start': 20_000, 'core:frequency': 912.6e6 },
    ],
    annotations: [],
  };
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Puts something odd in the place of some value, or takes it out, or puts something beside it. */
function oddlyChanged(json: Json, random: Random): Json {
  if (json === null || typeof json !== 'object') return any(ODD_VALUES, random);
  const keys = Object.keys(json);
  const key = any(keys, random) ?? 'core:datatype';
  const way = random.below(8);
  if (way === 0) return any(ODD_VALUES, random);
  if (Array.isArray(json)) {
    const at = Number(key) || 0;
    return json.toSpliced(at, way === 1 ? 0 : 1, way === 2 ? json : oddlyChanged(json[at] ?? null, random));
  }
  const { [key]: value, ...rest } = json;
  if (way === 1) return rest;
  return { ...json, [key]: oddlyChanged(value ?? null, random) };
}

/** Changes the text itself, so that it may be no JSON any more. */
function tornText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + random.below(20));
  const way = random.below(4);
  if (way === 0) return text.slice(0, at);
  if (way === 1) return text.slice(0, at) + text.slice(to);
  if (way === 2) return text.slice(0, to) + text.slice(at);
  return text.slice(0, at) + any(ODD_TEXTS, random) + text.slice(at);
}

function anyMetadata(random: Random, dataset: string | null): Uint8Array {
  if (random.uniform() < TOO_LONG_SHARE) return new Uint8Array(TOO_LONG_METADATA).fill(0x20);
  let json = metadata(random, dataset);
  for (let n = random.below(3); n > 0; n--) json = oddlyChanged(json, random);
  let text = JSON.stringify(json, null, random.below(3));
  // What is nested deeper than this program's stack is made of text.
  if (random.below(20) === 0) text = text.replace(/"cu8"|912600000|\[\]/, () => nested(any(DEPTHS, random)));
  for (let n = random.below(6) - 3; n > 0; n--) text = tornText(text, random);
  const bytes = Buffer.from(text);
  if (random.below(20) === 0 && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

/** @param index makes the name one of its own */
export function anyRecording(random: Random, index: number): MadeRecording {
  const samples = anySamples(random);
  if (random.uniform() >= SIGMF_SHARE)
    return { name: `${index}_${anyName(random)}`, samples, metadata: null };
  const foreign = random.below(10) === 0;
  const name = foreign ? `${index}.bin` : `${index}.sigmf-data`;
  return { name, samples, metadata: anyMetadata(random, foreign ? name : null) };
}

/** What somebody may give beside the recording, sense or nonsense. */
export function anyGiven(random: Random) {
  const numbers = [1_024_000, 2_400_000, 912.6e6, -2_400_000, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e300];
  const perhaps = <T>(list: readonly T[]): T | undefined =>
    random.below(4) === 0 ? any(list, random) : undefined;
  return { format: perhaps(FORMATS), sampleRateHz: perhaps(numbers), centerHz: perhaps(numbers) };
}
