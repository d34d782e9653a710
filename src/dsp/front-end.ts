import type { SampleFormat } from '../sources/source.js';
import { type Activity, type ActivityCounts, ActivityWatch, noActivity } from './activity.js';
import { BatchSamples, roomFor } from './batch-samples.js';
import type { Burst } from './burst.js';
import { Demodulator } from './demodulator.js';
import type { SyncPattern } from './detector.js';
import { FateTeller, type FrontEndObserver } from './fate.js';
import { binFrequencyHz, FRAMES_PER_CHIP, FRAMES_PER_SYMBOL, type Geometry, geometryOf } from './geometry.js';
import { BATCH_FRAMES, bestKernel, Kernel } from './kernel.js';
import type { KernelName } from './kernel-loops.js';
import type { ClearPacket } from './preview.js';
import { SAMPLE_READERS } from './samples.js';
import { MOST_SYMBOLS } from './screening.js';
import { type Chosen, Shortlist } from './shortlist.js';
import { RETUNE_HZ } from './tuner.js';

/** Least correlation with the sync word, standard deviations of noise. */
const SYNC_THRESHOLD = 4.5;
/** Candidates kept per batch: several times what the busiest air with packets brings, and more for each pattern. */
const CANDIDATES_PER_BATCH = 32;
const CANDIDATES_PER_PATTERN = 32;
/**
 * Candidates that may be tuned to per batch: so many on average, and so many at once after a quiet time. With the candidates
 * kept it bounds the work that any air can ask for; the best ones go first. What is clear costs a twentieth and does not count.
 */
const DEMODULATED_PER_BATCH = 4;
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

/** Samples in, bursts out: the filterbank finds, and reads what is clear; the demodulator tunes to the rest. Knows no protocol and no clock. */
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
  readonly #samples: BatchSamples;
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
    this.#demodulator = new Demodulator(geometry, patterns, kernel);
    this.#screenedFrames = Math.min(longest, MOST_SYMBOLS) * FRAMES_PER_SYMBOL;
    this.#delay = Math.ceil((this.#longestFrames + this.#screenedFrames) / BATCH_FRAMES);
    this.#kernel = new Kernel(
      kernel,
      geometry,
      format,
      patterns,
      this.#delay + 1,
      roomFor(geometry),
      SYNC_THRESHOLD,
      reader.quantisationNoise / 100,
    );
    const samples = new BatchSamples(
      geometry,
      format,
      this.#kernel,
      this.#delay + 2,
      this.#demodulator.margin,
    );
    this.#samples = samples;
    this.#activity = new ActivityWatch(geometry, BATCH_FRAMES, () => samples.placeOf(0));
    this.#observer = observer;
    this.#fates = observer && new FateTeller(observer, geometry, (frame) => samples.placeOf(frame));
    this.#shortlist = new Shortlist(
      geometry,
      patterns,
      (width) => this.#kernel.detector.noiseVariance(width),
      this.#fates,
      this.#kernel.packetLoops,
    );
    this.#restart(firstSample);
  }

  /** Every burst that begins before this sample has been returned. */
  get searchedTo(): number {
    const frame = this.#screenedTo() - this.#longestFrames;
    return Math.floor(this.#samples.placeOf(frame));
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
    const { sampleBytes } = this.#samples;
    this.stats.samples += bytes.length / sampleBytes;
    for (let done = 0; done < bytes.length; ) {
      const part = bytes.subarray(done, done + this.#samples.wanted * sampleBytes);
      this.stats.clippedSamples += this.#samples.push(part);
      done += part.length;
      if (this.#samples.wanted === 0) this.#work(bursts);
    }
    return bursts;
  }

  /** The stream ends, or samples are missing: what is still inside comes out; then it begins anew there. */
  flush(nextSample: number): Burst[] {
    const bursts: Burst[] = [];
    const batches = this.#delay + 2;
    for (let i = 0; i < batches; i++) {
      this.#samples.pad();
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
    this.#samples.restart(origin);
    this.#kernel.clear();
    this.#shortlist.clear();
  }

  #work(bursts: Burst[]): void {
    const samples = this.#samples;
    const { firstFrame, firstChip } = samples;
    const { hopSamples } = this.geometry;
    const found = this.#kernel.batch(
      (frame) => firstChip + frame * hopSamples,
      samples.learnableFrames,
      firstFrame,
    );
    const candidates = found.thinOut(this.geometry, this.#mostCandidates);
    this.stats.candidates += candidates.length;
    this.#shortlist.add(candidates);
    this.#shortlist.screen(this.#kernel.spectrogram, firstFrame + BATCH_FRAMES, (frame) =>
      this.#kernel.columnOf(frame - firstFrame),
    );
    samples.advance();
    this.#demodulate(this.#shortlist.take(this.#screenedTo()), bursts);
    this.#lookAround();
    this.#kernel.advance();
  }

  /** Every candidate that begins before this frame has been screened. */
  #screenedTo(): number {
    return this.#samples.firstFrame - this.#screenedFrames;
  }

  #demodulate(chosen: readonly Chosen[], bursts: Burst[]): void {
    this.#credit = Math.min(DEMODULATED_AT_ONCE, this.#credit + DEMODULATED_PER_BATCH);
    for (const one of chosen) {
      const burst = this.#burstOf(one);
      if (burst === null) continue;
      this.#shortlist.establish(burst);
      this.#activity.leaveOut(burst);
      this.#fates?.tell(one.candidate, { became: 'burst', burst });
      bursts.push(burst);
    }
  }

  /** Reads a candidate, or tunes to it; null where another packet holds its place, it is in vain, or there is too much to do. */
  #burstOf(one: Chosen): Burst | null {
    const { candidate, preview } = one;
    const start = this.#samples.placeOf(candidate.frame);
    const carrierHz = binFrequencyHz(this.geometry, candidate.bin);
    let holder = this.#shortlist.holder(candidate.sync, start, carrierHz);
    // Its energy may lie beside where it was seen, and be a better one's.
    const isAside = preview !== undefined && Math.abs(preview.middleHz - carrierHz) > RETUNE_HZ;
    if (isAside) holder ??= this.#shortlist.holder(candidate.sync, start, preview.middleHz);
    if (holder === undefined) {
      if (preview?.clear) return this.#clearBurst(preview.clear, preview.middleHz, start);
      if (this.#shortlist.refuses(one)) return null;
      if (this.#credit === 0) {
        this.#overload++;
        this.#fates?.tell(candidate, { became: 'overload' });
        return null;
      }
      this.#credit--;
      const firstSample = Math.floor(start) - this.#demodulator.margin;
      const noisePower = this.#noiseAround(candidate.bin, candidate.width);
      const target = { sync: candidate.sync, start: start - firstSample, carrierHz, noisePower };
      const burst = this.#demodulator.demodulate(
        this.#samples.from(firstSample),
        target,
        firstSample,
        (hz) => {
          holder = this.#shortlist.holder(candidate.sync, start, hz);
          return holder !== undefined;
        },
      );
      if (burst !== null) return burst;
    }
    if (holder !== undefined) this.#fates?.tell(candidate, { became: 'yielded', to: holder });
    return null;
  }

  #clearBurst({ read, bin, startFrames }: ClearPacket, carrierHz: number, start: number): Burst {
    const { samplesPerChip, hopSamples, binHz } = this.geometry;
    return {
      sync: read.sync,
      soft: read.soft,
      firstSample: Math.round(start + startFrames * hopSamples),
      lengthSamples: Math.round(2 * read.soft.length * samplesPerChip),
      carrierHz,
      bandwidthHz: read.width * binHz,
      snrDb: read.snrDb,
      noiseDbfs: 10 * Math.log10(this.#noiseAround(bin, read.width) / samplesPerChip),
      demodulation: 'clear',
      evidence: read.evidence,
      keyingEvidence: read.keyingEvidence,
    };
  }

  /** Looks for what is no packet in the newest batch of which all bursts are known. */
  #lookAround(): void {
    this.stats.screenedOut = this.#shortlist.screenedOut;
    this.stats.overflow = this.#overload + this.#kernel.detector.overflow;
    const firstFrame = this.#samples.firstFrame - (1 + this.#delay) * BATCH_FRAMES;
    if (firstFrame < 0) return;
    const { floor } = this.#kernel.noise;
    this.#tellForeign(this.#activity.look(this.#kernel.chips(this.#delay), firstFrame, floor));
  }

  #tellForeign(activities: readonly Activity[]): void {
    for (const activity of activities) {
      this.stats.foreign[activity.class]++;
      this.#observer?.foreign?.(activity);
    }
  }

  /** Mean noise of some bins around a place. */
  #noiseAround(bin: number, width: number): number {
    const { floor } = this.#kernel.noise;
    const bins = floor.length;
    const lowest = Math.round(bin - (width - 1) / 2);
    let sum = 0;
    for (let i = 0; i < width; i++) sum += floor[(lowest + i + bins) % bins];
    return sum / width;
  }
}
