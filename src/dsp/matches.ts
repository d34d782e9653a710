import type { Candidate } from './detector.js';
import type { Geometry } from './geometry.js';

/** One packet shows up at several frames around its start: those within this many are one candidate. */
const NEAR_FRAMES = 4;
/**
 * Scores are put in order by a key of 16 bits first: the exponent and ten bits of the mantissa of a float32 from 1 on. It is
 * sorted digit by digit, which takes no comparisons.
 */
const DIGIT_BITS = 8;
const DIGITS = 2 ** DIGIT_BITS;
const KEY_SHIFT = 13;
const KEY_OF_ONE = 0x3f800000 >> KEY_SHIFT;
const GREATEST_KEY = DIGITS * DIGITS - 1;
/** So many are put in order without that. */
const FEW = 40;
/** Bits of a frame within a bucket, two of which hold all that is near a frame; and buckets before they begin anew. */
const BUCKET_BITS = Math.log2(2 * NEAR_FRAMES);
const BUCKETS = 64;
const NONE = -1;

/**
 * Places where a pattern seems to begin: many, of which few become candidates. Column by column, since an object for
 * each would cost more than to find it.
 */
export class Matches {
  length = 0;
  /** Those that did not fit, since it was made. */
  dropped = 0;
  readonly #capacity: number;
  readonly #sync: Uint16Array;
  readonly #frame: Int32Array;
  readonly #bin: Float32Array;
  readonly #width: Uint8Array;
  readonly #score: Float64Array;
  readonly #keys: Uint16Array;
  readonly #order: Uint16Array;
  /** By bucket, the first and the last that is kept; and for each of them the next one. */
  readonly #first = new Int16Array(BUCKETS);
  readonly #last = new Int16Array(BUCKETS);
  readonly #next: Int16Array;
  /** By the lower digit. */
  readonly #halfOrdered: Uint16Array;
  /** How many of each digit, and then where the next of it goes: of the lower one, then of the higher one. */
  readonly #digits = new Uint16Array(2 * DIGITS);
  readonly #float = new Float32Array(1);
  readonly #floatBits = new Int32Array(this.#float.buffer);

  /** @param capacity how many are kept, the strongest; at most 8192 */
  constructor(capacity: number) {
    // Room for as many again, so that they are seldom put in order.
    const room = 2 * capacity;
    this.#capacity = capacity;
    this.#sync = new Uint16Array(room);
    this.#frame = new Int32Array(room);
    this.#bin = new Float32Array(room);
    this.#width = new Uint8Array(room);
    this.#score = new Float64Array(room);
    this.#keys = new Uint16Array(room);
    this.#order = new Uint16Array(room);
    this.#next = new Int16Array(room);
    this.#halfOrdered = new Uint16Array(room);
  }

  add(sync: number, frame: number, bin: number, width: number, score: number): void {
    if (this.length === this.#score.length) this.keepBest();
    const i = this.length++;
    this.#sync[i] = sync;
    this.#frame[i] = frame;
    this.#bin[i] = bin;
    this.#width[i] = width;
    this.#score[i] = score;
  }

  at(i: number): Candidate {
    return {
      sync: this.#sync[i],
      frame: this.#frame[i],
      bin: this.#bin[i],
      width: this.#width[i],
      score: this.#score[i],
    };
  }

  candidates(): Candidate[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i));
  }

  /** Drops the weakest where there are too many. */
  keepBest(): void {
    const most = this.#capacity;
    if (this.length <= most) return;
    this.dropped += this.length - most;
    const order = this.#strongestFirst();
    for (const column of [this.#sync, this.#frame, this.#bin, this.#width, this.#score]) {
      const before = column.slice(0, this.length);
      for (let i = 0; i < most; i++) column[i] = before[order[i]];
    }
    this.length = most;
  }

  /**
   * The strongest of each packet, strongest first: what lies within a chip in time and in the same channel, and what a
   * stronger one's leakage explains, is left out.
   * @param most how many at most
   */
  thinOut({ fftSize, samplesPerChip }: Geometry, most: number): Candidate[] {
    const order = this.#strongestFirst();
    const kept = this.#keepUnexplained(order, fftSize, fftSize / samplesPerChip, most);
    const found: Candidate[] = [];
    for (let j = 0; j < kept; j++) found.push(this.at(order[j]));
    return found;
  }

  /** Moves those that nothing stronger explains to the front of the order; returns how many they are. */
  #keepUnexplained(order: Uint16Array, bins: number, binsPerChipRate: number, most: number): number {
    this.#first.fill(NONE);
    let kept = 0;
    for (let j = 0; j < this.length && kept < most; j++) {
      const i = order[j];
      if (this.#isExplained(i, bins, binsPerChipRate)) continue;
      this.#keep(i);
      order[kept++] = i;
    }
    return kept;
  }

  /** Puts a match behind those of its bucket, all of which are stronger. */
  #keep(i: number): void {
    const bucket = bucketOf(this.#frame[i]);
    if (this.#first[bucket] === NONE) this.#first[bucket] = i;
    else this.#next[this.#last[bucket]] = i;
    this.#last[bucket] = i;
    this.#next[i] = NONE;
  }

  /** Whether one that is kept explains this. */
  #isExplained(i: number, bins: number, binsPerChipRate: number): boolean {
    const early = bucketOf(this.#frame[i] - NEAR_FRAMES);
    const late = bucketOf(this.#frame[i] + NEAR_FRAMES);
    if (this.#isExplainedIn(early, i, bins, binsPerChipRate)) return true;
    return late !== early && this.#isExplainedIn(late, i, bins, binsPerChipRate);
  }

  #isExplainedIn(bucket: number, i: number, bins: number, binsPerChipRate: number): boolean {
    const frame = this.#frame[i];
    const bin = this.#bin[i];
    const width = this.#width[i];
    const score = this.#score[i];
    // The strongest first: it explains the most.
    for (let k = this.#first[bucket]; k !== NONE; k = this.#next[k]) {
      // Leakage begins when its source does; what begins later may be another packet, however strong the first.
      if (Math.abs(this.#frame[k] - frame) > NEAR_FRAMES) continue;
      const apart = Math.abs(this.#bin[k] - bin);
      const distance = Math.min(apart, bins - apart) / binsPerChipRate;
      if (distance <= 1) return true;
      const reach = (this.#width[k] + width) / (2 * binsPerChipRate);
      if (distance <= 0.75 * reach) return true;
      // Side lobes of keying fall with the square of the distance; a factor of four over a rectangle's.
      if (score < (0.4 / (distance * distance)) * this.#score[k]) return true;
    }
    return false;
  }

  /** Indices in order. */
  #strongestFirst(): Uint16Array {
    const count = this.length;
    if (count > FEW) this.#orderByKeys();
    else {
      for (let i = 0; i < count; i++) this.#order[i] = i;
      this.#settle(0, count);
    }
    return this.#order;
  }

  /** Orders by keys, and then those that are equal. */
  #orderByKeys(): void {
    const count = this.length;
    const keys = this.#keys;
    const order = this.#order;
    const digits = this.#digits.fill(0);
    for (let i = 0; i < count; i++) {
      const key = this.#keyOf(this.#score[i]);
      keys[i] = key;
      digits[key & (DIGITS - 1)]++;
      digits[DIGITS + (key >> DIGIT_BITS)]++;
    }
    // Where each digit's begin, the greatest first.
    for (let d = DIGITS - 1, low = 0, high = 0; d >= 0; d--) {
      const lows = digits[d];
      digits[d] = low;
      low += lows;
      const highs = digits[DIGITS + d];
      digits[DIGITS + d] = high;
      high += highs;
    }
    const half = this.#halfOrdered;
    for (let i = 0; i < count; i++) half[digits[keys[i] & (DIGITS - 1)]++] = i;
    for (let j = 0; j < count; j++) {
      const i = half[j];
      order[digits[DIGITS + (keys[i] >> DIGIT_BITS)]++] = i;
    }
    let equalFrom = 0;
    for (let i = 1; i <= count; i++) {
      if (i < count && keys[order[i]] === keys[order[equalFrom]]) continue;
      if (i - equalFrom > 1) this.#settle(equalFrom, i);
      equalFrom = i;
    }
  }

  /** The greater a score the greater, or equal. */
  #keyOf(score: number): number {
    this.#float[0] = score;
    return Math.max(0, Math.min(GREATEST_KEY, (this.#floatBits[0] >> KEY_SHIFT) - KEY_OF_ONE));
  }

  /** Puts a part of the order right. Where a pulse fills the whole band, all are nearly equal. */
  #settle(from: number, to: number): void {
    const order = this.#order;
    if (to - from > FEW) {
      order.subarray(from, to).sort((one, other) => (this.#goesBefore(one, other) ? -1 : 1));
      return;
    }
    for (let i = from + 1; i < to; i++) {
      const one = order[i];
      let at = i;
      for (; at > from && this.#goesBefore(one, order[at - 1]); at--) order[at] = order[at - 1];
      order[at] = one;
    }
  }

  #goesBefore(one: number, other: number): boolean {
    const difference =
      this.#score[other] - this.#score[one] ||
      this.#frame[one] - this.#frame[other] ||
      this.#bin[one] - this.#bin[other] ||
      one - other;
    return difference < 0;
  }
}

function bucketOf(frame: number): number {
  return (frame >> BUCKET_BITS) & (BUCKETS - 1);
}
