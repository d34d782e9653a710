import type { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Config } from './config.js';
import type { SourceSettings } from './daemon/configured-source.js';
import { EntryRelay } from './daemon/entry-relay.js';
import { HangWatch } from './daemon/hang-watch.js';
import { LedgerKeeper } from './daemon/ledger-keeper.js';
import { Listening } from './daemon/listening.js';
import { MetricsRoom } from './daemon/metrics-room.js';
import { remoteSinks } from './daemon/remote-sinks.js';
import { ServiceNotifier } from './daemon/service-notifier.js';
import { radioConfigs } from './daemon/several-radios.js';
import type { Station } from './daemon/station.js';
import { configuredStations, openStations, runStations } from './daemon/stations.js';
import { type DaemonStatus, type ReceiverStatus, STATUS_FORMAT, summaryOf } from './daemon/status.js';
import { StatusSocket, socketFolder } from './daemon/status-socket.js';
import { TwinFilter } from './daemon/twin-filter.js';
import { Web } from './daemon/web.js';
import { WebHouse } from './daemon/web-house.js';
import { Fault } from './errors.js';
import type { SettingView } from './http/house.js';
import type { Logger } from './log.js';
import { type Reading, readingOf } from './readings/reading.js';
import type { PacketFilter } from './sinks/packet-filter.js';
import type { Sink } from './sinks/sink.js';
import { SinkGroup } from './sinks/sink-group.js';
import { SqliteSink } from './sinks/sqlite.js';
import { StdoutSink } from './sinks/stdout.js';

export interface DaemonOptions extends SourceSettings {
  /** Where readings are printed, if the configuration wants them printed. */
  readonly stdout: Writable;
  /** Which packets are printed; all where absent. */
  readonly printed?: PacketFilter;
  /** The process's: where systemd listens, and where the socket for `ertd status` goes. Neither where absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What is shown of the configuration; nothing where absent. */
  readonly settings?: readonly SettingView[];
  /** How long a receiver may hang before it is a reason to end, ms; a minute where absent. */
  readonly hangMs?: number | undefined;
}

/** How often readings that several receivers might have heard are looked at, ms. */
const PASS_MS = 250;
/** How often the ledger is told the time, ms. */
const TICK_MS = 1000;

/**
 * Everything put together: the configured sources, their receivers, and the sinks its readings go to. It ends when
 * the sources do, or when told to; a live source does not end by itself.
 */
export class Daemon {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #listening: Listening | null;
  readonly #stations: readonly Station[];
  readonly #database: SqliteSink | null;
  readonly #stdout: StdoutSink | null;
  readonly #relay = new EntryRelay();
  readonly #remote: readonly Sink[];
  readonly #sinks: SinkGroup;
  readonly #dashboard: WebHouse;
  readonly #web: Web;
  readonly #keeper: LedgerKeeper;
  readonly #notifier: ServiceNotifier;
  readonly #socket: StatusSocket | null;
  readonly #hangs: HangWatch;
  #listens = false;
  #giveUp: (why: Fault) => void = () => {};
  readonly #startedMs = Date.now();

  /** @throws Fault `CONFIG` where the source is none */
  constructor(options: DaemonOptions) {
    const { config, logger, stdout, printed, env } = options;
    const { path } = config.database;
    const { format } = config.output;
    this.#config = config;
    this.#log = logger.child({ component: 'daemon' });
    this.#listening = Listening.of(config, radioConfigs(config).length);
    this.#stations = configuredStations(options, this.#listening, this.#log);
    this.#database = path === '' ? null : databaseOf(config, logger);
    this.#stdout = format === 'none' ? null : new StdoutSink({ stream: stdout, format, filter: printed });
    this.#keeper = new LedgerKeeper({
      config,
      database: this.#database,
      listening: this.#listening,
      write: (entry) => this.#sinks.write(entry),
    });
    this.#remote = remoteSinks(config, logger, {
      receivers: () => this.#receivers,
      isKnown: (key) => this.#keeper.isKnown(key),
    });
    const metrics = this.#metricsRoom();
    const local = [this.#database, this.#stdout, this.#relay, metrics];
    this.#sinks = new SinkGroup([...local, ...this.#remote].filter((sink) => sink !== null));
    this.#dashboard = new WebHouse({
      status: () => this.status,
      relay: this.#relay,
      stations: this.#stations,
      path: path === '' ? null : path,
      settings: options.settings ?? [],
      usage: config.usage,
      tariffs: config.tariffs,
      showsUnknown: config.readings.unknown === 'store' && config.readings.pseudonymKey === '',
    });
    if (config.http.listen !== '') this.#dashboard.watch();
    this.#web = new Web(config, this.#dashboard, logger, metrics ?? undefined);
    this.#notifier = new ServiceNotifier(env ?? {}, (message) => this.#log.warn(message));
    this.#hangs = new HangWatch(options.hangMs);
    this.#socket =
      env === undefined ? null : new StatusSocket(socketFolder(env), process.pid, () => this.status);
  }

  /** How the receivers fare; none before they listen. */
  get #receivers(): readonly ReceiverStatus[] {
    return this.#listens ? this.#stations.map((station) => station.status) : [];
  }

  /** False where a recording is played. */
  get #isLive(): boolean {
    return this.#stations.every(({ source }) => source.live);
  }

  /** How it fares; once it listens. */
  get status(): DaemonStatus {
    const receivers = this.#stations.map((station) => station.status);
    const { path } = this.#config.database;
    const database = this.#database && { path, ...this.#database.stats };
    const sinks = this.#remote.flatMap(({ status }) => status ?? []);
    const healthy = receivers.every(({ state }) => state === 'receiving') && database?.trouble == null;
    const [format, startedMs] = [STATUS_FORMAT, this.#startedMs];
    return { format, pid: process.pid, startedMs, healthy, receivers, database, sinks };
  }

  /**
   * Receives until the source ends or the signal aborts, and writes out everything.
   * @throws Fault of the source where it cannot be opened, of a sink where it cannot start or lost readings
   */
  async run(signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    try {
      await this.#sinks.start(signal);
      this.#keeper.resume(this.#isLive);
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
    await openStations(this.#stations, signal);
    this.#listens = true;
    this.#sayWhereReadingsGo();
    for (const station of this.#stations) this.#beginSession(station);
    await this.#socket?.start().catch((err: unknown) => {
      this.#log.warn({ err }, 'ertd status will not find this process');
    });
    await this.#web.start();
    void this.#notifier.ready(summaryOf(this.status));
    const signsOfLife = setInterval(() => this.#tellService(), this.#notifier.intervalMs);
    const stopping = (): void => void this.#notifier.stopping();
    signal.addEventListener('abort', stopping, { once: true });
    try {
      await this.#runStations(signal);
    } finally {
      signal.removeEventListener('abort', stopping);
      clearInterval(signsOfLife);
      this.#socket?.stop();
      await this.#web.stop();
      this.#dashboard.close();
      for (const { name, endMs } of this.#stations) this.#database?.endSession(name, endMs);
    }
  }

  /** Null where nobody may ask. */
  #metricsRoom(): MetricsRoom | null {
    const { prometheus, http } = this.#config;
    if (prometheus.listen === '' && http.listen === '') return null;
    const sinks = () => this.#remote.flatMap(({ status }) => status ?? []);
    return new MetricsRoom(this.#config, { receivers: () => this.#receivers, sinks });
  }

  #beginSession(station: Station): void {
    this.#database?.beginSession({
      receiver: station.name,
      source: station.sourceUri,
      centerHz: station.tuning.centerHz,
      sampleRateHz: station.tuning.sampleRateHz,
      startedMs: station.startMs,
      counters: () => ({
        samples: station.samplesPassed,
        lostSamples: station.receiver.stats.lostSamples,
      }),
    });
  }

  /** Runs all of them until each has ended, or one has failed. */
  async #runStations(signal: AbortSignal): Promise<void> {
    const twins = new TwinFilter((reading) => this.#keeper.take(reading));
    const passing = setInterval(() => twins.passDue(performance.now()), PASS_MS);
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    const write =
      this.#stations.length === 1
        ? (reading: Reading) => this.#keeper.take(reading)
        : (reading: Reading) => twins.take(reading, performance.now());
    const runs = runStations(this.#stations, signal, (station) => ({
      heard: (reception) => write(readingOf(reception.packet, reception)),
      worked: () => this.#rest(station),
      droppedLines: () => this.#stdout?.dropped ?? 0,
    }));
    const hung = new Promise<Fault>((resolve) => {
      this.#giveUp = resolve;
    });
    const ends = await Promise.race([runs, hung]);
    clearInterval(passing);
    clearInterval(ticking);
    twins.flush();
    if (ends instanceof Fault) throw ends;
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  #tick(): void {
    this.#keeper.tick(Date.now(), this.#isLive ? this.#receivers : null);
  }

  /** Blocks that wait are fetched without a pause: signals, timers and the radio's socket need one. */
  async #rest({ source }: Station): Promise<void> {
    if (!source.live) await this.#stdout?.drained();
    await turn();
  }

  /** What hangs is not kept alive: then systemd starts it anew, or it ends by itself. */
  #tellService(): void {
    const { receivers, database } = this.status;
    const alive = receivers.every(({ state }) => state !== 'hanging');
    if (!alive) this.#log.error(summaryOf({ receivers, database }));
    void this.#notifier.tell(summaryOf({ receivers, database }), alive);
    const why = this.#hangs.look(receivers, performance.now());
    if (why !== null) this.#giveUp(why);
  }

  #sayWhereReadingsGo(): void {
    if (this.#database !== null) this.#log.info(`Readings go to ${this.#config.database.path}`);
    else if (this.#stdout === null)
      this.#log.warn('Neither a database nor an output is set: readings go nowhere');
  }
}

function databaseOf({ database, usage }: Config, logger: Logger): SqliteSink {
  const log = logger.child({ component: 'database' });
  return new SqliteSink({
    ...database,
    ...usage,
    command: 'ertd run',
    onTrouble: (message) => log.warn(message),
    onRecovered: (message) => log.info(message),
  });
}
