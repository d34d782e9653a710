import type { SampleFormat } from '../sources/source.js';
import { type Activity, type ActivityCounts, ActivityWatch, noActivity } from './activity.js';
import type { Burst } from './burst.js';
import { Demodulator } from './demodulator.js';
import type { Candidate, SyncPattern } from './detector.js';
import { type Iq, PIECE_SAMPLES } from './downconverter.js';
import { FateTeller, type FrontEndObserver } from './fate.js';
import { binFrequencyHz, FRAMES_PER_CHIP, FRAMES_PER_SYMBOL, type Geometry, geometryOf } from './geometry.js';
import { BATCH_FRAMES, bestKernel, Kernel } from './kernel.js';
import type { KernelName } from './kernel-loops.js';
import { RecentSamples } from './recent-samples.js';
import { SAMPLE_READERS } from './samples.js';
import { MOST_SYMBOLS } from './screening.js';
import { Shortlist } from './shortlist.js';

/** Least correlation with the sync word, standard deviations of noise. */
const SYNC_THRESHOLD = 4.5;
/** Candidates kept per batch: several times what the busiest air with packets brings, and more for each pattern. */
const CANDIDATES_PER_BATCH = 32;
const CANDIDATES_PER_PATTERN = 32;
/**
 * Candidates that may be demodulated per batch: so many on average, and so many at once after a quiet time. It
 * bounds the work that any air can ask for; the best candidates go first.
 */
const DEMODULATED_PER_BATCH = 4;
const DEMODULATED_AT_ONCE = 24;
/** Samples past the end of what is converted that may be written over. */
const CONVERTED_BEYOND = 8;

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
  /** Frames of a packet that it is screened by, at most. */
  readonly #screenedFrames: number;
  /** Batches after which all bursts that begin in one are known. */
  readonly #delay: number;
  readonly #mostCandidates: number;
  readonly #recent: RecentSamples;
  /** Samples before a batch's first chip, and from there to its end, that its frames read. */
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
    this.#mostCandidates = CANDIDATES_PER_BATCH + CANDIDATES_PER_PATTERN * patterns.length;
    const reader = SAMPLE_READERS[format];
    this.#sampleBytes = reader.bytes;
    this.#demodulator = new Demodulator(geometry, patterns, kernel);
    this.#behind = geometry.windowSamples;
    this.#ahead = Math.ceil(BATCH_FRAMES * geometry.hopSamples) + geometry.windowSamples;
    this.#capacity = this.#behind + this.#ahead;
    this.#screenedFrames = Math.min(longest, MOST_SYMBOLS) * FRAMES_PER_SYMBOL;
    this.#delay = Math.ceil((this.#longestFrames + this.#screenedFrames) / BATCH_FRAMES);
    const kept = (this.#delay + 2) * this.#ahead + this.#demodulator.margin;
    this.#recent = new RecentSamples(reader.bytes, kept, reader.silence);
    this.#kernel = new Kernel(
      kernel,
      geometry,
      format,
      patterns,
      this.#delay + 1,
      this.#capacity + PIECE_SAMPLES + CONVERTED_BEYOND,
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
      this.#kernel.rows,
    );
    this.#restart(firstSample);
  }

  /** Every burst that begins before this sample has been returned. */
  get searchedTo(): number {
    const frame = this.#screenedTo() - this.#longestFrames;
    return Math.floor(this.#origin + frame * this.geometry.hopSamples);
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
      // What lies in shared memory is slow to copy: once is enough.
      this.stats.clippedSamples += this.#read(this.#recent.push(part), this.#filled);
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
    const batches = this.#delay + 2;
    for (let i = 0; i < batches; i++) {
      const padding = this.#wanted();
      this.#kernel.iq.fill(0, 2 * this.#filled, 2 * (this.#filled + padding));
      this.#recent.pushSilence(padding);
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
    this.#recent.restart(Math.floor(origin));
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

  /** Forgets samples that no batch needs any more: two windows are left. */
  #makeRoom(): void {
    const shift = this.#batchStart() - this.#behind - this.#base;
    this.#kernel.iq.copyWithin(0, 2 * shift, 2 * this.#filled);
    this.#base += shift;
    this.#filled -= shift;
  }

  #work(bursts: Burst[]): void {
    const { hopSamples, windowSamples } = this.geometry;
    const firstFrame = this.#batch * BATCH_FRAMES;
    const firstChip = this.#origin + firstFrame * hopSamples - this.#base;
    const learnable = Math.floor((this.#learnable - windowSamples) / hopSamples);
    this.#learnable = Math.max(0, this.#learnable - BATCH_FRAMES * hopSamples);
    const chipAt = (frame: number): number => firstChip + frame * hopSamples;
    const found = this.#kernel.batch(chipAt, Math.min(BATCH_FRAMES, learnable), firstFrame);
    const candidates = found.thinOut(this.geometry, this.#mostCandidates);
    this.stats.candidates += candidates.length;
    this.#shortlist.add(candidates);
    const column = (frame: number): number => this.#kernel.columnOf(frame - firstFrame);
    this.#shortlist.screen(this.#kernel.spectrogram, firstFrame + BATCH_FRAMES, column);
    this.stats.screenedOut = this.#shortlist.screenedOut;
    this.#batch++;
    this.#demodulate(this.#shortlist.take(this.#screenedTo()), bursts);
    this.#lookAround();
    this.#kernel.advance();
    this.#makeRoom();
  }

  /** Every candidate that begins before this frame has been screened. */
  #screenedTo(): number {
    return this.#batch * BATCH_FRAMES - this.#screenedFrames;
  }

  #demodulate(candidates: readonly Candidate[], bursts: Burst[]): void {
    this.#credit = Math.min(DEMODULATED_AT_ONCE, this.#credit + DEMODULATED_PER_BATCH);
    for (const candidate of candidates) {
      const start = this.#origin + candidate.frame * this.geometry.hopSamples;
      const carrierHz = binFrequencyHz(this.geometry, candidate.bin);
      let holder = this.#shortlist.holder(candidate.sync, start, carrierHz);
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
      const { iq, firstSample } = this.#lookAgain(start);
      const noisePower = this.#noiseAround(candidate);
      const target = { sync: candidate.sync, start: start - firstSample, carrierHz, noisePower };
      // Its energy may lie beside where it was seen, and be a better one's.
      const isTaken = (tunedHz: number): boolean => {
        holder = this.#shortlist.holder(candidate.sync, start, tunedHz);
        return holder !== undefined;
      };
      const burst = this.#demodulator.demodulate(iq, target, firstSample, isTaken);
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

  /** Samples from a packet's start on, and before it as many as the demodulator needs, once more as floats. */
  #lookAgain(start: number): { iq: Iq; firstSample: number } {
    const firstSample = Math.floor(start) - this.#demodulator.margin;
    const subarray = (from: number, to: number): Float32Array => {
      this.#read(this.#recent.from(firstSample + from / 2, (to - from) / 2), this.#capacity);
      return this.#kernel.iq.subarray(2 * this.#capacity, 2 * this.#capacity + to - from);
    };
    return { iq: { subarray }, firstSample };
  }

  /** Turns two stretches of bytes into floats from a place in the kernel's room on; returns how many samples clip. */
  #read([older, newer]: readonly [Uint8Array, Uint8Array], at: number): number {
    return this.#kernel.read(older, at) + this.#kernel.read(newer, at + older.length / this.#sampleBytes);
  }

  /** Looks for what is no packet in the newest batch of which all bursts are known. */
  #lookAround(): void {
    this.stats.overflow = this.#overload + this.#kernel.detector.overflow;
    const batch = this.#batch - 1 - this.#delay;
    if (batch < 0) return;
    const { floor } = this.#kernel.noise;
    this.#tellForeign(this.#activity.look(this.#kernel.chips(this.#delay), batch * BATCH_FRAMES, floor));
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
