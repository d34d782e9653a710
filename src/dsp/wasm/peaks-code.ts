import { runEnds } from '../correlator.js';
import { FRAMES_PER_SYMBOL } from '../geometry.js';
import { SYNC_ORDER } from '../rows.js';
import {
  add,
  advance,
  anyTrue,
  type Code,
  constant,
  f32,
  get,
  greater,
  greaterOrEqual,
  i32,
  type Local,
  lane,
  laneMask,
  leave,
  less,
  load,
  max,
  repeat,
  set,
  splat,
  store,
  sub,
  WasmFunction,
  when,
} from './assembler.js';
import { CHIP, VECTOR } from './rows-code.js';

/** Where the search for peaks keeps its figures, bytes. */
export interface PeaksLayout {
  readonly running: number;
  /** Correlation per step, float32 [steps], with three values of −∞ before it and three after. */
  readonly score: number;
  /** Steps of the first look: half as many as columns. */
  readonly steps: number;
  /** Steps that may hold a peak, as byte offsets in `score`: int32. */
  readonly list: number;
  /** Peaks: (column int32, correlation float32). */
  readonly peaks: number;
}

/** Steps looked at in one turn: two vectors. */
const TURN = 2 * VECTOR;

/**
 * `peaks(row, firstLook, least, noise)`: correlates the running sum with one pattern, looks closer wherever the first
 * look finds a local maximum, and notes at `peaks` those that are sure enough; returns 8 times how many. It does
 * what `PlainRows.peaks` says in plain TypeScript.
 */
export function peaksFunction(name: string, symbols: string, layout: PeaksLayout): WasmFunction {
  const code = new PeaksCode(name, symbols, layout);
  code.fn.body = [code.firstLook(), code.closerLook(), get(code.found)];
  return code.fn;
}

class PeaksCode {
  readonly fn: WasmFunction;
  /** Byte offset behind the last peak noted. */
  readonly found: Local;
  readonly #symbols: string;
  readonly #layout: PeaksLayout;
  readonly #row: Local;
  readonly #firstLook: Local;
  readonly #least: Local;
  readonly #noise: Local;
  /** Byte offset behind the last turn listed. */
  readonly #listed: Local;
  readonly #column: Local;
  readonly #best: Local;

  constructor(name: string, symbols: string, layout: PeaksLayout) {
    this.fn = new WasmFunction(name, ['i32', 'f32', 'f32', 'f32'], 'i32');
    [this.#row, this.#firstLook, this.#least, this.#noise] = this.fn.params;
    [this.found, this.#listed, this.#column] = this.fn.locals('i32', 3);
    this.#best = this.fn.local('f32');
    this.#symbols = symbols;
    this.#layout = layout;
  }

  /** Writes the scores, and lists the turns in which one of them passes. */
  firstLook(): Code {
    const { score, list, steps } = this.#layout;
    const at = this.fn.local('i32');
    const [once, greatest, threshold] = this.fn.locals('v128', 3);
    const correlate = (vector: number): Code => [
      set(once, add(this.#weighted(1, at, vector), this.#weighted(2, at, vector))),
      store(get(at), get(once), score + vector * VECTOR),
    ];
    const passes = anyTrue(greater(get(greatest), get(threshold)));
    return [
      set(threshold, splat(get(this.#firstLook))),
      repeat(
        [
          correlate(0),
          set(greatest, get(once)),
          correlate(1),
          set(greatest, max(get(greatest), get(once))),
          i32.store(get(this.#listed), get(at), list),
          set(this.#listed, i32.add(get(this.#listed), i32.shl(passes, i32.constant(2)))),
          advance(at, TURN),
        ],
        i32.less(get(at), i32.constant(4 * steps)),
      ),
      when(i32.isZero(get(this.#listed)), leave(i32.constant(0))),
    ];
  }

  /** The running sum at those ends of runs that count once, or twice. */
  #weighted(weight: 1 | 2, at: Local, vector: number): Code {
    const terms = runEnds(this.#symbols).filter((end) => Math.abs(end.weight) === weight);
    const value = (step: number): Code => load(get(at), this.#layout.running + 4 * step + vector * VECTOR);
    let sum = constant(0);
    for (const end of terms) sum = end.weight > 0 ? add(sum, value(end.step)) : sub(sum, value(end.step));
    if (weight === 1) return sum;
    const twice = this.fn.local('v128');
    return [set(twice, sum), add(get(twice), get(twice))];
  }

  /** Goes through the listed turns, and in each through the steps that pass. */
  closerLook(): Code {
    const { score, list } = this.#layout;
    const [entry, turn, mask, step] = this.fn.locals('i32', 4);
    const passing = (vector: number): Code =>
      laneMask(greater(load(get(turn), score + vector * VECTOR), splat(get(this.#firstLook))));
    return [
      repeat(
        [
          set(turn, i32.load(get(entry), list)),
          set(mask, i32.or(passing(0), i32.shl(passing(1), i32.constant(4)))),
          repeat(
            [
              set(step, i32.add(get(turn), i32.shl(i32.trailingZeros(get(mask)), i32.constant(2)))),
              this.#lookAt(step),
              set(mask, i32.and(get(mask), i32.sub(get(mask), i32.constant(1)))),
            ],
            get(mask),
          ),
          advance(entry, 4),
        ],
        i32.less(get(entry), get(this.#listed)),
      ),
    ];
  }

  /**
   * Takes the best of a local maximum's frame and the two beside it.
   * @param step byte offset in `score`; four bytes a step and two frames a step make it twice the column
   */
  #lookAt(step: Local): Code {
    const { score } = this.#layout;
    const [here, beside] = this.fn.locals('v128', 2);
    const frame = this.fn.local('i32');
    const higherAfter = anyTrue(less(get(here), load(get(step), score)));
    // The fourth lane is the step itself.
    const notLowerBefore = i32.and(
      laneMask(greaterOrEqual(load(get(step), score - 12), get(here))),
      i32.constant(0b0111),
    );
    const offer = (from: number, by: number): Code =>
      when(f32.greater(lane(from, get(beside)), get(this.#best)), [
        set(this.#best, lane(from, get(beside))),
        set(this.#column, i32.add(i32.shiftRight(get(step), i32.constant(1)), i32.constant(by))),
      ]);
    return [
      set(here, splat(f32.load(get(step), score))),
      when(i32.isZero(i32.or(higherAfter, notLowerBefore)), [
        set(this.#best, lane(0, get(here))),
        set(this.#column, i32.shiftRight(get(step), i32.constant(1))),
        // Frames column−1 … column+2 side by side.
        set(frame, i32.sub(this.#addressOf(this.#column), i32.constant(4))),
        set(beside, this.#correlation(frame)),
        when(get(step), offer(0, -1)),
        offer(2, 1),
        when(f32.greaterOrEqual(get(this.#best), get(this.#least)), this.#noteIfSure()),
      ]),
    ];
  }

  /** Notes the best, in units of the noise that the off-chips show; see `sureness` in rows.ts. */
  #noteIfSure(): Code {
    const { peaks } = this.#layout;
    const first = this.fn.local('i32');
    const [energy, sure] = this.fn.locals('f32', 2);
    const twice = f32.mul(f32.constant(2), get(this.#noise));
    const chips = treeOf(2 * this.#symbols.length, (i) => load(get(first), i * CHIP));
    const offNoise = f32.div(f32.sub(get(energy), get(this.#best)), twice);
    const outOfOrder = f32.greater(
      f32.mul(f32.constant(SYNC_ORDER), f32.sub(get(energy), twice)),
      get(this.#best),
    );
    return [
      set(first, this.#addressOf(this.#column)),
      set(energy, lane(0, chips)),
      set(sure, f32.div(get(this.#best), f32.max(f32.constant(1), offNoise))),
      when(i32.and(f32.greaterOrEqual(get(sure), get(this.#least)), i32.isZero(outOfOrder)), [
        i32.store(get(this.found), get(this.#column), peaks),
        f32.store(get(this.found), get(sure), peaks + 4),
        advance(this.found, 8),
      ]),
    ];
  }

  #addressOf(column: Local): Code {
    return i32.add(get(this.#row), i32.shl(get(column), i32.constant(2)));
  }

  /** Correlation of a row with the pattern at four neighbouring frames, straight from its definition. */
  #correlation(frame: Local): Code {
    return treeOf(this.#symbols.length, (i) => {
      const first = load(get(frame), 4 * i * FRAMES_PER_SYMBOL);
      const second = load(get(frame), 4 * i * FRAMES_PER_SYMBOL + CHIP);
      return this.#symbols[i] === '1' ? sub(first, second) : sub(second, first);
    });
  }
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
