import { ACTIVITY_CLASSES, type ActivityClass, shapeOf } from './activity-class.js';
import type { Burst } from './burst.js';
import { FRAMES_PER_CHIP, type Geometry } from './geometry.js';
import type { Area } from './hits.js';
import type { KeptChips } from './kept-chips.js';
import { standingCarriers } from './standing.js';
import type { Trace } from './trace.js';
import { type Closed, Tracer } from './tracer.js';

/** Energy on the air that belongs to no packet. Frequencies are relative to the tuned centre. */
export interface Activity {
  readonly class: ActivityClass;
  readonly firstSample: number;
  readonly lengthSamples: number;
  /** Middle of its band. */
  readonly carrierHz: number;
  readonly bandwidthHz: number;
  /** Greatest power over the noise floor of a chip's bandwidth, dB. */
  readonly peakDb: number;
  /** Shortest pulse of something keyed, s; not told apart below a chip. */
  readonly pulseSeconds: number | null;
}

export type ActivityCounts = Record<ActivityClass, number>;

export function noActivity(): ActivityCounts {
  return Object.fromEntries(ACTIVITY_CLASSES.map((name) => [name, 0])) as ActivityCounts;
}

/** Evidence for Manchester over random keying from which a burst is one of ours, packet or not, nats. */
const OURS_NATS = 10;
/** A burst's channel reaches this far from its carrier, Hz. */
const CHANNEL_HZ = 120e3;
/** A burst's energy begins and ends so many chips from where it was found. */
const MARGIN_CHIPS = 10;
/** Share of its time that a signal must lie inside a stronger one to be part of it. */
const INSIDE_SHARE = 0.6;
/** It is weaker by this much then, dB; or it begins and ends within so many chips of it. */
const SPLATTER_DB = 20;
const TOGETHER_CHIPS = 6;
/** Bounds on memory. */
const KEPT = 256;
/** A carrier that is always there is told about once a second, at this many batches. */
const STANDING_BATCHES = 128;

/** Something at whose time a weaker signal is part of it: a burst of ours, or another signal. */
interface Extent {
  readonly firstSample: number;
  readonly lengthSamples: number;
  readonly peakDb: number;
}

/**
 * Watches for energy that is no packet, at the price of one look a chip and bin. It looks at frames whose bursts
 * are all known, so that what is ours can be left out.
 */
export class ActivityWatch {
  readonly #geometry: Geometry;
  readonly #tracer: Tracer;
  readonly #batchFrames: number;
  readonly #origin: () => number;
  #ours: Burst[] = [];
  #waiting: Activity[] = [];
  #stronger: Extent[] = [];
  #batches = 0;

  /** @param origin place in the stream of frame 0 */
  constructor(geometry: Geometry, batchFrames: number, origin: () => number) {
    this.#geometry = geometry;
    this.#tracer = new Tracer(geometry, batchFrames / FRAMES_PER_CHIP);
    this.#batchFrames = batchFrames;
    this.#origin = origin;
  }

  /** A burst's energy is its own, whether or not it becomes a packet. */
  leaveOut(burst: Burst): void {
    if (burst.evidence < burst.keyingEvidence + OURS_NATS) return;
    this.#ours.push(burst);
    const { firstSample, lengthSamples, snrDb } = burst;
    this.#keep({ firstSample, lengthSamples, peakDb: snrDb });
  }

  /**
   * Looks at a batch of frames. All bursts that begin before its end have been left out.
   * @param floor  noise power per bin
   * @returns the signals that have ended, in order of their end
   */
  look(chips: KeptChips, firstFrame: number, floor: Float32Array): Activity[] {
    const reachedTo = this.#sampleOf(firstFrame / FRAMES_PER_CHIP - MARGIN_CHIPS);
    this.#ours = this.#ours.filter((burst) => endOf(burst) >= reachedTo);
    const ours = this.#ours.map((burst) => this.#areaOf(burst));
    const closed = this.#tracer.follow(chips, firstFrame / FRAMES_PER_CHIP, ours, floor);
    // A stronger signal that goes on beside a weaker one has been seen one batch later at the latest.
    const told = this.#settle();
    for (const one of closed) this.#wait(this.#activityOf(one));
    if (++this.#batches % STANDING_BATCHES === 0) this.#tellStanding(firstFrame, floor);
    return told;
  }

  /** Ends every signal, since the stream does. */
  finish(): Activity[] {
    for (const one of this.#tracer.finish()) this.#wait(this.#activityOf(one));
    const told = this.#settle();
    this.#batches = 0;
    this.#ours = [];
    this.#stronger = [];
    return told;
  }

  #areaOf({ firstSample, lengthSamples, carrierHz }: Burst): Area {
    const { binHz, fftSize, samplesPerChip } = this.#geometry;
    const first = (firstSample - this.#origin()) / samplesPerChip;
    return {
      firstChip: Math.floor(first) - MARGIN_CHIPS,
      lastChip: Math.ceil(first + lengthSamples / samplesPerChip) + MARGIN_CHIPS,
      low: Math.floor((carrierHz - CHANNEL_HZ) / binHz) + fftSize / 2,
      high: Math.ceil((carrierHz + CHANNEL_HZ) / binHz) + fftSize / 2,
    };
  }

  #wait(activity: Activity): void {
    this.#waiting.push(activity);
    this.#keep(activity);
  }

  #keep({ firstSample, lengthSamples, peakDb }: Extent): void {
    this.#stronger.push({ firstSample, lengthSamples, peakDb });
    if (this.#stronger.length > KEPT) this.#stronger.shift();
  }

  #settle(): Activity[] {
    if (this.#waiting.length === 0) return [];
    const others = [...this.#stronger, ...this.#tracer.open.map((trace) => this.#extentOf(trace))];
    return this.#waiting.splice(0).map((one) => (this.#isPartOfAny(one, others) ? part(one) : one));
  }

  #isPartOfAny(one: Activity, others: readonly Extent[]): boolean {
    for (const other of others) if (this.#isPart(one, other)) return true;
    return false;
  }

  /** Whether a signal is splatter of another one. */
  #isPart(one: Activity, other: Extent): boolean {
    const over = other.peakDb - one.peakDb;
    const first = Math.max(one.firstSample, other.firstSample);
    const inside = Math.min(endOf(one), endOf(other)) - first;
    if (over <= 0 || inside < INSIDE_SHARE * one.lengthSamples) return false;
    const together = TOGETHER_CHIPS * this.#geometry.samplesPerChip;
    const apart = Math.max(
      Math.abs(one.firstSample - other.firstSample),
      Math.abs(endOf(one) - endOf(other)),
    );
    return over > SPLATTER_DB || apart < Math.min(together, other.lengthSamples / 4);
  }

  #tellStanding(firstFrame: number, floor: Float32Array): void {
    const { samplesPerChip, binHz, fftSize } = this.#geometry;
    const chips = (STANDING_BATCHES * this.#batchFrames) / FRAMES_PER_CHIP;
    const end = (firstFrame + this.#batchFrames) / FRAMES_PER_CHIP;
    for (const { bin, width, power } of standingCarriers(floor)) {
      this.#wait({
        class: 'carrier',
        firstSample: this.#sampleOf(end - chips),
        lengthSamples: Math.round(chips * samplesPerChip),
        carrierHz: (bin - fftSize / 2) * binHz,
        bandwidthHz: width * binHz,
        peakDb: 10 * Math.log10(power),
        pulseSeconds: null,
      });
    }
  }

  #activityOf({ trace, impulses }: Closed): Activity {
    const { samplesPerChip, sampleRateHz, fftSize, binHz } = this.#geometry;
    const shape = shapeOf(trace);
    return {
      ...this.#extentOf(trace),
      class: impulses ? 'wideband' : shape.class,
      carrierHz: impulses ? 0 : (shape.centre - fftSize / 2) * binHz,
      bandwidthHz: impulses ? sampleRateHz : shape.width * binHz,
      pulseSeconds: shape.pulse === null || impulses ? null : (shape.pulse * samplesPerChip) / sampleRateHz,
    };
  }

  #extentOf({ firstChip, lastChip, peakPower }: Trace): Extent {
    const { samplesPerChip, fftSize } = this.#geometry;
    return {
      firstSample: this.#sampleOf(firstChip),
      lengthSamples: Math.round((lastChip - firstChip + 1) * samplesPerChip),
      // The bins overlap: all of them together see a signal's energy more than once.
      peakDb: 10 * Math.log10((peakPower * samplesPerChip) / fftSize),
    };
  }

  #sampleOf(chip: number): number {
    return Math.round(this.#origin() + chip * this.#geometry.samplesPerChip);
  }
}

function part(activity: Activity): Activity {
  return { ...activity, class: 'splatter' };
}

function endOf({ firstSample, lengthSamples }: { firstSample: number; lengthSamples: number }): number {
  return firstSample + lengthSamples;
}
