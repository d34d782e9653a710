import type { SampleFormat } from '../sources/source.js';
import type { Burst } from './burst.js';
import { Demodulator } from './demodulator.js';
import type { Candidate, SyncPattern } from './detector.js';
import { summedNoiseVariance } from './filterbank.js';
import { binFrequencyHz, FRAMES_PER_CHIP, type Geometry, geometryOf } from './geometry.js';
import { BATCH_FRAMES, ReferenceKernel } from './reference.js';
import { SAMPLE_READERS } from './samples.js';
import { screen, thinOut } from './screening.js';
import { prototypeWindow } from './window.js';

/** Least correlation with the sync word, standard deviations of noise. */
const SYNC_THRESHOLD = 4.5;
/** Least openness of the unknown symbols, standard deviations of noise. */
const SCREEN_THRESHOLD = 4;
/** Least share of a candidate's energy that must lie in Manchester order. */
const ORDER_THRESHOLD = 0.35;
/** Most candidates demodulated in one batch; beyond that the air is full of something else. */
const DEMODULATED_PER_BATCH = 12;

/** Evidence for Manchester over random keying from which a burst rules out others in its time and channel, nats. */
const ESTABLISHED = 40;

/** What the front end has seen so far. */
export interface FrontEndStats {
  samples: number;
  clippedSamples: number;
  /** Places where a sync word seemed to begin, one a packet. */
  candidates: number;
  /** Of these, how many the whole packet's energy did not bear out. */
  screenedOut: number;
  /** Candidates dropped because there were too many at once. */
  overflow: number;
}

/** Samples in, bursts out: the filterbank finds, the demodulator tunes. Knows no protocol and no clock. */
export class FrontEnd {
  readonly stats: FrontEndStats = {
    samples: 0,
    clippedSamples: 0,
    candidates: 0,
    screenedOut: 0,
    overflow: 0,
  };
  readonly geometry: Geometry;
  readonly #patterns: readonly SyncPattern[];
  readonly #reader: (typeof SAMPLE_READERS)[SampleFormat];
  readonly #sampleBytes: number;
  readonly #kernel: ReferenceKernel;
  readonly #demodulator: Demodulator;
  readonly #variance: Map<number, number>;
  readonly #margin: number;
  readonly #needed: number;
  readonly #iq: Float32Array;
  #filled = 0;
  #batch = 0;
  #origin = 0;
  #learnable = 0;

  /**
   * @param patterns what to look for; a burst tells which by its index
   * @param firstSample place in the stream of the first sample to come
   */
  constructor(sampleRateHz: number, format: SampleFormat, patterns: readonly SyncPattern[], firstSample = 0) {
    const geometry = geometryOf(sampleRateHz);
    const longest = Math.max(...patterns.map((pattern) => pattern.lengthSymbols));
    this.geometry = geometry;
    this.#patterns = patterns;
    this.#reader = SAMPLE_READERS[format];
    this.#sampleBytes = this.#reader.bytes;
    const lowestNoise = this.#reader.quantisationNoise / 100;
    this.#kernel = new ReferenceKernel(
      geometry,
      patterns,
      (2 * longest + 1) * FRAMES_PER_CHIP,
      SYNC_THRESHOLD,
      lowestNoise,
    );
    this.#demodulator = new Demodulator(geometry, patterns);
    const window = prototypeWindow(geometry.windowSamples, geometry.samplesPerChip);
    this.#variance = new Map(
      [1, 4, 8].map((width) => [width, summedNoiseVariance(window, geometry.fftSize, width)]),
    );
    this.#margin = this.#demodulator.margin + this.#kernel.lead;
    const span = (this.#kernel.history + BATCH_FRAMES) * geometry.hopSamples;
    this.#needed = Math.ceil(span) + geometry.windowSamples + 2 * this.#margin;
    this.#iq = new Float32Array(2 * (this.#needed + 4096));
    this.#restart(firstSample);
  }

  /** Every burst that begins before this sample has been returned. */
  get searchedTo(): number {
    return Math.floor(
      this.#origin + (this.#batch * BATCH_FRAMES - this.#kernel.history) * this.geometry.hopSamples,
    );
  }

  /** Takes in samples; returns the bursts that are complete by now, in order of their start. */
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
    const chipAt = (frame: number): number => this.#origin + (firstFrame + frame) * hopSamples - base;
    const learnFrames = Math.min(
      BATCH_FRAMES,
      Math.floor(this.#learnable / hopSamples) - 2 * FRAMES_PER_CHIP,
    );
    this.#learnable = Math.max(0, this.#learnable - BATCH_FRAMES * hopSamples);
    const found = this.#kernel.batch(this.#iq, chipAt, learnFrames);
    this.#demodulateAll(found, (column) => chipAt(column - this.#kernel.history), base, bursts);
    this.#kernel.advance();
    this.#batch++;
    const shift = this.#base() - base;
    this.#iq.copyWithin(0, 2 * shift, 2 * this.#needed);
    this.#filled = this.#needed - shift;
  }

  #demodulateAll(
    found: Candidate[],
    startOf: (column: number) => number,
    base: number,
    bursts: Burst[],
  ): void {
    if (found.length === 0) return;
    const { geometry } = this;
    const binsPerChipRate = (geometry.fftSize * 1) / geometry.samplesPerChip;
    const candidates = thinOut(found, geometry.fftSize, binsPerChipRate);
    this.stats.candidates += candidates.length;
    const promising: { candidate: Candidate; rank: number }[] = [];
    for (const candidate of candidates) {
      const pattern = this.#patterns[candidate.sync];
      const variance = this.#variance.get(candidate.width) ?? 1;
      const seen = screen(this.#kernel.spectrogram, geometry.fftSize, candidate, pattern, variance);
      if (seen.score < SCREEN_THRESHOLD || seen.order < ORDER_THRESHOLD) this.stats.screenedOut++;
      else promising.push({ candidate, rank: seen.rank });
    }
    promising.sort((a, b) => b.rank - a.rank);
    const established: Burst[] = [];
    let demodulated = 0;
    for (const { candidate } of promising) {
      const start = startOf(candidate.column);
      const carrierHz = binFrequencyHz(geometry, candidate.bin);
      if (established.some((burst) => overlaps(burst, base + start, carrierHz))) continue;
      if (demodulated++ >= DEMODULATED_PER_BATCH) {
        this.stats.overflow++;
        continue;
      }
      const noisePower = this.#noiseAround(candidate);
      const burst = this.#demodulator.demodulate(
        this.#iq,
        { sync: candidate.sync, start, carrierHz, noisePower },
        base,
      );
      if (burst.evidence > burst.keyingEvidence + ESTABLISHED) established.push(burst);
      bursts.push(burst);
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

/** Whether a candidate lies within an established burst's time and channel. */
function overlaps(burst: Burst, start: number, carrierHz: number): boolean {
  return (
    Math.abs(burst.carrierHz - carrierHz) < 100e3 && Math.abs(burst.firstSample - start) < burst.lengthSamples
  );
}
