import assert from 'node:assert';
import type { Config } from '../config.js';
import { chosenProtocols } from '../decode/protocols/index.js';
import type { Logger } from '../log.js';
import { formatDuration, formatHertz } from '../quantity.js';
import { Receiver, type Reception } from '../receiver/receiver.js';
import { isTunable, RoamingSource } from '../receiver/roaming-source.js';
import { BurstRecorder } from '../record/burst-recorder.js';
import { FileSource } from '../sources/file.js';
import type { SampleSource, Tuning } from '../sources/source.js';
import { CrystalWatch } from './crystal.js';
import { DegradationReport } from './degradation.js';
import { GainControl } from './gain-control.js';
import type { ListeningStatus, StationPlan } from './listening.js';
import { SpectrumTap } from './spectrum-tap.js';
import { Statistics } from './statistics.js';
import { type ReceiverStatus, receiverState } from './status.js';
import { wantedTuning } from './wanted-tuning.js';

/** How often the log says what was received, ms. */
const LAP_MS = 600_000;
/** Windows that it names, of those that a radio is moved about. */
const LOGGED_WINDOWS = 5;
/** Commits are so far apart, ms, that nobody can tell whether a reading is 0.2 s late. */
const UNHURRIED_MS = 1000;

/** A receiver once it is open. */
interface Running {
  readonly tuning: Tuning;
  readonly gain: GainControl | null;
  readonly degradation: DegradationReport;
  readonly crystal: CrystalWatch;
}

/** What happens while a station runs. */
export interface StationListener {
  readonly heard: (reception: Reception & { readonly startMs: number }) => void;
  /** After each block; awaited. */
  readonly worked: () => Promise<void>;
  /** Lines that the reader of standard output was too slow for. */
  readonly droppedLines: () => number;
}

/** One radio with all that looks after it: its receiver, its gain, its counters, and what the log says of them. */
export class Station {
  readonly source: SampleSource;
  /** For whoever wants to see what is on the air. */
  readonly spectrum = new SpectrumTap();
  readonly receiver: Receiver;
  readonly #config: Config['receiver'];
  readonly #log: Logger;
  readonly #statistics: Statistics;
  readonly #bursts: BurstRecorder | null;
  readonly #plan: StationPlan | null;
  readonly #roaming: RoamingSource | null;
  #running: Running | null = null;
  #startMs = 0;
  #searched = { sample: -1, atMs: performance.now() };
  #packetMs: number | null = null;

  /** @param plan where to listen when; the configured centre where absent */
  constructor(
    { receiver, decode, record, database }: Config,
    given: SampleSource,
    log: Logger,
    plan: StationPlan | null = null,
  ) {
    this.#config = receiver;
    this.#log = log;
    this.#plan = plan !== null && isTunable(given) ? plan : null;
    this.#roaming = this.#plan !== null && isTunable(given) ? new RoamingSource(given, this.#plan) : null;
    if (plan !== null && this.#plan === null)
      log.warn(`${given.id} cannot be tuned while it runs: it stays at ${formatHertz(receiver.centerHz)}`);
    const source = this.#roaming ?? given;
    this.#bursts =
      record.bursts === ''
        ? null
        : new BurstRecorder({ ...record, onTrouble: (message) => this.#log.warn(message) });
    this.source = this.spectrum.of(this.#bursts?.listenTo(source) ?? source);
    this.receiver = new Receiver(this.source, {
      name: receiver.name,
      protocols: chosenProtocols(decode),
      minConfidence: decode.minConfidence,
      // Threads at work on later slices would be so far ahead that what came before is no longer kept, and packets
      // would be told later once and sooner another time.
      threads: (this.#bursts ?? this.#roaming) !== null && !source.live ? undefined : receiver.threads,
      kernel: receiver.kernel,
      unhurried: database.path !== '' && database.commitIntervalMs >= UNHURRIED_MS,
      verdicts: this.#bursts ?? undefined,
      onTrouble: (message, err) => this.#log.error({ err }, message),
    });
    this.#statistics = new Statistics({ receiver: this.receiver, source: this.source });
  }

  get name(): string {
    return this.receiver.name;
  }

  /** As it is configured. */
  get sourceUri(): string {
    return this.#config.source;
  }

  get samplesPassed(): number {
    const { samples, lostSamples, blankedSamples } = this.receiver.stats;
    return samples + lostSamples + blankedSamples;
  }

  /** Wall clock of the first sample, ms since 1970. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Wall clock of the end of what has been received, ms since 1970. */
  get endMs(): number {
    const { sampleRateHz } = this.#opened.tuning;
    return this.source.live ? Date.now() : this.#startMs + (this.samplesPassed / sampleRateHz) * 1000;
  }

  /** As it is now. */
  get tuning(): Tuning {
    const { tuning } = this.#opened;
    return this.#roaming === null ? tuning : { ...tuning, centerHz: this.#roaming.roaming.centerHz };
  }

  /** @throws Fault of the source */
  async open(signal: AbortSignal): Promise<void> {
    const wanted = wantedTuning(this.#config);
    const tuning = await this.receiver.open(wanted, signal);
    const { sampleRateHz } = tuning;
    this.#bursts?.tuned(tuning);
    this.spectrum.tuned(tuning);
    const gain = GainControl.of(this.source, this.#config, tuning, ({ message }) => this.#log.info(message));
    const warn = (message: string): void => this.#log.warn(message);
    const degradation = new DegradationReport(sampleRateHz, warn, () => performance.now());
    this.#running = { tuning, gain, degradation, crystal: new CrystalWatch(tuning.ppm) };
    this.#startMs = this.#findStart();
    this.#sayWhatIsHeard(tuning);
  }

  /** Receives until the source ends or the signal aborts. */
  async run(signal: AbortSignal, { heard, worked, droppedLines }: StationListener): Promise<void> {
    const { crystal } = this.#opened;
    const laps = setInterval(() => {
      const windows = this.#plan?.lap().slice(0, LOGGED_WINDOWS);
      const summary = { ...this.#statistics.lap(), crystal: crystal.estimate, ...(windows && { windows }) };
      this.#log.info(summary, `Received in the last ${formatDuration(LAP_MS)}`);
    }, LAP_MS);
    const deliver = (reception: Reception): void => {
      const { meterId, carrierHz, firstSample } = reception.packet;
      const startMs = reception.startMs ?? this.#startMs;
      this.#statistics.heard(meterId);
      crystal.heard(reception.packet, reception.centerHz + carrierHz);
      const timeMs = startMs + (1000 * firstSample) / reception.sampleRateHz;
      this.#plan?.heard(meterId, reception.centerHz + carrierHz, timeMs);
      this.#packetMs = performance.now();
      this.#bursts?.heard(reception);
      heard({ ...reception, startMs });
    };
    this.#searched.atMs = performance.now();
    try {
      await this.receiver.run(signal, deliver, async (reachedSample) => {
        this.#look(reachedSample, droppedLines());
        await worked();
      });
    } finally {
      clearInterval(laps);
      await this.#bursts?.finish();
      this.#log.info(this.#statistics.total(), 'Stopped; received in all');
    }
  }

  get status(): ReceiverStatus {
    const health = this.source.health ?? null;
    const stats = this.receiver.stats;
    const { gain, crystal } = this.#opened;
    const { tuning } = this;
    const nowMs = performance.now();
    return {
      name: this.name,
      source: this.#config.source,
      state: receiverState(health, (nowMs - this.#searched.atMs) / 1000),
      why: health?.outage?.why ?? null,
      outageSeconds: health?.outage?.seconds ?? null,
      outages: health?.outages ?? 0,
      centerHz: tuning.centerHz,
      sampleRateHz: tuning.sampleRateHz,
      listening: this.#listening,
      gainDb: gain?.gainDb ?? tuning.gainDb,
      tuner: this.source.tuner ?? null,
      ppm: tuning.ppm,
      crystal: crystal.estimate,
      noiseDbfs: this.receiver.noiseDbfs,
      samples: stats.samples,
      lostSamples: stats.lostSamples,
      droppedSamples: this.source.droppedSamples,
      clippedSamples: stats.clippedSamples,
      packets: stats.packets,
      meters: this.#statistics.meters,
      refused: stats.refused,
      secondsSincePacket: this.#packetMs === null ? null : (nowMs - this.#packetMs) / 1000,
    };
  }

  get #listening(): ListeningStatus | null {
    if (this.#plan === null || this.#roaming === null) return null;
    const { moves, blankedSamples, delayMs } = this.#roaming.roaming;
    const blankedShare = blankedSamples / Math.max(1, this.samplesPassed);
    return { ...this.#plan.status, moves, blankedShare, delayMs };
  }

  get #opened(): Running {
    assert(this.#running !== null, 'a station is opened first');
    return this.#running;
  }

  #look(reachedSample: number, droppedLines: number): void {
    // Counters change when a search tells of more.
    if (reachedSample <= this.#searched.sample) return;
    this.#searched = { sample: reachedSample, atMs: performance.now() };
    const { gain, degradation } = this.#opened;
    const { stats, noiseDbfs } = this.receiver;
    degradation.look({ ...stats, droppedSamples: this.source.droppedSamples, droppedLines });
    gain?.look(stats, noiseDbfs);
  }

  /** For a recording that does not tell when it began it is as if it were made now. */
  #findStart(): number {
    const knownMs = this.source instanceof FileSource ? this.source.startMs : null;
    if (!this.source.live && knownMs === null) {
      this.#log.warn(
        `${this.source.id} does not tell when it began: its readings are dated as if it began now`,
      );
    }
    return knownMs ?? Date.now();
  }

  #sayWhatIsHeard({ centerHz, sampleRateHz, gainDb, ppm }: Tuning): void {
    const where = this.#plan === null ? `at ${formatHertz(centerHz)}` : `from ${formatHertz(centerHz)} on`;
    this.#log.info(
      { centerHz, sampleRateHz, gainDb, ppm },
      `Listening to ${this.source.id} ${where}, ${sampleRateHz / 1e6} MS/s`,
    );
  }
}
