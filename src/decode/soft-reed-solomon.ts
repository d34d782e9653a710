import { FIELD_SIZE, inverse, PARITY_SYMBOLS, PRODUCT, solveChecks, WORD_SYMBOLS } from './reed-solomon.js';

/** No symbol may outvote many; see `bounded` in dsp/likelihood.ts. Keeps all products within a double. */
const MOST_NATS = 30;
/** Changes this much less likely than the best word are left out, and counted as such: e⁻¹⁵. */
const NEGLIGIBLE = 3e-7;
/** How many values of a symbol are ranked: the likeliest, and those tried where two symbols change together. */
const RANKED_VALUES = 9;

export interface SymbolCorrection {
  /** In how many bits the word differs from the likeliest symbols. */
  readonly correctedBits: number;
  /** Probability that this word is the one that was sent, if one was; 0–1. */
  readonly confidence: number;
}

/**
 * Soft decoder of the Reed–Solomon code by ordered statistics (M. Fossorier and S. Lin, IEEE Trans. Inf. Theory 41,
 * 1995, here with symbols in place of bits).
 *
 * Any 16 symbols determine the other five. So take the 16 surest, and let the checks tell the five weakest: that
 * corrects whatever is wrong with those. Then change one of the 16 to each other value, then any two to one of their
 * eight next values, and weigh each word so made: 1 + 496 + up to 7680 of them. What decoders by erasures find
 * (generalised minimum distance, Chase) is among them wherever it is likely.
 *
 * All words are as likely beforehand, so the posterior of a word is its likelihood over that of all words: those made,
 * and the others, whose parity is as good as random: one of 32⁵. Likelihoods are in units of the likeliest symbols'.
 */
export class SoftReedSolomon {
  /** Of each value, over that of the likeliest; float64 [21][32]. */
  readonly #likelihood = new Float64Array(WORD_SYMBOLS * FIELD_SIZE);
  /** Values from the likeliest on; uint8 [21][9]. */
  readonly #values = new Uint8Array(WORD_SYMBOLS * RANKED_VALUES);
  /** Likelihood of all values of a symbol together. */
  readonly #all = new Float64Array(WORD_SYMBOLS);
  /** Places from the weakest to the surest; of the first five, the checks tell the symbols. */
  readonly #places = new Uint8Array(WORD_SYMBOLS);
  readonly #rows = new Uint8Array(PARITY_SYMBOLS * WORD_SYMBOLS);
  /** The five weakest symbols as told by the others, unchanged; and with one of them changed. */
  readonly #told = new Uint8Array(PARITY_SYMBOLS);
  readonly #changed = new Uint8Array(PARITY_SYMBOLS);
  /** Likeliest word made: two of the surest symbols (or the same one twice) and their values. */
  readonly #best = { likelihood: 0, a: 0, valueA: 0, b: 0, valueB: 0 };
  /** Likelihood of all words made, and of their 16 surest symbols alone. */
  #listed = 0;
  #tried = 0;

  /**
   * @param logLikelihood of each value of each symbol, nats, finite; float64 [21][32]
   * @param word          result, uint8 [21]
   */
  decode(logLikelihood: Float64Array, word: Uint8Array): SymbolCorrection {
    this.#rank(logLikelihood);
    solveChecks(this.#places.subarray(0, PARITY_SYMBOLS), this.#rows);
    this.#tell();
    this.#best.likelihood = 0;
    this.#listed = 0;
    this.#tried = 0;
    this.#changeOne();
    this.#changeTwo();
    this.#changeAnyTwo();
    return { correctedBits: this.#write(word), confidence: this.#confidence() };
  }

  #rank(logLikelihood: Float64Array): void {
    for (let i = 0; i < WORD_SYMBOLS; i++) {
      const row = i * FIELD_SIZE;
      let most = Number.NEGATIVE_INFINITY;
      for (let v = 0; v < FIELD_SIZE; v++) most = Math.max(most, logLikelihood[row + v]);
      this.#all[i] = 0;
      for (let v = 0; v < FIELD_SIZE; v++) {
        this.#likelihood[row + v] = Math.exp(Math.max(logLikelihood[row + v] - most, -MOST_NATS));
        this.#all[i] += this.#likelihood[row + v];
        this.#rankValue(i, v);
      }
      this.#places[i] = i;
    }
    this.#places.sort((i, j) => this.#all[j] - this.#all[i]);
  }

  /** Sorts value v in among the first v values of symbol i, of which the likeliest are kept. */
  #rankValue(i: number, v: number): void {
    const values = this.#values;
    const [row, first] = [i * FIELD_SIZE, i * RANKED_VALUES];
    const likelihood = this.#likelihood[row + v];
    let n = Math.min(v, RANKED_VALUES);
    for (; n > 0 && this.#likelihood[row + values[first + n - 1]] < likelihood; n--)
      if (n < RANKED_VALUES) values[first + n] = values[first + n - 1];
    if (n < RANKED_VALUES) values[first + n] = v;
  }

  /** The n-th likeliest value of the symbol at a place. */
  #valueOf(place: number, n = 0): number {
    return this.#values[place * RANKED_VALUES + n];
  }

  /** What adding `by` to one of the surest symbols adds to the r-th of the weakest. */
  #share(r: number, place: number, by: number): number {
    return PRODUCT[FIELD_SIZE * this.#rows[r * WORD_SYMBOLS + place] + by];
  }

  #tell(): void {
    this.#told.fill(0);
    for (const place of this.#places.subarray(PARITY_SYMBOLS)) {
      for (let r = 0; r < PARITY_SYMBOLS; r++) this.#told[r] ^= this.#share(r, place, this.#valueOf(place));
    }
  }

  /** The word as it looks, and those with one of the surest symbols changed to any other value. */
  #changeOne(): void {
    const first = this.#places[PARITY_SYMBOLS];
    this.#weigh(this.#told, 1, first, this.#valueOf(first), first, this.#valueOf(first));
    for (const place of this.#places.subarray(PARITY_SYMBOLS)) {
      for (let value = 0; value < FIELD_SIZE; value++) {
        if (value === this.#valueOf(place)) continue;
        this.#weigh(this.#told, this.#likelihood[place * FIELD_SIZE + value], place, value, place, value);
      }
    }
  }

  /** The words with two of the surest symbols changed to one of their next values. */
  #changeTwo(): void {
    for (let k = PARITY_SYMBOLS; k < WORD_SYMBOLS; k++) {
      const a = this.#places[k];
      for (let n = 1; n < RANKED_VALUES; n++) {
        const valueA = this.#valueOf(a, n);
        const likelihood = this.#likelihood[a * FIELD_SIZE + valueA];
        if (likelihood < this.#best.likelihood * NEGLIGIBLE) break;
        for (let r = 0; r < PARITY_SYMBOLS; r++)
          this.#changed[r] = this.#told[r] ^ this.#share(r, a, valueA ^ this.#valueOf(a));
        for (let other = k + 1; other < WORD_SYMBOLS; other++)
          this.#changeAnother(likelihood, a, valueA, this.#places[other]);
      }
    }
  }

  #changeAnother(likelihoodA: number, a: number, valueA: number, b: number): void {
    for (let n = 1; n < RANKED_VALUES; n++) {
      const value = this.#valueOf(b, n);
      const likelihood = likelihoodA * this.#likelihood[b * FIELD_SIZE + value];
      if (likelihood < this.#best.likelihood * NEGLIGIBLE) return;
      this.#weigh(this.#changed, likelihood, a, valueA, b, value);
    }
  }

  /**
   * The word with two of the surest symbols wrong, by whatever, and the weakest as they look, if there is one: a click on
   * top of a strong packet makes unlikely values. Where it is a better one than those made so far, it is not one of them.
   */
  #changeAnyTwo(): void {
    for (let k = PARITY_SYMBOLS; k < WORD_SYMBOLS; k++) {
      for (let other = k + 1; other < WORD_SYMBOLS; other++) {
        const [a, b] = [this.#places[k], this.#places[other]];
        const [byA, byB] = [this.#solveTwo(a, b), this.#solveTwo(b, a)];
        if (byA === 0 || byB === 0) continue;
        const [valueA, valueB] = [byA ^ this.#valueOf(a), byB ^ this.#valueOf(b)];
        const likelihood =
          this.#likelihood[a * FIELD_SIZE + valueA] * this.#likelihood[b * FIELD_SIZE + valueB];
        if (likelihood <= this.#best.likelihood) continue;
        let agrees = true;
        for (let r = 2; r < PARITY_SYMBOLS; r++)
          agrees &&= this.#missing(r) === (this.#share(r, a, byA) ^ this.#share(r, b, byB));
        if (!agrees) continue;
        for (let r = 0; r < PARITY_SYMBOLS; r++) this.#changed[r] = this.#told[r] ^ this.#share(r, a, byA);
        this.#weigh(this.#changed, likelihood, a, valueA, b, valueB);
      }
    }
  }

  /** What has to be added to the r-th of the weakest symbols to make it what it looks like. */
  #missing(r: number): number {
    return this.#told[r] ^ this.#valueOf(this.#places[r]);
  }

  /** What is to be added to symbol a, and something to b, for the first two of the weakest to be what they look like. */
  #solveTwo(a: number, b: number): number {
    const rows = this.#rows;
    const [b0, b1] = [rows[b], rows[WORD_SYMBOLS + b]];
    const determinant = this.#share(0, a, b1) ^ this.#share(1, a, b0);
    const numerator = this.#share(0, b, this.#missing(1)) ^ this.#share(1, b, this.#missing(0));
    return PRODUCT[FIELD_SIZE * inverse(determinant) + numerator];
  }

  /**
   * Weighs a word: that of `told` with the symbol at b changed, whose changes are of this likelihood.
   * @param a another one that is changed and in `told` already; or b
   */
  #weigh(told: Uint8Array, likelihood: number, a: number, valueA: number, b: number, valueB: number): void {
    const by = valueB ^ this.#values[b * RANKED_VALUES];
    let product = likelihood;
    for (let r = 0; r < PARITY_SYMBOLS; r++) {
      const symbol = told[r] ^ PRODUCT[FIELD_SIZE * this.#rows[r * WORD_SYMBOLS + b] + by];
      product *= this.#likelihood[this.#places[r] * FIELD_SIZE + symbol];
    }
    this.#tried += likelihood;
    this.#listed += product;
    if (product <= this.#best.likelihood) return;
    this.#best.likelihood = product;
    this.#best.a = a;
    this.#best.valueA = valueA;
    this.#best.b = b;
    this.#best.valueB = valueB;
  }

  #confidence(): number {
    let weakest = 1;
    let surest = 1;
    for (let k = 0; k < PARITY_SYMBOLS; k++) weakest *= this.#all[this.#places[k]];
    for (let k = PARITY_SYMBOLS; k < WORD_SYMBOLS; k++) surest *= this.#all[this.#places[k]];
    // What was not tried of the 16 surest, times the mean likelihood of five symbols that parity takes at random.
    const beyond = (Math.max(0, surest - this.#tried) * weakest) / FIELD_SIZE ** PARITY_SYMBOLS;
    return this.#best.likelihood / (this.#listed + beyond);
  }

  /** Writes the likeliest word. @returns in how many bits it differs from the likeliest symbols */
  #write(word: Uint8Array): number {
    const { a, valueA, b, valueB } = this.#best;
    for (let i = 0; i < WORD_SYMBOLS; i++) word[i] = this.#valueOf(i);
    word[a] = valueA;
    word[b] = valueB;
    for (let r = 0; r < PARITY_SYMBOLS; r++) {
      let symbol = 0;
      for (const place of this.#places.subarray(PARITY_SYMBOLS)) symbol ^= this.#share(r, place, word[place]);
      word[this.#places[r]] = symbol;
    }
    let bits = 0;
    for (let i = 0; i < WORD_SYMBOLS; i++) bits += onesIn(word[i] ^ this.#valueOf(i));
    return bits;
  }
}

function onesIn(value: number): number {
  let ones = 0;
  for (let rest = value; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
}
