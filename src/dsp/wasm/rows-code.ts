import { FRAMES_PER_CHIP } from '../geometry.js';
import {
  abs,
  add,
  advance,
  anyTrue,
  type Code,
  constant,
  f32,
  f64,
  get,
  greater,
  i32,
  int16Add,
  int32Sub,
  type Local,
  lane,
  laneMask,
  load,
  max,
  min,
  mul,
  narrow,
  repeat,
  set,
  shuffle,
  splat,
  store,
  sub,
  tee,
  WasmFunction,
  when,
} from './assembler.js';

/** Bytes of four values, one vector. */
export const VECTOR = 16;
/** Bytes from a frame to the one a chip later: one vector, as there are four frames a chip. */
export const CHIP = 4 * FRAMES_PER_CHIP;

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

/** Adding this rounds a small float32 to a whole number, which is in its lowest bits then. */
const ROUNDING = 1.5 * 2 ** 23;

/** Where the running sums of a row lie, bytes. */
export interface RunningLayout {
  /** In float32. */
  readonly running: number;
  /** Once more, of rounded differences, in 16 bits that go round: differences of them are right. */
  readonly rounded: number;
  /** Rounded differences are no greater, so that what a search adds up of them fits. */
  readonly greatest: number;
}

/**
 * `accumulate(row, middle, end, ceiling, scale)`: the running sum of D over every second frame of a row, four steps (a
 * symbol) at a time, two symbols a turn:
 *
 *   frames   0 1 2 3 4 5 6 7 8 9 10 11 …       D(0) = x0 − x4, D(2) = x2 − x6, D(4) = x4 − x8, D(6) = x6 − x10
 *   Q(step + 4) = Q(step) + D(step)             Q lies at `running`, float32; Q(0 … 3) = 0
 *
 * and the same of scale·D, rounded, at `rounded`, int16.
 * Returns the sum of min(|D|, ceiling) at every second symbol up to `middle`.
 */
export function accumulateFunction({ running, rounded, greatest }: RunningLayout): WasmFunction {
  const fn = new WasmFunction('accumulate', ['i32', 'i32', 'i32', 'f32', 'f32'], 'f32');
  const [row, middle, end, ceiling, scale] = fn.params;
  const out = fn.local('i32');
  const [sum, now, chipLater, symbolLater, most, fluctuation] = fn.locals('v128', 6);
  const [gain, both, total] = fn.locals('v128', 3);
  const differences = fn.locals('v128', 2);
  const even = (a: Local, b: Local): Code => shuffle(get(a), get(b), [0, 2, 4, 6]);
  const symbol = (difference: Local, i: number): Code => [
    store(get(out), get(sum), running + VECTOR * i),
    set(chipLater, load(get(row), CHIP)),
    set(symbolLater, load(get(row), 2 * CHIP)),
    set(difference, sub(even(now, chipLater), even(chipLater, symbolLater))),
    set(sum, add(get(sum), get(difference))),
    set(now, get(symbolLater)),
    advance(row, 2 * CHIP),
  ];
  const whole = (difference: Local): Code => {
    const bounded = min(constant(greatest), max(constant(-greatest), mul(get(gain), get(difference))));
    return int32Sub(add(constant(ROUNDING), bounded), constant(ROUNDING));
  };
  const store16 = (value: Code): Code => store(i32.shiftRight(get(out), i32.constant(1)), value, rounded);
  const round = [
    set(both, narrow(whole(differences[0]), whole(differences[1]))),
    store16(int16Add(get(total), shuffle(constant(0), get(both), [0, 1, 4, 5]))),
    set(total, int16Add(get(total), int16Add(get(both), shuffle(get(both), get(both), [2, 3, 0, 1])))),
    advance(out, 2 * VECTOR),
  ];
  const fluctuate = set(fluctuation, add(get(fluctuation), min(get(most), abs(get(differences[0])))));
  fn.body = [
    set(most, splat(get(ceiling))),
    set(gain, splat(get(scale))),
    set(now, load(get(row))),
    repeat([differences.map(symbol), fluctuate, round], i32.less(get(row), get(middle))),
    // This may go on for a symbol past the end, which is of no use and does no harm.
    repeat([differences.map(symbol), round], i32.less(get(row), get(end))),
    store(get(out), get(sum), running),
    store16(get(total)),
    lane(0, get(fluctuation)),
  ];
  return fn;
}

/** Where lists of hits lie, bytes; see `RowHits`. */
export interface HitsLayout {
  readonly count: number;
  readonly bin: number;
  readonly power: number;
  /** How many chips there are lists for, and room in each. */
  readonly chips: number;
  readonly bins: number;
}

/** Vectors looked at in a turn, since in most there is nothing. */
const HIT_VECTORS = 4;

/** `addHits(row, stride, end, bin, threshold)`: see `RowLoops`; rows up to address `end`, which are `stride` bytes apart. */
export function addHitsFunction({ count, bin: bins, power, chips, bins: room }: HitsLayout): WasmFunction {
  const fn = new WasmFunction('addHits', ['i32', 'i32', 'i32', 'i32', 'f32']);
  const [row, stride, end, bin, threshold] = fn.params;
  const [at, rowEnd, chip, first, mask, one, to] = fn.locals('i32', 7);
  const least = fn.local('v128');
  const powers = fn.locals('v128', HIT_VECTORS);
  const greatest = powers.map(get).reduce((a, b) => max(a, b));
  const times4 = (value: Code): Code => i32.shl(value, i32.constant(2));
  const note = (i: number): Code => [
    set(one, i32.add(get(first), i32.add(i32.constant(4 * i), i32.trailingZeros(get(mask))))),
    set(chip, times4(get(one))),
    set(to, i32.add(i32.mul(get(one), i32.constant(room)), i32.load(get(chip), count))),
    i32.store16(i32.shl(get(to), i32.constant(1)), get(bin), bins),
    f32.store(times4(get(to)), f32.sub(f32.load(i32.add(get(row), get(chip))), f32.constant(1)), power),
    i32.store(get(chip), i32.add(i32.load(get(chip), count), i32.constant(1)), count),
    // Without its lowest bit.
    set(mask, i32.and(get(mask), i32.sub(get(mask), i32.constant(1)))),
  ];
  const turn = [
    powers.map((vector, i) => set(vector, load(get(at), VECTOR * i))),
    when(
      anyTrue(greater(greatest, get(least))),
      powers.map((vector, i) =>
        when(tee(mask, laneMask(greater(get(vector), get(least)))), repeat(note(i), get(mask))),
      ),
    ),
    advance(first, 4 * HIT_VECTORS),
    advance(at, VECTOR * HIT_VECTORS),
  ];
  fn.body = [
    set(least, splat(get(threshold))),
    repeat(
      [
        set(at, get(row)),
        set(first, i32.constant(0)),
        set(rowEnd, i32.add(get(row), i32.constant(4 * chips))),
        repeat(turn, i32.less(get(at), get(rowEnd))),
        advance(bin, 1),
        set(row, i32.add(get(row), get(stride))),
      ],
      i32.less(get(row), get(end)),
    ),
  ];
  return fn;
}

/**
 * `keep(row, out, end, means)`: every fourth value of rows, side by side up to address `end` of `out`; sixteen a turn. At
 * `means` go the means of what is kept of each row, where a value counts as at most `ceiling`.
 * @param length bytes of a row in `out`
 * @param gap    bytes from where a row has been read to the next one
 */
export function keepFunction(length: number, gap: number, ceiling: number): WasmFunction {
  const fn = new WasmFunction('keep', ['i32', 'i32', 'i32', 'i32']);
  const [row, out, end, means] = fn.params;
  const rowEnd = fn.local('i32');
  const [kept, sum] = fn.locals('v128', 2);
  const turn = [
    store(get(out), tee(kept, everyFourth(row))),
    set(sum, add(get(sum), min(constant(ceiling), get(kept)))),
    advance(out, VECTOR),
    advance(row, 4 * VECTOR),
  ];
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => lane(i, get(sum)));
  const total = f32.add(f32.add(a, b), f32.add(c, d));
  fn.body = repeat(
    [
      set(rowEnd, i32.add(get(out), i32.constant(length))),
      set(sum, constant(0)),
      repeat(turn, i32.less(get(out), get(rowEnd))),
      f32.store(get(means), f32.div(total, f32.constant(length / 4))),
      advance(means, 4),
      advance(row, gap),
    ],
    i32.less(get(out), get(end)),
  );
  return fn;
}

/** Every fourth of sixteen values, from the first one on. */
function everyFourth(row: Local): Code {
  const value = (i: number): Code => load(get(row), VECTOR * i);
  return shuffle(
    shuffle(value(0), value(1), [0, 4, 0, 4]),
    shuffle(value(2), value(3), [0, 4, 0, 4]),
    [0, 1, 4, 5],
  );
}

/** `pick(row, out, end)`: every fourth value of a row, side by side up to address `end` of `out`; four a turn. */
export function pickFunction(): WasmFunction {
  const fn = new WasmFunction('pick', ['i32', 'i32', 'i32']);
  const [row, out, end] = fn.params;
  fn.body = repeat(
    [store(get(out), everyFourth(row)), advance(out, VECTOR), advance(row, 4 * VECTOR)],
    i32.less(get(out), get(end)),
  );
  return fn;
}

/** Chips gathered in a turn. */
const GATHER_CHIPS = 2;

/**
 * `gather<n>(row, … row, out, end)`: adds to the float64 at `powers` + `out` every fourth value of one row or of four, up
 * to `end`; two chips a turn, the last of which may lie behind the end.
 */
export function gatherFunction(width: 1 | 4, powers: number): WasmFunction {
  const rows = new Array(width).fill('i32');
  const fn = new WasmFunction(`gather${width}`, [...rows, 'i32', 'i32']);
  const places = fn.params.slice(0, width);
  const [out, end] = fn.params.slice(width);
  const value = (row: Local, chip: number): Code => f64.fromFloat32(f32.load(get(row), CHIP * chip));
  const sum = (chip: number): Code => {
    const [a, b, c, d] = places.map((row) => value(row, chip));
    return width === 1 ? a : f64.add(f64.add(a, b), f64.add(c, d));
  };
  fn.body = repeat(
    [
      Array.from({ length: GATHER_CHIPS }, (_, chip) => {
        const at = powers + 8 * chip;
        return f64.store(get(out), f64.add(f64.load(get(out), at), sum(chip)), at);
      }),
      places.map((row) => advance(row, CHIP * GATHER_CHIPS)),
      advance(out, 8 * GATHER_CHIPS),
    ],
    i32.less(get(out), get(end)),
  );
  return fn;
}
