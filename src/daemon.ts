import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Config } from './config.js';
import { DegradationReport } from './daemon/degradation.js';
import { Statistics } from './daemon/statistics.js';
import { PROTOCOLS } from './decode/protocols/index.js';
import { Fault } from './errors.js';
import type { Logger } from './log.js';
import { formatDuration, formatHertz } from './quantity.js';
import { readingOf } from './readings/reading.js';
import { Receiver } from './receiver/receiver.js';
import { SinkGroup } from './sinks/sink-group.js';
import { SqliteSink } from './sinks/sqlite.js';
import { StdoutSink } from './sinks/stdout.js';
import { FileSource } from './sources/file.js';
import type { RecordingFacts } from './sources/file-name.js';
import { type SourceOptions, sourceFromUri } from './sources/open.js';
import type { SampleSource, SourceEvent, Tuning } from './sources/source.js';

export interface DaemonOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Where readings are printed, if the configuration wants them printed. */
  readonly stdout: Writable;
  /** Read where the source is `-`. */
  readonly stdin?: SourceOptions['stdin'];
  /** Where the source is a recording: what counts more than what it says of itself. */
  readonly recording?: RecordingFacts;
}

/** How often the log says what was received, ms. */
const LAP_MS = 600_000;

/**
 * Everything put together: the configured source, its receiver, and the sinks its readings go to. It ends when
 * the source does, or when told to; a live source does not end by itself.
 */
export class Daemon {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #source: SampleSource;
  readonly #receiver: Receiver;
  readonly #statistics: Statistics;
  readonly #database: SqliteSink | null;
  readonly #stdout: StdoutSink | null;
  readonly #sinks: SinkGroup;

  /** @throws Fault `CONFIG` where the source is none */
  constructor(options: DaemonOptions) {
    const { config, logger, stdout } = options;
    const { path } = config.database;
    const { format } = config.output;
    this.#config = config;
    this.#log = logger.child({ component: 'daemon' });
    this.#source = sourceOf(options);
    this.#receiver = new Receiver(this.#source, {
      name: config.receiver.name,
      protocols: PROTOCOLS.filter(({ name }) => config.decode.protocols.includes(name.toLowerCase())),
      minConfidence: config.decode.minConfidence,
      threads: config.receiver.threads,
      kernel: config.receiver.kernel,
    });
    this.#statistics = new Statistics({ receiver: this.#receiver, source: this.#source });
    this.#database = path === '' ? null : databaseOf(config, logger);
    this.#stdout = format === 'none' ? null : new StdoutSink({ stream: stdout, format });
    this.#sinks = new SinkGroup([this.#database, this.#stdout].filter((sink) => sink !== null));
  }

  /**
   * Receives until the source ends or the signal aborts, and writes out everything.
   * @throws Fault of the source where it cannot be opened, of a sink where it cannot start or lost readings
   */
  async run(signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    try {
      await this.#sinks.start(signal);
      await this.#receive(signal);
    } catch (failure) {
      if (!signal.aborted || failure !== signal.reason) failures.push(failure);
    }
    failures.push(...(await this.#sinks.stop()));
    for (const err of failures.slice(1)) this.#log.error({ err }, 'More went wrong');
    if (failures.length > 0) throw failures[0];
  }

  /** Writes to the database what waits for it. */
  async flush(): Promise<void> {
    if (this.#database === null) {
      this.#log.warn('There is no database to write to');
      return;
    }
    const done = await this.#database.flush();
    const { stored, queued } = this.#database.stats;
    if (done) this.#log.info({ stored }, 'Everything is in the database');
    else this.#log.warn({ stored, queued }, 'The database cannot be written now');
  }

  async #receive(signal: AbortSignal): Promise<void> {
    const tuning = await this.#receiver.open(wantedTuning(this.#config), signal);
    const startMs = this.#startMs();
    this.#sayWhatIsHeard(tuning);
    this.#database?.beginSession({
      receiver: this.#receiver.name,
      source: this.#config.receiver.source,
      centerHz: tuning.centerHz,
      sampleRateHz: tuning.sampleRateHz,
      startedMs: startMs,
      counters: () => ({ samples: this.#samplesPassed, lostSamples: this.#receiver.stats.lostSamples }),
    });
    const laps = setInterval(() => {
      this.#log.info(this.#statistics.lap(), `Received in the last ${formatDuration(LAP_MS)}`);
    }, LAP_MS);
    try {
      await this.#runReceiver(signal, tuning, startMs);
    } finally {
      clearInterval(laps);
      const passedMs = (this.#samplesPassed / tuning.sampleRateHz) * 1000;
      this.#database?.endSession(this.#receiver.name, this.#source.live ? Date.now() : startMs + passedMs);
      this.#log.info(this.#statistics.total(), 'Stopped; received in all');
    }
  }

  async #runReceiver(signal: AbortSignal, { sampleRateHz }: Tuning, startMs: number): Promise<void> {
    const warn = (message: string) => this.#log.warn(message);
    const degradation = new DegradationReport(sampleRateHz, warn, () => performance.now());
    await this.#receiver.run(
      signal,
      (reception) => {
        this.#statistics.heard(reception.packet.meterId);
        const startKnownMs = reception.startMs ?? startMs;
        this.#sinks.write(readingOf(reception.packet, { ...reception, startMs: startKnownMs }));
      },
      async () => {
        const droppedLines = this.#stdout?.dropped ?? 0;
        const { droppedSamples } = this.#source;
        degradation.look({ ...this.#receiver.stats, droppedSamples, droppedLines });
        if (!this.#source.live) await this.#stdout?.drained();
        // Blocks that wait are fetched without a pause: signals, timers and the radio's socket need one.
        await turn();
      },
    );
  }

  get #samplesPassed(): number {
    const { samples, lostSamples } = this.#receiver.stats;
    return samples + lostSamples;
  }

  /** Wall clock of the first sample: for a recording that does not tell it, as if it were made now. */
  #startMs(): number {
    const knownMs = this.#source instanceof FileSource ? this.#source.startMs : null;
    if (!this.#source.live && knownMs === null) {
      this.#log.warn(
        `${this.#source.id} does not tell when it began: its readings are dated as if it began now`,
      );
    }
    return knownMs ?? Date.now();
  }

  #sayWhatIsHeard({ centerHz, sampleRateHz, gainDb, ppm }: Tuning): void {
    const { id } = this.#source;
    this.#log.info(
      { centerHz, sampleRateHz, gainDb, ppm },
      `Listening to ${id} at ${formatHertz(centerHz)}, ${sampleRateHz / 1e6} MS/s`,
    );
    if (this.#database !== null) this.#log.info(`Readings go to ${this.#config.database.path}`);
    else if (this.#stdout === null)
      this.#log.warn('Neither a database nor an output is set: readings go nowhere');
  }
}

function sourceOf({ config, logger, stdin, recording }: DaemonOptions): SampleSource {
  const log = logger.child({ component: 'source' });
  const onEvent = ({ kind, code, message }: SourceEvent): void => {
    if (kind === 'lost') log.warn({ code }, message);
    else log.info(message);
  };
  const onWarning = (message: string): void => log.warn(message);
  try {
    return sourceFromUri(config.receiver.source, { ...recording, stdin, onEvent, onWarning });
  } catch (error) {
    if (error instanceof Fault) throw new Fault('CONFIG', error.message, { cause: error });
    throw error;
  }
}

function databaseOf({ database }: Config, logger: Logger): SqliteSink {
  const log = logger.child({ component: 'database' });
  return new SqliteSink({
    ...database,
    command: 'ertd run',
    onTrouble: (message) => log.warn(message),
    onRecovered: (message) => log.info(message),
  });
}

function wantedTuning({ receiver: { centerHz, sampleRateHz, gainDb, ppm } }: Config): Tuning {
  return { centerHz, sampleRateHz, gainDb, ppm };
}
