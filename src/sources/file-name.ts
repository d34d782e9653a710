import { basename } from 'node:path';
import type { SampleFormat } from './source.js';

/** What is known about a recording besides its samples; undefined where nothing says it. */
export interface RecordingFacts {
  readonly format?: SampleFormat | undefined;
  readonly sampleRateHz?: number | undefined;
  readonly centerHz?: number | undefined;
  /** Wall clock of the first sample, ms since 1970. */
  readonly startMs?: number | undefined;
}

/**
 * What the name of a recording says, by the conventions of the programs that make them:
 *
 * ```
 * rtl_433   g001_912.6M_2359k.cu8              number+M = centre, number+k = rate, extension = format
 *           x_912600000Hz_2.4Msps.cs16         the same spelled out, kHz MHz GHz, sps ksps Msps
 *           g001.data                          cu8, its first file format
 * gqrx      gqrx_20260102_030405_912600000_2400000_fc.raw     UTC date and time, centre, rate, cf32
 * GNU Radio x.cfile                            cf32
 * any       …20260102_030405Z…                 a date and time that says it is UTC
 * ```
 *
 * Dates without a `Z` are left alone (SDR++ and others write local time). Only the last part of `path` counts.
 */
export function factsFromFileName(path: string): RecordingFacts {
  const name = basename(path);
  return { ...factsFromTokens(name), ...factsFromGqrx(name), ...startFromDate(name) };
}

const FORMAT_OF_WORD: Readonly<Record<string, SampleFormat>> = {
  cu8: 'cu8',
  cs8: 'cs8',
  cs16: 'cs16',
  cf32: 'cf32',
};
const FORMAT_OF_EXTENSION: Readonly<Record<string, SampleFormat>> = { data: 'cu8', cfile: 'cf32' };
const SCALE: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** rtl_433's reading: words and numbers from left to right, each with its unit; a later one wins. */
function factsFromTokens(name: string): RecordingFacts {
  let format: SampleFormat | undefined;
  let sampleRateHz: number | undefined;
  let centerHz: number | undefined;
  for (const [, word, number, unit = ''] of name.matchAll(
    /([a-z][a-z0-9]*)|([0-9]+(?:\.[0-9]+)?)([a-z]*)/gi,
  )) {
    if (word !== undefined) {
      format = FORMAT_OF_WORD[word.toLowerCase()] ?? format;
      continue;
    }
    const hertz = hertzOf(Number(number), unit.toLowerCase());
    sampleRateHz = hertz.sampleRateHz ?? sampleRateHz;
    centerHz = hertz.centerHz ?? centerHz;
  }
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return { format: format ?? FORMAT_OF_EXTENSION[extension], sampleRateHz, centerHz };
}

/** A bare `k` is a sample rate and a bare `M` a frequency; with `sps` or `Hz` any prefix goes. */
function hertzOf(value: number, unit: string): RecordingFacts {
  const [, prefix = '', kind] = /^([kmg]?)(hz|sps)?$/.exec(unit) ?? [];
  const hertz = Math.round(value * (SCALE[prefix] ?? 1));
  if (kind === 'sps' || unit === 'k') return { sampleRateHz: hertz };
  if (kind === 'hz' || unit === 'm') return { centerHz: hertz };
  return {};
}

function factsFromGqrx(name: string): RecordingFacts {
  const match = /^gqrx_(\d{8})_(\d{6})_(\d+)_(\d+)_([a-z0-9]+)/i.exec(name);
  if (match === null) return {};
  const [, day = '', time = '', center, rate, kind] = match;
  return {
    ...(kind?.toLowerCase() === 'fc' && { format: 'cf32' }),
    sampleRateHz: Number(rate),
    centerHz: Number(center),
    startMs: utcMs(day, time),
  };
}

function startFromDate(name: string): RecordingFacts {
  const match = /(?<!\d)(\d{8})[_T-]?(\d{6})Z(?![a-z0-9])/i.exec(name);
  if (match === null) return {};
  return { startMs: utcMs(match[1] ?? '', match[2] ?? '') };
}

/** `20260102`, `030405` → ms since 1970; undefined where there is no such day or time. */
function utcMs(day: string, time: string): number | undefined {
  const iso =
    `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}` +
    `T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}.000Z`;
  const ms = Date.parse(iso);
  // Some impossible days (30 February) are read as a later one; such a name says nothing.
  return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? undefined : ms;
}
