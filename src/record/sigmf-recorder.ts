import { SAMPLE_BYTES, type SampleBlock, type Tuning } from '../sources/source.js';
import { checkOverwrite, OutputFile } from './output-file.js';
import { type Annotation, type Capture, sigmfText } from './sigmf-text.js';

export interface RecorderOptions {
  /** What the names of the two files have in common. */
  readonly base: string;
  readonly tuning: Pick<Tuning, 'centerHz' | 'sampleRateHz'>;
  readonly format: SampleBlock['format'];
  readonly description: string;
  readonly recorder: string;
  /** No more samples than this are kept. */
  readonly mostSamples: number;
}

/** Metadata is written anew at most so often while it goes on, ms: what was annotated since is lost in a crash. */
const SAVE_MS = 10_000;

/**
 * A SigMF recording that is written as samples come: they are put down as they are, and where some are missing a new
 * capture begins. The metadata is there from the beginning, so that whatever ends it the recording can be read.
 */
export class SigmfRecorder {
  readonly #options: RecorderOptions;
  readonly #data: OutputFile;
  readonly #captures: Capture[] = [];
  readonly #annotations: Annotation[] = [];
  #samples = 0;
  #nextSample = Number.NaN;
  #saved = { ms: performance.now(), captures: 0, annotations: 0 };

  private constructor(options: RecorderOptions, data: OutputFile) {
    this.#options = options;
    this.#data = data;
  }

  static pathsOf(base: string): { readonly data: string; readonly meta: string } {
    return { data: `${base}.sigmf-data`, meta: `${base}.sigmf-meta` };
  }

  /** @throws Fault `USAGE` where there are such files and they are not to be overwritten, `IO` */
  static async create(options: RecorderOptions, force: boolean): Promise<SigmfRecorder> {
    const { data, meta } = SigmfRecorder.pathsOf(options.base);
    await checkOverwrite([data, meta], force);
    const recorder = new SigmfRecorder(options, await OutputFile.create(data));
    await recorder.#save();
    return recorder;
  }

  /** Samples in the file. */
  get samples(): number {
    return this.#samples;
  }

  get bytes(): number {
    return SAMPLE_BYTES[this.#options.format] * this.#samples;
  }

  /** Stretches without a gap. */
  get captures(): number {
    return this.#captures.length;
  }

  get isFull(): boolean {
    return this.#samples >= this.#options.mostSamples;
  }

  /** Puts down a block, or as much of it as there is room for. @throws Fault `IO` */
  async write({ bytes, format, firstSample, timeMs }: SampleBlock): Promise<void> {
    const sampleBytes = SAMPLE_BYTES[format];
    const part = bytes.subarray(0, sampleBytes * (this.#options.mostSamples - this.#samples));
    if (part.length === 0) return;
    if (firstSample !== this.#nextSample) {
      this.#captures.push({ firstSample: this.#samples, timeMs, streamSample: firstSample });
    }
    this.#nextSample = firstSample + bytes.length / sampleBytes;
    await this.#data.write(part);
    this.#samples += part.length / sampleBytes;
    if (performance.now() - this.#saved.ms > SAVE_MS) await this.#save();
  }

  /**
   * Place in the file of a sample of the stream; null where it is not there.
   * @param samples how many from there on have to be
   */
  placeOf(streamSample: number, samples: number): number | null {
    const index = this.#captures.findLastIndex((capture) => capture.streamSample <= streamSample);
    if (index < 0) return null;
    const { firstSample, streamSample: from } = this.#captures[index];
    const end = this.#captures[index + 1]?.firstSample ?? this.#samples;
    const place = firstSample + streamSample - from;
    return place + samples <= end ? place : null;
  }

  annotate(annotation: Annotation): void {
    this.#annotations.push(annotation);
  }

  /** Ends the recording: what has come is kept. @throws Fault `IO` */
  async close(): Promise<void> {
    await this.#data.close();
    await this.#save();
  }

  async #save(): Promise<void> {
    const captures = this.#captures.length;
    const annotations = this.#annotations.length;
    const { ms, ...before } = this.#saved;
    this.#saved = { ms: performance.now(), captures, annotations };
    const news = captures !== before.captures || annotations !== before.annotations;
    if (!news && captures > 0) return;
    const { base, tuning, ...facts } = this.#options;
    const text = sigmfText({
      ...facts,
      ...tuning,
      captures: this.#captures,
      annotations: this.#annotations,
    });
    await OutputFile.replace(SigmfRecorder.pathsOf(base).meta, text);
  }
}
