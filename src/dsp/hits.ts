import { HIT_WORD_BINS, hitWords, type KeptChips, rowOf } from './kept-chips.js';

/** Power of all signals together from which the radio is overdriven; it then shows in this share of the bins. */
const OVERDRIVEN_POWER = 0.3;
const OVERDRIVEN_SHARE = 0.1;
/** A chip with energy in more than this share of the bins is an impulse; one beside it, from this share on. */
const IMPULSE_SHARE = 0.35;
const BESIDE_SHARE = 0.1;

/** A piece of time and band; bins in order of frequency. */
export interface Area {
  readonly firstChip: number;
  readonly lastChip: number;
  readonly low: number;
  readonly high: number;
}

/** The bins and chips of a batch in which there is energy; bins in order of frequency. */
export class Hits {
  /** How many of each chip are left. */
  readonly count: Int32Array;
  /** Bins of the chip listed last, ascending. */
  readonly bin: Uint16Array;
  /** Their power above noise, whitened. */
  readonly power: Float32Array;
  readonly #bins: number;
  /** Those that are left, as `ChipHits` has them. */
  readonly #left: Int32Array;
  /** Noise power per bin, full scale = 1. */
  readonly #floor: Float32Array;

  /** @param chips of a batch */
  constructor(bins: number, chips: number) {
    this.count = new Int32Array(chips);
    this.bin = new Uint16Array(bins);
    this.power = new Float32Array(bins);
    this.#bins = bins;
    this.#left = new Int32Array(hitWords(bins) * chips);
    this.#floor = new Float32Array(bins);
  }

  /** Begins with all of a batch; returns whether there are any, without which nothing else makes sense. */
  begin({ hits: { count, bits } }: KeptChips): boolean {
    let some = 0;
    for (let c = 0; c < count.length; c++) some |= count[c];
    if (some === 0) return false;
    this.count.set(count);
    this.#left.set(bits);
    return true;
  }

  /** Lists what is left of a chip in {@link bin} and {@link power}; returns how many. */
  list(chips: KeptChips, c: number): number {
    return this.#list(chips, this.#left, c);
  }

  #list({ rows, stride }: KeptChips, bits: Int32Array, c: number): number {
    const { bin, power } = this;
    const bins = this.#bins;
    let length = 0;
    for (let at = c, lowest = 0; at < bits.length; at += stride, lowest += HIT_WORD_BINS) {
      for (let rest = bits[at]; rest !== 0; rest &= rest - 1) {
        const k = lowest + 31 - Math.clz32(rest & -rest);
        bin[length] = k;
        power[length++] = rows[rowOf(k, bins) * stride + c] - 1;
      }
    }
    return length;
  }

  /** @param first chip that the batch begins with */
  leaveOut({ firstChip, lastChip, low, high }: Area, first: number): void {
    const left = this.#left;
    const counts = this.count;
    const chips = counts.length;
    const from = Math.max(0, firstChip - first);
    const last = Math.min(chips - 1, lastChip - first);
    for (let word = 0, place = 0; place < left.length; word++, place += chips) {
      const ours = bitsBetween(word, low, high);
      if (ours === 0) continue;
      for (let c = from; c <= last; c++) {
        const out = left[place + c] & ours;
        if (out === 0) continue;
        left[place + c] ^= out;
        counts[c] -= onesOf(out);
      }
    }
  }

  /**
   * A signal that drives the radio to its limits is heard all over the band: what is far from the strongest bin
   * then, is not on the air.
   * @param reach bins on either side of the strongest that are kept
   * @param floor noise power per bin, in the order of the FFT; full scale = 1
   */
  leaveOutDistortion(chips: KeptChips, reach: number, floor: Float32Array): void {
    const all = chips.hits.count;
    const struck = OVERDRIVEN_SHARE * this.#bins;
    let least = 0;
    for (let c = 0; c < all.length; c++) {
      if (all[c] <= struck || this.count[c] === 0) continue;
      if (least === 0) least = (OVERDRIVEN_POWER * this.#bins) / this.#takeFloor(floor);
      this.#leaveOutDistortionAt(chips, c, reach, least);
    }
  }

  /** Puts the floor in order of frequency; returns its greatest. */
  #takeFloor(floor: Float32Array): number {
    let loudest = 0;
    for (let k = 0; k < floor.length; k++) {
      this.#floor[k] = floor[rowOf(k, this.#bins)];
      loudest = Math.max(loudest, this.#floor[k]);
    }
    return loudest;
  }

  /** @param least power over the noise floor of a chip that may be overdriven */
  #leaveOutDistortionAt(chips: KeptChips, c: number, reach: number, least: number): void {
    const floor = this.#floor;
    const hits = this.bin;
    const powers = this.power;
    const length = this.#list(chips, chips.hits.bits, c);
    let whole = 0;
    for (let i = 0; i < length; i++) whole += powers[i];
    if (whole < least) return;
    let sum = 0;
    let most = 0;
    let strongest = 0;
    for (let i = 0; i < length; i++) {
      const power = powers[i] * floor[hits[i]];
      sum += power;
      if (power <= most) continue;
      most = power;
      strongest = hits[i];
    }
    if (sum < OVERDRIVEN_POWER * this.#bins) return;
    let near = 0;
    for (let i = 0; i < length; i++) {
      if (Math.abs(hits[i] - strongest) <= reach) near += powers[i] * floor[hits[i]];
    }
    // An impulse is as strong everywhere; distortion is the lesser part of what it comes from.
    if (near >= sum / 2) this.#keepBetween(c, strongest - reach, strongest + reach);
  }

  /** Leaves out of a chip what is not between two bins. */
  #keepBetween(c: number, low: number, high: number): void {
    const left = this.#left;
    const chips = this.count.length;
    let count = 0;
    for (let word = 0, at = c; at < left.length; word++, at += chips) {
      left[at] &= bitsBetween(word, low, high);
      count += onesOf(left[at]);
    }
    this.count[c] = count;
  }

  /** Whether a chip is struck all over the band. */
  isImpulse(c: number): boolean {
    const counts = this.count;
    const least = IMPULSE_SHARE * this.#bins;
    // Past the ends of the batch there is nothing to compare with.
    const beside = (counts[c - 1] ?? 0) > least || (counts[c + 1] ?? 0) > least;
    return counts[c] > (beside ? BESIDE_SHARE * this.#bins : least);
  }
}

/** Bits of a word of hits that stand for bins from one to another. */
function bitsBetween(word: number, low: number, high: number): number {
  const first = Math.max(0, low - HIT_WORD_BINS * word);
  const last = Math.min(HIT_WORD_BINS - 1, high - HIT_WORD_BINS * word);
  return first > last ? 0 : (-1 << first) & (-1 >>> (HIT_WORD_BINS - 1 - last));
}

/** How many bits of a word are set. */
function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
