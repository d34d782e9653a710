import type { Clock } from './clock.js';

/** Where a run of samples lies: its index in the stream and its wall clock (ms since 1970). */
export interface Stamp {
  readonly firstSample: number;
  readonly timeMs: number;
}

/** Length of the stretch of stream over which delays are compared, s. */
const WINDOW_S = 10;
/** Most that the wall clock of the stream is put later in one window: 500 ppm, above any crystal's error. */
const MAX_SLEW_MS = 5;
/** A delay that no crystal explains: the computer's clock was set, or the server lost samples unsaid. */
const STEP_MS = 500;

/**
 * Gives the samples of a live stream their index and their time.
 *
 * The index counts samples; over an outage it counts on by the time passed, so that it stays a clock.
 * The time is counted from an anchor, samples ÷ rate, and not read per block, so that neighbours stay
 * exactly apart. A connection is anchored where its first samples end when they arrive:
 *
 * ```
 * taken     |--- block ---|
 * arrives                 ·····|   the delay varies, but nothing arrives before it is taken
 * ```
 *
 * So a block that comes too early proves the anchor late, which is put right at once. One that comes late may
 * just be delayed: only the smallest delay of ten seconds moves the anchor, by 5 ms at most (the dongle's
 * crystal is slow), or by all of it from half a second (someone set the clock).
 */
export class StreamClock {
  readonly #clock: Clock;
  readonly #sampleRateHz: number;
  /** Monotonic time of sample 0, ms; null before the first samples. */
  #originMs: number | null = null;
  #nextSample = 0;
  #anchor: Stamp | null = null;
  #arrival = { monotonicMs: 0, wallMs: 0 };
  #window = { endSample: 0, leastDelayMs: Number.POSITIVE_INFINITY };

  constructor(clock: Clock, sampleRateHz: number) {
    this.#clock = clock;
    this.#sampleRateHz = sampleRateHz;
  }

  /** Samples have just arrived; those stamped next are at most these. */
  arrived(): void {
    this.#arrival = { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() };
  }

  /** What comes next is a new connection, an unknown time after the last. */
  interrupt(): void {
    this.#anchor = null;
  }

  /** The stamp of the next `samples` samples, of which the last arrived at the latest `arrived`. */
  stamp(samples: number): Stamp {
    const lengthMs = (samples / this.#sampleRateHz) * 1000;
    if (this.#anchor === null) this.#begin(lengthMs);
    else this.#compare(lengthMs);
    const firstSample = this.#nextSample;
    const timeMs = this.#timeOf(firstSample);
    this.#nextSample += samples;
    return { firstSample, timeMs };
  }

  #begin(lengthMs: number): void {
    const firstMs = this.#arrival.monotonicMs - lengthMs;
    this.#originMs ??= firstMs;
    const byTime = Math.round(((firstMs - this.#originMs) / 1000) * this.#sampleRateHz);
    this.#nextSample = Math.max(this.#nextSample, byTime);
    this.#setAnchor(this.#arrival.wallMs - lengthMs);
    this.#startWindow();
  }

  #compare(lengthMs: number): void {
    const timeMs = this.#timeOf(this.#nextSample);
    const delayMs = this.#arrival.wallMs - lengthMs - timeMs;
    if (delayMs < 0) {
      this.#setAnchor(timeMs + delayMs);
      this.#startWindow();
      return;
    }
    this.#window.leastDelayMs = Math.min(this.#window.leastDelayMs, delayMs);
    if (this.#nextSample < this.#window.endSample) return;
    const { leastDelayMs } = this.#window;
    this.#setAnchor(timeMs + (leastDelayMs >= STEP_MS ? leastDelayMs : Math.min(leastDelayMs, MAX_SLEW_MS)));
    this.#startWindow();
  }

  #timeOf(sample: number): number {
    const { firstSample, timeMs } = this.#anchor ?? { firstSample: sample, timeMs: 0 };
    return timeMs + ((sample - firstSample) / this.#sampleRateHz) * 1000;
  }

  #setAnchor(timeMs: number): void {
    this.#anchor = { firstSample: this.#nextSample, timeMs };
  }

  #startWindow(): void {
    this.#window = {
      endSample: this.#nextSample + WINDOW_S * this.#sampleRateHz,
      leastDelayMs: Number.POSITIVE_INFINITY,
    };
  }
}
