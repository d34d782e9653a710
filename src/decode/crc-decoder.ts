import { kthSmallest } from '../quickselect.js';
import { PairTable } from './pair-table.js';
import { PatternList } from './pattern-list.js';
import { weightOf } from './soft-bits.js';
import { TripleTable } from './triple-table.js';

const SYNDROMES = 1 << 16;
/** Given the parity of a pattern's weight, one in so many has a certain syndrome; see {@link CrcDecoder}. */
const SYNDROMES_OF_A_PARITY = SYNDROMES / 2;

/**
 * Soft corrector for a stretch of bits under a CRC-16: all patterns of up to four flips among the weakest bits, and
 * every single flip wherever it is, that explain a syndrome; and how likely it is that the true one is not among them.
 *
 * A CRC is a linear code like BCH, with distance 4 instead of 5, so that several pairs share a syndrome. Three flips are
 * found by trying each bit and looking for the pairs that complete it, four by trying each pair; or, where all bits are
 * among the weakest and so they are always the same, by a table of triples, which is faster. That is all patterns, not a
 * sample of them (Chase) nor those of an order (ordered statistics): a CRC of 16 bits cannot tell more patterns apart than
 * it would list here.
 *
 * Likelihoods are in units of that of the hard decision, P(no wrong bit); flipping a bit divides by e^|LLR|.
 * Since the polynomial has the factor x+1, the parity of a syndrome's ones is that of the number of flips. So only
 * patterns of that parity are looked for, and those beyond the list are counted by parity: half of the syndromes can be
 * theirs.
 */
export class CrcDecoder {
  /** Patterns found by the last search, the likeliest first. */
  readonly found: PatternList;
  /** Likelihood that the last search missed a pattern with this syndrome. */
  beyond = 0;
  /** Likelihood of all patterns together, whatever their syndrome: 1 / P(no wrong bit). */
  everything = 1;
  readonly #syndromeOf: Uint16Array;
  /** Syndrome → bit + 1, or 0. */
  readonly #single = new Uint16Array(SYNDROMES);
  readonly #weight: Float32Array;
  /** The two smallest weights. */
  #least = 0;
  #second = 0;
  /** Room to find the weakest. */
  readonly #order: Float32Array;
  /** The weakest bits, in order of place, and what each does to the syndrome. */
  readonly #weak: Uint16Array;
  readonly #weakSyndrome: Uint16Array;
  /** All pairs of them, of each word anew; or all triples, where they are always the same. Made when first needed. */
  readonly #changes: boolean;
  readonly #pairs: PairTable;
  #paired = false;
  #triples: TripleTable | undefined;
  /** Probability of k wrong bits among the weakest, in units of none. */
  readonly #exactly = new Float64Array(5);
  readonly #beyondOfParity = new Float64Array(2);

  /**
   * @param syndromeOf what each bit does to the syndrome, uint16 [n]; no two alike
   * @param weakest    of how many bits all patterns are tried; at most 255
   * @param keep       how many of the patterns found are kept
   */
  constructor(syndromeOf: Uint16Array, weakest: number, keep: number) {
    const weak = Math.min(weakest, syndromeOf.length);
    this.found = new PatternList(keep);
    this.#syndromeOf = syndromeOf;
    for (let i = 0; i < syndromeOf.length; i++) this.#single[syndromeOf[i]] = i + 1;
    this.#weight = new Float32Array(syndromeOf.length);
    this.#order = new Float32Array(syndromeOf.length);
    this.#weak = Uint16Array.from({ length: weak }, (_, k) => k);
    this.#weakSyndrome = syndromeOf.slice(0, weak);
    this.#changes = weak < syndromeOf.length;
    this.#pairs = new PairTable(this.#changes ? weak : 0);
  }

  /**
   * Takes up a word; needed once before any number of searches.
   * @param soft   log-likelihood ratios; only their magnitudes count
   * @param places which of `soft` each bit of the stretch is, uint16 [n]
   */
  weigh(soft: Float32Array, places: Uint16Array): void {
    this.#least = this.#second = Number.POSITIVE_INFINITY;
    for (let i = 0; i < places.length; i++) {
      const weight = weightOf(soft[places[i]]);
      this.#weight[i] = weight;
      if (weight >= this.#second) continue;
      this.#second = Math.max(this.#least, weight);
      this.#least = Math.min(this.#least, weight);
    }
    if (this.#changes) this.#chooseWeakest();
    this.#weighBeyond();
  }

  /** No pattern with this syndrome costs less, nats. */
  leastCost(syndrome: number): number {
    if (syndrome === 0) return 0;
    return parityOf(syndrome) === 1 ? this.#least : this.#least + this.#second;
  }

  /** Finds the patterns that have the syndrome: into {@link found} and {@link beyond}. */
  search(syndrome: number): void {
    this.found.clear();
    const parity = parityOf(syndrome);
    this.beyond = this.#beyondOfParity[parity] / SYNDROMES_OF_A_PARITY;
    if (syndrome === 0) this.found.offer(0, 0, 0, 0, 0, 0);
    const single = this.#single[syndrome] - 1;
    if (single >= 0) this.found.offer(1, this.#weight[single], single, 0, 0, 0);
    if (this.#changes) this.#searchPairs(syndrome, parity);
    else this.#searchTriples(syndrome, parity);
  }

  /** Two flips and four, or three, by the table of pairs. */
  #searchPairs(syndrome: number, parity: number): void {
    const pairs = this.#pairs;
    if (!this.#paired) pairs.fill(this.#weakSyndrome);
    this.#paired = true;
    const { a: pairA, b: pairB, syndromeOf } = pairs;
    if (parity === 1) {
      for (let a = 0; a < this.#weak.length; a++) {
        // Each triple shows up three times; it is taken where `a` is its first bit.
        let q = pairs.last(syndrome ^ this.#weakSyndrome[a]);
        for (; q > 0; q = pairs.before(q))
          if (pairA[q - 1] > a) this.#offer(3, pairA[q - 1], pairB[q - 1], a, 0);
      }
      return;
    }
    for (let q = pairs.last(syndrome); q > 0; q = pairs.before(q))
      this.#offer(2, pairA[q - 1], pairB[q - 1], 0, 0);
    for (let p = 0; p < pairA.length; p++) {
      // Each quadruple shows up six times; it is taken where `p` holds its first two bits.
      let q = pairs.last(syndrome ^ syndromeOf[p]);
      for (; q > 0; q = pairs.before(q))
        if (pairA[q - 1] > pairB[p]) this.#offer(4, pairA[q - 1], pairB[q - 1], pairA[p], pairB[p]);
    }
  }

  /** The same by the table of triples. */
  #searchTriples(syndrome: number, parity: number): void {
    this.#triples ??= new TripleTable(this.#syndromeOf);
    const { from, bits } = this.#triples;
    if (parity === 1) {
      for (let t = from[syndrome]; t < from[syndrome + 1]; t++)
        this.#offer(3, (bits[t] >> 8) & 255, bits[t] >> 16, bits[t] & 255, 0);
      return;
    }
    for (let a = this.#weak.length - 1; a >= 0; a--) {
      const b = this.#single[syndrome ^ this.#weakSyndrome[a]] - 1;
      if (b > a) this.#offer(2, a, b, 0, 0);
    }
    for (let a = 0; a < this.#weak.length; a++) {
      const rest = syndrome ^ this.#weakSyndrome[a];
      for (let t = from[rest]; t < from[rest + 1]; t++) {
        // Each quadruple shows up four times; it is taken where `a` is its first bit.
        const b = bits[t] & 255;
        if (b > a) this.#offer(4, (bits[t] >> 8) & 255, bits[t] >> 16, a, b);
      }
    }
  }

  /** Offers some of the weakest bits; the last two, or the last, do not count where it is fewer. */
  #offer(flips: number, c: number, d: number, a: number, b: number): void {
    const [weak, weight] = [this.#weak, this.#weight];
    const cost = weight[weak[c]] + weight[weak[d]];
    if (flips === 2) this.found.offer(2, cost, weak[c], weak[d], 0, 0);
    else if (flips === 3) this.found.offer(3, cost + weight[weak[a]], weak[c], weak[d], weak[a], 0);
    else this.found.offer(4, cost + weight[weak[a]] + weight[weak[b]], weak[c], weak[d], weak[a], weak[b]);
  }

  #chooseWeakest(): void {
    const [weak, weight] = [this.#weak, this.#weight];
    this.#order.set(weight);
    const limit = kthSmallest(this.#order, weak.length - 1);
    let atLimit = weak.length;
    for (let i = 0; i < weight.length; i++) if (weight[i] < limit) atLimit--;
    for (let i = 0, k = 0; k < weak.length; i++) {
      if (weight[i] < limit || (weight[i] === limit && atLimit-- > 0)) weak[k++] = i;
    }
    for (let k = 0; k < weak.length; k++) this.#weakSyndrome[k] = this.#syndromeOf[weak[k]];
    this.#paired = false;
  }

  /** What of each parity is not tried: everything of that parity less zero to four flips among the weakest, less single flips. */
  #weighBeyond(): void {
    const exactly = this.#exactly;
    exactly.fill(0);
    exactly[0] = 1;
    let odds = 0;
    let difference = 1;
    let sum = 1;
    for (const weight of this.#weight) {
      const odd = Math.exp(-weight);
      odds += odd;
      difference *= 1 - odd;
      sum *= 1 + odd;
    }
    for (const i of this.#weak) {
      const odd = Math.exp(-this.#weight[i]);
      for (let k = 4; k > 0; k--) exactly[k] += exactly[k - 1] * odd;
    }
    // Σ over even patterns ± Σ over odd ones is Π (1 ± e^−weight).
    this.everything = sum;
    this.#beyondOfParity[0] = Math.max(0, (sum + difference) / 2 - exactly[0] - exactly[2] - exactly[4]);
    this.#beyondOfParity[1] = Math.max(0, (sum - difference) / 2 - odds - exactly[3]);
  }
}

/** 1 where an odd number of the 16 bits is set. */
function parityOf(value: number): number {
  let folded = value ^ (value >> 8);
  folded ^= folded >> 4;
  folded ^= folded >> 2;
  return (folded ^ (folded >> 1)) & 1;
}
