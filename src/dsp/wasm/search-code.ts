import {
  CEILING_DEVIATIONS,
  FIRST_LOOK,
  FLUCTUATION_STEP,
  MEAN_DIFFERENCE,
  type SearchShape,
  UNREST_PACE,
} from '../rows.js';
import { advance, type Code, call, f32, f64, get, i32, repeat, set, tee, WasmFunction } from './assembler.js';
import { type PeaksLayout, peaksFunction } from './peaks-code.js';
import { accumulateFunction } from './rows-code.js';

/** Where and how rows are searched. */
export interface SearchLayout extends PeaksLayout {
  /** Columns of a search, and those behind them that it reads. */
  readonly columns: number;
  readonly lookahead: number;
}

/**
 * Differences of chips that are rounded are bounded at so many times the mean of restless ones: more than a first look
 * asks for, so that a single strong chip passes it all the same.
 */
const CEILINGS = 8;
/** The place in the module of the first function that looks for peaks, after the one that sums up a row. */
const ACCUMULATE = 0;
const PEAKS = 1;

/**
 * `searchRows(row, step, count, unrest, deviation, bins)`: searches `count` rows, each `step` bytes behind the one
 * before, for all words; see `RowLoops.searchRows`. How restless they are is kept from address `unrest` on, float32.
 * Returns how many bytes of peaks there are, marked with row · words + word.
 * @returns the function, and before it those that it calls: all of them come first in their module
 */
export function searchFunctions({ words, threshold }: SearchShape, layout: SearchLayout): WasmFunction[] {
  const fn = new WasmFunction('searchRows', ['i32', 'i32', 'i32', 'i32', 'f64', 'f64'], 'i32');
  const [row, step, count, unrestAt, deviation, bins] = fn.params;
  const [index, found] = fn.locals('i32', 2);
  const [unrest, expected, ceiling, scale, spread, least, firstLook] = fn.locals('f64', 7);
  const number = f64.constant;
  const accumulated = call(
    ACCUMULATE,
    get(row),
    i32.add(get(row), i32.constant(4 * layout.columns)),
    i32.add(get(row), i32.constant(4 * (layout.columns + layout.lookahead))),
    f32.fromFloat64(get(ceiling)),
    f32.fromFloat64(get(scale)),
  );
  const measured = f64.div(
    f64.div(f64.fromFloat32(accumulated), number(layout.columns / FLUCTUATION_STEP)),
    get(expected),
  );
  const followed = f64.add(get(unrest), f64.mul(number(UNREST_PACE), f64.sub(measured, get(unrest))));
  const rest: Code = [
    set(unrest, f64.fromFloat32(f32.load(get(unrestAt)))),
    set(ceiling, f64.mul(f64.mul(number(CEILING_DEVIATIONS), get(expected)), get(unrest))),
    set(scale, f64.div(number(layout.greatest), f64.mul(number(CEILINGS), get(ceiling)))),
    f32.store(get(unrestAt), f32.fromFloat64(f64.max(number(1), followed))),
    set(spread, f64.mul(get(deviation), f64.fromFloat32(f32.load(get(unrestAt))))),
  ];
  const peaks = words.map(({ length }, word): Code => {
    const rounded = i32.fromFloat64(f64.floor(f64.mul(get(firstLook), get(scale))));
    // Rounding errors of a correlation are no greater.
    const roundings = i32.constant(Math.ceil(length / 2));
    return [
      set(least, f64.mul(f64.mul(number(threshold), get(spread)), number(Math.sqrt(length)))),
      set(firstLook, f64.mul(number(FIRST_LOOK), get(least))),
      set(
        found,
        call(
          PEAKS + word,
          get(row),
          f32.fromFloat64(get(firstLook)),
          f32.fromFloat64(get(least)),
          f32.fromFloat64(f64.mul(number(length), get(bins))),
          i32.sub(rounded, roundings),
          f64.div(number(threshold), get(least)),
          i32.add(i32.mul(get(index), i32.constant(words.length)), i32.constant(word)),
          get(found),
        ),
      ),
    ];
  });
  fn.body = [
    set(expected, f64.mul(number(MEAN_DIFFERENCE), get(deviation))),
    repeat(
      [rest, peaks, set(row, i32.add(get(row), get(step))), advance(unrestAt, 4)],
      i32.less(tee(index, i32.add(get(index), i32.constant(1))), get(count)),
    ),
    get(found),
  ];
  return [
    accumulateFunction(layout),
    ...words.map((symbols, i) => peaksFunction(`peaks${i}`, symbols, layout)),
    fn,
  ];
}
