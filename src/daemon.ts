import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Config } from './config.js';
import { ServiceNotifier } from './daemon/service-notifier.js';
import { Station } from './daemon/station.js';
import { type DaemonStatus, summaryOf } from './daemon/status.js';
import { StatusSocket, socketFolder } from './daemon/status-socket.js';
import { Fault } from './errors.js';
import type { Logger } from './log.js';
import { readingOf } from './readings/reading.js';
import { SinkGroup } from './sinks/sink-group.js';
import { SqliteSink } from './sinks/sqlite.js';
import { StdoutSink } from './sinks/stdout.js';
import type { RecordingFacts } from './sources/file-name.js';
import { type SourceOptions, sourceFromUri } from './sources/open.js';
import type { SampleSource, SourceEvent } from './sources/source.js';

export interface DaemonOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Where readings are printed, if the configuration wants them printed. */
  readonly stdout: Writable;
  /** Read where the source is `-`. */
  readonly stdin?: SourceOptions['stdin'];
  /** Where the source is a recording: what counts more than what it says of itself. */
  readonly recording?: RecordingFacts;
  /** Where the files of the machine that dongles are plugged into lie; `/` where absent. */
  readonly machineRoot?: string;
  /** The process's: where systemd listens, and where the socket for `ertd status` goes. Neither where absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Everything put together: the configured source, its receiver, and the sinks its readings go to. It ends when
 * the source does, or when told to; a live source does not end by itself.
 */
export class Daemon {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #station: Station;
  readonly #database: SqliteSink | null;
  readonly #stdout: StdoutSink | null;
  readonly #sinks: SinkGroup;
  readonly #notifier: ServiceNotifier;
  readonly #socket: StatusSocket | null;
  readonly #startedMs = Date.now();

  /** @throws Fault `CONFIG` where the source is none */
  constructor(options: DaemonOptions) {
    const { config, logger, stdout, env } = options;
    const { path } = config.database;
    const { format } = config.output;
    this.#config = config;
    this.#log = logger.child({ component: 'daemon' });
    this.#station = new Station(config, sourceOf(options), this.#log);
    this.#database = path === '' ? null : databaseOf(config, logger);
    this.#stdout = format === 'none' ? null : new StdoutSink({ stream: stdout, format });
    this.#sinks = new SinkGroup([this.#database, this.#stdout].filter((sink) => sink !== null));
    this.#notifier = new ServiceNotifier(env ?? {}, (message) => this.#log.warn(message));
    this.#socket =
      env === undefined ? null : new StatusSocket(socketFolder(env), process.pid, () => this.status);
  }

  /** How it fares; once it listens. */
  get status(): DaemonStatus {
    const receivers = [this.#station.status];
    const { path } = this.#config.database;
    const database = this.#database && { path, ...this.#database.stats };
    const healthy = receivers.every(({ state }) => state === 'receiving') && database?.trouble == null;
    return { pid: process.pid, startedMs: this.#startedMs, healthy, receivers, database };
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
    const station = this.#station;
    await station.open(signal);
    this.#sayWhereReadingsGo();
    this.#database?.beginSession({
      receiver: station.name,
      source: this.#config.receiver.source,
      centerHz: station.tuning.centerHz,
      sampleRateHz: station.tuning.sampleRateHz,
      startedMs: station.startMs,
      counters: () => ({
        samples: station.samplesPassed,
        lostSamples: station.receiver.stats.lostSamples,
      }),
    });
    await this.#socket?.start().catch((err: unknown) => {
      this.#log.warn({ err }, 'ertd status will not find this process');
    });
    void this.#notifier.ready(summaryOf(this.status));
    const signsOfLife = setInterval(() => this.#tellService(), this.#notifier.intervalMs);
    const stopping = (): void => void this.#notifier.stopping();
    signal.addEventListener('abort', stopping, { once: true });
    try {
      await station.run(signal, {
        heard: (reception) => this.#sinks.write(readingOf(reception.packet, reception)),
        worked: () => this.#rest(),
        droppedLines: () => this.#stdout?.dropped ?? 0,
      });
    } finally {
      signal.removeEventListener('abort', stopping);
      clearInterval(signsOfLife);
      this.#socket?.stop();
      this.#database?.endSession(station.name, station.endMs);
    }
  }

  /** Blocks that wait are fetched without a pause: signals, timers and the radio's socket need one. */
  async #rest(): Promise<void> {
    if (!this.#station.source.live) await this.#stdout?.drained();
    await turn();
  }

  /** What hangs is not kept alive: then systemd starts it anew. */
  #tellService(): void {
    const { receivers, database } = this.status;
    const alive = receivers.every(({ state }) => state !== 'hanging');
    if (!alive) this.#log.error(summaryOf({ receivers, database }));
    void this.#notifier.tell(summaryOf({ receivers, database }), alive);
  }

  #sayWhereReadingsGo(): void {
    if (this.#database !== null) this.#log.info(`Readings go to ${this.#config.database.path}`);
    else if (this.#stdout === null)
      this.#log.warn('Neither a database nor an output is set: readings go nowhere');
  }
}

function sourceOf({ config, logger, stdin, recording, machineRoot }: DaemonOptions): SampleSource {
  const log = logger.child({ component: 'source' });
  const onEvent = ({ kind, code, message }: SourceEvent): void => {
    if (kind === 'lost') log.warn({ code }, message);
    else log.info(message);
  };
  const onWarning = (message: string): void => log.warn(message);
  try {
    return sourceFromUri(config.receiver.source, { ...recording, stdin, onEvent, onWarning, machineRoot });
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
