import type { Candidate } from './detector.js';
import type { Geometry } from './geometry.js';

/** One packet shows up at several frames around its start: those within this many are one candidate. */
const NEAR_FRAMES = 4;
/** Scores are put in order as whole numbers below 2³⁹, with the index in the lowest bits. */
const INDEX_RANGE = 2 ** 14;
const SCORE_STEPS = 2 ** 16;
/** From here on it is their logarithms: nonsense in silence has scores of any size, and all of them at once. */
const GREAT_SCORE = 2 ** 22;
const LOG_STEPS = 2 ** 28;
/** So many are put in order without that. */
const FEW = 10;
/** Frames of a bucket, two of which hold all that is near a frame, and buckets before they begin anew. */
const BUCKET_FRAMES = 2 * NEAR_FRAMES;
const BUCKETS = 64;

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
  readonly #keys: Float64Array;
  readonly #order: Uint16Array;

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
    this.#keys = new Float64Array(room);
    this.#order = new Uint16Array(room);
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
    const kept = new Kept(fftSize, fftSize / samplesPerChip);
    for (let j = 0; j < this.length && kept.candidates.length < most; j++) {
      const i = order[j];
      if (!kept.explain(this.#frame[i], this.#bin[i], this.#width[i], this.#score[i])) kept.add(this.at(i));
    }
    return kept.candidates;
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

  /** Orders by whole numbers, which are sorted several times as fast as by comparing, and then those that are equal. */
  #orderByKeys(): void {
    const count = this.length;
    const keys = this.#keys.subarray(0, count);
    for (let i = 0; i < count; i++) {
      keys[i] = INDEX_RANGE * wholeScore(this.#score[i]) + (INDEX_RANGE - 1 - i);
    }
    keys.sort();
    let before = -1;
    let equalFrom = 0;
    for (let i = 0; i < count; i++) {
      const key = keys[count - 1 - i];
      const score = Math.floor(key / INDEX_RANGE);
      this.#order[i] = INDEX_RANGE - 1 - (key - INDEX_RANGE * score);
      if (score !== before) {
        this.#settle(equalFrom, i);
        equalFrom = i;
        before = score;
      }
    }
    this.#settle(equalFrom, count);
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

/** The greater a score the greater, or equal; and equal only where scores are nearly so. */
function wholeScore(score: number): number {
  if (score <= GREAT_SCORE) return Math.floor(SCORE_STEPS * score);
  const beyond = Math.log2(Math.min(score, Number.MAX_VALUE) / GREAT_SCORE);
  return SCORE_STEPS * GREAT_SCORE + Math.floor(LOG_STEPS * beyond);
}

/** The candidates kept so far, by time. */
class Kept {
  readonly candidates: Candidate[] = [];
  readonly #bins: number;
  readonly #binsPerChipRate: number;
  /** The newest of each bucket, and for each candidate the one before it; −1 for none. */
  readonly #newest = new Int16Array(BUCKETS).fill(-1);
  readonly #older: number[] = [];

  constructor(bins: number, binsPerChipRate: number) {
    this.#bins = bins;
    this.#binsPerChipRate = binsPerChipRate;
  }

  add(candidate: Candidate): void {
    const bucket = bucketOf(candidate.frame);
    this.#older.push(this.#newest[bucket]);
    this.#newest[bucket] = this.candidates.length;
    this.candidates.push(candidate);
  }

  /** Whether one of them, all of which are stronger, explains this. */
  explain(frame: number, bin: number, width: number, score: number): boolean {
    const early = bucketOf(frame - NEAR_FRAMES);
    const late = bucketOf(frame + NEAR_FRAMES);
    if (this.#isExplainedIn(early, frame, bin, width, score)) return true;
    return late !== early && this.#isExplainedIn(late, frame, bin, width, score);
  }

  #isExplainedIn(bucket: number, frame: number, bin: number, width: number, score: number): boolean {
    for (let k = this.#newest[bucket]; k >= 0; k = this.#older[k]) {
      const stronger = this.candidates[k];
      // Leakage begins when its source does; what begins later may be another packet, however strong the first.
      if (Math.abs(stronger.frame - frame) > NEAR_FRAMES) continue;
      const apart = Math.abs(stronger.bin - bin);
      const distance = Math.min(apart, this.#bins - apart) / this.#binsPerChipRate;
      const reach = (stronger.width + width) / (2 * this.#binsPerChipRate);
      if (distance <= Math.max(1, 0.75 * reach)) return true;
      // Side lobes of keying fall with the square of the distance; a factor of four over a rectangle's.
      if (score < (0.4 / (distance * distance)) * stronger.score) return true;
    }
    return false;
  }
}

function bucketOf(frame: number): number {
  return Math.floor(frame / BUCKET_FRAMES) & (BUCKETS - 1);
}
