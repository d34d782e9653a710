import { Command, Option } from 'commander';
import { type Config, OUTPUT_FORMATS } from '../config.js';
import { resumedLedger } from '../daemon/resumed-ledger.js';
import { Fault } from '../errors.js';
import { explanation } from '../explain/explanation.js';
import { Findings } from '../explain/findings.js';
import { Ledger } from '../readings/ledger.js';
import { readingOf } from '../readings/reading.js';
import { Receiver } from '../receiver/receiver.js';
import { SqliteSink } from '../sinks/sqlite.js';
import { StdoutSink } from '../sinks/stdout.js';
import type { FileSource } from '../sources/file.js';
import { PacedSource } from '../sources/paced.js';
import type { Tuning } from '../sources/source.js';
import { addConfigOptions, loadCommandConfig } from './config-options.js';
import type { CommandContext } from './context.js';
import { addPacketOptions, PACKET_HELP, type PacketOptions, packetFilter } from './packet-options.js';
import { Progress } from './progress.js';
import {
  addRecordingOptions,
  decodeOptions,
  RECORDING_HELP,
  type RecordingOptions,
  recordingSource,
  wantedTuning,
} from './recording-options.js';
import { ReplaySummary } from './replay-summary.js';

const HELP = `${RECORDING_HELP}
A recording of more than 2 s is searched on several cores. --explain keeps it on one.
${PACKET_HELP}In these formats a recording that does not tell when it began begins in 1970; --start sets it.

Examples:
  ertd replay x_912.6M_2359k.cu8                       # a table of the packets, and a summary
  ertd replay --db meters.db *.cu8                     # and keep them in a database
  rtl_sdr -f 912.6M -s 2400000 - | ertd replay - --format cu8 --rate 2.4M --center 912.6M
  ertd replay x.sigmf-meta --output jsonl | jq .id     # lines for other programs
`;

interface ReplayOptions extends RecordingOptions, PacketOptions {
  readonly output?: Config['output']['format'];
  readonly db?: string;
  readonly realtime?: true;
  readonly explain?: true;
  readonly again?: true;
}

/** `ertd replay`: every packet in recorded samples. */
export function replayCommand(context: CommandContext, now: () => number = Date.now): Command {
  const settings = [
    'readings.unknown',
    'decode.protocols',
    'decode.minConfidence',
    'decode.idmMeters',
    'decode.netIdmMeters',
    'receiver.threads',
    'receiver.kernel',
  ] as const;
  const command = addConfigOptions(new Command('replay'), settings);
  return addPacketOptions(addRecordingOptions(command, now))
    .description('print (and store) every packet in recorded IQ samples')
    .addOption(
      new Option('--output <how>', 'How to print. Default: table on a terminal, jsonl elsewhere.').choices(
        OUTPUT_FORMATS,
      ),
    )
    .option('--db <file>', 'Keep the packets in this SQLite database too. Default: none.')
    .option('--again', 'Store what is in the database already once more; its packets then count twice.')
    .option('--realtime', 'Go no faster than the air did.')
    .option('--explain', 'Say on stderr what else was heard, and why it is no packet.')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ReplayOptions, command: Command) => {
      const { config } = loadCommandConfig(command, context);
      await new Replay(context, options, config, now).run(files);
    });
}

/** One call of `ertd replay`: its sinks, its files, its summary. */
class Replay {
  readonly #context: CommandContext;
  readonly #options: ReplayOptions;
  readonly #config: Config;
  readonly #now: () => number;
  readonly #stdout: StdoutSink;
  readonly #database: SqliteSink | null;
  #ledger = new Ledger();
  readonly #summary: ReplaySummary;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;

  constructor(context: CommandContext, options: ReplayOptions, config: Config, now: () => number) {
    this.#context = context;
    this.#options = options;
    this.#config = config;
    this.#now = now;
    this.#summary = new ReplaySummary();
    const format = options.output ?? (context.stdout.isTTY === true ? 'table' : 'jsonl');
    const filter = packetFilter(options, () => this.#over.abort());
    this.#signal = AbortSignal.any([context.signal, this.#over.signal]);
    this.#stdout = new StdoutSink({ stream: context.stdout, format, filter });
    this.#database = options.db === undefined || options.db === '' ? null : this.#databaseAt(options.db);
  }

  async run(files: readonly string[]): Promise<void> {
    await this.#database?.start();
    if (this.#database !== null) this.#ledger = resumedLedger(this.#config, this.#database, false);
    let fault: Fault | null = null;
    try {
      await this.#stdout.start(this.#context.signal);
      for (const file of files) {
        if (this.#signal.aborted) break;
        // A file that cannot be read is no reason to leave out the others; the last one's fault ends the command.
        const next = await this.#faultOf(file);
        if (next !== null && fault !== null) this.#warn(fault.message);
        fault = next ?? fault;
      }
    } finally {
      await this.#stdout.stop();
      this.#context.stderr.write(this.#summary.text());
      await this.#database?.stop();
    }
    if (fault !== null) throw fault;
  }

  /** Replays a file; returns what is wrong with it, or null. */
  async #faultOf(file: string): Promise<Fault | null> {
    try {
      await this.#replay(file);
      return null;
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }

  #databaseAt(path: string): SqliteSink {
    return new SqliteSink({
      ...this.#config.database,
      ...this.#config.usage,
      path,
      command: 'ertd replay',
      // An old recording is not to be pruned for its age.
      packetRetentionMs: null,
      onTrouble: (message) => this.#warn(message),
      onRecovered: (message) => this.#warn(message),
    });
  }

  async #replay(path: string): Promise<void> {
    const file = recordingSource(path, this.#options, this.#context);
    const findings = this.#options.explain ? new Findings(false) : undefined;
    const receiver = new Receiver(this.#options.realtime ? new PacedSource(file) : file, {
      ...decodeOptions(this.#config),
      threads: this.#config.receiver.threads,
      observer: findings,
    });
    const tuning = await receiver.open(wantedTuning(this.#config), this.#context.signal);
    const storedStartMs = this.#beginSession(path, file, receiver, tuning);
    const progress = new Progress(this.#context.stderr, file, tuning.sampleRateHz);
    const endSample = ((this.#options.duration || Number.POSITIVE_INFINITY) / 1000) * tuning.sampleRateHz;
    await receiver.run(
      this.#signal,
      (reception) => {
        const { packet } = reception;
        if (packet.firstSample >= endSample) return;
        progress.clear();
        this.#stdout.write({ kind: 'packet', packet: readingOf(packet, reception) });
        this.#summary.packet(packet.meterId);
        if (storedStartMs !== null)
          for (const entry of this.#ledger.take(readingOf(packet, { ...reception, startMs: storedStartMs })))
            this.#database?.write(entry);
      },
      async (samples) => {
        progress.show(samples);
        if (samples >= endSample) this.#over.abort();
        await this.#stdout.drained();
      },
    );
    progress.clear();
    this.#summary.stream(receiver.stats, tuning.sampleRateHz, progress.elapsedSeconds);
    if (findings !== undefined) this.#context.stderr.write(explanation(findings, receiver, tuning));
    const seconds = receiver.stats.samples / tuning.sampleRateHz;
    if (storedStartMs !== null) this.#database?.endSession(receiver.name, storedStartMs + seconds * 1000);
  }

  /**
   * Begins a session of a file in the database.
   * @returns the wall clock of its first sample, or null where nothing of it is to be stored
   */
  #beginSession(path: string, file: FileSource, receiver: Receiver, tuning: Tuning): number | null {
    if (this.#database === null) return null;
    const startedMs = this.#storedStart(file, tuning);
    const { centerHz, sampleRateHz } = tuning;
    const counters = (): Receiver['stats'] => receiver.stats;
    const session = { receiver: receiver.name, source: path, centerHz, sampleRateHz, startedMs, counters };
    const { lengthSamples } = file;
    if (!this.#options.again && lengthSamples !== null && this.#database.hasSession(session, lengthSamples)) {
      const from = new Date(startedMs).toISOString();
      this.#warn(
        `${file.id}, from ${from}, is in the database: nothing of it is stored twice (--again does).`,
      );
      return null;
    }
    this.#database.beginSession(session);
    return startedMs;
  }

  /** The database needs a wall clock; a recording that tells none is taken to have ended when it was written. */
  #storedStart(file: FileSource, { sampleRateHz }: Tuning): number {
    if (file.startMs !== null) return file.startMs;
    const known = file.modifiedMs !== null && file.lengthSamples !== null;
    const startMs = known
      ? (file.modifiedMs as number) - ((file.lengthSamples as number) / sampleRateHz) * 1000
      : this.#now();
    const why = known ? 'its time of last change less its length' : 'the time now';
    this.#warn(
      `${file.id} does not tell when it began; it is stored as from ${new Date(startMs).toISOString()}, ${why} (--start sets it).`,
    );
    return startMs;
  }

  #warn(message: string): void {
    this.#context.stderr.write(`ertd: ${message}\n`);
  }
}
