import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Decoder } from '../src/decode/decoder.js';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import { FrontEnd } from '../src/dsp/front-end.js';
import { SAMPLE_READERS } from '../src/dsp/samples.js';
import { Fault } from '../src/errors.js';
import { FileSource } from '../src/sources/file.js';
import { MAX_SAMPLE_RATE_HZ, MIN_SAMPLE_RATE_HZ, SAMPLE_BYTES, type Tuning } from '../src/sources/source.js';
import { Random } from '../src/synth/random.js';
import { anyGiven, anyRecording, type MadeRecording } from './fuzz-recordings.js';
import { cpuSecondsSince, MIN_CONFIDENCE } from './receive.js';

export interface FileFigures {
  readonly what: 'files';
  readonly seed: number;
  readonly count: number;
  /** Recordings read to their end, and samples in them. */
  readonly read: number;
  readonly samples: number;
  /** Refused, by the code of the fault. */
  readonly refused: Readonly<Record<string, number>>;
  /** Everything that is neither: what happened to which file. */
  readonly failures: readonly string[];
  /** Most processor time that a file took, best of several, ms. */
  readonly slowestMs: number;
}

const BLOCK_SAMPLES = 512;
/** One in so many goes through the whole receiver. */
const RECEIVED_SHARE = 1 / 1000;
const SUSPECT_MS = 100;
const AGAIN = 5;
const LONGEST_MESSAGE = 1000;
const CENTER_LIMIT_HZ = 1e12;
/** As ISO 8601 has years of four digits. */
const [FIRST_MS, LAST_MS] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59Z')];

/** What became of a file: samples, or a fault. */
type Outcome = { readonly samples: number } | { readonly fault: Fault };

/** Writes recordings made from a seed, and reads them as `ertd replay` would. */
export async function fuzzFiles(seed: number, count: number): Promise<FileFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'ertd-fuzz-'));
  const random = new Random(seed);
  const refused: Record<string, number> = {};
  const failures: string[] = [];
  let [read, samples, slowestMs] = [0, 0, 0];
  try {
    for (let index = 0; index < count; index++) {
      const made = anyRecording(random, index);
      const given = anyGiven(random);
      const receive = random.uniform() < RECEIVED_SHARE;
      const paths = write(directory, made, random);
      const began = process.cpuUsage();
      const attempt = () => outcomeOf(paths[0], given, receive);
      try {
        const outcome = await attempt();
        const ms = 1000 * cpuSecondsSince(began);
        slowestMs = Math.max(slowestMs, ms > SUSPECT_MS ? await bestOf(attempt, ms) : ms);
        if ('fault' in outcome) refused[outcome.fault.code] = (refused[outcome.fault.code] ?? 0) + 1;
        else read++;
        if ('samples' in outcome) samples += outcome.samples;
      } catch (error) {
        failures.push(`file ${index} ${JSON.stringify(made.name)}: ${(error as Error).stack}`);
      }
      await Promise.all(paths.map((path) => unlink(path).catch(() => {})));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return { what: 'files', seed, count, read, samples, refused, failures, slowestMs };
}

/** @returns the path that is asked for, and then the others */
function write(directory: string, { name, samples, metadata }: MadeRecording, random: Random): string[] {
  const path = join(directory, name);
  const missing = metadata !== null && random.below(20) === 0;
  if (!missing) writeFileSync(path, samples);
  if (metadata === null) return [path];
  const metaPath = path.replace(/\.[a-z-]+$/, '.sigmf-meta');
  writeFileSync(metaPath, metadata);
  return random.below(2) === 0 ? [metaPath, path] : [path, metaPath];
}

async function outcomeOf(
  path: string,
  given: ReturnType<typeof anyGiven>,
  receive: boolean,
): Promise<Outcome> {
  const source = new FileSource(path, { ...given, blockSamples: BLOCK_SAMPLES, onWarning: checkSentence });
  try {
    const tuning = await source.open();
    checkTuning(tuning, source);
    return { samples: await readAll(source, tuning, receive) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    checkSentence(error.message);
    return { fault: error };
  } finally {
    await source.close();
  }
}

function checkTuning({ sampleRateHz, centerHz }: Tuning, { startMs }: FileSource): void {
  if (!(sampleRateHz >= MIN_SAMPLE_RATE_HZ && sampleRateHz <= MAX_SAMPLE_RATE_HZ))
    throw new Error(`a rate of ${sampleRateHz} S/s`);
  if (!(centerHz >= 0 && centerHz < CENTER_LIMIT_HZ)) throw new Error(`a centre of ${centerHz} Hz`);
  if (startMs !== null && !(startMs >= FIRST_MS && startMs <= LAST_MS))
    throw new Error(`a start at ${startMs} ms`);
}

/** Reads all samples, and receives them if asked for. @returns how many */
async function readAll(source: FileSource, { sampleRateHz }: Tuning, receive: boolean): Promise<number> {
  const decoder = new Decoder(PROTOCOLS, MIN_CONFIDENCE);
  let frontEnd: FrontEnd | null = null;
  let samples = 0;
  for await (const { bytes, format, firstSample, timeMs } of source.blocks(new AbortController().signal)) {
    if (firstSample !== samples) throw new Error(`a block at ${firstSample} after ${samples} samples`);
    if (timeMs !== null && !Number.isFinite(timeMs)) throw new Error(`a block at ${timeMs} ms`);
    if (bytes.length === 0 || bytes.length % SAMPLE_BYTES[format] > 0)
      throw new Error(`a block of ${bytes.length} bytes`);
    samples += bytes.length / SAMPLE_BYTES[format];
    const iq = new Float32Array((2 * bytes.length) / SAMPLE_BYTES[format]);
    SAMPLE_READERS[format].read(bytes, iq, 0);
    if (!iq.every(Number.isFinite)) throw new Error('a sample that is not a number');
    if (!receive) continue;
    frontEnd ??= new FrontEnd(sampleRateHz, format, PROTOCOLS, 0);
    decoder.decode(frontEnd.push(bytes), frontEnd.searchedTo);
  }
  if (samples !== source.lengthSamples) throw new Error(`${samples} of ${source.lengthSamples} samples`);
  if (frontEnd !== null) decoder.decode(frontEnd.flush(0), Number.POSITIVE_INFINITY);
  return samples;
}

/** A person is told one sentence, of which nothing is left to the terminal's imagination. */
function checkSentence(message: string): void {
  if (/\p{Cc}/u.test(message)) throw new Error(`control characters in ${JSON.stringify(message)}`);
  if (!message.endsWith('.')) throw new Error(`no sentence: ${message}`);
  if (message.length > LONGEST_MESSAGE) throw new Error(`a sentence of ${message.length} characters`);
}

/** What was compiled or collected meanwhile counts too, the first time. */
async function bestOf(attempt: () => Promise<unknown>, ms: number): Promise<number> {
  let best = ms;
  for (let n = 0; n < AGAIN; n++) {
    const began = process.cpuUsage();
    await attempt();
    best = Math.min(best, 1000 * cpuSecondsSince(began));
  }
  return best;
}
