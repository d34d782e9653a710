import { runEnds } from '../correlator.js';
import { SYNC_ORDER } from '../rows.js';
import {
  add,
  advance,
  and,
  anyTrue,
  type Code,
  constant,
  f32,
  f64,
  get,
  greater,
  greaterOrEqual,
  i32,
  int16Add,
  int16Greater,
  int16Max,
  int16Splat,
  int16Sub,
  type Local,
  lane,
  laneMask,
  leave,
  load,
  max,
  mul,
  repeat,
  set,
  splat,
  store,
  sub,
  tee,
  WasmFunction,
  when,
} from './assembler.js';
import { CHIP, type RunningLayout, VECTOR } from './rows-code.js';

/** Where the search for peaks keeps its figures, bytes. */
export interface PeaksLayout extends RunningLayout {
  /** Correlation per step, float32 [steps], with three values of −∞ before it and three after. */
  readonly score: number;
  /** Steps of the first look: half as many as columns. */
  readonly steps: number;
  /** Steps that may hold a peak, as byte offsets in `score`: int32. */
  readonly list: number;
  /** Peaks; {@link PEAK_BYTES} each. */
  readonly peaks: number;
}

/** A peak: its score float64, its column int32, and what it is marked with int32. */
export const PEAK_BYTES = 16;
/** Steps in a vector, and where they are rounded. */
const STEPS = VECTOR / 4;
const ROUNDED_STEPS = VECTOR / 2;
/** Room for the rounding errors of a comparison. */
const ROUNDED_UP = 1 + 1e-5;
/** Vectors looked at closer at a time. */
const TURN_VECTORS = 4;
const TURN = TURN_VECTORS * VECTOR;
/** Rounded vectors of such a turn, and turns that are first looked at together. */
const ROUNDED_VECTORS = (TURN_VECTORS * STEPS) / ROUNDED_STEPS;
const TURNS = 2;

/**
 * `peaks(row, firstLook, least, noise, rounded, unit, mark, found)`: correlates the running sum with one pattern, looks
 * closer wherever the first look finds a local maximum, and notes those that are sure enough, in units of `1 / unit`,
 * behind the `found` bytes that are at `peaks` already; returns how many bytes there are then. It does what `PlainRows`
 * says in plain TypeScript. What cannot pass the first look is found out with the rounded sums, of which there are twice
 * as many in a vector: `rounded` is what the correlation of those then is at least.
 */
export function peaksFunction(name: string, symbols: string, layout: PeaksLayout): WasmFunction {
  const code = new PeaksCode(name, symbols, layout);
  code.fn.body = [code.firstLook(), code.correlate(), code.closerLook(), get(code.found)];
  return code.fn;
}

/** Running sums to correlate: where they are, how many symbols a vector holds, and how they are added. */
interface Sums {
  readonly from: number;
  readonly symbols: number;
  readonly add: (a: Code, b: Code) => Code;
  readonly sub: (a: Code, b: Code) => Code;
}

class PeaksCode {
  readonly fn: WasmFunction;
  readonly #unit: Local;
  readonly #mark: Local;
  /** Byte offset behind the last peak noted. */
  readonly found: Local;
  readonly #symbols: string;
  readonly #layout: PeaksLayout;
  readonly #row: Local;
  readonly #firstLook: Local;
  readonly #least: Local;
  readonly #noise: Local;
  readonly #rounded: Local;
  /** Byte offset behind the last turn listed. */
  readonly #listed: Local;

  constructor(name: string, symbols: string, layout: PeaksLayout) {
    this.fn = new WasmFunction(name, ['i32', 'f32', 'f32', 'f32', 'i32', 'f64', 'i32', 'i32'], 'i32');
    [this.#row, this.#firstLook, this.#least, this.#noise, this.#rounded] = this.fn.params;
    [this.#unit, this.#mark, this.found] = this.fn.params.slice(5);
    this.#listed = this.fn.local('i32');
    this.#symbols = symbols;
    this.#layout = layout;
  }

  /** Lists the turns in which one of the rounded correlations passes. */
  firstLook(): Code {
    const { list, steps, rounded } = this.#layout;
    const at = this.fn.local('i32');
    const count = TURNS * ROUNDED_VECTORS;
    const once = this.fn.locals('v128', count);
    const twice = this.fn.locals('v128', count);
    const threshold = this.fn.local('v128');
    const correlation = (vector: number): Code =>
      int16Add(get(once[vector]), int16Add(get(twice[vector]), get(twice[vector])));
    const passes = (turn: number): Code => {
      const [one, other] = [ROUNDED_VECTORS * turn, ROUNDED_VECTORS * turn + 1].map(correlation);
      return anyTrue(int16Greater(int16Max(one, other), get(threshold)));
    };
    // Each turn is put down, and the place for it taken where it passes.
    const note = Array.from({ length: TURNS }, (_, turn) => [
      i32.store(get(this.#listed), i32.add(get(at), i32.constant(turn * TURN)), list),
      set(this.#listed, i32.add(get(this.#listed), i32.shl(passes(turn), i32.constant(2)))),
    ]);
    const place = this.fn.local('i32');
    const sums = { from: rounded, symbols: ROUNDED_STEPS / STEPS, add: int16Add, sub: int16Sub };
    return [
      set(threshold, int16Splat(get(this.#rounded))),
      repeat(
        [
          [...once, ...twice].map((sum) => set(sum, constant(0))),
          set(place, i32.shiftRight(get(at), i32.constant(1))),
          this.#sumRunEnds(place, sums, once, twice),
          note,
          advance(at, TURNS * TURN),
        ],
        i32.less(get(at), i32.constant(4 * steps)),
      ),
      when(i32.isZero(get(this.#listed)), leave(get(this.found))),
    ];
  }

  /**
   * Adds up the running sum at those ends of runs that count once, and twice, for neighbouring vectors. What is the
   * end of one run for one of them is that of another run for the next one, so each place is loaded once.
   */
  #sumRunEnds(at: Local, sums: Sums, once: readonly Local[], twice: readonly Local[]): Code {
    const value = this.fn.local('v128');
    const ends = runEnds(this.#symbols).map(({ step, weight }) => ({ place: step / STEPS, weight }));
    const last = Math.max(...ends.map(({ place }) => place));
    const bytes = VECTOR / sums.symbols;
    return Array.from({ length: last + sums.symbols * once.length }, (_, place) => {
      const terms = once.flatMap((_, vector) =>
        ends
          .filter((end) => end.place + sums.symbols * vector === place)
          .map(({ weight }) => {
            const sum = (Math.abs(weight) === 1 ? once : twice)[vector];
            return set(sum, (weight > 0 ? sums.add : sums.sub)(get(sum), get(value)));
          }),
      );
      if (terms.length === 0) return [];
      return [set(value, load(get(at), sums.from + place * bytes)), terms];
    });
  }

  /** Writes the correlations of some vectors, the first of which is so many behind the one at `turn`. */
  #correlateVectors(turn: Local, behind: number, count: number): Code {
    const { running, score } = this.#layout;
    const once = this.fn.locals('v128', count);
    const twice = this.fn.locals('v128', count);
    const from = running + behind * VECTOR;
    return [
      [...once, ...twice].map((sum) => set(sum, constant(0))),
      this.#sumRunEnds(turn, { from, symbols: 1, add, sub }, once, twice),
      once.map((sum, vector) =>
        store(
          get(turn),
          add(get(sum), add(get(twice[vector]), get(twice[vector]))),
          score + (behind + vector) * VECTOR,
        ),
      ),
    ];
  }

  /** Writes the scores of the listed turns, and of the vectors before and after them. */
  correlate(): Code {
    const { list, steps } = this.#layout;
    const [entry, turn, before, next] = this.fn.locals('i32', 4);
    const isLast = i32.isZero(i32.less(get(next), get(this.#listed)));
    const gap = i32.sub(i32.load(get(next), list), i32.add(get(turn), i32.constant(TURN)));
    return repeat(
      [
        set(turn, i32.load(get(entry), list)),
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
      i32.less(get(entry), get(this.#listed)),
    );
  }

  /** Goes through the listed turns, and in each through the local maxima that pass. */
  closerLook(): Code {
    const { list } = this.#layout;
    const [entry, turn, mask, step] = this.fn.locals('i32', 4);
    const peaks = Array.from({ length: TURN_VECTORS }, (_, vector) =>
      i32.shl(this.#peaksIn(turn, vector), i32.constant(STEPS * vector)),
    );
    const nextPeak = [
      set(step, i32.add(get(turn), i32.shl(i32.trailingZeros(get(mask)), i32.constant(2)))),
      this.#lookAt(step),
      set(mask, i32.and(get(mask), i32.sub(get(mask), i32.constant(1)))),
    ];
    return repeat(
      [
        set(turn, i32.load(get(entry), list)),
        set(mask, peaks.reduce(i32.or)),
        when(get(mask), repeat(nextPeak, get(mask))),
        advance(entry, 4),
      ],
      i32.less(get(entry), get(this.#listed)),
    );
  }

  /** Which steps of a vector pass, and are higher than the three before and no lower than the three after; a bit each. */
  #peaksIn(turn: Local, vector: number): Code {
    const { score } = this.#layout;
    const here = this.fn.local('v128');
    const at = (steps: number): Code => load(get(turn), score + vector * VECTOR + 4 * steps);
    const highest = (steps: readonly number[]): Code => steps.map(at).reduce(max);
    return laneMask(
      and(
        greater(tee(here, at(0)), max(splat(get(this.#firstLook)), highest([-3, -2, -1]))),
        greaterOrEqual(get(here), highest([1, 2, 3])),
      ),
    );
  }

  /**
   * Takes the best of a local maximum's frame and the two beside it, and notes it if it is sure in units of the noise
   * that the off-chips show; see `sureness` in plain-rows.ts. A strong packet is full of places that are like a word and not
   * it, so all frames are looked at together before any of them is.
   * @param step byte offset in `score`; four bytes a step and two frames a step make it twice the column
   */
  #lookAt(step: Local): Code {
    const { peaks } = this.#layout;
    const [on, off, beside] = this.fn.locals('v128', 3);
    const [frame, column] = this.fn.locals('i32', 2);
    const [best, silent, sure] = this.fn.locals('f32', 3);
    const offer = (from: number): Code =>
      when(f32.greater(lane(from, get(beside)), get(best)), [
        set(best, lane(from, get(beside))),
        set(silent, lane(from, get(off))),
        set(column, i32.add(i32.shiftRight(get(step), i32.constant(1)), i32.constant(from - 1))),
      ]);
    const asMuch = (...limits: readonly Code[]): Code =>
      limits.map((limit) => greaterOrEqual(mul(constant(ROUNDED_UP), get(beside)), limit)).reduce(and);
    const offNoise = mul(get(off), splat(f32.div(f32.constant(1), get(this.#noise))));
    const maySuffice = asMuch(
      mul(splat(get(this.#least)), max(constant(1), offNoise)),
      mul(constant(SYNC_ORDER), sub(add(get(on), get(off)), splat(twice(this.#noise)))),
    );
    const energy = f32.add(get(best), twice(silent));
    const order = f32.mul(f32.constant(SYNC_ORDER), f32.sub(energy, twice(this.#noise)));
    return [
      // Frames column−1 … column+2 side by side.
      set(frame, i32.add(get(this.#row), i32.sub(i32.shl(get(step), i32.constant(1)), i32.constant(4)))),
      set(on, this.#chips(frame, '1')),
      set(off, this.#chips(frame, '0')),
      set(beside, sub(get(on), get(off))),
      when(anyTrue(maySuffice), [
        set(best, lane(1, get(beside))),
        set(silent, lane(1, get(off))),
        set(column, i32.shiftRight(get(step), i32.constant(1))),
        when(get(step), offer(0)),
        offer(2),
        set(sure, f32.div(get(best), f32.max(f32.constant(1), f32.div(get(silent), get(this.#noise))))),
        when(i32.and(f32.greaterOrEqual(get(sure), get(this.#least)), f32.greaterOrEqual(get(best), order)), [
          f64.store(get(this.found), f64.mul(get(this.#unit), f64.fromFloat32(get(sure))), peaks),
          i32.store(get(this.found), get(column), peaks + 8),
          i32.store(get(this.found), get(this.#mark), peaks + 12),
          advance(this.found, PEAK_BYTES),
        ]),
      ]),
    ];
  }

  /** Energy of the pattern's on-chips (`1`) or off-chips (`0`) at four neighbouring frames. */
  #chips(frame: Local, which: string): Code {
    return treeOf(this.#symbols.length, (i) =>
      load(get(frame), CHIP * (this.#symbols[i] === which ? 2 * i : 2 * i + 1)),
    );
  }
}

function twice(value: Local): Code {
  return f32.mul(f32.constant(2), get(value));
}

function isNotZero(value: Code): Code {
  return i32.isZero(i32.isZero(value));
}

/** Sum of `count` terms as a tree: additions that do not wait for each other. */
function treeOf(count: number, term: (i: number) => Code): Code {
  const sum = (from: number, to: number): Code => {
    if (to - from === 1) return term(from);
    const middle = (from + to) >> 1;
    return add(sum(from, middle), sum(middle, to));
  };
  return sum(0, count);
}
