import type { Spectrogram } from './filterbank.js';
import { FRAMES_PER_CHIP, type Geometry } from './geometry.js';
import { type Blob, Trace } from './trace.js';

/** Power over the noise floor from which a chip in one bin is energy: noise gets there once in 10⁶ looks. */
export const HIT_POWER = 14;
/** Pieces of one signal lie within this of each other: the two tones of wide FSK do, Hz. */
const REACH_HZ = 150e3;
/** Power of all signals together from which the radio is overdriven; it then shows in this share of the bins. */
const OVERDRIVEN_POWER = 0.3;
const OVERDRIVEN_SHARE = 0.1;
/** Pauses inside one signal are at most this long: 2 ms. */
const PAUSE_CHIPS = 64;
/** A trace is cut after so long: 1 s. */
const LONGEST_CHIPS = 32_768;
/** A chip with energy in more than this share of the bins is an impulse; one beside it, from this share on. */
const IMPULSE_SHARE = 0.35;
const BESIDE_SHARE = 0.1;
/** Traces open at once, and blobs looked at per batch: bounds what a full band can cost. */
const OPEN_TRACES = 32;
const BLOBS_PER_BATCH = 4096;
/** A carrier's main lobe, bins. */
const MAIN_LOBE_BINS = 5;
/** A trace of fewer chips counts where one of them has this power, and else is noise. */
const SURE_CHIPS = 3;
const SURE_POWER = 30;

/** Follows energy through a whitened spectrogram; one look a chip, as a chip fills its frame's window. */
export class Tracer {
  /** Blobs that were not followed because there were too many at once. */
  overflow = 0;
  readonly #bins: number;
  readonly #reach: number;
  /** Bins with energy per chip of a batch, ascending in frequency, and their power: [chips][bins]; and how many. */
  readonly #hits: Uint16Array;
  readonly #powers: Float32Array;
  readonly #counts: Uint16Array;
  #open: Trace[] = [];
  #impulses: Trace | null = null;
  #closed: Closed[] = [];
  #budget = 0;

  constructor(geometry: Geometry, batchFrames: number) {
    const chips = batchFrames / FRAMES_PER_CHIP;
    this.#bins = geometry.fftSize;
    this.#reach = Math.round(REACH_HZ / geometry.binHz);
    this.#hits = new Uint16Array(chips * geometry.fftSize);
    this.#powers = new Float32Array(chips * geometry.fftSize);
    this.#counts = new Uint16Array(chips);
  }

  /** The traces that have not ended. */
  get open(): readonly Trace[] {
    return this.#open;
  }

  /**
   * @param column  column of chip `firstChip`, the first of a batch
   * @param leftOut areas to look away from
   * @param floor   noise power per bin, in the order of the FFT; full scale = 1
   * @returns the traces that have ended
   */
  follow(
    spectrogram: Spectrogram,
    column: number,
    firstChip: number,
    leftOut: readonly Area[],
    floor: Float32Array,
  ): Closed[] {
    this.#gather(spectrogram, column);
    for (let c = 0; c < this.#counts.length; c++) {
      if (this.#counts[c] > OVERDRIVEN_SHARE * this.#bins) this.#leaveOutDistortion(c, firstChip + c, floor);
    }
    for (const area of leftOut) this.#leaveOut(area, firstChip);
    this.#budget = BLOBS_PER_BATCH;
    for (let c = 0; c < this.#counts.length; c++) {
      if (this.#counts[c] > 0) this.#chip(spectrogram, column + c * FRAMES_PER_CHIP, firstChip + c, c);
    }
    this.#closeBefore(firstChip + this.#counts.length - PAUSE_CHIPS);
    return this.#closed.splice(0);
  }

  /** Ends all traces. */
  finish(): Closed[] {
    this.#closeBefore(Number.POSITIVE_INFINITY);
    return this.#closed.splice(0);
  }

  #gather({ rows, stride }: Spectrogram, column: number): void {
    this.#counts.fill(0);
    for (let k = 0; k < this.#bins; k++) {
      this.#gatherRow(rows, rowOf(k, this.#bins) * stride + column, k);
    }
  }

  /** Notes bin `k` for each chip that has energy there. @param first index in `rows` of the first chip */
  #gatherRow(rows: Float32Array, first: number, k: number): void {
    const hits = this.#hits;
    const powers = this.#powers;
    const counts = this.#counts;
    const bins = this.#bins;
    const chips = counts.length;
    // An import is read anew each time round, at several times the price of all the rest.
    const step = FRAMES_PER_CHIP;
    const threshold = HIT_POWER;
    for (let c = 0, i = first; c < chips; c++, i += step) {
      if (rows[i] > threshold) {
        const at = c * bins + counts[c]++;
        hits[at] = k;
        powers[at] = rows[i] - 1;
      }
    }
  }

  #leaveOut({ firstChip, lastChip, low, high }: Area, first: number): void {
    const hits = this.#hits;
    const powers = this.#powers;
    const last = Math.min(this.#counts.length - 1, lastChip - first);
    for (let c = Math.max(0, firstChip - first); c <= last; c++) {
      const from = c * this.#bins;
      let kept = from;
      for (let i = from; i < from + this.#counts[c]; i++) {
        if (hits[i] >= low && hits[i] <= high) continue;
        powers[kept] = powers[i];
        hits[kept++] = hits[i];
      }
      this.#counts[c] = kept - from;
    }
  }

  /**
   * A signal that drives the radio to its limits is heard all over the band: what is far from the strongest bin
   * then, is not on the air.
   */
  #leaveOutDistortion(c: number, chip: number, floor: Float32Array): void {
    const from = c * this.#bins;
    let sum = 0;
    let most = 0;
    let strongest = 0;
    for (let i = from; i < from + this.#counts[c]; i++) {
      const power = this.#powers[i] * floor[rowOf(this.#hits[i], this.#bins)];
      sum += power;
      if (power <= most) continue;
      most = power;
      strongest = this.#hits[i];
    }
    if (sum < OVERDRIVEN_POWER * this.#bins) return;
    let near = 0;
    for (let i = from; i < from + this.#counts[c]; i++) {
      const k = this.#hits[i];
      if (Math.abs(k - strongest) <= this.#reach) near += this.#powers[i] * floor[rowOf(k, this.#bins)];
    }
    // An impulse is as strong everywhere; distortion is the lesser part of what it comes from.
    if (near < sum / 2) return;
    const only = { firstChip: chip, lastChip: chip };
    this.#leaveOut({ ...only, low: 0, high: strongest - this.#reach - 1 }, chip - c);
    this.#leaveOut({ ...only, low: strongest + this.#reach + 1, high: this.#bins }, chip - c);
  }

  #chip(spectrogram: Spectrogram, column: number, chip: number, c: number): void {
    const count = this.#counts[c];
    const from = c * this.#bins;
    if (this.#isImpulse(c)) {
      this.#impulse(chip, this.#blob(spectrogram, column, from, from + count));
      return;
    }
    for (let i = from; i < from + count; ) {
      let end = i + 1;
      while (end < from + count && this.#hits[end] - this.#hits[end - 1] <= 2) end++;
      if (this.#budget-- > 0) this.#assign(chip, this.#blob(spectrogram, column, i, end));
      else this.overflow++;
      i = end;
    }
  }

  #blob(spectrogram: Spectrogram, column: number, from: number, end: number): Blob {
    const hits = this.#hits;
    const powers = this.#powers;
    let best = from;
    let power = 0;
    let moment = 0;
    for (let i = from; i < end; i++) {
      power += powers[i];
      moment += powers[i] * hits[i];
      if (powers[i] > powers[best]) best = i;
    }
    let width = 0;
    for (let i = from; i < end; i++) if (powers[i] > powers[best] / 10) width++;
    const peak = hits[best];
    // A narrow signal's place is best told by its main lobe, a wide one's by all of it.
    const centre = width <= MAIN_LOBE_BINS ? this.#lobeCentre(spectrogram, column, peak) : moment / power;
    return { low: hits[from], high: hits[end - 1], peak, centre, width, power };
  }

  #lobeCentre({ rows, stride }: Spectrogram, column: number, peak: number): number {
    const bins = this.#bins;
    const half = MAIN_LOBE_BINS >> 1;
    let moment = 0;
    let sum = 0;
    for (let k = Math.max(0, peak - half); k <= Math.min(bins - 1, peak + half); k++) {
      const value = Math.max(0, rows[rowOf(k, bins) * stride + column] - 1);
      moment += value * k;
      sum += value;
    }
    return moment / sum;
  }

  #assign(chip: number, blob: Blob): void {
    let nearest: Trace | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const trace of this.#open) {
      const distance = Math.max(0, trace.low - blob.high, blob.low - trace.high);
      if (distance >= least || distance > trace.reach(this.#reach)) continue;
      nearest = trace;
      least = distance;
    }
    if (nearest !== null && !ended(nearest, chip)) {
      nearest.add(chip, blob);
      return;
    }
    if (nearest !== null) this.#close(nearest);
    if (this.#open.length < OPEN_TRACES) this.#open.push(new Trace(chip, blob));
    else this.overflow++;
  }

  #isImpulse(c: number): boolean {
    const counts = this.#counts;
    const least = IMPULSE_SHARE * this.#bins;
    // Past the ends of the batch there is nothing to compare with.
    const beside = (counts[c - 1] ?? 0) > least || (counts[c + 1] ?? 0) > least;
    return counts[c] > (beside ? BESIDE_SHARE * this.#bins : least);
  }

  #impulse(chip: number, blob: Blob): void {
    if (this.#impulses !== null && !ended(this.#impulses, chip)) {
      this.#impulses.add(chip, blob);
      return;
    }
    if (this.#impulses !== null) this.#closed.push({ trace: this.#impulses, impulses: true });
    this.#impulses = new Trace(chip, blob);
  }

  #close(trace: Trace): void {
    this.#open = this.#open.filter((other) => other !== trace);
    if (trace.length >= SURE_CHIPS || trace.peakPower >= SURE_POWER) {
      this.#closed.push({ trace, impulses: false });
    }
  }

  #closeBefore(chip: number): void {
    for (const trace of this.#open.filter(({ lastChip }) => lastChip < chip)) this.#close(trace);
    if (this.#impulses === null || this.#impulses.lastChip >= chip) return;
    this.#closed.push({ trace: this.#impulses, impulses: true });
    this.#impulses = null;
  }
}

/** A piece of time and band; bins in order of frequency. */
export interface Area {
  readonly firstChip: number;
  readonly lastChip: number;
  readonly low: number;
  readonly high: number;
}

/** A trace that has ended. */
export interface Closed {
  readonly trace: Trace;
  /** It is made of impulses over most of the band. */
  readonly impulses: boolean;
}

function ended(trace: Trace, chip: number): boolean {
  return chip - trace.lastChip > PAUSE_CHIPS || chip - trace.firstChip > LONGEST_CHIPS;
}

/** Row of the spectrogram of the k-th bin in order of frequency. */
function rowOf(k: number, bins: number): number {
  return (k + bins / 2) % bins;
}
