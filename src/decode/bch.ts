import { weightOf } from './soft-bits.js';
import { TripleTable } from './triple-table.js';

/**
 * The check of SCM: a primitive narrow-sense BCH(255,239) code, shortened.
 *
 *   g(x) = x¹⁶+x¹⁴+x¹³+x¹¹+x¹⁰+x⁹+x⁸+x⁶+x⁵+x+1 = 0x16F63 = m₁(x)·m₃(x) over GF(256)/0x11D
 *
 * Minimum distance 5: it detects four wrong bits, or corrects two. With soft values it does better: the
 * likeliest codeword is usually right even when more than two symbols are wrong, because the wrong ones are
 * the weak ones.
 */
const GENERATOR = 0x16f63;
const PARITY_BITS = 16;
/** A bit that is as sure as this is wrong with a probability that 1 less it does not show. */
const CERTAIN_NATS = 37;
/** A codeword this much less likely than the best one can be left out of what confidence weighs. */
const NEGLIGIBLE_NATS = 25;

/** Parity (16 bits) of the bits `from … to−1`, first bit first. */
export function bchParity(bits: Uint8Array, from: number, to: number): number {
  let register = 0;
  for (let i = from; i < to; i++) {
    register = (register << 1) ^ (bits[i] << PARITY_BITS);
    if (register & (1 << PARITY_BITS)) register ^= GENERATOR;
  }
  return register;
}

/** Syndrome of a word that ends with its parity, of the bits from `from` on: 0 where it agrees. */
export function bchSyndrome(bits: Uint8Array, from: number, length: number): number {
  let parity = 0;
  for (let i = length - PARITY_BITS; i < length; i++) parity = (parity << 1) | bits[i];
  return bchParity(bits, from, length - PARITY_BITS) ^ parity;
}

export interface Correction {
  /** How many bits were flipped. */
  readonly flips: number;
  /** Sum of |LLR| of the flipped bits, nats: how unlikely the flips are. */
  readonly cost: number;
  /** Probability that this codeword is the one that was sent, if one was; 0–1. */
  readonly confidence: number;
}

/**
 * Maximum-likelihood decoder of the shortened code within four flips of the hard decision.
 *
 * A table from syndrome to triples of positions finds every pattern of weight 3, and every pattern of weight 4 by trying
 * each position: less than a hundred look-ups, and no pattern of that weight is missed (a Chase search would look at some
 * of them).
 */
export class BchDecoder {
  readonly #first: number;
  readonly #length: number;
  readonly #syndromeOf: Uint16Array;
  /** Syndrome → position + 1, or 0. */
  readonly #single = new Uint8Array(1 << PARITY_BITS);
  /** Made when it is first needed. */
  #triples: TripleTable | undefined;
  readonly #weight: Float32Array;
  readonly #best = new Uint8Array(4);
  readonly #least = new Float64Array(4);
  /** Probability of exactly k wrong decisions. */
  readonly #tail = new Float64Array(5);

  /**
   * @param first  first bit that may be wrong; the bits before it are known
   * @param length bits of the whole word, parity last
   */
  constructor(first: number, length: number) {
    const n = length - first;
    this.#first = first;
    this.#length = length;
    this.#syndromeOf = new Uint16Array(n);
    this.#weight = new Float32Array(n);
    for (let i = n - 1, power = 1; i >= 0; i--) {
      this.#syndromeOf[i] = power;
      this.#single[power] = i + 1;
      power <<= 1;
      if (power & (1 << PARITY_BITS)) power ^= GENERATOR;
    }
  }

  /**
   * Corrects `bits` in place to the likeliest codeword within `maxFlips` ≤ 4 flips.
   * @param bits hard decisions, uint8 [length]; the code covers the bits from `covered` on
   * @param soft log-likelihood ratios, float32 [length]; only their magnitudes count
   * @returns null where no codeword is that near; `bits` is then unchanged.
   */
  correct(bits: Uint8Array, soft: Float32Array, covered: number, maxFlips: number): Correction | null {
    const n = this.#length - this.#first;
    for (let i = 0; i < n; i++) this.#weight[i] = weightOf(soft[this.#first + i]);
    const syndrome = bchSyndrome(bits, covered, this.#length);
    const search = new Search(this.#best);
    // Distance 5: no other word is within four flips of one.
    if (syndrome === 0) search.offer(0, 0, 0, 0, 0, 0);
    else this.#offerFlips(search, syndrome, maxFlips);
    if (search.flips < 0) return null;
    for (let i = 0; i < search.flips; i++) bits[this.#first + this.#best[i]] ^= 1;
    return { flips: search.flips, cost: search.cost, confidence: this.#confidence(search, maxFlips) };
  }

  /**
   * Posterior probability of the best codeword. Its rivals are the other codewords within reach, which the search
   * has weighed, and those beyond it: of all error patterns with more flips, one in 2¹⁶ has this syndrome.
   */
  #confidence(search: Search, maxFlips: number): number {
    let noErrors = 1;
    this.#tail.fill(0);
    this.#tail[0] = 1;
    const [weights, tail] = [this.#weight, this.#tail];
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] > CERTAIN_NATS) continue;
      const wrong = 1 / (1 + Math.exp(weights[i]));
      noErrors *= 1 - wrong;
      for (let k = maxFlips; k > 0; k--) tail[k] = tail[k] * (1 - wrong) + tail[k - 1] * wrong;
      tail[0] *= 1 - wrong;
    }
    let beyond = 1;
    for (let k = 0; k <= maxFlips; k++) beyond -= tail[k];
    const best = noErrors * Math.exp(-search.cost);
    return best / (best * search.listed + Math.max(0, beyond) / (1 << PARITY_BITS));
  }

  #offerFlips(search: Search, syndrome: number, maxFlips: number): void {
    this.#triples ??= new TripleTable(this.#syndromeOf);
    const triples = this.#triples;
    if (maxFlips >= 1) this.#offerOne(search, syndrome);
    if (maxFlips >= 2) this.#offerTwo(search, syndrome);
    const least = this.#leastWeights();
    const three = least[0] + least[1] + least[2];
    if (maxFlips >= 3 && search.matters(three)) this.#offerThree(search, syndrome, triples);
    if (maxFlips >= 4 && search.matters(three + least[3])) {
      this.#offerFour(search, syndrome, triples, least);
    }
  }

  #offerOne(search: Search, syndrome: number): void {
    const a = this.#single[syndrome] - 1;
    if (a >= 0) search.offer(1, this.#weight[a], a, 0, 0, 0);
  }

  /** Distance 5 lets at most one pair have a syndrome. */
  #offerTwo(search: Search, syndrome: number): void {
    for (let a = 0; a < this.#syndromeOf.length; a++) {
      const b = this.#single[syndrome ^ this.#syndromeOf[a]] - 1;
      if (b > a) search.offer(2, this.#weight[a] + this.#weight[b], a, b, 0, 0);
    }
  }

  #offerThree(search: Search, syndrome: number, { from, bits }: TripleTable): void {
    const weight = this.#weight;
    for (let t = from[syndrome]; t < from[syndrome + 1]; t++) {
      const [a, b, c] = [bits[t] & 255, (bits[t] >> 8) & 255, bits[t] >> 16];
      search.offer(3, weight[a] + weight[b] + weight[c], a, b, c, 0);
    }
  }

  #offerFour(
    search: Search,
    syndrome: number,
    { from, bits }: TripleTable,
    [lightest, second]: Float64Array,
  ): void {
    const weight = this.#weight;
    for (let a = 0; a < weight.length; a++) {
      const rest = syndrome ^ this.#syndromeOf[a];
      const affordable = search.cost + NEGLIGIBLE_NATS - (lightest + second) - weight[a];
      if (affordable < lightest) continue;
      for (let t = from[rest]; t < from[rest + 1]; t++) {
        const b = bits[t] & 255;
        // Each quadruple shows up four times; take it where `a` is its smallest position.
        if (b <= a || weight[b] > affordable) continue;
        const [c, d] = [(bits[t] >> 8) & 255, bits[t] >> 16];
        search.offer(4, weight[a] + weight[b] + weight[c] + weight[d], a, b, c, d);
      }
    }
  }

  /** The four smallest weights, ascending. */
  #leastWeights(): Float64Array {
    const least = this.#least.fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < this.#weight.length; i++) {
      const weight = this.#weight[i];
      if (weight >= least[3]) continue;
      let at = 3;
      for (; at > 0 && least[at - 1] > weight; at--) least[at] = least[at - 1];
      least[at] = weight;
    }
    return least;
  }
}

/** The best pattern so far, and the likelihood of all patterns together relative to it. */
class Search {
  flips = -1;
  cost = Number.POSITIVE_INFINITY;
  /** Likelihood of all patterns offered, in units of the best one's. */
  listed = 0;
  readonly #best: Uint8Array;

  constructor(best: Uint8Array) {
    this.#best = best;
  }

  /** Whether a pattern that costs as much is worth weighing. */
  matters(cost: number): boolean {
    return cost < this.cost + NEGLIGIBLE_NATS;
  }

  offer(flips: number, cost: number, a: number, b: number, c: number, d: number): void {
    if (cost >= this.cost) {
      this.listed += Math.exp(this.cost - cost);
      return;
    }
    this.listed = 1 + this.listed * Math.exp(cost - this.cost);
    this.cost = cost;
    this.flips = flips;
    this.#best[0] = a;
    this.#best[1] = b;
    this.#best[2] = c;
    this.#best[3] = d;
  }
}
