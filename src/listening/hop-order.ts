import { CELLS, type CellRange } from './cells.js';

/** Places of an order: both plans have 50 channels, and an endpoint goes through all of them before it begins anew. */
export const PLACES = 50;
/** By how much the gaps between packets differ, as a share of the mean gap. */
const GAP_SPREAD = 0.12;
/** What comes sooner than this after a packet belongs to the same hop, gaps. */
const SAME_HOP = 0.4;
/** When a meter was not heard for so long it may be anywhere in its order, gaps. */
const LOST_AFTER = 150;
/** Not knowing the channel of a place weighs as much as so many packets. */
const UNKNOWN = 0.5;
/** A cell that has its place is so much less likely to have another one, for each packet heard there. */
const PLACED = 20;
/** What is known of the order fades by this share with each packet. */
const FADING = 0.001;
/** Evidence that there is an order, as the logarithm of odds: what a packet leaves of it, bounds, and what is asked for. */
const EVIDENCE = { kept: 0.98, least: -4, most: 8, asked: 3 };
/** Chances below this are left out. */
const NEGLIGIBLE = 1e-4;

/**
 * The order in which an endpoint hops over its channels, learnt from the packets that are heard, and where it is in it. A
 * hidden Markov model: the state is the place in the order, the time since the last packet says about how many places
 * it has gone on, and each packet shows the cell of the band that belongs to its place. Of endpoints that hop at
 * random it finds out that it knows nothing: its {@link trust} stays near 0.
 */
export class HopOrder {
  /** Mean time from packet to packet, s. */
  periodSeconds: number;
  /** Packets heard by place and cell, shared out where the place was not sure; [PLACES × CELLS]. And their sums. */
  readonly #packets = new Float32Array(PLACES * CELLS);
  readonly #ofPlace = new Float64Array(PLACES);
  readonly #ofCell = new Float64Array(CELLS);
  /** Where it was with the last packet: a probability for each place. */
  #belief: Float64Array = new Float64Array(PLACES);
  /** When that was; null before the first. */
  #lastSeconds: number | null = null;
  #evidence = 0;

  constructor(periodSeconds: number) {
    this.periodSeconds = periodSeconds;
    this.#belief[0] = 1;
  }

  /** How sure it is that its order is better than none; 0 to 1. */
  get trust(): number {
    return 1 / (1 + Math.exp(EVIDENCE.asked - this.#evidence));
  }

  /** @param window what was listened to when the packet was heard in this cell */
  heard(cell: number, seconds: number, window: CellRange): void {
    if (this.#lastSeconds !== null) {
      const gaps = (seconds - this.#lastSeconds) / this.periodSeconds;
      if (Math.abs(gaps) < SAME_HOP) return;
      this.#belief = this.#after(gaps);
      this.#judge(cell, window);
    }
    this.#learn(cell);
    this.#lastSeconds = seconds;
  }

  /**
   * Adds what is expected in a stretch of time.
   * @param worth of a packet
   * @param expected that much for each packet, by the cell where it is expected; float64 [CELLS]
   */
  expect(fromSeconds: number, untilSeconds: number, worth: number, expected: Float64Array): void {
    const visits = this.#visits(fromSeconds, untilSeconds);
    for (let place = 0; place < PLACES; place++) {
      if (visits[place] < NEGLIGIBLE) continue;
      const scale = worth * visits[place];
      for (let cell = 0; cell < CELLS; cell++) expected[cell] += scale * this.#chance(place, cell);
    }
  }

  /** How likely a packet at a place is to be in a cell. Adds up to about 1 over all cells. */
  #chance(place: number, cell: number): number {
    const unknown = UNKNOWN / PLACES / (1 + PLACED * this.#ofCell[cell]);
    return (this.#packets[place * CELLS + cell] + unknown) / (this.#ofPlace[place] + UNKNOWN);
  }

  /** Where it is with a packet so many gaps after the last one. */
  #after(gaps: number): Float64Array {
    const belief = new Float64Array(PLACES);
    // A clock that was put back tells nothing.
    if (gaps < 0 || gaps > LOST_AFTER) return belief.fill(1 / PLACES);
    const spread = GAP_SPREAD * Math.sqrt(Math.max(1, gaps));
    for (let n = Math.max(1, Math.floor(gaps - 4 * spread)); n <= gaps + 4 * spread + 1; n++) {
      const weight = Math.exp(-(((n - gaps) / spread) ** 2) / 2);
      for (let place = 0; place < PLACES; place++)
        belief[(place + n) % PLACES] += weight * this.#belief[place];
    }
    return normalised(belief);
  }

  /** How often it is expected at each place in a stretch of time. */
  #visits(fromSeconds: number, untilSeconds: number): Float64Array {
    const visits = new Float64Array(PLACES);
    const from = (fromSeconds - (this.#lastSeconds ?? 0)) / this.periodSeconds;
    const until = (untilSeconds - (this.#lastSeconds ?? 0)) / this.periodSeconds;
    if (until < 0 || until > LOST_AFTER) return visits.fill((until - from) / PLACES);
    const slack = 4 * GAP_SPREAD * Math.sqrt(until + 1);
    for (let n = Math.max(1, Math.floor(from - slack)); n <= until + slack; n++) {
      const spread = GAP_SPREAD * Math.sqrt(n);
      const weight = normalBelow((until - n) / spread) - normalBelow((from - n) / spread);
      for (let place = 0; place < PLACES; place++)
        visits[(place + n) % PLACES] += weight * this.#belief[place];
    }
    return visits;
  }

  /** Whether the order foresaw the cell better than what was heard in the window without regard to order. */
  #judge(cell: number, { first, end }: CellRange): void {
    if (cell < first || cell >= end) return;
    let [here, inWindow, usual] = [0, 0, 0];
    for (let other = first; other < end; other++) {
      let chance = 0;
      for (let place = 0; place < PLACES; place++) chance += this.#belief[place] * this.#chance(place, other);
      if (other === cell) here = chance;
      inWindow += chance;
      usual += this.#ofCell[other] + UNKNOWN / PLACES;
    }
    const withoutOrder = (this.#ofCell[cell] + UNKNOWN / PLACES) / usual;
    const evidence = EVIDENCE.kept * this.#evidence + Math.log(here / inWindow / withoutOrder);
    this.#evidence = Math.min(EVIDENCE.most, Math.max(EVIDENCE.least, evidence));
  }

  #learn(cell: number): void {
    for (let place = 0; place < PLACES; place++) this.#belief[place] *= this.#chance(place, cell);
    normalised(this.#belief);
    for (const sums of [this.#packets, this.#ofPlace, this.#ofCell])
      for (let i = 0; i < sums.length; i++) sums[i] *= 1 - FADING;
    for (let place = 0; place < PLACES; place++) {
      this.#packets[place * CELLS + cell] += this.#belief[place];
      this.#ofPlace[place] += this.#belief[place];
    }
    this.#ofCell[cell] += 1;
  }
}

/** Makes them add up to 1, in place. */
function normalised<T extends Float64Array>(values: T): T {
  let sum = 0;
  for (const value of values) sum += value;
  for (let i = 0; i < values.length; i++) values[i] /= sum;
  return values;
}

/** The share of a normal distribution that is below so many standard deviations, within a hundredth. */
function normalBelow(deviations: number): number {
  return 1 / (1 + Math.exp(-1.702 * deviations));
}
