import { MOST_CHIPS, NESTED_WIDTHS, WIDEST } from '../chip-loops.js';
import {
  abs,
  add,
  advance,
  and,
  type Code,
  constant,
  f32,
  get,
  greater,
  i32,
  int32Lane,
  type Local,
  lane,
  load,
  max,
  min,
  mul,
  repeat,
  set,
  shuffle,
  store,
  sub,
  tee,
  WasmFunction,
  xor,
} from './assembler.js';
import { everyFourth, VECTOR } from './rows-code.js';

/** `pick(row, out, end)`: every fourth value of a row, side by side up to address `end` of `out`; four a turn. */
export function pickFunction(): WasmFunction {
  const fn = new WasmFunction('pick', ['i32', 'i32', 'i32']);
  const [row, out, end] = fn.params;
  fn.body = gatherLoop([row], out, end);
  return fn;
}

/** `gather<n>(row, … row, out, end)`: the same of the sum of some rows. */
export function gatherFunction(width: (typeof NESTED_WIDTHS)[number]): WasmFunction {
  const fn = new WasmFunction(`gather${width}`, new Array(width + 2).fill('i32'));
  const [out, end] = fn.params.slice(width);
  fn.body = gatherLoop(fn.params.slice(0, width), out, end);
  return fn;
}

function gatherLoop(rows: readonly Local[], out: Local, end: Local): Code {
  const fourth = everyFourth((i) => sumOf(rows, VECTOR * i));
  return repeat(
    [store(get(out), fourth), rows.map((row) => advance(row, 4 * VECTOR)), advance(out, VECTOR)],
    i32.less(get(out), get(end)),
  );
}

/** Sum of vectors behind some addresses, in pairs. */
function sumOf(rows: readonly Local[], offset = 0): Code {
  if (rows.length === 1) return load(get(rows[0]), offset);
  const half = rows.length / 2;
  return add(sumOf(rows.slice(0, half), offset), sumOf(rows.slice(half), offset));
}

/** Bytes of the chips of symbols that are looked at together. */
const CHIP_BYTES = 2 * VECTOR;

/** Four symbols: what both chips hold, and by how much the first is stronger. */
class Symbols {
  readonly energy: Local;
  readonly difference: Local;
  readonly #first: Local;
  readonly #second: Local;

  constructor(fn: WasmFunction) {
    [this.energy, this.difference, this.#first, this.#second] = fn.locals('v128', 4);
  }

  take(chips: Local): Code {
    const half = (lanes: readonly [number, number, number, number]): Code =>
      shuffle(get(this.energy), get(this.difference), lanes);
    return [
      set(this.energy, load(get(chips))),
      set(this.difference, load(get(chips), VECTOR)),
      set(this.#first, half([0, 2, 4, 6])),
      set(this.#second, half([1, 3, 5, 7])),
      set(this.energy, add(get(this.#first), get(this.#second))),
      set(this.difference, sub(get(this.#first), get(this.#second))),
    ];
  }

  get stronger(): Code {
    return max(get(this.#first), get(this.#second));
  }

  get weaker(): Code {
    return min(get(this.#first), get(this.#second));
  }

  get isFirst(): Code {
    return greater(get(this.#first), get(this.#second));
  }
}

const sumTo = (sum: Local, value: Code): Code => set(sum, add(get(sum), value));

function lanesOf(vector: Local): Code[] {
  return [0, 1, 2, 3].map((i) => lane(i, get(vector)));
}

function laneSum(vector: Local): Code {
  const [a, b, c, d] = lanesOf(vector);
  return f32.add(f32.add(a, b), f32.add(c, d));
}

/** Vectors that `eyes` knows of four symbols of a sync word: their signs, which of them there are, and which of them are last. */
export const KNOWN_BYTES = 3 * VECTOR;

/**
 * `eyes(chips, known, end, knownEnd, out)`: sums over the symbols up to address `end` of their chips, those of a sync word first,
 * which `known` tells of up to `knownEnd`. To `out` go six float32 in the order of `Eyes`.
 */
export function eyesFunction(): WasmFunction {
  const fn = new WasmFunction('eyes', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [chips, known, end, knownEnd, out] = fn.params;
  const symbols = new Symbols(fn);
  const sums = fn.locals('v128', 6);
  const [syncEnergy, matched, lastMatched, lastApart, energy, apart] = sums;
  const [signed, far] = fn.locals('v128', 2);
  const [signs, isKnown, isLast] = [0, 1, 2].map((i) => load(get(known), VECTOR * i));
  const others = sub(constant(1), isKnown);
  fn.body = [
    repeat(
      [
        symbols.take(chips),
        set(signed, mul(signs, get(symbols.difference))),
        set(far, abs(get(symbols.difference))),
        sumTo(syncEnergy, mul(isKnown, get(symbols.energy))),
        sumTo(matched, get(signed)),
        sumTo(lastMatched, mul(isLast, get(signed))),
        sumTo(lastApart, mul(isLast, get(far))),
        sumTo(energy, mul(others, get(symbols.energy))),
        sumTo(apart, mul(others, get(far))),
        advance(chips, CHIP_BYTES),
        advance(known, KNOWN_BYTES),
      ],
      i32.less(get(known), get(knownEnd)),
    ),
    repeat(
      [
        symbols.take(chips),
        sumTo(energy, get(symbols.energy)),
        sumTo(apart, abs(get(symbols.difference))),
        advance(chips, CHIP_BYTES),
      ],
      i32.less(get(chips), get(end)),
    ),
    sums.map((sum, i) => f32.store(get(out), laneSum(sum), 4 * i)),
  ];
  return fn;
}

/**
 * `open(row, out, end, signs, signsEnd)`: for each row of chips up to address `end`, what the chips of symbols hold to `out`,
 * float32, and what they do times their signs, `gap` bytes behind.
 */
export function openFunction(rowBytes: number, gap: number): WasmFunction {
  const fn = new WasmFunction('open', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [row, out, end, signs, signsEnd] = fn.params;
  const [chips, sign] = fn.locals('i32', 2);
  const symbols = new Symbols(fn);
  const [energy, opening] = fn.locals('v128', 2);
  fn.body = repeat(
    [
      set(chips, get(row)),
      set(sign, get(signs)),
      set(energy, constant(0)),
      set(opening, constant(0)),
      repeat(
        [
          symbols.take(chips),
          sumTo(energy, get(symbols.energy)),
          sumTo(opening, mul(load(get(sign)), get(symbols.difference))),
          advance(chips, CHIP_BYTES),
          advance(sign, VECTOR),
        ],
        i32.less(get(sign), get(signsEnd)),
      ),
      f32.store(get(out), laneSum(energy)),
      f32.store(get(out), laneSum(opening), gap),
      advance(out, 4),
      advance(row, rowBytes),
    ],
    i32.less(get(row), get(end)),
  );
  return fn;
}

/** Bytes from the sums over one width to those over the next. */
export const NESTED_BYTES = 4 * MOST_CHIPS;

/** `nest(row, … row, out, end)`: see `ChipLoops`; the sums of the first width go to `out` up to address `end`. */
export function nestFunction(): WasmFunction {
  const fn = new WasmFunction('nest', new Array(WIDEST + 2).fill('i32'));
  const rows = fn.params.slice(0, WIDEST);
  const [out, end] = fn.params.slice(WIDEST);
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

/**
 * `remainder(chips, end, out)`: see `ChipLoops`; of chips up to address `end`, four symbols a turn. To `out` go four float32 in
 * the order of `Spread`.
 */
export function remainderFunction(contributions: number): WasmFunction {
  const fn = new WasmFunction('remainder', ['i32', 'i32', 'i32'], 'i32');
  const [chips, end, out] = fn.params;
  const at = fn.local('i32');
  const symbols = new Symbols(fn);
  const [rest, energy, apart, weakest, loudest] = fn.locals('v128', 5);
  const restLanes = [0, 1, 2, 3].map((i) => int32Lane(i, get(rest)));
  fn.body = [
    set(weakest, constant(Number.POSITIVE_INFINITY)),
    repeat(
      [
        symbols.take(chips),
        set(rest, xor(get(rest), and(symbols.isFirst, load(get(at), contributions)))),
        sumTo(energy, get(symbols.energy)),
        sumTo(apart, abs(get(symbols.difference))),
        set(weakest, min(get(weakest), symbols.stronger)),
        set(loudest, max(get(loudest), symbols.weaker)),
        advance(at, VECTOR),
        advance(chips, CHIP_BYTES),
      ],
      i32.less(get(chips), get(end)),
    ),
    f32.store(get(out), laneSum(energy)),
    f32.store(get(out), laneSum(apart), 4),
    f32.store(
      get(out),
      lanesOf(weakest).reduce((a, b) => f32.min(a, b)),
      8,
    ),
    f32.store(
      get(out),
      lanesOf(loudest).reduce((a, b) => f32.max(a, b)),
      12,
    ),
    restLanes.reduce((a, b) => i32.xor(a, b)),
  ];
  return fn;
}
