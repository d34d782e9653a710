import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Fault, systemErrorCode } from '../errors.js';
import type { RecordingFacts } from './file-name.js';
import { SigmfMetadata, shown } from './sigmf-metadata.js';
import type { SampleFormat } from './source.js';

/** A SigMF recording: JSON metadata beside a file of samples (https://sigmf.org). */
export interface SigmfRecording extends RecordingFacts {
  readonly dataPath: string;
  readonly format: SampleFormat;
  /** Bytes before the first and after the last sample; other than 0 in foreign containers only. */
  readonly headerBytes: number;
  readonly trailingBytes: number;
  readonly warnings: readonly string[];
}

const FORMAT_OF_DATATYPE: ReadonlyMap<unknown, SampleFormat> = new Map<unknown, SampleFormat>([
  ['cu8', 'cu8'],
  ['ci8', 'cs8'],
  ['ci16_le', 'cs16'],
  ['cf32_le', 'cf32'],
]);

/** Whether `path` names one of the two files of a SigMF recording. */
export function isSigmfPath(path: string): boolean {
  return /\.sigmf-(meta|data)$/.test(path);
}

/** Of a file, as file systems have it. */
const LONGEST_NAME = 255;
/** Times that can be written with a year of four digits, ms since 1970. */
const [FIRST_MS, LAST_MS] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59Z')];

/** The metadata file of a recording, from either of its files or from what their names have in common. */
export function sigmfMetaPath(path: string): string {
  return `${withoutExtension(path)}.sigmf-meta`;
}

/**
 * Reads what the metadata of a SigMF recording says of its samples.
 * @param path either file of the recording, or what their names have in common.
 * @throws Fault `INPUT_NOT_FOUND`, `INPUT_INVALID` naming the file and the field.
 */
export async function readSigmf(path: string): Promise<SigmfRecording> {
  const metadata = await SigmfMetadata.read(sigmfMetaPath(path));
  const { global, captures } = metadata;
  const first = captures[0] ?? {};
  refuseOtherLayouts(metadata);
  const dataName = dataFileName(metadata) ?? `${basename(withoutExtension(path))}.sigmf-data`;
  const dataPath = join(dirname(path), dataName);
  await requireData(metadata, dataPath);

  const { startMs, warning } = startOf(metadata);
  return {
    dataPath,
    format: formatOf(metadata),
    sampleRateHz: metadata.number(global, 'core:sample_rate'),
    centerHz: metadata.number(first, 'core:frequency'),
    startMs,
    headerBytes: metadata.count(first, 'core:header_bytes'),
    trailingBytes: metadata.count(global, 'core:trailing_bytes'),
    warnings: [warning, otherFrequencies(metadata)].filter((text) => text !== null),
  };
}

function withoutExtension(path: string): string {
  return path.replace(/\.sigmf-(meta|data)$/, '');
}

/** Refuses samples that are not one stream of one channel. */
function refuseOtherLayouts(metadata: SigmfMetadata): void {
  const channels = metadata.number(metadata.global, 'core:num_channels') ?? 1;
  if (channels !== 1) throw metadata.invalid(`has ${channels} channels; only recordings of one can be read`);
  if (metadata.captures.slice(1).some((capture) => metadata.count(capture, 'core:header_bytes') > 0)) {
    throw metadata.invalid('has header bytes between its captures, which cannot be read');
  }
}

function formatOf(metadata: SigmfMetadata): SampleFormat {
  const datatype = metadata.global['core:datatype'];
  const format = FORMAT_OF_DATATYPE.get(datatype);
  if (format !== undefined) return format;
  const what = datatype === undefined ? 'has no core:datatype' : `has the core:datatype ${shown(datatype)}`;
  throw metadata.invalid(`${what}; what can be read is ${[...FORMAT_OF_DATATYPE.keys()].join(', ')}`);
}

/** The name of a data file that is not called after its metadata, as for a foreign container. */
function dataFileName(metadata: SigmfMetadata): string | undefined {
  const name = metadata.global['core:dataset'];
  if (name === undefined) return undefined;
  // Only a file beside the metadata: metadata from elsewhere must not choose any file of this machine.
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME && basename(name) === name)
    return name;
  throw metadata.wrongField('core:dataset', name, 'the name of a file beside it');
}

async function requireData(metadata: SigmfMetadata, dataPath: string): Promise<void> {
  try {
    await stat(dataPath);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') return; // whoever opens it says better what is wrong
    const message = `The samples of ${metadata.path} are missing: ${dataPath} does not exist.`;
    throw new Fault('INPUT_NOT_FOUND', message, { cause: error });
  }
}

/** Wall clock of the first sample of the file, from the date of the first capture. */
function startOf(metadata: SigmfMetadata): { startMs: number | undefined; warning: string | null } {
  const { global, captures } = metadata;
  const first = captures[0] ?? {};
  const text = first['core:datetime'];
  if (text === undefined) return { startMs: undefined, warning: null };

  const match = /^"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?"$/i.exec(shown(text));
  // SigMF's times are UTC; a missing Z must not turn them into local time.
  const captureMs = match === null ? Number.NaN : Date.parse(`${match[1]}${match[2] ?? 'Z'}`);
  if (Number.isNaN(captureMs)) {
    const warning = `${metadata.path} has core:datetime ${shown(text)}, which is not a date: left aside.`;
    return { startMs: undefined, warning };
  }
  // Indices of a recording that was split over several files count from the first of them: core:offset.
  const samplesBefore = metadata.count(first, 'core:sample_start') - metadata.count(global, 'core:offset');
  const sampleRateHz = metadata.number(global, 'core:sample_rate');
  if (samplesBefore === 0) return { startMs: captureMs, warning: null };
  if (sampleRateHz === undefined) return { startMs: undefined, warning: null };
  const startMs = captureMs - (samplesBefore / sampleRateHz) * 1000;
  if (startMs >= FIRST_MS && startMs <= LAST_MS) return { startMs, warning: null };
  const warning = `${metadata.path} has indices of samples that put its start outside of all calendars: left aside.`;
  return { startMs: undefined, warning };
}

function otherFrequencies({ path, captures }: SigmfMetadata): string | null {
  const frequencies = captures.map((capture) => capture['core:frequency']);
  if (new Set(frequencies.filter((frequency) => frequency !== undefined)).size < 2) return null;
  return `${path} has captures with different centre frequencies; carriers are relative to that of the first.`;
}
