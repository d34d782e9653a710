import { FRAMES_PER_CHIP, FRAMES_PER_SYMBOL } from './geometry.js';

/** The search looks at every second frame first; the frames between them follow where that looks promising. */
export const STRIDE = 2;

/** Where a run of equal symbols ends or begins, in steps of the first look, and how often its running sum counts. */
export interface RunEnd {
  readonly step: number;
  readonly weight: number;
}

/** The correlation with a pattern as a weighted sum of the running sum at the ends of its runs. */
export function runEnds(symbols: string): RunEnd[] {
  const sign = [...symbols].map((symbol) => (symbol === '1' ? 1 : -1));
  return Array.from({ length: symbols.length + 1 }, (_, i) => ({
    step: (i * FRAMES_PER_SYMBOL) / STRIDE,
    weight: (sign[i - 1] ?? 0) - (sign[i] ?? 0),
  })).filter(({ weight }) => weight !== 0);
}

/** One pattern as differences of the running sum at the ends of its runs. */
export class Correlator {
  readonly symbols: number;
  readonly frames: number;
  readonly #sign: Int8Array;
  /** Offsets of the pairs that count once: plus, minus, plus, minus. */
  readonly #single: Int32Array;
  /** Offsets of the pairs that count twice, in groups of four: plus, minus, …; equal offsets cancel. */
  readonly #double: Int32Array;

  constructor(symbols: string) {
    this.symbols = symbols.length;
    this.frames = symbols.length * FRAMES_PER_SYMBOL;
    this.#sign = Int8Array.from(symbols, (symbol) => (symbol === '1' ? 1 : -1));
    const ends = runEnds(symbols);
    const steps = (weight: number): number[] =>
      ends.filter((end) => end.weight === weight).map(({ step }) => step);
    const once = { plus: steps(1), minus: steps(-1) };
    const twice = { plus: steps(2), minus: steps(-2) };
    // Runs alternate, so at most one inner end is left without a partner; it stands against both outer ones.
    const pairs = Math.min(twice.plus.length, twice.minus.length);
    for (const offset of twice.plus.slice(pairs)) once.plus.push(offset, offset);
    for (const offset of twice.minus.slice(pairs)) once.minus.push(offset, offset);
    this.#single = interleaved(once.plus, once.minus, 2);
    this.#double = interleaved(twice.plus.slice(0, pairs), twice.minus.slice(0, pairs), 4);
  }

  /**
   * Correlation at each of `count` steps of the running sum.
   * @param passing takes the steps at which it exceeds the threshold; int32 [count]
   * @returns how many those are
   */
  correlate(
    running: Float64Array,
    count: number,
    out: Float64Array,
    threshold: number,
    passing: Int32Array,
  ): number {
    const [ap, am, bp, bm] = this.#single;
    const [cp, cm, dp, dm, ep, em, fp, fm] = this.#double;
    const isWhole = this.#double.length <= 8;
    let passed = 0;
    for (let i = 0; i < count; i++) {
      const once = running[i + ap] - running[i + am] + (running[i + bp] - running[i + bm]);
      const c = running[i + cp] - running[i + cm];
      const d = running[i + dp] - running[i + dm];
      const e = running[i + ep] - running[i + em];
      const f = running[i + fp] - running[i + fm];
      const sum = once + 2 * (c + d + (e + f));
      out[i] = sum;
      if (sum > threshold && isWhole) passing[passed++] = i;
    }
    out[count] = Number.NEGATIVE_INFINITY;
    if (isWhole) return passed;
    for (let t = 8; t < this.#double.length; t += 8) this.#addPairs(running, count, out, t);
    for (let i = 0; i < count; i++) if (out[i] > threshold) passing[passed++] = i;
    return passed;
  }

  #addPairs(running: Float64Array, count: number, out: Float64Array, t: number): void {
    const [ap, am, bp, bm, cp, cm, dp, dm] = this.#double.subarray(t, t + 8);
    for (let i = 0; i < count; i++) {
      const a = running[i + ap] - running[i + am];
      const b = running[i + bp] - running[i + bm];
      const c = running[i + cp] - running[i + cm];
      const d = running[i + dp] - running[i + dm];
      out[i] += 2 * (a + b + (c + d));
    }
  }

  /** Correlation at one place of a row. */
  at(row: Float32Array, first: number): number {
    let sum = 0;
    for (let i = 0, r = first; i < this.symbols; i++, r += FRAMES_PER_SYMBOL) {
      sum += this.#sign[i] * (row[r] - row[r + FRAMES_PER_CHIP]);
    }
    return sum;
  }
}

/** Pairs of offsets, plus and minus in turn, filled up to a multiple of `group` pairs with pairs that cancel. */
function interleaved(plus: readonly number[], minus: readonly number[], group: number): Int32Array {
  const pairs = new Int32Array(2 * group * Math.max(1, Math.ceil(plus.length / group)));
  plus.forEach((offset, i) => {
    pairs[2 * i] = offset;
    pairs[2 * i + 1] = minus[i];
  });
  return pairs;
}
