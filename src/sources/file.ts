import assert from 'node:assert';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { Fault, oneLine, systemErrorCode } from '../errors.js';
import { type ByteReader, FileByteReader, StreamByteReader } from './byte-reader.js';
import type { RecordingFacts } from './file-name.js';
import { findRecording, openFault, type Recording } from './recording.js';
import { SAMPLE_BYTES, type SampleBlock, type SampleSource, type Tuning } from './source.js';

const BLOCK_SAMPLES = 65_536;

/** What is given here wins over what the recording says of itself. */
export interface FileOptions extends RecordingFacts {
  /** Samples of every block but the last; 65536 where absent. */
  readonly blockSamples?: number | undefined;
  /** Is told, in a sentence, what is not as it should be but does not stop the reading. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Read instead of the process's standard input. */
  readonly stdin?: (Readable & { readonly isTTY?: boolean }) | undefined;
}

/**
 * A recording: a file of samples in any format, a SigMF recording, a named pipe, or standard input (`-`).
 * The same recording always comes in the same blocks. Their bytes are one buffer, used again for each.
 */
export class FileSource implements SampleSource {
  readonly id: string;
  readonly live = false;
  readonly droppedSamples = 0;
  readonly #path: string;
  readonly #options: FileOptions;
  #recording: Recording | null = null;
  #reader: ByteReader | null = null;

  constructor(path: string, options: FileOptions = {}) {
    this.id = path === '-' ? 'stdin' : basename(path);
    this.#path = path;
    this.#options = options;
  }

  /** Whole samples; null before `open` and for a pipe. */
  get lengthSamples(): number | null {
    if (this.#recording === null || this.#recording.endByte === null) return null;
    const { endByte, firstByte, format } = this.#recording;
    return Math.floor((endByte - firstByte) / SAMPLE_BYTES[format]);
  }

  /** Wall clock of the first sample, ms since 1970; null before `open` and where it is not known. */
  get startMs(): number | null {
    return this.#recording?.startMs ?? null;
  }

  /** When the file was last changed, ms since 1970; null before `open` and for a pipe. */
  get modifiedMs(): number | null {
    return this.#recording?.modifiedMs ?? null;
  }

  /** @throws Fault `INPUT_NOT_FOUND`, `INPUT_INVALID`, `USAGE` (format or rate missing or impossible) */
  async open(): Promise<Tuning> {
    assert(this.#recording === null, 'a source is opened once');
    const recording = await findRecording(this.#path, this.#options);
    this.#reader = await this.#openReader(recording);
    this.#recording = recording;
    for (const warning of recording.warnings) this.#warn(warning);
    return { centerHz: recording.centerHz, sampleRateHz: recording.sampleRateHz, gainDb: 'auto', ppm: 0 };
  }

  /** @throws Fault `IO` where the file can no longer be read */
  async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock, void, undefined> {
    assert(this.#recording !== null && this.#reader !== null, 'open comes first');
    const { format, sampleRateHz, startMs } = this.#recording;
    const reader = this.#reader;
    const sampleBytes = SAMPLE_BYTES[format];
    const buffer = new Uint8Array((this.#options.blockSamples ?? BLOCK_SAMPLES) * sampleBytes);
    const stop = () => void this.close();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let firstSample = 0; this.#reader !== null; ) {
        const filled = await this.#read(reader, buffer);
        const samples = Math.floor(filled / sampleBytes);
        if (this.#reader === null) return; // closed meanwhile
        if (samples > 0) {
          const timeMs = startMs === null ? null : startMs + (firstSample / sampleRateHz) * 1000;
          yield { bytes: buffer.subarray(0, samples * sampleBytes), format, firstSample, timeMs };
        }
        firstSample += samples;
        if (filled < buffer.length) {
          this.#warnOfEnd(firstSample, filled % sampleBytes);
          return;
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await reader?.close();
  }

  async #openReader({ dataPath, firstByte, endByte }: Recording): Promise<ByteReader> {
    if (dataPath === '-') {
      const stdin = this.#options.stdin ?? process.stdin;
      if (!stdin.isTTY) return new StreamByteReader(stdin);
      throw new Fault('USAGE', 'Standard input is a terminal: pipe samples into it, or name a file.');
    }
    if (endByte === null) return new StreamByteReader(createReadStream(dataPath));
    try {
      return new FileByteReader(await open(dataPath), firstByte, endByte);
    } catch (error) {
      throw openFault(dataPath, error);
    }
  }

  async #read(reader: ByteReader, buffer: Uint8Array): Promise<number> {
    try {
      return await reader.read(buffer);
    } catch (error) {
      if (this.#reader === null) return 0; // closed under the read
      const why = systemErrorCode(error) ?? String(error);
      throw new Fault('IO', `${this.#path} can no longer be read: ${why}.`, { cause: error });
    }
  }

  #warnOfEnd(samples: number, restBytes: number): void {
    if (restBytes > 0) {
      const rest = restBytes === 1 ? 'last byte is' : `last ${restBytes} bytes are`;
      this.#warn(`${this.id} ends inside a sample: its ${rest} left out.`);
    } else if (samples === 0) {
      this.#warn(`${this.id} ended before the first sample.`);
    }
  }

  #warn(message: string): void {
    this.#options.onWarning?.(oneLine(message));
  }
}
