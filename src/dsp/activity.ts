import { ACTIVITY_CLASSES, type ActivityClass, placeOf, type Shape, shapeOf } from './activity-class.js';
import type { Burst } from './burst.js';
import { FRAMES_PER_CHIP, type Geometry } from './geometry.js';
import type { Area } from './hits.js';
import type { KeptChips } from './kept-chips.js';
import { type Extent, Splatter } from './splatter.js';
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
const SPLATTER: Shape = { class: 'splatter', pulse: null };
/** A burst's channel reaches this far from its carrier, Hz. */
const CHANNEL_HZ = 120e3;
/** A burst's energy begins and ends so many chips from where it was found. */
const MARGIN_CHIPS = 10;
/** A carrier that is always there is told about once a second, at this many batches. */
const STANDING_BATCHES = 128;

/** Where a burst's energy is. */
interface Ours extends Area {
  readonly endSample: number;
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
  readonly #splatter: Splatter;
  #ours: Ours[] = [];
  #waiting: Activity[] = [];
  #batches = 0;

  /** @param origin place in the stream of frame 0 */
  constructor(geometry: Geometry, batchFrames: number, origin: () => number) {
    this.#geometry = geometry;
    this.#tracer = new Tracer(geometry, batchFrames / FRAMES_PER_CHIP);
    this.#batchFrames = batchFrames;
    this.#origin = origin;
    this.#splatter = new Splatter(geometry.samplesPerChip);
  }

  /** A burst's energy is its own, whether or not it becomes a packet. */
  leaveOut(burst: Burst): void {
    if (burst.evidence < burst.keyingEvidence + OURS_NATS) return;
    this.#ours.push(this.#areaOf(burst));
    const { firstSample, lengthSamples, snrDb } = burst;
    this.#splatter.keep({ firstSample, lengthSamples, peakDb: snrDb });
  }

  /**
   * Looks at a batch of frames. All bursts that begin before its end have been left out.
   * @param floor  noise power per bin
   * @returns the signals that have ended, in order of their end
   */
  look(chips: KeptChips, firstFrame: number, floor: Float32Array): Activity[] {
    const reachedTo = this.#sampleOf(firstFrame / FRAMES_PER_CHIP - MARGIN_CHIPS);
    this.#ours = this.#ours.filter(({ endSample }) => endSample >= reachedTo);
    const closed = this.#tracer.follow(chips, firstFrame / FRAMES_PER_CHIP, this.#ours, floor);
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
    this.#splatter.clear();
    return told;
  }

  #areaOf({ firstSample, lengthSamples, carrierHz }: Burst): Ours {
    const { binHz, fftSize, samplesPerChip } = this.#geometry;
    const first = (firstSample - this.#origin()) / samplesPerChip;
    return {
      endSample: firstSample + lengthSamples,
      firstChip: Math.floor(first) - MARGIN_CHIPS,
      lastChip: Math.ceil(first + lengthSamples / samplesPerChip) + MARGIN_CHIPS,
      low: Math.floor((carrierHz - CHANNEL_HZ) / binHz) + fftSize / 2,
      high: Math.ceil((carrierHz + CHANNEL_HZ) / binHz) + fftSize / 2,
    };
  }

  #wait(activity: Activity): void {
    this.#waiting.push(activity);
    this.#splatter.keep(activity);
  }

  #settle(): Activity[] {
    return this.#waiting
      .splice(0)
      .map((one) => (this.#isSplatter(one) ? { ...one, class: 'splatter', pulseSeconds: null } : one));
  }

  #isSplatter(one: Activity): boolean {
    if (this.#splatter.isOfKept(one)) return true;
    for (const trace of this.#tracer.open) if (this.#splatter.isOf(one, this.#extentOf(trace))) return true;
    return false;
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
    const extent = this.#extentOf(trace);
    if (impulses) {
      return { ...extent, class: 'wideband', carrierHz: 0, bandwidthHz: sampleRateHz, pulseSeconds: null };
    }
    const place = placeOf(trace);
    // What else it looks like is of no interest then.
    const shape = this.#splatter.isOfKept(extent) ? SPLATTER : shapeOf(trace, place);
    return {
      ...extent,
      class: shape.class,
      carrierHz: (place.centre - fftSize / 2) * binHz,
      bandwidthHz: place.width * binHz,
      pulseSeconds: shape.pulse === null ? null : (shape.pulse * samplesPerChip) / sampleRateHz,
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
