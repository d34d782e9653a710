import { runEnds } from '../correlator.js';
import {
  add,
  advance,
  anyTrue,
  type Code,
  constant,
  get,
  i32,
  int16Add,
  int16Greater,
  int16Max,
  int16Splat,
  int16Sub,
  isNotZero,
  type Local,
  load,
  repeat,
  set,
  store,
  sub,
  type WasmFunction,
  when,
} from './assembler.js';
import { type RunningLayout, VECTOR } from './rows-code.js';

/** Where the first look at a row keeps its figures, bytes. */
export interface ScoresLayout extends RunningLayout {
  /** Correlation per step, float32 [steps], with three values of −∞ before it and three after. */
  readonly score: number;
  /** Steps of the first look: half as many as columns. */
  readonly steps: number;
  /** Turns that may hold a peak, as byte offsets in `score`: int32. */
  readonly turns: number;
}

/** Steps in a vector, and where they are rounded. */
export const STEPS = VECTOR / 4;
const ROUNDED_STEPS = VECTOR / 2;
/** Vectors of steps that are listed together. */
export const TURN_VECTORS = 4;
const TURN = TURN_VECTORS * VECTOR;
/** Rounded vectors of such a turn, and turns that are first looked at together. */
const ROUNDED_VECTORS = (TURN_VECTORS * STEPS) / ROUNDED_STEPS;
const TURNS = 2;

/** Running sums to correlate: where they are, how many symbols a vector holds, and how they are added. */
interface Sums {
  readonly from: number;
  readonly symbols: number;
  readonly add: (a: Code, b: Code) => Code;
  readonly sub: (a: Code, b: Code) => Code;
}

/** The correlations of neighbouring vectors, and what makes them. */
interface Correlations {
  readonly sums: Code;
  readonly correlations: readonly Code[];
}

/** The first look at a row: a list of the turns in which the correlation with a pattern may pass, and the scores there. */
export class ScoresCode {
  /** Byte offset behind the last turn listed. */
  readonly listed: Local;
  readonly #fn: WasmFunction;
  readonly #symbols: string;
  readonly #layout: ScoresLayout;
  readonly #rounded: Local;

  /**
   * @param fn      takes the code
   * @param rounded what the correlation of rounded sums is at least where the first look passes
   */
  constructor(fn: WasmFunction, symbols: string, layout: ScoresLayout, rounded: Local) {
    this.#fn = fn;
    this.#symbols = symbols;
    this.#layout = layout;
    this.#rounded = rounded;
    this.listed = fn.local('i32');
  }

  /** Lists the turns in which one of the rounded correlations passes. */
  firstLook(): Code {
    const { turns, steps, rounded } = this.#layout;
    const [at, place] = this.#fn.locals('i32', 2);
    const threshold = this.#fn.local('v128');
    const rounds = { from: rounded, symbols: ROUNDED_STEPS / STEPS, add: int16Add, sub: int16Sub };
    const { sums, correlations } = this.#correlations(place, rounds, TURNS * ROUNDED_VECTORS);
    const passes = (turn: number): Code => {
      const [one, other] = correlations.slice(ROUNDED_VECTORS * turn);
      return anyTrue(int16Greater(int16Max(one, other), get(threshold)));
    };
    // Each turn is put down, and the place for it taken where it passes.
    const note = Array.from({ length: TURNS }, (_, turn) => [
      i32.store(get(this.listed), i32.add(get(at), i32.constant(turn * TURN)), turns),
      set(this.listed, i32.add(get(this.listed), i32.shl(passes(turn), i32.constant(2)))),
    ]);
    return [
      set(threshold, int16Splat(get(this.#rounded))),
      repeat(
        [set(place, i32.shiftRight(get(at), i32.constant(1))), sums, note, advance(at, TURNS * TURN)],
        i32.less(get(at), i32.constant(4 * steps)),
      ),
    ];
  }

  /**
   * Adds up the running sum at those ends of runs that count once, and twice, for neighbouring vectors. What is the
   * end of one run for one of them is that of another run for the next one, so each place is loaded once. A sum has the
   * sign of its first term, which need not be added to anything then.
   */
  #correlations(at: Local, sums: Sums, count: number): Correlations {
    const value = this.#fn.local('v128');
    const bytes = VECTOR / sums.symbols;
    const parts = [1, 2].map((times) => {
      const ends = runEnds(this.#symbols)
        .filter(({ weight }) => Math.abs(weight) === times)
        .map(({ step, weight }) => ({ place: step / STEPS, weight }));
      return { ends, vectors: this.#fn.locals('v128', count) };
    });
    const termsAt = (place: number): Code[] =>
      parts.flatMap(({ ends, vectors }) =>
        vectors.flatMap((sum, vector) =>
          ends
            .filter((end) => end.place + sums.symbols * vector === place)
            .map((end) => {
              if (end === ends[0]) return set(sum, get(value));
              const isLikeFirst = end.weight === ends[0].weight;
              return set(sum, (isLikeFirst ? sums.add : sums.sub)(get(sum), get(value)));
            }),
        ),
      );
    const last = this.#symbols.length + sums.symbols * (count - 1);
    const [once, twice] = parts;
    return {
      sums: Array.from({ length: last + 1 }, (_, place) => {
        const terms = termsAt(place);
        return terms.length === 0 ? [] : [set(value, load(get(at), sums.from + place * bytes)), terms];
      }),
      correlations: once.vectors.map((sum, vector) => {
        const isPlus = once.ends[0].weight > 0;
        const [first] = twice.ends;
        if (first === undefined) return isPlus ? get(sum) : sums.sub(constant(0), get(sum));
        const double = sums.add(get(twice.vectors[vector]), get(twice.vectors[vector]));
        // The outer end of the first run and the inner one are of opposite signs.
        return isPlus ? sums.sub(get(sum), double) : sums.sub(double, get(sum));
      }),
    };
  }

  /** Writes the correlations of some vectors, the first of which is so many behind the one at `turn`. */
  #correlateVectors(turn: Local, behind: number, count: number): Code {
    const { running, score } = this.#layout;
    const from = running + behind * VECTOR;
    const { sums, correlations } = this.#correlations(turn, { from, symbols: 1, add, sub }, count);
    return [
      sums,
      correlations.map((correlation, vector) =>
        store(get(turn), correlation, score + (behind + vector) * VECTOR),
      ),
    ];
  }

  /** Writes the scores of the listed turns, and of the vectors before and after them. */
  correlate(): Code {
    const { turns, steps } = this.#layout;
    const [entry, turn, before, next] = this.#fn.locals('i32', 4);
    const isLast = i32.isZero(i32.less(get(next), get(this.listed)));
    const gap = i32.sub(i32.load(get(next), turns), i32.add(get(turn), i32.constant(TURN)));
    return repeat(
      [
        set(turn, i32.load(get(entry), turns)),
        set(next, i32.add(get(entry), i32.constant(4))),
        // Where the turn before has been listed too, its last vector is there; nothing lies before the first.
        when(i32.sub(get(turn), get(before)), this.#correlateVectors(turn, -1, 1)),
        this.#correlateVectors(turn, 0, TURN_VECTORS),
        set(before, i32.add(get(turn), i32.constant(TURN))),
        when(
          i32.and(i32.or(isLast, isNotZero(gap)), i32.less(get(turn), i32.constant(4 * steps - TURN))),
          this.#correlateVectors(turn, TURN_VECTORS, 1),
        ),
        set(entry, get(next)),
      ],
      i32.less(get(entry), get(this.listed)),
    );
  }
}
