/** Most flips in a pattern. */
const MOST_FLIPS = 4;

/** The likeliest of the error patterns offered to it, and the likelihood of all of them together. */
export class PatternList {
  /** How many are kept. */
  length = 0;
  /** Likelihood of all patterns offered, Σ e^−cost. */
  likelihood = 0;
  readonly #flips: Uint8Array;
  readonly #cost: Float64Array;
  readonly #bits: Uint16Array;

  /** @param capacity how many patterns are kept */
  constructor(capacity: number) {
    this.#flips = new Uint8Array(capacity);
    this.#cost = new Float64Array(capacity);
    this.#bits = new Uint16Array(capacity * MOST_FLIPS);
  }

  clear(): void {
    this.length = 0;
    this.likelihood = 0;
  }

  /**
   * @param flips how many of the four bits are flipped, 0–4; the others do not count
   * @param cost  sum of |LLR| of the flipped bits, nats
   */
  offer(flips: number, cost: number, a: number, b: number, c: number, d: number): void {
    this.likelihood += Math.exp(-cost);
    const capacity = this.#flips.length;
    if (this.length === capacity && cost >= this.#cost[capacity - 1]) return;
    let k = this.length < capacity ? this.length++ : capacity - 1;
    for (; k > 0 && this.#cost[k - 1] > cost; k--) this.#move(k - 1, k);
    this.#flips[k] = flips;
    this.#cost[k] = cost;
    const at = k * MOST_FLIPS;
    this.#bits[at] = a;
    this.#bits[at + 1] = b;
    this.#bits[at + 2] = c;
    this.#bits[at + 3] = d;
  }

  flipsOf(k: number): number {
    return this.#flips[k];
  }

  costOf(k: number): number {
    return this.#cost[k];
  }

  /** The i-th flipped bit of pattern k. */
  bitOf(k: number, i: number): number {
    return this.#bits[k * MOST_FLIPS + i];
  }

  #move(from: number, to: number): void {
    this.#flips[to] = this.#flips[from];
    this.#cost[to] = this.#cost[from];
    this.#bits.copyWithin(to * MOST_FLIPS, from * MOST_FLIPS, (from + 1) * MOST_FLIPS);
  }
}
