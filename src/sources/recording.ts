import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Fault, systemErrorCode } from '../errors.js';
import { factsFromFileName, type RecordingFacts } from './file-name.js';
import { isSigmfPath, readSigmf, type SigmfRecording, sigmfMetaPath } from './sigmf.js';
import { MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ, SAMPLE_BYTES, type SampleFormat } from './source.js';

/** Taken where a recording does not say its own: where ERT receivers commonly listen. */
export const ASSUMED_CENTER_HZ = 912_600_000;
/** Where radio ends; what claims to be beyond is a mistake. */
const MAX_CENTER_HZ = 300e9;

/** Everything needed to read a recording. */
export interface Recording {
  /** The file of samples; `-` for standard input. */
  readonly dataPath: string;
  readonly format: SampleFormat;
  readonly sampleRateHz: number;
  readonly centerHz: number;
  /** Wall clock of the first sample, ms since 1970; null where it is not known. */
  readonly startMs: number | null;
  /** Time of last change, ms since 1970; null for a pipe. */
  readonly modifiedMs: number | null;
  /** First byte of the samples, and the one after the last; null for a pipe, which ends when it ends. */
  readonly firstByte: number;
  readonly endByte: number | null;
  readonly warnings: readonly string[];
}

/**
 * Finds out what a recording is: `given` wins over SigMF metadata, which wins over the file's name.
 * @param path a file, either file of a SigMF recording or their common base name, a named pipe, or `-`.
 * @throws Fault `INPUT_NOT_FOUND`, `INPUT_INVALID`, `USAGE`
 */
export async function findRecording(path: string, given: RecordingFacts): Promise<Recording> {
  const sigmf = (await isSigmf(path)) ? await readSigmf(path) : null;
  const dataPath = sigmf?.dataPath ?? path;
  const extent = path === '-' ? PIPE : await extentOf(dataPath, sigmf);
  const named = factsFromFileName(path);

  const format = given.format ?? sigmf?.format ?? named.format ?? unknownFormat(path);
  const sampleRateHz = given.sampleRateHz ?? sigmf?.sampleRateHz ?? named.sampleRateHz ?? unknownRate(path);
  checkSampleRate(path, sampleRateHz, given.sampleRateHz !== undefined);
  checkHasSamples(path, extent, format);

  const centerHz = given.centerHz ?? sigmf?.centerHz ?? named.centerHz;
  checkCenter(path, centerHz ?? ASSUMED_CENTER_HZ, given.centerHz !== undefined);
  const assumed = `The centre frequency of ${path} is not known: carriers are relative to an assumed 912.6 MHz.`;
  return {
    dataPath,
    format,
    sampleRateHz,
    centerHz: centerHz ?? ASSUMED_CENTER_HZ,
    startMs: given.startMs ?? sigmf?.startMs ?? named.startMs ?? null,
    ...extent,
    warnings: [...(sigmf?.warnings ?? []), ...(centerHz === undefined ? [assumed] : [])],
  };
}

type Extent = Pick<Recording, 'modifiedMs' | 'firstByte' | 'endByte'>;

const PIPE: Extent = { modifiedMs: null, firstByte: 0, endByte: null };

/** A path without one of SigMF's extensions is a base name where only the metadata exists beside it. */
async function isSigmf(path: string): Promise<boolean> {
  if (path === '-') return false;
  if (isSigmfPath(path)) return true;
  return !(await exists(path)) && (await exists(sigmfMetaPath(path)));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function extentOf(path: string, sigmf: SigmfRecording | null): Promise<Extent> {
  const stats = await statOrFault(path);
  if (stats.isDirectory()) {
    throw new Fault('INPUT_INVALID', `${path} is a directory: name the recordings in it.`);
  }
  if (!stats.isFile()) return PIPE;
  if (stats.size === 0) throw new Fault('INPUT_INVALID', `${path} is empty: there are no samples to read.`);
  return {
    modifiedMs: stats.mtimeMs,
    firstByte: sigmf?.headerBytes ?? 0,
    endByte: stats.size - (sigmf?.trailingBytes ?? 0),
  };
}

async function statOrFault(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw openFault(path, error);
  }
}

/** The fault of a file that could not be opened. */
export function openFault(path: string, error: unknown): Fault {
  const code = systemErrorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new Fault('INPUT_NOT_FOUND', `${path} does not exist: check the path.`, { cause: error });
  }
  const why = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : (code ?? String(error));
  return new Fault('INPUT_INVALID', `${path} cannot be opened: ${why}.`, { cause: error });
}

function unknownFormat(path: string): never {
  const what = path === '-' ? 'Standard input has' : `The name of ${path} has`;
  const message = `${what} no known sample format: give one with --format (${Object.keys(SAMPLE_BYTES).join(', ')}).`;
  throw new Fault('USAGE', message);
}

function unknownRate(path: string): never {
  const what = path === '-' ? 'standard input' : path;
  throw new Fault(
    'USAGE',
    `The sample rate of ${what} is not known: give it with --rate, such as --rate 2.4M.`,
  );
}

/** @throws Fault where the filterbank cannot take the rate; NaN included. */
function checkSampleRate(path: string, sampleRateHz: number, given: boolean): void {
  if (sampleRateHz >= MIN_SAMPLE_RATE_HZ && sampleRateHz <= MAX_SAMPLE_RATE_HZ) return;
  const allowed = `${MIN_SAMPLE_RATE_HZ / 1e6} to ${MAX_SAMPLE_RATE_HZ / 1e6} MS/s can be read`;
  const rate = `${sampleRateHz / 1e6} MS/s`;
  if (given) throw new Fault('USAGE', `--rate ${rate} is out of range for ${path}: ${allowed}.`);
  throw new Fault('INPUT_INVALID', `${path} has a sample rate of ${rate}: ${allowed}; --rate overrides it.`);
}

/** @throws Fault where no radio is tuned; NaN included. */
function checkCenter(path: string, centerHz: number, given: boolean): void {
  if (centerHz >= 0 && centerHz <= MAX_CENTER_HZ) return;
  const center = `${centerHz / 1e6} MHz`;
  if (given) throw new Fault('USAGE', `--center ${center} is out of range for ${path}: 0 to 300 GHz.`);
  throw new Fault(
    'INPUT_INVALID',
    `${path} has a centre frequency of ${center}, and 0 to 300 GHz is radio; --center overrides it.`,
  );
}

function checkHasSamples(path: string, { firstByte, endByte }: Extent, format: SampleFormat): void {
  if (endByte === null || endByte - firstByte >= SAMPLE_BYTES[format]) return;
  throw new Fault('INPUT_INVALID', `${path} is too short: it holds not even one ${format} sample.`);
}
