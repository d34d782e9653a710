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
  isNotZero,
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
import { CHIP, VECTOR } from './rows-code.js';
import { ScoresCode, type ScoresLayout, STEPS, TURN_VECTORS } from './scores-code.js';

/** Where the search for peaks keeps its figures, bytes. */
export interface PeaksLayout extends ScoresLayout {
  /** Local maxima that pass the first look, as byte offsets in `score`, then looks that are promising, in `looks`: int32. */
  readonly list: number;
  /** Closer looks at all local maxima; {@link LOOK_BYTES} each. */
  readonly looks: number;
  /** Peaks; {@link PEAK_BYTES} each. */
  readonly peaks: number;
}

/** At a local maximum's frame and those beside it, the correlation and the off-chips' energy; and its place in `score`. */
export const LOOK_BYTES = 3 * VECTOR;
/** A peak: its score float64, its column int32, and what it is marked with int32. */
export const PEAK_BYTES = 16;
/** Of so many neighbouring steps at most one is a local maximum. */
export const MAXIMUM_STEPS = STEPS;
/** Room for the rounding errors of a comparison. */
const ROUNDED_UP = 1 + 1e-5;
/** Vectors that are loaded before they are summed up, at most: there are sixteen registers. */
const LOADED_TOGETHER = 12;

/**
 * `peaks(row, firstLook, least, noise, rounded, unit, mark, found)`: correlates the running sum with one pattern, looks
 * closer wherever the first look finds a local maximum, and notes those that are sure enough, in units of `1 / unit`,
 * behind the `found` bytes that are at `peaks` already; returns how many bytes there are then. It does what `PlainRows`
 * says in plain TypeScript. What cannot pass the first look is found out with the rounded sums, of which there are twice
 * as many in a vector: `rounded` is what the correlation of those then is at least.
 *
 * Each step lists what is left for the next one, and takes back what does not count by not moving on, since a branch that
 * goes either way at random costs as much as twenty additions.
 */
export function peaksFunction(name: string, symbols: string, layout: PeaksLayout): WasmFunction {
  const fn = new WasmFunction(name, ['i32', 'f32', 'f32', 'f32', 'i32', 'f64', 'i32', 'i32'], 'i32');
  const scores = new ScoresCode(fn, symbols, layout, fn.params[4]);
  const code = new PeaksCode(fn, symbols, layout);
  fn.body = [
    scores.firstLook(),
    code.leaveWithout(scores.listed),
    scores.correlate(),
    code.listMaxima(scores.listed),
    code.leaveWithout(code.maxima),
    code.closerLook(),
    code.leaveWithout(code.promising),
    code.note(),
    get(code.found),
  ];
  return fn;
}

class PeaksCode {
  /** Byte offset behind the last local maximum listed, the last promising one, and the last peak noted. */
  readonly maxima: Local;
  readonly promising: Local;
  readonly found: Local;
  readonly #fn: WasmFunction;
  readonly #symbols: string;
  readonly #layout: PeaksLayout;
  readonly #row: Local;
  readonly #firstLook: Local;
  readonly #least: Local;
  readonly #noise: Local;
  readonly #unit: Local;
  readonly #mark: Local;

  constructor(fn: WasmFunction, symbols: string, layout: PeaksLayout) {
    this.#fn = fn;
    this.#symbols = symbols;
    this.#layout = layout;
    [this.#row, this.#firstLook, this.#least, this.#noise] = fn.params;
    [this.#unit, this.#mark, this.found] = fn.params.slice(5);
    [this.maxima, this.promising] = fn.locals('i32', 2);
  }

  /** Leaves the function where a list is empty. */
  leaveWithout(list: Local): Code {
    return when(i32.isZero(get(list)), leave(get(this.found)));
  }

  /**
   * Lists the steps of the listed turns that pass, and are higher than the three before and no lower than the three
   * after. What is highest after one vector is so before the next one.
   */
  listMaxima(listed: Local): Code {
    const { score, turns, list } = this.#layout;
    const [entry, turn, mask] = this.#fn.locals('i32', 3);
    const [firstLook, before, here, after] = this.#fn.locals('v128', 4);
    const at = (vector: number, steps = 0): Code => load(get(turn), score + vector * VECTOR + 4 * steps);
    const highestAfter = (vector: number): Code => [1, 2, 3].map((steps) => at(vector, steps)).reduce(max);
    const listFrom = (vector: number): Code => [
      set(here, at(vector)),
      set(after, highestAfter(vector)),
      set(
        mask,
        laneMask(
          and(greater(get(here), max(get(firstLook), get(before))), greaterOrEqual(get(here), get(after))),
        ),
      ),
      set(before, get(after)),
      i32.store(
        get(this.maxima),
        i32.add(
          get(turn),
          i32.shl(i32.add(i32.trailingZeros(get(mask)), i32.constant(STEPS * vector)), i32.constant(2)),
        ),
        list,
      ),
      set(this.maxima, i32.add(get(this.maxima), i32.shl(isNotZero(get(mask)), i32.constant(2)))),
    ];
    return [
      set(firstLook, splat(get(this.#firstLook))),
      repeat(
        [
          set(turn, i32.load(get(entry), turns)),
          set(before, highestAfter(-1)),
          Array.from({ length: TURN_VECTORS }, (_, vector) => listFrom(vector)),
          advance(entry, 4),
        ],
        i32.less(get(entry), get(listed)),
      ),
    ];
  }

  /**
   * Lists which of the local maxima may be sure in units of the noise that the off-chips show, at their frame or one of
   * those beside it; see `sureness` in plain-rows.ts. A strong packet is full of places that are like a word and not it.
   */
  closerLook(): Code {
    const { list, looks } = this.#layout;
    const [entry, step, frame, look] = this.#fn.locals('i32', 4);
    const [on, off, beside, least, noises, twoNoises] = this.#fn.locals('v128', 6);
    const asMuch = (...limits: readonly Code[]): Code =>
      limits.map((limit) => greaterOrEqual(mul(constant(ROUNDED_UP), get(beside)), limit)).reduce(and);
    const maySuffice = asMuch(
      mul(get(least), max(constant(1), mul(get(off), get(noises)))),
      mul(constant(SYNC_ORDER), sub(add(get(on), get(off)), get(twoNoises))),
    );
    return [
      set(least, splat(get(this.#least))),
      set(noises, splat(f32.div(f32.constant(1), get(this.#noise)))),
      set(twoNoises, splat(twice(this.#noise))),
      repeat(
        [
          set(step, i32.load(get(entry), list)),
          // Frames column−1 … column+2 side by side. A step of four bytes is two frames, of eight.
          set(frame, i32.add(get(this.#row), i32.sub(i32.shl(get(step), i32.constant(1)), i32.constant(4)))),
          set(on, this.#chips(frame, '1', look)),
          set(off, this.#chips(frame, '0', look)),
          set(beside, sub(get(on), get(off))),
          store(get(look), get(beside), looks),
          store(get(look), get(off), looks + VECTOR),
          i32.store(get(look), get(step), looks + 2 * VECTOR),
          i32.store(get(this.promising), get(look), list),
          set(this.promising, i32.add(get(this.promising), i32.shl(anyTrue(maySuffice), i32.constant(2)))),
          advance(look, LOOK_BYTES),
          advance(entry, 4),
        ],
        i32.less(get(entry), get(this.maxima)),
      ),
    ];
  }

  /** Takes the best of each promising one's three frames, and notes it if it is sure. */
  note(): Code {
    const { list, looks, peaks } = this.#layout;
    const [entry, look, step, column] = this.#fn.locals('i32', 4);
    const [beside, off] = this.#fn.locals('v128', 2);
    const [best, silent, sure] = this.#fn.locals('f32', 3);
    const offer = (from: number): Code =>
      when(f32.greater(lane(from, get(beside)), get(best)), [
        set(best, lane(from, get(beside))),
        set(silent, lane(from, get(off))),
        set(column, i32.add(i32.shiftRight(get(step), i32.constant(1)), i32.constant(from - 1))),
      ]);
    const energy = f32.add(get(best), twice(silent));
    const order = f32.mul(f32.constant(SYNC_ORDER), f32.sub(energy, twice(this.#noise)));
    return repeat(
      [
        set(look, i32.load(get(entry), list)),
        set(beside, load(get(look), looks)),
        set(off, load(get(look), looks + VECTOR)),
        set(step, i32.load(get(look), looks + 2 * VECTOR)),
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
        advance(entry, 4),
      ],
      i32.less(get(entry), get(this.promising)),
    );
  }

  /**
   * Energy of the pattern's on-chips (`1`) or off-chips (`0`) at four neighbouring frames.
   * @param look whose place may be written to in passing
   */
  #chips(frame: Local, which: string, look: Local): Code {
    const { looks } = this.#layout;
    const chip = (i: number): Code =>
      load(get(frame), CHIP * (this.#symbols[i] === which ? 2 * i : 2 * i + 1));
    // V8 moves all loads before the additions, far more than there are registers for, but none across a store.
    const held = (part: Code): Code => {
      const sum = this.#fn.local('v128');
      return [store(get(look), tee(sum, part), looks), get(sum)];
    };
    return treeOf(this.#symbols.length, chip, held);
  }
}

function twice(value: Local): Code {
  return f32.mul(f32.constant(2), get(value));
}

/**
 * Sum of `count` terms as a tree: additions that do not wait for each other.
 * @param held wraps the sum of as many terms as are loaded together
 */
function treeOf(count: number, term: (i: number) => Code, held: (part: Code) => Code): Code {
  const sum = (from: number, to: number): Code => {
    if (to - from === 1) return term(from);
    const middle = (from + to) >> 1;
    const whole = add(sum(from, middle), sum(middle, to));
    return to - from > LOADED_TOGETHER / 2 && to - from <= LOADED_TOGETHER ? held(whole) : whole;
  };
  return sum(0, count);
}
