import assert from 'node:assert';
import { ExecSource } from '../sources/exec.js';
import {
  SAMPLE_BYTES,
  type SampleBlock,
  type SampleSource,
  type SourceHealth,
  type Tuning,
} from '../sources/source.js';
import { loudnessOf } from './loudness.js';
import { TuningDelay } from './tuning-delay.js';

/** Says where a radio listens. */
export interface ListeningPlan {
  /** Where to listen next, and for how long, s. @param nowMs by the clock that blocks are dated by */
  next(nowMs: number): { readonly centerHz: number; readonly seconds: number };
  /** It has listened there for so long, s. */
  listened(seconds: number): void;
}

/** A source that can be tuned while it runs. */
export type TunableSource = SampleSource & Required<Pick<SampleSource, 'retune'>>;

/** A program is given its centre when it is started, and cannot be tuned later. */
export function isTunable(source: SampleSource): source is TunableSource {
  return source.retune !== undefined && !(source instanceof ExecSource);
}

/** How a radio gets about. */
export interface Roaming {
  /** Where it listens now, Hz. */
  readonly centerHz: number;
  readonly moves: number;
  /** Samples that the moves have cost. */
  readonly blankedSamples: number;
  /** From telling the radio something until its samples show it, ms; null where it could not be measured. */
  readonly delayMs: number | null;
}

/** A tuner settles within this, ms. */
const SETTLE_MS = 50;
/** What is thrown away after a move where the delay could not be measured, ms. */
const UNKNOWN_DELAY_MS = 350;
/** By so much more than was measured a delay may be, ms and share. */
const DELAY_SLACK = { ms: 10, share: 0.25 };
/** No more than this is thrown away, s: somebody may have put the computer's clock back. */
const LONGEST_BLANK_S = 3;
/** Loudness of the last so many blocks is what the window usually has. */
const USUAL_BLOCKS = 32;
/** A window louder than usual by so much, dB, has a packet on its way, which is waited for; at most so long, s. */
const BUSY_DB = 0.7;
const LONGEST_WAIT_S = 0.06;

/**
 * A radio that is moved from window to window, as a plan says, while its stream goes on: what came before the new window
 * was reached is thrown away and shows as a jump of `firstSample`, in a block that says where it is from. The delay of the
 * radio is measured in the beginning and after each outage.
 */
export class RoamingSource implements SampleSource {
  readonly #source: TunableSource;
  readonly #plan: ListeningPlan;
  #tuning: Tuning | null = null;
  #turnSeconds = 0;
  /** Samples of the turn that were passed on. */
  #heard = 0;
  #moves = 0;
  #blankedSamples = 0;
  /** Thrown away since the last block that was passed on; null where the radio was not moved since. */
  #blanking: { samples: number; readonly untilMs: number; readonly mostSamples: number } | null = null;
  #delay: TuningDelay | null = null;
  #delayMs: number | null = null;
  #outages = 0;
  #usual: number[] = [];

  constructor(source: TunableSource, plan: ListeningPlan) {
    this.#source = source;
    this.#plan = plan;
  }

  get id(): string {
    return this.#source.id;
  }

  get live(): boolean {
    return this.#source.live;
  }

  get lengthSamples(): number | null {
    return this.#source.lengthSamples;
  }

  get droppedSamples(): number {
    return this.#source.droppedSamples;
  }

  get health(): SourceHealth | undefined {
    return this.#source.health;
  }

  get tuner(): string | null {
    return this.#source.tuner ?? null;
  }

  get roaming(): Roaming {
    return {
      centerHz: this.#opened.centerHz,
      moves: this.#moves,
      blankedSamples: this.#blankedSamples,
      delayMs: this.#delayMs,
    };
  }

  async open(wanted: Tuning, signal?: AbortSignal): Promise<Tuning> {
    const turn = this.#plan.next(this.#source.live ? Date.now() : 0);
    this.#turnSeconds = turn.seconds;
    this.#tuning = await this.#source.open({ ...wanted, centerHz: turn.centerHz }, signal);
    this.#measureDelay(this.#tuning);
    return this.#tuning;
  }

  /** Sets all but the centre, which is the plan's. */
  retune(wanted: Tuning): Tuning {
    this.#tuning = this.#source.retune({ ...wanted, centerHz: this.#opened.centerHz });
    return this.#tuning;
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock, void, undefined> {
    try {
      for await (const block of this.#source.blocks(signal)) {
        if (this.#measures(block) || this.#isBlanked(block)) continue;
        yield this.#marked(block);
        this.#heard += samplesOf(block);
        if (this.#isTurnOver(block)) this.#takeTurn(block);
      }
    } finally {
      if (this.#heard > 0) this.#plan.listened(this.#heard / this.#opened.sampleRateHz);
    }
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  get #opened(): Tuning {
    assert(this.#tuning !== null, 'open comes first');
    return this.#tuning;
  }

  /** Now, by the clock that blocks are dated by. */
  #nowMs(block: SampleBlock): number {
    return this.#source.live ? Date.now() : endMsOf(block, this.#opened.sampleRateHz);
  }

  #measureDelay({ gainDb, sampleRateHz }: Tuning): void {
    this.#delay = TuningDelay.lowerGain(gainDb) === null ? null : new TuningDelay(sampleRateHz);
    this.#outages = this.#source.health?.outages ?? 0;
  }

  /** Whether the block is taken up with measuring the radio's delay. */
  #measures(block: SampleBlock): boolean {
    const tuning = this.#opened;
    const { outages = 0, outage = null } = this.#source.health ?? {};
    if (outages !== this.#outages && outage === null) this.#measureDelay(tuning);
    const { timeMs } = block;
    if (this.#delay === null || timeMs === null) return false;
    const nowMs = this.#nowMs(block);
    const wish = this.#delay.look({ ...block, timeMs }, nowMs);
    const lowerDb = TuningDelay.lowerGain(tuning.gainDb);
    if (wish === 'lower' && lowerDb !== null) this.#source.retune({ ...tuning, gainDb: lowerDb });
    if (wish === 'restore') this.#source.retune(tuning);
    this.#blank(nowMs);
    this.#count(block);
    if (this.#delay.isOver) {
      this.#delayMs = this.#delay.delayMs;
      this.#delay = null;
      this.#blank(nowMs);
    }
    return true;
  }

  /** What comes is thrown away until the radio must have done what it was told now. */
  #blank(nowMs: number): void {
    const delayMs =
      this.#delayMs === null ? UNKNOWN_DELAY_MS : (1 + DELAY_SLACK.share) * this.#delayMs + DELAY_SLACK.ms;
    const samples = this.#blanking?.samples ?? 0;
    const mostSamples = samples + LONGEST_BLANK_S * this.#opened.sampleRateHz;
    this.#blanking = { samples, untilMs: nowMs + delayMs + SETTLE_MS, mostSamples };
  }

  #isBlanked(block: SampleBlock): boolean {
    if (this.#blanking === null) return false;
    const { samples, untilMs, mostSamples } = this.#blanking;
    if ((block.timeMs ?? Number.POSITIVE_INFINITY) >= untilMs || samples >= mostSamples) return false;
    this.#count(block);
    return true;
  }

  #count(block: SampleBlock): void {
    const samples = samplesOf(block);
    this.#blankedSamples += samples;
    if (this.#blanking !== null) this.#blanking.samples += samples;
  }

  #marked(block: SampleBlock): SampleBlock {
    if (this.#blanking === null) return block;
    const moved = { centerHz: this.#opened.centerHz, blankedSamples: this.#blanking.samples };
    this.#blanking = null;
    return { ...block, moved };
  }

  #isTurnOver(block: SampleBlock): boolean {
    const { sampleRateHz } = this.#opened;
    const overSeconds = this.#heard / sampleRateHz - this.#turnSeconds;
    const blockSeconds = samplesOf(block) / sampleRateHz;
    if (overSeconds < -USUAL_BLOCKS * blockSeconds) return false;
    const loudness = loudnessOf(block);
    this.#usual = [...this.#usual, loudness].slice(-USUAL_BLOCKS);
    if (overSeconds < 0) return false;
    const usual = [...this.#usual].sort((a, b) => a - b)[this.#usual.length >> 1];
    return loudness < usual + BUSY_DB || overSeconds > LONGEST_WAIT_S;
  }

  #takeTurn(block: SampleBlock): void {
    const tuning = this.#opened;
    this.#plan.listened(this.#heard / tuning.sampleRateHz);
    const nowMs = this.#nowMs(block);
    const { centerHz, seconds } = this.#plan.next(nowMs);
    this.#heard = 0;
    this.#turnSeconds = seconds;
    if (centerHz === tuning.centerHz) return;
    this.#usual = [];
    this.#moves += 1;
    this.#tuning = this.#source.retune({ ...tuning, centerHz });
    this.#blank(nowMs);
  }
}

function samplesOf({ bytes, format }: SampleBlock): number {
  return bytes.length / SAMPLE_BYTES[format];
}

function endMsOf(block: SampleBlock, sampleRateHz: number): number {
  return (block.timeMs ?? 0) + (1000 * samplesOf(block)) / sampleRateHz;
}
