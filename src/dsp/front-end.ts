import type { SampleFormat } from '../sources/source.js';
import { type Activity, type ActivityCounts, ActivityWatch, noActivity } from './activity.js';
import type { Burst } from './burst.js';
import { Demodulator } from './demodulator.js';
import type { Candidate, SyncPattern } from './detector.js';
import { FateTeller, type FrontEndObserver } from './fate.js';
import { binFrequencyHz, FRAMES_PER_CHIP, type Geometry, geometryOf } from './geometry.js';
import { BATCH_FRAMES, bestKernel, Kernel } from './kernel.js';
import type { KernelName } from './kernel-loops.js';
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
const DEMODULATED_PER_BATCH = 4;
const DEMODULATED_AT_ONCE = 24;
/** Batches of samples that fit behind what must be kept: it is moved back to the beginning only so often. */
const BATCHES_HELD = 2;

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
  readonly #sampleBytes: number;
  readonly #kernel: Kernel;
  readonly #demodulator: Demodulator;
  readonly #shortlist: Shortlist;
  readonly #activity: ActivityWatch;
  readonly #observer: FrontEndObserver | undefined;
  readonly #fates: FateTeller | undefined;
  readonly #longestFrames: number;
  readonly #margin: number;
  /** Samples behind a batch's first chip, and from there to its end, that it or its demodulation reads. */
  readonly #behind: number;
  readonly #ahead: number;
  readonly #capacity: number;
  #base = 0;
  #filled = 0;
  #batch = 0;
  #origin = 0;
  #learnable = 0;
  #credit = DEMODULATED_AT_ONCE;
  #overload = 0;

  /**
   * @param patterns what to look for; a burst tells which by its index
   * @param firstSample place in the stream of the first sample to come
   * @param kernel which loops to use; by default the fastest that this machine has
   */
  constructor(
    sampleRateHz: number,
    format: SampleFormat,
    patterns: readonly SyncPattern[],
    firstSample = 0,
    observer?: FrontEndObserver,
    kernel: KernelName = bestKernel(),
  ) {
    const geometry = geometryOf(sampleRateHz);
    const longest = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    this.#longestFrames = 2 * longest * FRAMES_PER_CHIP;
    this.geometry = geometry;
    const reader = SAMPLE_READERS[format];
    this.#sampleBytes = reader.bytes;
    this.#demodulator = new Demodulator(geometry, patterns, kernel);
    const history = 2 * this.#longestFrames + FRAMES_PER_CHIP;
    this.#margin = this.#demodulator.margin + Math.ceil(geometry.windowSamples / 2);
    this.#behind = Math.ceil(history * geometry.hopSamples) + this.#margin;
    this.#ahead = Math.ceil(BATCH_FRAMES * geometry.hopSamples) + geometry.windowSamples;
    this.#capacity = this.#behind + BATCHES_HELD * this.#ahead;
    this.#kernel = new Kernel(
      kernel,
      geometry,
      format,
      patterns,
      history,
      this.#capacity,
      SYNC_THRESHOLD,
      reader.quantisationNoise / 100,
    );
    const sampleOf = (frame: number): number => this.#origin + frame * geometry.hopSamples;
    this.#activity = new ActivityWatch(geometry, BATCH_FRAMES, () => this.#origin, this.#kernel.rows);
    this.#observer = observer;
    this.#fates = observer && new FateTeller(observer, geometry, sampleOf);
    this.#shortlist = new Shortlist(
      geometry,
      patterns,
      (width) => this.#kernel.detector.noiseVariance(width),
      this.#fates,
    );
    this.#restart(firstSample);
  }

  /** Every burst that begins before this sample has been returned. */
  get searchedTo(): number {
    return Math.floor(this.#origin + this.#readyTo() * this.geometry.hopSamples);
  }

  /** Which loops do the work. */
  get kernel(): KernelName {
    return this.#kernel.name;
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
      const count = Math.min(total - done, this.#wanted());
      const part = bytes.subarray(done * this.#sampleBytes, (done + count) * this.#sampleBytes);
      this.stats.clippedSamples += this.#kernel.read(part, this.#filled);
      this.#filled += count;
      this.#learnable += count;
      done += count;
      if (this.#wanted() === 0) this.#work(bursts);
    }
    return bursts;
  }

  /** The stream ends, or samples are missing: what is still inside comes out; then it begins anew there. */
  flush(nextSample: number): Burst[] {
    const bursts: Burst[] = [];
    const batches = Math.ceil(this.#kernel.history / BATCH_FRAMES) + 2;
    for (let i = 0; i < batches; i++) {
      const padding = this.#wanted();
      this.#kernel.iq.fill(0, 2 * this.#filled, 2 * (this.#filled + padding));
      this.#filled += padding;
      this.#work(bursts);
    }
    this.#tellForeign(this.#activity.finish());
    this.#restart(nextSample);
    return bursts;
  }

  /** Begins anew there as if it had just been made, with no noise floor; only its counters go on. */
  reset(firstSample: number): void {
    this.#kernel.reset();
    this.#activity.finish();
    this.#credit = DEMODULATED_AT_ONCE;
    this.#restart(firstSample);
  }

  /** Stands before sample `origin` with nothing but silence behind it; the noise floor is kept. */
  #restart(origin: number): void {
    this.#origin = origin;
    this.#batch = 0;
    this.#learnable = 0;
    this.#base = Math.floor(origin) - this.#behind;
    this.#filled = this.#behind;
    this.#kernel.iq.fill(0);
    this.#kernel.clear();
    this.#shortlist.clear();
  }

  /** Place in the stream of the first chip of the batch to come. */
  #batchStart(): number {
    return Math.floor(this.#origin + this.#batch * BATCH_FRAMES * this.geometry.hopSamples);
  }

  /** Samples that the batch to come still lacks. */
  #wanted(): number {
    return this.#batchStart() + this.#ahead - this.#base - this.#filled;
  }

  /** Forgets samples that no batch needs any more, once there is no room for the next one's. */
  #makeRoom(): void {
    if (this.#filled + this.#wanted() <= this.#capacity) return;
    const shift = this.#batchStart() - this.#behind - this.#base;
    this.#kernel.iq.copyWithin(0, 2 * shift, 2 * this.#filled);
    this.#base += shift;
    this.#filled -= shift;
  }

  #work(bursts: Burst[]): void {
    const base = this.#base;
    const { hopSamples, windowSamples } = this.geometry;
    const firstFrame = this.#batch * BATCH_FRAMES;
    const chipOf = (frame: number): number => this.#origin + frame * hopSamples - base;
    const learnable = Math.floor((this.#learnable - windowSamples) / hopSamples);
    this.#learnable = Math.max(0, this.#learnable - BATCH_FRAMES * hopSamples);
    const chipAt = (frame: number): number => chipOf(firstFrame + frame);
    const found = this.#kernel.batch(chipAt, Math.min(BATCH_FRAMES, learnable), firstFrame);
    const candidates = thinOut(found, this.geometry, CANDIDATES_PER_BATCH);
    this.stats.candidates += candidates.length;
    this.#shortlist.add(candidates);
    const { column, spectrogram } = this.#kernel;
    this.#shortlist.screen(spectrogram, firstFrame + BATCH_FRAMES, (frame) => frame - firstFrame + column);
    this.stats.screenedOut = this.#shortlist.screenedOut;
    this.#batch++;
    this.#demodulate(this.#shortlist.take(this.#readyTo()), chipOf, base, bursts);
    this.#lookAround();
    this.#kernel.advance();
    this.#makeRoom();
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
      let holder = this.#shortlist.holder(base + start, carrierHz);
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
      // Its energy may lie beside where it was seen, and be a better one's.
      const isTaken = (tunedHz: number): boolean => {
        holder = this.#shortlist.holder(base + start, tunedHz);
        return holder !== undefined;
      };
      const burst = this.#demodulator.demodulate(this.#kernel.iq, target, base, isTaken);
      if (burst === null) {
        if (holder !== undefined) this.#fates?.tell(candidate, { became: 'yielded', to: holder });
        continue;
      }
      this.#shortlist.establish(burst);
      this.#activity.leaveOut(burst);
      this.#fates?.tell(candidate, { became: 'burst', burst });
      bursts.push(burst);
    }
  }

  /** Looks for what is no packet in the newest frames of which all bursts are known. */
  #lookAround(): void {
    const { spectrogram, noise } = this.#kernel;
    const firstFrame = this.#readyTo() - BATCH_FRAMES;
    const column = this.#kernel.column + firstFrame - (this.#batch - 1) * BATCH_FRAMES;
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
