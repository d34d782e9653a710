import { CELLS, type CellRange } from './cells.js';
import { HopOrder, PLACES } from './hop-order.js';

/** Packets that are kept until it is known how long the order takes, and returns to a channel that tell it. */
const MOST_PACKETS = 150;
const MOST_RETURNS = 40;
/** So many returns that are alike within so much are taken for one round of the order. */
const FEWEST_ALIKE = 5;
const ALIKE = 0.05;
/** A round that is off by less is not worth beginning anew for. */
const SAME_ROUND = 0.004;
/** Where it is known already, a return is looked at if it is of so few rounds, and corrects the length by this share. */
const MOST_ROUNDS = 4;
const CORRECTION = 0.02;
/** What is heard again in a cell within this belongs to the same hop, s. */
const SAME_HOP_SECONDS = 5;
/** An order that is trusted less is given up where another length of the round shows. */
const TRUSTED = 0.5;
/** Looked for after so many more returns each time that it was in vain, and no more of them than this. */
const PATIENCE = { factor: 2, most: 160 };

interface HeardHop {
  readonly cell: number;
  readonly seconds: number;
  readonly window: CellRange;
}

/**
 * How one meter hops, as far as that can be learnt. How long it takes for all of its channels shows first: it comes
 * back to each of them after that time. Then the order itself is learnt ({@link HopOrder}).
 */
export class Hops {
  readonly #lastSeconds = new Float64Array(CELLS).fill(Number.NaN);
  readonly #packets: HeardHop[] = [];
  readonly #returns: number[] = [];
  #newReturns = 0;
  #patience = FEWEST_ALIKE;
  #order: HopOrder | null = null;

  /** How sure it is that its predictions are better than none; 0 to 1. */
  get trust(): number {
    return this.#order?.trust ?? 0;
  }

  /** @param window what was listened to when a packet was heard in this cell */
  heard(cell: number, seconds: number, window: CellRange): void {
    const back = seconds - this.#lastSeconds[cell];
    if (Math.abs(back) < SAME_HOP_SECONDS) return;
    this.#lastSeconds[cell] = seconds;
    keepOf(this.#packets, { cell, seconds, window }, MOST_PACKETS);
    this.#order?.heard(cell, seconds, window);
    if (!(back > 0)) return;
    keepOf(this.#returns, back, MOST_RETURNS);
    this.#newReturns += 1;
    this.#correct(back);
    if (this.trust < TRUSTED && this.#newReturns >= this.#patience) this.#findRound();
  }

  /**
   * Adds where packets are expected in a stretch of time.
   * @param worth of all that it sends in a second
   * @param expected worth of a second by cell; float64 [CELLS]
   */
  expect(fromSeconds: number, untilSeconds: number, worth: number, expected: Float64Array): void {
    if (this.#order === null) return;
    const perPacket = (worth * this.#order.periodSeconds) / (untilSeconds - fromSeconds);
    this.#order.expect(fromSeconds, untilSeconds, perPacket, expected);
  }

  /** Looks for a time after which it came back again and again. */
  #findRound(): void {
    this.#newReturns = 0;
    this.#patience = Math.min(PATIENCE.most, this.#patience * PATIENCE.factor);
    let alike: number[] = [];
    for (const one of this.#returns) {
      const same = this.#returns.filter((other) => Math.abs(other / one - 1) < ALIKE);
      if (same.length > alike.length) alike = same;
    }
    if (alike.length < FEWEST_ALIKE) return;
    const period = alike.reduce((sum, one) => sum + one, 0) / alike.length / PLACES;
    if (this.#order !== null && Math.abs(period / this.#order.periodSeconds - 1) < SAME_ROUND) return;
    this.#order = new HopOrder(period);
    for (const { cell, seconds, window } of this.#packets) this.#order.heard(cell, seconds, window);
  }

  #correct(back: number): void {
    if (this.#order === null) return;
    const round = this.#order.periodSeconds * PLACES;
    const rounds = Math.round(back / round);
    if (rounds < 1 || rounds > MOST_ROUNDS || Math.abs(back / rounds / round - 1) > ALIKE) return;
    this.#order.periodSeconds += (CORRECTION * (back / rounds - round)) / PLACES;
  }
}

function keepOf<T>(list: T[], one: T, most: number): void {
  list.push(one);
  if (list.length > most) list.shift();
}
