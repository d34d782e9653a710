import type { LoadedConfig } from '../config/layers.js';
import type { SettingName } from '../config/settings.js';
import { GainControl, type GainStep } from '../daemon/gain-control.js';
import { wantedTuning } from '../daemon/wanted-tuning.js';
import { Fault } from '../errors.js';
import { formatSize } from '../quantity.js';
import { Receiver, type Reception } from '../receiver/receiver.js';
import { annotationOf } from '../record/annotation.js';
import { checkOverwrite } from '../record/output-file.js';
import { recordedSource } from '../record/recorded-source.js';
import { SigmfRecorder } from '../record/sigmf-recorder.js';
import { sourceFromUri } from '../sources/open.js';
import { SAMPLE_BYTES, type SampleBlock, type SampleSource, type Tuning } from '../sources/source.js';
import type { CommandContext } from './context.js';
import { Progress } from './progress.js';
import { decodeOptions } from './recording-options.js';

export interface RecordOptions {
  /** ms */
  readonly for?: number;
  /** bytes */
  readonly maxSize: number;
  readonly decode: boolean;
  readonly force?: true;
}

/** One call of `ertd record`: its source, its files, its summary. */
export class RecordRun {
  readonly #context: CommandContext;
  readonly #options: RecordOptions;
  readonly #loaded: LoadedConfig;
  #recorder: SigmfRecorder | null = null;
  #tuning: Tuning | null = null;
  #base = '';
  #packets = 0;

  constructor(context: CommandContext, options: RecordOptions, loaded: LoadedConfig) {
    this.#context = context;
    this.#options = options;
    this.#loaded = loaded;
  }

  async run(uri: string, out: string | undefined): Promise<void> {
    const { signal, stderr } = this.#context;
    const { decode, force } = this.#options;
    const base = out?.replace(/\.sigmf(-data|-meta)?$/, '');
    if (base !== undefined) await checkOverwrite(Object.values(SigmfRecorder.pathsOf(base)), force === true);
    const inner = this.#sourceOf(uri);
    let progress: Progress | null = null;
    const source = recordedSource(inner, async (block) => {
      const tuning = this.#tuning ?? this.#wanted;
      this.#recorder ??= await this.#create(block, tuning, inner.id, base);
      progress ??= new Progress(stderr, inner, tuning.sampleRateHz);
      await this.#recorder.write(block);
      progress.show(this.#recorder.samples);
      return !this.#recorder.isFull;
    });
    try {
      await (decode ? this.#decode(source, signal) : this.#pass(source, signal));
    } finally {
      await this.#recorder?.close();
    }
    stderr.write(this.#summary());
  }

  get #wanted(): Tuning {
    return wantedTuning(this.#loaded.config.receiver);
  }

  /** Looks for packets in what is recorded, and notes them. */
  async #decode(source: SampleSource, signal: AbortSignal): Promise<void> {
    const { config } = this.#loaded;
    const receiver = new Receiver(source, { ...decodeOptions(config), threads: 1 });
    this.#tuning = await receiver.open(this.#wanted, signal);
    const gain = GainControl.of(source, config.receiver, this.#tuning, (step) => this.#noteGain(step));
    const note = (reception: Reception): void => {
      const { firstSample, burst } = reception.packet;
      const place = this.#recorder?.placeOf(firstSample, burst.lengthSamples) ?? null;
      if (place === null) return;
      this.#recorder?.annotate(annotationOf(reception, place));
      this.#packets += 1;
    };
    await receiver.run(signal, note, () => gain?.look(receiver.stats, receiver.noiseDbfs));
  }

  /** Whoever reads the recording is to know why it is louder from here on. */
  #noteGain({ gainDb, message }: GainStep): void {
    this.#context.stderr.write(`ertd: ${message}\n`);
    const { centerHz, sampleRateHz } = this.#tuning ?? this.#wanted;
    this.#recorder?.annotate({
      firstSample: this.#recorder.samples,
      samples: 0,
      lowHz: centerHz - sampleRateHz / 2,
      highHz: centerHz + sampleRateHz / 2,
      label: `gain ${gainDb.toFixed(1)} dB`,
      comment: message,
    });
  }

  async #pass(source: SampleSource, signal: AbortSignal): Promise<void> {
    this.#tuning = await source.open(this.#wanted, signal);
    try {
      const blocks = source.blocks(signal)[Symbol.asyncIterator]();
      while (!(await blocks.next()).done);
    } finally {
      await source.close();
    }
  }

  async #create(
    { format, timeMs }: SampleBlock,
    tuning: Tuning,
    id: string,
    base: string | undefined,
  ): Promise<SigmfRecorder> {
    const { force, maxSize, for: lengthMs = Number.POSITIVE_INFINITY } = this.#options;
    const { centerHz, sampleRateHz } = tuning;
    this.#base = base ?? nameOf(tuning, timeMs ?? Date.now());
    const mostSamples = Math.min(
      Math.floor(maxSize / SAMPLE_BYTES[format]),
      Math.round((lengthMs / 1000) * sampleRateHz),
    );
    if (mostSamples < 1) throw new Fault('USAGE', '--for and --max-size leave no room for a sample.');
    const description = `What ${id} received.`;
    const facts = { base: this.#base, tuning: { centerHz, sampleRateHz }, format, mostSamples };
    return SigmfRecorder.create({ ...facts, description, recorder: 'ertd record' }, force === true);
  }

  #sourceOf(uri: string): SampleSource {
    const { receiver } = this.#loaded.config;
    const isGiven = (name: SettingName): boolean =>
      this.#loaded.effective.some(({ setting, origin }) => setting.name === name && origin.layer === 'flag');
    const warn = (message: string) => void this.#context.stderr.write(`ertd: ${message}\n`);
    return sourceFromUri(uri, {
      format: receiver.format,
      sampleRateHz: isGiven('receiver.sampleRateHz') ? receiver.sampleRateHz : undefined,
      centerHz: isGiven('receiver.centerHz') ? receiver.centerHz : undefined,
      stdin: uri === '-' ? this.#context.stdin : undefined,
      onWarning: warn,
      onEvent: ({ message }) => warn(message),
    });
  }

  #summary(): string {
    const recorder = this.#recorder;
    if (recorder === null || this.#tuning === null)
      return 'ertd: No samples came, so there is nothing to keep.\n';
    const { data, meta } = SigmfRecorder.pathsOf(this.#base);
    const gaps = recorder.captures - 1;
    const lines = [
      `${data}: ${formatSize(recorder.bytes)}, ${(recorder.samples / this.#tuning.sampleRateHz).toFixed(1)} s of air`,
      ...(gaps > 0 ? [`Gaps: ${gaps}`] : []),
      ...(this.#options.decode ? [`Packets: ${this.#packets}, noted in ${meta}`] : []),
      `Read it with: ertd replay ${meta}`,
    ];
    return `${lines.join('\n')}\n`;
  }
}

/** `ertd_20261101T183000Z_912.6M_2359k`, as other programs write centre and rate. */
function nameOf({ centerHz, sampleRateHz }: Tuning, timeMs: number): string {
  const time = new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `ertd_${time}_${centerHz / 1e6}M_${Math.floor(sampleRateHz / 1000)}k`;
}
