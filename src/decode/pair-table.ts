const SYNDROMES = 1 << 16;

/**
 * All pairs of some bits of a word, found by what flipping both does to the syndrome. Pairs are numbered from 0 on, in
 * the order of their bits.
 *
 * Few of the 65 536 syndromes are those of a pair, and most look-ups of a search find none. So a map of one bit for each
 * syndrome is asked first, and the pairs hang in a small hash table: all of it stays in the processor's nearest memory.
 */
export class PairTable {
  /** The two bits of each pair, as indices of the list that the table was filled with; a < b. */
  readonly a: Uint8Array;
  readonly b: Uint8Array;
  /** What each pair does to the syndrome. */
  readonly syndromeOf: Uint16Array;
  /** Whether any pair has a syndrome, a bit for each. */
  readonly #some = new Uint32Array(SYNDROMES / 32);
  /** Last bits of a syndrome → last pair + 1 with these, or 0; and from each pair to the one before it. */
  readonly #last: Uint16Array;
  readonly #before: Uint16Array;

  /** @param count of how many bits; at most 255 */
  constructor(count: number) {
    const pairs = (count * (count - 1)) / 2;
    this.a = new Uint8Array(pairs);
    this.b = new Uint8Array(pairs);
    this.syndromeOf = new Uint16Array(pairs);
    this.#last = new Uint16Array(2 ** Math.ceil(Math.log2(pairs + 1)));
    this.#before = new Uint16Array(pairs);
    for (let a = 0, p = 0; a < count; a++) {
      for (let b = a + 1; b < count; b++, p++) {
        this.a[p] = a;
        this.b[p] = b;
      }
    }
  }

  /** @param syndromeOf what each bit does to the syndrome, uint16 [count] */
  fill(syndromeOf: Uint16Array): void {
    const [some, last, before] = [this.#some.fill(0), this.#last.fill(0), this.#before];
    for (let a = 0, p = 0; a < syndromeOf.length; a++) {
      for (let b = a + 1; b < syndromeOf.length; b++, p++) {
        const syndrome = syndromeOf[a] ^ syndromeOf[b];
        const place = syndrome & (last.length - 1);
        this.syndromeOf[p] = syndrome;
        before[p] = last[place];
        last[place] = p + 1;
        some[syndrome >> 5] |= 1 << (syndrome & 31);
      }
    }
  }

  /** The last pair with this syndrome: its number + 1, or 0. */
  last(syndrome: number): number {
    if (((this.#some[syndrome >> 5] >>> (syndrome & 31)) & 1) === 0) return 0;
    let pair = this.#last[syndrome & (this.#last.length - 1)];
    while (this.syndromeOf[pair - 1] !== syndrome) pair = this.#before[pair - 1];
    return pair;
  }

  /** The one before it that has its syndrome; both as number + 1, or 0. */
  before(pair: number): number {
    const syndrome = this.syndromeOf[pair - 1];
    let other = this.#before[pair - 1];
    while (other > 0 && this.syndromeOf[other - 1] !== syndrome) other = this.#before[other - 1];
    return other;
  }
}
