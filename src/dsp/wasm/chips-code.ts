import { MOST_CHIPS, NESTED_WIDTHS } from '../chip-loops.js';
import {
  add,
  advance,
  and,
  type Code,
  constant,
  f32,
  f64,
  get,
  greater,
  i32,
  int32Lane,
  type Local,
  load,
  repeat,
  set,
  shuffle,
  store,
  tee,
  WasmFunction,
  xor,
} from './assembler.js';
import { CHIP, everyFourth, VECTOR } from './rows-code.js';

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

/** Bytes from the sums over one width to those over the next. */
export const NESTED_BYTES = 4 * MOST_CHIPS;

/** `nest(row, … row, out, end)`: see `ChipLoops`; the sums of the first width go to `out` up to address `end`. */
export function nestFunction(): WasmFunction {
  const most = Math.max(...NESTED_WIDTHS);
  const fn = new WasmFunction('nest', new Array(most + 2).fill('i32'));
  const rows = fn.params.slice(0, most);
  const [out, end] = fn.params.slice(most);
  const sum = fn.local('v128');
  const turn = NESTED_WIDTHS.map((width, k) => {
    const more = k === 0 ? rows.slice(0, 1) : rows.slice(NESTED_WIDTHS[k - 1], width);
    const total = sumOf(more);
    return store(get(out), tee(sum, k === 0 ? total : add(get(sum), total)), NESTED_BYTES * k);
  });
  fn.body = repeat(
    [turn, [...rows, out].map((pointer) => advance(pointer, VECTOR))],
    i32.less(get(out), get(end)),
  );
  return fn;
}

/** Sum of vectors at some addresses, in pairs. */
function sumOf(rows: readonly Local[]): Code {
  if (rows.length === 1) return load(get(rows[0]));
  const half = rows.length / 2;
  return add(sumOf(rows.slice(0, half)), sumOf(rows.slice(half)));
}

/** `remainder(chips, end)`: see `ChipLoops`; of chips up to address `end`, four symbols a turn. */
export function remainderFunction(contributions: number): WasmFunction {
  const fn = new WasmFunction('remainder', ['i32', 'i32'], 'i32');
  const [chips, end] = fn.params;
  const at = fn.local('i32');
  const [first, second, rest] = fn.locals('v128', 3);
  const halves = (lanes: readonly [number, number, number, number]): Code =>
    shuffle(get(first), get(second), lanes);
  const isOne = greater(halves([0, 2, 4, 6]), halves([1, 3, 5, 7]));
  const lanes = [0, 1, 2, 3].map((i) => int32Lane(i, get(rest)));
  fn.body = [
    set(rest, constant(0)),
    repeat(
      [
        set(first, load(get(chips))),
        set(second, load(get(chips), VECTOR)),
        set(rest, xor(get(rest), and(isOne, load(get(at), contributions)))),
        advance(at, VECTOR),
        advance(chips, 2 * VECTOR),
      ],
      i32.less(get(chips), get(end)),
    ),
    lanes.reduce((a, b) => i32.xor(a, b)),
  ];
  return fn;
}
