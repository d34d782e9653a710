import type { SampleFormat } from '../sources/source.js';
import { type Activity, type ActivityCounts, ActivityWatch, noActivity } from './activity.js';
import type { Burst } from './burst.js';
import { Demodulator } from './demodulator.js';
import type { Candidate, SyncPattern } from './detector.js';
import { FateTeller, type FrontEndObserver } from './fate.js';
import { binFrequencyHz, FRAMES_PER_CHIP, type Geometry, geometryOf } from './geometry.js';
import { BATCH_FRAMES, ReferenceKernel } from './reference.js';
import { SAMPLE_READERS } from './samples.js';
import { thinOut } from './screening.js';
import { Shortlist } from './shortlist.js';

/** Least correlation with the sync word, standard deviations of noise. */
const SYNC_THRESHOLD = 4.5;
/** Candidates kept per batch: ten times what the busiest air with packets brings. */
const CANDIDATES_PER_BATCH = 64;
/**
 * Candidates that may be demodulated per batch: so many on average, and so many at once after a quiet time. It
 * bounds the work that any air can ask for; the best candidates go first.
 */
const DEMODULATED_PER_BATCH = 2;
const DEMODULATED_AT_ONCE = 24;

/** What the front end has seen so far. */
export interface FrontEndStats {
  samples: number;
  clippedSamples: number;
  /** Places where a sync word seemed to begin; a strong packet is full of them. */
  candidates: number;
  /** Of these, how many the whole packet's energy did not bear out. */
  screenedOut: number;
  /** Candidates given up because there were too many at once: by the search, or before demodulation. */
  overflow: number;
  /** Signals that belong to no packet, by what they look like. */
  readonly foreign: ActivityCounts;
}

/** Samples in, bursts out: the filterbank finds, the demodulator tunes. Knows no protocol and no clock. */
export class FrontEnd {
  readonly stats: FrontEndStats = {
    samples: 0,
    clippedSamples: 0,
    candidates: 0,
    screenedOut: 0,
    overflow: 0,
    foreign: noActivity(),
  };
  readonly geometry: Geometry;
  readonly #reader: (typeof SAMPLE_READERS)[SampleFormat];
  readonly #sampleBytes: number;
  readonly #kernel: ReferenceKernel;
  readonly #demodulator: Demodulator;
  readonly #shortlist: Shortlist;
  readonly #activity: ActivityWatch;
  readonly #observer: FrontEndObserver | undefined;
  readonly #fates: FateTeller | undefined;
  readonly #longestFrames: number;
  readonly #margin: number;
  readonly #needed: number;
  readonly #iq: Float32Array;
  #filled = 0;
  #batch = 0;
  #origin = 0;
  #learnable = 0;
  #credit = DEMODULATED_AT_ONCE;
  #overload = 0;

  /**
   * @param patterns what to look for; a burst tells which by its index
   * @param firstSample place in the stream of the first sample to come
   */
  constructor(
    sampleRateHz: number,
    format: SampleFormat,
    patterns: readonly SyncPattern[],
    firstSample = 0,
    observer?: FrontEndObserver,
  ) {
    const geometry = geometryOf(sampleRateHz);
    const longest = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    this.#longestFrames = 2 * longest * FRAMES_PER_CHIP;
    this.geometry = geometry;
    this.#reader = SAMPLE_READERS[format];
    this.#sampleBytes = this.#reader.bytes;
    const lowestNoise = this.#reader.quantisationNoise / 100;
    this.#kernel = new ReferenceKernel(
      geometry,
      patterns,
      2 * this.#longestFrames + FRAMES_PER_CHIP,
      SYNC_THRESHOLD,
      lowestNoise,
    );
    this.#demodulator = new Demodulator(geometry, patterns);
    const sampleOf = (frame: number): number => this.#origin + frame * geometry.hopSamples;
    this.#activity = new ActivityWatch(geometry, BATCH_FRAMES, () => this.#origin);
    this.#observer = observer;
    this.#fates = observer && new FateTeller(observer, geometry, sampleOf);
    this.#shortlist = new Shortlist(
      geometry,
      patterns,
      (width) => this.#kernel.detector.noiseVariance(width),
      this.#fates,
    );
    this.#margin = this.#demodulator.margin + this.#kernel.lead;
    const span = (this.#kernel.history + BATCH_FRAMES) * geometry.hopSamples;
    this.#needed = Math.ceil(span) + geometry.windowSamples + 2 * this.#margin;
    this.#iq = new Float32Array(2 * this.#needed);
    this.#restart(firstSample);
  }

  /** Every burst that begins before this sample has been returned. */
  get searchedTo(): number {
    return Math.floor(this.#origin + this.#readyTo() * this.geometry.hopSamples);
  }

  /** Noise of the whole window, dB of full scale. */
  get noiseDbfs(): number {
    const { floor } = this.#kernel.noise;
    return 10 * Math.log10(floor.reduce((sum, power) => sum + power, 0) / floor.length);
  }

  /** Takes in samples; returns the bursts that are complete by now, in no particular order. */
  push(bytes: Uint8Array): Burst[] {
    const bursts: Burst[] = [];
    const total = bytes.length / this.#sampleBytes;
    this.stats.samples += total;
    for (let done = 0; done < total; ) {
      const count = Math.min(total - done, this.#needed - this.#filled);
      const part = bytes.subarray(done * this.#sampleBytes, (done + count) * this.#sampleBytes);
      this.stats.clippedSamples += this.#reader.read(part, this.#iq, 2 * this.#filled);
      this.#filled += count;
      this.#learnable += count;
      done += count;
      if (this.#filled === this.#needed) this.#work(bursts);
    }
    return bursts;
  }

  /** The stream ends, or samples are missing: what is still inside comes out; then it begins anew there. */
  flush(nextSample: number): Burst[] {
    const bursts: Burst[] = [];
    const batches = Math.ceil(this.#kernel.history / BATCH_FRAMES) + 2;
    for (let i = 0; i < batches; i++) {
      this.#iq.fill(0, 2 * this.#filled, 2 * this.#needed);
      this.#filled = this.#needed;
      this.#work(bursts);
    }
    this.#tellForeign(this.#activity.finish());
    this.#restart(nextSample);
    return bursts;
  }

  /** Stands before sample `origin` with nothing but silence behind it; the noise floor is kept. */
  #restart(origin: number): void {
    this.#origin = origin;
    this.#batch = 0;
    this.#learnable = 0;
    this.#filled = origin - this.#base();
    this.#iq.fill(0);
    this.#kernel.spectrogram.rows.fill(0);
    this.#shortlist.clear();
  }

  /** Place in the stream of the buffer's first sample. */
  #base(): number {
    const oldest = (this.#batch * BATCH_FRAMES - this.#kernel.history) * this.geometry.hopSamples;
    return Math.floor(this.#origin + oldest) - this.#margin;
  }

  #work(bursts: Burst[]): void {
    const base = this.#base();
    const { hopSamples } = this.geometry;
    const firstFrame = this.#batch * BATCH_FRAMES;
    const chipOf = (frame: number): number => this.#origin + frame * hopSamples - base;
    const learnable = Math.floor(this.#learnable / hopSamples) - 2 * FRAMES_PER_CHIP;
    this.#learnable = Math.max(0, this.#learnable - BATCH_FRAMES * hopSamples);
    const chipAt = (frame: number): number => chipOf(firstFrame + frame);
    const found = this.#kernel.batch(this.#iq, chipAt, Math.min(BATCH_FRAMES, learnable), firstFrame);
    const candidates = thinOut(found, this.geometry, CANDIDATES_PER_BATCH);
    this.stats.candidates += candidates.length;
    this.#shortlist.add(candidates);
    const { history, spectrogram } = this.#kernel;
    this.#shortlist.screen(spectrogram, firstFrame + BATCH_FRAMES, (frame) => frame - firstFrame + history);
    this.stats.screenedOut = this.#shortlist.screenedOut;
    this.#batch++;
    this.#demodulate(this.#shortlist.take(this.#readyTo()), chipOf, base, bursts);
    this.#lookAround();
    this.#kernel.advance();
    const shift = this.#base() - base;
    this.#iq.copyWithin(0, 2 * shift, 2 * this.#needed);
    this.#filled = this.#needed - shift;
  }

  /** Candidates that begin before this frame have met all their rivals. */
  #readyTo(): number {
    return this.#batch * BATCH_FRAMES - 2 * this.#longestFrames;
  }

  #demodulate(
    candidates: readonly Candidate[],
    chipOf: (frame: number) => number,
    base: number,
    bursts: Burst[],
  ): void {
    this.#credit = Math.min(DEMODULATED_AT_ONCE, this.#credit + DEMODULATED_PER_BATCH);
    for (const candidate of candidates) {
      const start = chipOf(candidate.frame);
      const carrierHz = binFrequencyHz(this.geometry, candidate.bin);
      const holder = this.#shortlist.holder(base + start, carrierHz);
      if (holder !== undefined) {
        this.#fates?.tell(candidate, { became: 'yielded', to: holder });
        continue;
      }
      if (this.#credit === 0) {
        this.#overload++;
        this.#fates?.tell(candidate, { became: 'overload' });
        continue;
      }
      this.#credit--;
      const target = { sync: candidate.sync, start, carrierHz, noisePower: this.#noiseAround(candidate) };
      const burst = this.#demodulator.demodulate(this.#iq, target, base);
      this.#shortlist.establish(burst);
      this.#activity.leaveOut(burst);
      this.#fates?.tell(candidate, { became: 'burst', burst });
      bursts.push(burst);
    }
  }

  /** Looks for what is no packet in the newest frames of which all bursts are known. */
  #lookAround(): void {
    const { history, spectrogram, noise } = this.#kernel;
    const firstFrame = this.#readyTo() - BATCH_FRAMES;
    const column = history + firstFrame - (this.#batch - 1) * BATCH_FRAMES;
    this.stats.overflow = this.#overload + this.#kernel.detector.overflow;
    this.#tellForeign(this.#activity.look(spectrogram, column, firstFrame, noise.floor));
  }

  #tellForeign(activities: readonly Activity[]): void {
    for (const activity of activities) {
      this.stats.foreign[activity.class]++;
      this.#observer?.foreign?.(activity);
    }
  }

  #noiseAround(candidate: Candidate): number {
    const { floor } = this.#kernel.noise;
    const lowest = Math.round(candidate.bin - (candidate.width - 1) / 2);
    let sum = 0;
    for (let i = 0; i < candidate.width; i++) sum += floor[(lowest + i) % floor.length];
    return sum / candidate.width;
  }
}
