import type { RunEnd } from '../correlator.js';
import { FRAMES_PER_CHIP, FRAMES_PER_SYMBOL } from '../geometry.js';
import {
  abs,
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
  min,
  repeat,
  set,
  shuffle,
  splat,
  store,
  sub,
  WasmFunction,
  when,
} from './assembler.js';

/** Bytes of four values, one vector. */
const VECTOR = 16;
/** Bytes from a frame to the one a chip later: one vector, as there are four frames a chip. */
const CHIP = 4 * FRAMES_PER_CHIP;

/** `sumRows(a, b, c, d, out, end)`: out[i] = a[i] + b[i] + (c[i] + d[i]) up to address `end` of `out`. */
export function sumRowsFunction(): WasmFunction {
  const fn = new WasmFunction('sumRows', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a, b, c, d, out, end] = fn.params;
  fn.body = repeat(
    [
      store(get(out), add(add(load(get(a)), load(get(b))), add(load(get(c)), load(get(d))))),
      [a, b, c, d, out].map((pointer) => advance(pointer, VECTOR)),
    ],
    i32.less(get(out), get(end)),
  );
  return fn;
}

/** `addRow(from, out, end)`: out[i] += from[i] up to address `end` of `out`. */
export function addRowFunction(): WasmFunction {
  const fn = new WasmFunction('addRow', ['i32', 'i32', 'i32']);
  const [from, out, end] = fn.params;
  fn.body = repeat(
    [
      store(get(out), add(load(get(out)), load(get(from)))),
      [from, out].map((pointer) => advance(pointer, VECTOR)),
    ],
    i32.less(get(out), get(end)),
  );
  return fn;
}

/**
 * `accumulate(row, end)`: the running sum of D over every second frame of a row, four steps (a symbol) at a time:
 *
 *   frames   0 1 2 3 4 5 6 7 8 9 10 11 …       D(0) = x0 − x4, D(2) = x2 − x6, D(4) = x4 − x8, D(6) = x6 − x10
 *   Q(step + 4) = Q(step) + D(step)             Q lies at `running`, float32; Q(0 … 3) = 0
 */
export function accumulateFunction(running: number): WasmFunction {
  const fn = new WasmFunction('accumulate', ['i32', 'i32']);
  const [row, end] = fn.params;
  const out = fn.local('i32');
  const [sum, now, chipLater, symbolLater] = fn.locals('v128', 4);
  const even = (a: Local, b: Local): Code => shuffle(get(a), get(b), [0, 2, 4, 6]);
  fn.body = [
    set(out, i32.constant(running)),
    set(now, load(get(row))),
    repeat(
      [
        store(get(out), get(sum)),
        set(chipLater, load(get(row), CHIP)),
        set(symbolLater, load(get(row), 2 * CHIP)),
        set(sum, add(get(sum), sub(even(now, chipLater), even(chipLater, symbolLater)))),
        set(now, get(symbolLater)),
        advance(out, VECTOR),
        advance(row, 2 * CHIP),
      ],
      i32.less(get(row), get(end)),
    ),
    store(get(out), get(sum)),
  ];
  return fn;
}

/** `fluctuation(row, end, ceiling)`: sum of min(|D|, ceiling) at every `step` frames. */
export function fluctuationFunction(step: number): WasmFunction {
  const fn = new WasmFunction('fluctuation', ['i32', 'i32', 'f32'], 'f32');
  const [row, end, ceiling] = fn.params;
  const [most, sum] = fn.locals('v128', 2);
  fn.body = [
    set(most, splat(get(ceiling))),
    repeat(
      [
        set(sum, add(get(sum), min(get(most), abs(sub(load(get(row)), load(get(row), CHIP)))))),
        advance(row, 4 * step),
      ],
      i32.less(get(row), get(end)),
    ),
    lane(0, get(sum)),
  ];
  return fn;
}

/** `clippedSum(row, end)`: sum of min(x, ceiling) at every fourth frame; 16 frames a turn. */
export function clippedSumFunction(ceiling: number): WasmFunction {
  const fn = new WasmFunction('clippedSum', ['i32', 'i32'], 'f32');
  const [row, end] = fn.params;
  const sums = fn.locals('v128', 4);
  fn.body = [
    repeat(
      [
        sums.map((sum, i) => set(sum, add(get(sum), min(constant(ceiling), load(get(row), VECTOR * i))))),
        advance(row, 4 * VECTOR),
      ],
      i32.less(get(row), get(end)),
    ),
    lane(0, add(add(get(sums[0]), get(sums[1])), add(get(sums[2]), get(sums[3])))),
  ];
  return fn;
}

/**
 * `exceedances(row, end, threshold)`: notes at `list` the numbers of the chips whose power is above the threshold,
 * int32; returns how many. Four chips, 16 frames, a turn.
 */
export function exceedancesFunction(list: number): WasmFunction {
  const fn = new WasmFunction('exceedances', ['i32', 'i32', 'f32'], 'i32');
  const [row, end, threshold] = fn.params;
  const [chip, out] = fn.locals('i32', 2);
  const powers = fn.locals('v128', 4);
  const greatest = max(max(get(powers[0]), get(powers[1])), max(get(powers[2]), get(powers[3])));
  const note = powers.map((power, i) => [
    i32.store(get(out), i32.add(get(chip), i32.constant(i)), list),
    set(out, i32.add(get(out), i32.shl(f32.greater(lane(0, get(power)), get(threshold)), i32.constant(2)))),
  ]);
  fn.body = [
    repeat(
      [
        powers.map((power, i) => set(power, load(get(row), VECTOR * i))),
        when(f32.greater(lane(0, greatest), get(threshold)), note),
        advance(chip, 4),
        advance(row, 4 * VECTOR),
      ],
      i32.less(get(row), get(end)),
    ),
    i32.shiftRight(get(out), i32.constant(2)),
  ];
  return fn;
}

/** Where the search for peaks keeps its figures, bytes. */
export interface PeaksLayout {
  readonly running: number;
  /** Correlation per step, float32 [steps], with three values of −∞ before it and three after. */
  readonly score: number;
  readonly steps: number;
  /** Steps that may hold a peak: int32. */
  readonly list: number;
  /** Peaks: (column int32, correlation float32). */
  readonly peaks: number;
}

/**
 * `peaks(row, firstLook, least)`: correlates the running sum with one pattern, and looks closer wherever the first
 * look finds a local maximum. Notes at `peaks` those that reach `least`; returns how many.
 */
export function peaksFunction(
  name: string,
  symbols: string,
  ends: readonly RunEnd[],
  layout: PeaksLayout,
): WasmFunction {
  const fn = new WasmFunction(name, ['i32', 'f32', 'f32'], 'i32');
  const [row, firstLook, least] = fn.params;
  const [listed, vector, mask, step, column] = fn.locals('i32', 5);
  const found = fn.local('i32');
  const passing = (at: Local, vector: number): Code =>
    laneMask(greater(load(get(at), layout.score + vector * VECTOR), splat(get(firstLook))));
  fn.body = [
    correlate(fn, ends, firstLook, listed, layout),
    when(i32.isZero(get(listed)), leave(i32.constant(0))),
    set(vector, i32.constant(layout.list)),
    set(listed, i32.add(get(listed), i32.constant(layout.list))),
    repeat(
      [
        set(step, i32.load(get(vector))),
        set(mask, i32.or(passing(step, 0), i32.shl(passing(step, 1), i32.constant(4)))),
        repeat(
          [
            set(column, i32.add(get(step), i32.shl(i32.trailingZeros(get(mask)), i32.constant(2)))),
            lookCloser(fn, symbols, row, column, least, found, layout),
            set(mask, i32.and(get(mask), i32.sub(get(mask), i32.constant(1)))),
          ],
          get(mask),
        ),
        advance(vector, 4),
      ],
      i32.less(get(vector), get(listed)),
    ),
    get(found),
  ];
  return fn;
}

/** Writes the scores, and lists the pairs of vectors (by byte offset) in which one of them passes. */
function correlate(
  fn: WasmFunction,
  ends: readonly RunEnd[],
  firstLook: Local,
  listed: Local,
  layout: PeaksLayout,
): Code {
  const at = fn.local('i32');
  const [once, twice, greatest, threshold] = fn.locals('v128', 4);
  const sumOf = (weight: number, vector: number): Code => {
    const terms = ends.filter((end) => Math.abs(end.weight) === weight);
    return (
      terms
        .toSorted((a, b) => b.weight - a.weight)
        .reduce<Code | null>((sum, end) => {
          const value = load(get(at), layout.running + 4 * end.step + vector * VECTOR);
          if (sum === null) return end.weight > 0 ? value : sub(constant(0), value);
          return end.weight > 0 ? add(sum, value) : sub(sum, value);
        }, null) ?? constant(0)
    );
  };
  const score = (vector: number): Code => [
    set(once, sumOf(1, vector)),
    set(twice, sumOf(2, vector)),
    set(once, add(get(once), add(get(twice), get(twice)))),
    store(get(at), get(once), layout.score + vector * VECTOR),
  ];
  return [
    set(threshold, splat(get(firstLook))),
    repeat(
      [
        score(0),
        set(greatest, get(once)),
        score(1),
        set(greatest, max(get(greatest), get(once))),
        i32.store(get(listed), get(at), layout.list),
        set(
          listed,
          i32.add(get(listed), i32.shl(anyTrue(greater(get(greatest), get(threshold))), i32.constant(2))),
        ),
        advance(at, 2 * VECTOR),
      ],
      i32.less(get(at), i32.constant(4 * layout.steps)),
    ),
  ];
}

/**
 * One step of the first look: notes it where it is a local maximum, at the best of its frame and the two beside it.
 * @param offset byte offset of the step in `score`: four bytes a step, as there are two frames a step
 */
function lookCloser(
  fn: WasmFunction,
  symbols: string,
  row: Local,
  offset: Local,
  least: Local,
  found: Local,
  layout: PeaksLayout,
): Code {
  const here = fn.local('v128');
  const frame = fn.local('i32');
  const best = fn.local('f32');
  const column = fn.local('i32');
  const beside = fn.local('v128');
  const higherAfter = anyTrue(less(get(here), load(get(offset), layout.score)));
  const higherBefore = i32.and(
    laneMask(greaterOrEqual(load(get(offset), layout.score - 12), get(here))),
    i32.constant(0b0111),
  );
  const take = (from: number, by: number): Code =>
    when(f32.greater(lane(from, get(beside)), get(best)), [
      set(best, lane(from, get(beside))),
      set(column, i32.add(i32.shiftRight(get(offset), i32.constant(1)), i32.constant(by))),
    ]);
  return [
    set(here, splat(f32.load(get(offset), layout.score))),
    when(i32.isZero(i32.or(higherAfter, higherBefore)), [
      set(best, lane(0, get(here))),
      set(column, i32.shiftRight(get(offset), i32.constant(1))),
      // Frames column−1 … column+2 side by side; a frame is four bytes.
      set(frame, i32.add(get(row), i32.sub(i32.shl(get(column), i32.constant(2)), i32.constant(4)))),
      set(beside, correlationFrom(symbols, frame)),
      when(get(offset), take(0, -1)),
      take(2, 1),
      when(f32.greaterOrEqual(get(best), get(least)), [
        i32.store(get(found), get(column), layout.peaks),
        f32.store(get(found), get(best), layout.peaks + 4),
        advance(found, 8),
      ]),
    ]),
  ];
}

/** Correlation of a row with the pattern at four neighbouring frames, straight from its definition. */
function correlationFrom(symbols: string, frame: Local): Code {
  const difference = (i: number): Code => {
    const first = load(get(frame), 4 * i * FRAMES_PER_SYMBOL);
    const second = load(get(frame), 4 * i * FRAMES_PER_SYMBOL + CHIP);
    return symbols[i] === '1' ? sub(first, second) : sub(second, first);
  };
  // A tree of sums: additions that do not wait for each other.
  const sum = (from: number, to: number): Code => {
    if (to - from === 1) return difference(from);
    const middle = (from + to) >> 1;
    return add(sum(from, middle), sum(middle, to));
  };
  return sum(0, symbols.length);
}
