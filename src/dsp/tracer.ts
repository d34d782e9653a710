import type { Geometry } from './geometry.js';
import { type Area, Hits } from './hits.js';
import { type KeptChips, rowOf } from './kept-chips.js';
import { type Blob, Trace } from './trace.js';

/** Pieces of one signal lie within this of each other: the two tones of wide FSK do, Hz. */
const REACH_HZ = 150e3;
/** Pauses inside one signal are at most this long: 2 ms. */
const PAUSE_CHIPS = 64;
/** A trace is cut after so long: 1 s. */
const LONGEST_CHIPS = 32_768;
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
  readonly #bins: number;
  readonly #reach: number;
  readonly #hits: Hits;
  readonly #open: Trace[] = [];
  #impulses: Trace | null = null;
  readonly #closed: Closed[] = [];
  /** Traces that are over, to be used again. */
  readonly #spare: Trace[] = [];
  #budget = 0;

  /** @param chips of a batch */
  constructor(geometry: Geometry, chips: number) {
    this.#bins = geometry.fftSize;
    this.#reach = Math.round(REACH_HZ / geometry.binHz);
    this.#hits = new Hits(geometry.fftSize, chips);
  }

  /** The traces that have not ended. */
  get open(): readonly Trace[] {
    return this.#open;
  }

  /**
   * @param chips   a batch
   * @param firstChip its first one's number
   * @param leftOut areas to look away from
   * @param floor   noise power per bin, in the order of the FFT; full scale = 1
   * @returns the traces that have ended; valid until the next call
   */
  follow(
    chips: KeptChips,
    firstChip: number,
    leftOut: readonly Area[],
    floor: Float32Array,
  ): readonly Closed[] {
    this.#forgetClosed();
    if (this.#hits.begin(chips)) this.#look(chips, firstChip, leftOut, floor);
    this.#closeBefore(firstChip + chips.stride - PAUSE_CHIPS);
    return this.#closed;
  }

  #look(chips: KeptChips, firstChip: number, leftOut: readonly Area[], floor: Float32Array): void {
    const hits = this.#hits;
    const { count } = hits;
    for (const area of leftOut) hits.leaveOut(area, firstChip);
    hits.leaveOutDistortion(chips, this.#reach, floor);
    this.#budget = BLOBS_PER_BATCH;
    for (let c = 0; c < count.length; c++) {
      if (count[c] > 0) this.#chip(chips, c, firstChip + c);
    }
  }

  /** Ends all traces. */
  finish(): readonly Closed[] {
    this.#forgetClosed();
    this.#closeBefore(Number.POSITIVE_INFINITY);
    return this.#closed;
  }

  #forgetClosed(): void {
    for (const { trace } of this.#closed) this.#spare.push(trace);
    this.#closed.length = 0;
    // As many as can be open at once, impulses included.
    if (this.#spare.length > OPEN_TRACES + 1) this.#spare.length = OPEN_TRACES + 1;
  }

  #traceFrom(chip: number, blob: Blob): Trace {
    const trace = this.#spare.pop() ?? new Trace();
    trace.begin(chip, blob);
    return trace;
  }

  /** @param chip number of the batch's c-th one */
  #chip(chips: KeptChips, c: number, chip: number): void {
    const { bin } = this.#hits;
    const length = this.#hits.list(chips, c);
    if (this.#hits.isImpulse(c)) {
      this.#impulse(chip, this.#blob(chips, c, 0, length));
      return;
    }
    for (let i = 0; i < length && this.#budget > 0; this.#budget--) {
      let end = i + 1;
      while (end < length && bin[end] - bin[end - 1] <= 2) end++;
      this.#assign(chip, this.#blob(chips, c, i, end));
      i = end;
    }
  }

  #blob(chips: KeptChips, c: number, from: number, end: number): Blob {
    const { bin, power: powers } = this.#hits;
    let best = from;
    let power = 0;
    let moment = 0;
    for (let i = from; i < end; i++) {
      power += powers[i];
      moment += powers[i] * bin[i];
      if (powers[i] > powers[best]) best = i;
    }
    let width = 0;
    for (let i = from; i < end; i++) if (powers[i] > powers[best] / 10) width++;
    const peak = bin[best];
    // A narrow signal's place is best told by its main lobe, a wide one's by all of it.
    const centre = width <= MAIN_LOBE_BINS ? this.#lobeCentre(chips, c, peak) : moment / power;
    return { low: bin[from], high: bin[end - 1], peak, centre, width, power };
  }

  #lobeCentre({ rows, stride }: KeptChips, c: number, peak: number): number {
    const bins = this.#bins;
    const half = MAIN_LOBE_BINS >> 1;
    let moment = 0;
    let sum = 0;
    for (let k = Math.max(0, peak - half); k <= Math.min(bins - 1, peak + half); k++) {
      const value = Math.max(0, rows[rowOf(k, bins) * stride + c] - 1);
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
    if (nearest !== null) {
      this.#open.splice(this.#open.indexOf(nearest), 1);
      this.#close(nearest);
    }
    if (this.#open.length < OPEN_TRACES) this.#open.push(this.#traceFrom(chip, blob));
  }

  #impulse(chip: number, blob: Blob): void {
    if (this.#impulses !== null && !ended(this.#impulses, chip)) {
      this.#impulses.add(chip, blob);
      return;
    }
    if (this.#impulses !== null) this.#closed.push({ trace: this.#impulses, impulses: true });
    this.#impulses = this.#traceFrom(chip, blob);
  }

  #close(trace: Trace): void {
    if (trace.length >= SURE_CHIPS || trace.peakPower >= SURE_POWER) {
      this.#closed.push({ trace, impulses: false });
    } else {
      this.#spare.push(trace);
    }
  }

  #closeBefore(chip: number): void {
    const open = this.#open;
    let left = 0;
    for (const trace of open) {
      if (trace.lastChip < chip) this.#close(trace);
      else open[left++] = trace;
    }
    open.length = left;
    if (this.#impulses === null || this.#impulses.lastChip >= chip) return;
    this.#closed.push({ trace: this.#impulses, impulses: true });
    this.#impulses = null;
  }
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
