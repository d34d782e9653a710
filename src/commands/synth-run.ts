import { once } from 'node:events';
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Fault } from '../errors.js';
import { formatHertz } from '../quantity.js';
import { checkOverwrite, OutputFile } from '../record/output-file.js';
import type { Clock } from '../sources/clock.js';
import { factsFromFileName, type RecordingFacts } from '../sources/file-name.js';
import { ASSUMED_CENTER_HZ } from '../sources/recording.js';
import type { SampleFormat } from '../sources/source.js';
import { CHANNELS_HZ, NEPTUNE_CHANNELS_HZ } from '../synth/channel-plan.js';
import { Random } from '../synth/random.js';
import { record } from '../synth/recording.js';
import type { Radio } from '../synth/sending.js';
import { sigmfMeta } from '../synth/sigmf.js';
import { street } from '../synth/street.js';
import { truthOf } from '../synth/truth.js';
import type { CommandContext } from './context.js';
import { Progress } from './progress.js';
import { metersOf, noiseRms } from './street-options.js';
import type { SynthPaths } from './synth-files.js';
import { checkRate, type SynthOptions } from './synth-options.js';

const DEFAULT_RATE_HZ = 2_359_296;
/** Length of a block that is paced, s. */
const PACED_SECONDS = 0.032;

/** One call of `ertd synth`: its radio, its files, its summary. */
export class SynthRun {
  readonly #context: CommandContext;
  readonly #options: SynthOptions;
  readonly #paths: SynthPaths;
  readonly #clock: Clock;
  readonly #named: RecordingFacts;
  readonly #radio: Radio;
  readonly #format: SampleFormat;
  readonly #startMs: number | null;
  readonly #meters = new Set<number>();
  #packets = 0;
  #samples = 0;

  constructor(context: CommandContext, options: SynthOptions, paths: SynthPaths, clock: Clock) {
    this.#context = context;
    this.#options = options;
    this.#paths = paths;
    this.#clock = clock;
    this.#named = factsFromFileName(paths.data);
    this.#radio = radioOf(options, this.#named);
    this.#format = options.format ?? this.#named.format ?? defaultFormat(paths);
    this.#startMs = options.start ?? this.#named.startMs ?? null;
  }

  async run(): Promise<void> {
    const { data, meta, truth } = this.#paths;
    await checkOverwrite([data, meta, truth], this.#options.force === true);
    if (data === '-' && this.#context.stdout.isTTY === true) {
      throw new Fault('USAGE', 'Standard output is a terminal: pipe the samples, or name a file.');
    }
    this.#warnOfSilence();
    const files: OutputFile[] = [];
    const create = async (path: string): Promise<OutputFile> => {
      const file = await OutputFile.create(path);
      files.push(file);
      return file;
    };
    try {
      if (meta !== null) await (await create(meta)).write(this.#metadata());
      const samples = data === '-' ? null : await create(data);
      await this.#record(samples, truth === null ? null : await create(truth));
    } finally {
      for (const file of files) await file.close();
    }
    this.#context.stderr.write(this.#summary());
  }

  /** @param samples null: standard output */
  async #record(samples: OutputFile | null, truth: OutputFile | null): Promise<void> {
    const { stdout, stderr, signal } = this.#context;
    const { sampleRateHz } = this.#radio;
    const extent = { id: basename(this.#paths.data), lengthSamples: this.#lengthSamples };
    const progress = new Progress(stderr, extent, sampleRateHz);
    const startMs = this.#clock.monotonicMs();
    for (const { bytes, endSample, heard } of this.#blocks()) {
      if (this.#options.realtime) {
        const dueMs = startMs + (endSample / sampleRateHz) * 1000;
        await this.#clock.sleep(Math.max(0, dueMs - this.#clock.monotonicMs()), signal);
      }
      if (signal.aborted) break;
      if (samples !== null) await samples.write(bytes);
      else if (!stdout.write(bytes)) await once(stdout, 'drain', { signal });
      for (const packet of heard) {
        this.#packets++;
        this.#meters.add(packet.sending.message.fields.id);
        await truth?.write(`${JSON.stringify(truthOf(packet, this.#radio, this.#startMs))}\n`);
      }
      this.#samples = endSample;
      progress.show(endSample);
      // A pipe that always takes more would never let a signal come in.
      await turn();
    }
    progress.clear();
  }

  #blocks(): ReturnType<typeof record> {
    const { seconds, seed, realtime } = this.#options;
    const random = new Random(seed);
    const recording = {
      sendings: street(metersOf(this.#options, random.int32()), seconds),
      radio: this.#radio,
      format: this.#format,
      samples: this.#lengthSamples,
      seed: random.int32(),
    };
    return record(recording, realtime ? Math.round(this.#radio.sampleRateHz * PACED_SECONDS) : undefined);
  }

  get #lengthSamples(): number {
    return Math.max(1, Math.round(this.#options.seconds * this.#radio.sampleRateHz));
  }

  #metadata(): string {
    const { meters, seed } = this.#options;
    const description = `Made up: ${meters} meters that do not exist (seed ${seed}).`;
    return sigmfMeta(this.#radio, this.#format, this.#startMs, description);
  }

  #warnOfSilence(): void {
    const { centerHz, sampleRateHz } = this.#radio;
    if ([...CHANNELS_HZ, ...NEPTUNE_CHANNELS_HZ].some((hz) => Math.abs(hz - centerHz) < sampleRateHz / 2))
      return;
    const message = `No channel of the meters is within the window around ${formatHertz(centerHz)}: only noise is heard.`;
    this.#context.stderr.write(`ertd: ${message}\n`);
  }

  #summary(): string {
    const { data, meta, truth } = this.#paths;
    const name = data === '-' ? 'Standard output' : data;
    const seconds = (this.#samples / this.#radio.sampleRateHz).toFixed(3);
    const listed = truth === null ? '' : `, listed in ${truth}`;
    const lines = [
      `${name}: ${this.#samples} samples of ${this.#format}, ${seconds} s of air`,
      `Packets: ${this.#packets}, from ${this.#meters.size} of ${this.#options.meters} meters${listed}`,
      truth === null ? '' : `Read it with: ertd replay ${meta ?? [data, ...this.#unsaid()].join(' ')}`,
    ];
    return `${lines.filter((line) => line !== '').join('\n')}\n`;
  }

  /** Options for what the name of the file does not say, or says otherwise. */
  #unsaid(): string[] {
    const { centerHz, sampleRateHz } = this.#radio;
    return [
      ...(this.#named.format === this.#format ? [] : [`--format ${this.#format}`]),
      ...(this.#named.sampleRateHz === sampleRateHz ? [] : [`--rate ${sampleRateHz}`]),
      ...(this.#named.centerHz === centerHz ? [] : [`--center ${centerHz}`]),
    ];
  }
}

function radioOf(options: SynthOptions, named: RecordingFacts): Radio {
  const sampleRateHz = options.rate ?? named.sampleRateHz ?? DEFAULT_RATE_HZ;
  checkRate(sampleRateHz);
  return {
    centerHz: options.center ?? named.centerHz ?? ASSUMED_CENTER_HZ,
    sampleRateHz,
    ppm: options.ppm,
    noiseRms: noiseRms(options),
  };
}

/** A dongle's, where nobody could expect another. @throws Fault `USAGE` */
function defaultFormat({ data, meta }: SynthPaths): SampleFormat {
  if (data === '-' || meta !== null) return 'cu8';
  const message = `The name of ${data} has no known sample format: give one with --format (cu8, cs8, cs16, cf32).`;
  throw new Fault('USAGE', message);
}
