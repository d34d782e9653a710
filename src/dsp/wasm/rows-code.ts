import { FRAMES_PER_CHIP } from '../geometry.js';
import { HIT_POWER, HIT_WORD_BINS, hitWords } from '../kept-chips.js';
import { NOISE_CEILING } from '../rows.js';
import {
  abs,
  add,
  advance,
  and,
  anyTrue,
  type Code,
  constant,
  f32,
  get,
  greater,
  i32,
  int16Add,
  int32Splat,
  int32Sub,
  type Local,
  lane,
  load,
  max,
  min,
  mul,
  narrow,
  or,
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

/** Vectors of sums that are made in a turn. */
const SUM_VECTORS = 2;

/** `sumRows(a, b, c, d, out, end)`: out[i] = a[i] + b[i] + (c[i] + d[i]) up to address `end` of `out`. */
export function sumRowsFunction(): WasmFunction {
  const fn = new WasmFunction('sumRows', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [a, b, c, d, out, end] = fn.params;
  fn.body = sumLoop(out, end, [a, b, c, d], (at) => add(add(at(a), at(b)), add(at(c), at(d))));
  return fn;
}

/** `addRow(from, out, end)`: out[i] += from[i] up to address `end` of `out`. */
export function addRowFunction(): WasmFunction {
  const fn = new WasmFunction('addRow', ['i32', 'i32', 'i32']);
  const [from, out, end] = fn.params;
  fn.body = sumLoop(out, end, [from], (at) => add(at(out), at(from)));
  return fn;
}

/** Writes sums of what is at some pointers, all of which move on. */
function sumLoop(
  out: Local,
  end: Local,
  from: readonly Local[],
  sum: (at: (pointer: Local) => Code) => Code,
): Code {
  const turn = Array.from({ length: SUM_VECTORS }, (_, i) =>
    store(
      get(out),
      sum((pointer) => load(get(pointer), VECTOR * i)),
      VECTOR * i,
    ),
  );
  return repeat(
    [turn, [...from, out].map((pointer) => advance(pointer, SUM_VECTORS * VECTOR))],
    i32.less(get(out), get(end)),
  );
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

/** What is kept of rows, and how they lie. */
export interface KeepLayout {
  /** How many rows there are. */
  readonly bins: number;
  /** Chips kept of each, side by side. */
  readonly chips: number;
  /** Bytes from where a row has been read to the next one. */
  readonly gap: number;
}

/** Vectors kept in a turn. */
const KEPT_VECTORS = 4;

/**
 * `keep(row, out, means, hits)`: every fourth value of rows, side by side at `out`; sixteen a turn. At `means` go the means
 * of what is kept of each row, where a value counts as at most `NOISE_CEILING`; to `hits`, which must be empty, the `bits`
 * and behind them the `count` of `ChipHits`.
 */
export function keepFunction({ bins, chips, gap }: KeepLayout): WasmFunction {
  const fn = new WasmFunction('keep', ['i32', 'i32', 'i32', 'i32']);
  const [row, out, means, hits] = fn.params;
  const [k, rowsLeft, rowEnd, word, chip] = fn.locals('i32', 5);
  const [sum, bit, hit] = fn.locals('v128', 3);
  const kept = fn.locals('v128', KEPT_VECTORS);
  const keepOne = (vector: Local, i: number): Code => [
    store(
      get(out),
      tee(
        vector,
        everyFourth((k) => load(get(row), VECTOR * (4 * i + k))),
      ),
      VECTOR * i,
    ),
    set(sum, add(get(sum), min(constant(NOISE_CEILING), get(vector)))),
  ];
  const note = (vector: Local, i: number): Code => [
    set(hit, greater(get(vector), constant(HIT_POWER))),
    store(get(word), or(load(get(word), VECTOR * i), and(get(hit), get(bit))), VECTOR * i),
    // A lane that is true is −1.
    store(get(chip), int32Sub(load(get(chip), VECTOR * i), get(hit)), VECTOR * i),
  ];
  const greatest = kept.map(get).reduce((a, b) => max(a, b));
  const turn = [
    kept.map(keepOne),
    // In most there is nothing.
    when(anyTrue(greater(greatest, constant(HIT_POWER))), kept.map(note)),
    [out, word, chip].map((pointer) => advance(pointer, VECTOR * KEPT_VECTORS)),
    advance(row, 4 * VECTOR * KEPT_VECTORS),
  ];
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => lane(i, get(sum)));
  const total = f32.add(f32.add(a, b), f32.add(c, d));
  const wordOf = i32.shiftRight(get(k), i32.constant(Math.log2(HIT_WORD_BINS)));
  fn.body = [
    // The rows lie in the order of the FFT.
    set(k, i32.constant(bins / 2)),
    set(rowsLeft, i32.constant(bins)),
    repeat(
      [
        set(rowEnd, i32.add(get(out), i32.constant(4 * chips))),
        set(sum, constant(0)),
        set(word, i32.add(get(hits), i32.mul(wordOf, i32.constant(4 * chips)))),
        set(chip, i32.add(get(hits), i32.constant(4 * chips * hitWords(bins)))),
        // A shift takes the bin modulo a word's.
        set(bit, int32Splat(i32.shl(i32.constant(1), get(k)))),
        repeat(turn, i32.less(get(out), get(rowEnd))),
        f32.store(get(means), f32.div(total, f32.constant(chips))),
        advance(means, 4),
        advance(row, gap),
        set(k, i32.and(i32.add(get(k), i32.constant(1)), i32.constant(bins - 1))),
      ],
      tee(rowsLeft, i32.sub(get(rowsLeft), i32.constant(1))),
    ),
  ];
  return fn;
}

/** Every fourth of sixteen values, of which there are four vectors. */
export function everyFourth(vector: (i: number) => Code): Code {
  return shuffle(
    shuffle(vector(0), vector(1), [0, 4, 0, 4]),
    shuffle(vector(2), vector(3), [0, 4, 0, 4]),
    [0, 1, 4, 5],
  );
}
