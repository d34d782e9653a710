import { SLOTS, STEPS_PER_CHIP } from '../chip-raster.js';
import {
  abs,
  add,
  advance,
  type Code,
  constant,
  WasmFunction as Fn,
  get,
  i32,
  type Local,
  load,
  loadSplat,
  mul,
  repeat,
  set,
  shuffle,
  splat,
  store,
  sub,
  type WasmFunction,
  when,
} from './assembler.js';

/** Samples that one turn of the outer loop of {@link mixFunction} takes. */
export const MIX_BLOCK = 128;
/** Taps that one turn of the inner loop of {@link filterFunction} takes. */
export const TAPS_PER_TURN = 16;
/** Bytes from one position's energies to the next one's. */
const ROW = 4 * SLOTS;
/** Bytes of a quarter chip's sums: real and imaginary parts of carriers above, below and at zero. */
export const QUARTER = 6 * 16;

const ZERO = constant(0);

/**
 * `mix(iq, real, blocks, end)`: turns samples to zero frequency, planar to `real` up to address `end` and to
 * `imaginary` as far behind. The phase of a sample is that of its block, of which a pair of cosine and sine stands at
 * `blocks`, and its own within the block.
 * @param table          address of MIX_BLOCK cosines, then as many sines
 * @param imaginaryBytes from a real part to its imaginary one
 */
export function mixFunction(table: number, imaginaryBytes: number): WasmFunction {
  const fn = new Fn('mix', ['i32', 'i32', 'i32', 'i32']);
  const [iq, real, blocks, end] = fn.params;
  const at = fn.local('i32');
  const [blockC, blockS, c, s, x, y] = fn.locals('v128', 6);
  const [tableC, tableS] = [load(get(at), table), load(get(at), table + 4 * MIX_BLOCK)];
  const turn = [
    set(c, sub(mul(tableC, get(blockC)), mul(tableS, get(blockS)))),
    set(s, add(mul(tableC, get(blockS)), mul(tableS, get(blockC)))),
    set(x, shuffle(load(get(iq)), load(get(iq), 16), [0, 2, 4, 6])),
    set(y, shuffle(load(get(iq)), load(get(iq), 16), [1, 3, 5, 7])),
    store(get(real), sub(mul(get(x), get(c)), mul(get(y), get(s)))),
    store(get(real), add(mul(get(x), get(s)), mul(get(y), get(c))), imaginaryBytes),
    advance(iq, 32),
    advance(real, 16),
    advance(at, 16),
  ];
  fn.body = repeat(
    [
      set(blockC, loadSplat(get(blocks))),
      set(blockS, loadSplat(get(blocks), 4)),
      set(at, i32.constant(0)),
      repeat(turn, i32.less(get(at), i32.constant(4 * MIX_BLOCK))),
      advance(blocks, 8),
    ],
    i32.less(get(real), get(end)),
  );
  return fn;
}

/**
 * `filter(from, out, end)`: four outputs a turn, of a real filter on real samples, to `out` up to address `end`.
 * @param taps  address of the filter, as many as `bytes` hold: a multiple of TAPS_PER_TURN
 * @param decimation input samples from one output to the next
 */
export function filterFunction(taps: number, bytes: number, decimation: number): WasmFunction {
  const fn = new Fn('filter', ['i32', 'i32', 'i32']);
  const [from, out, end] = fn.params;
  const [at, tap] = fn.locals('i32', 2);
  const sums = fn.locals('v128', 4);
  const taken = fn.local('v128');
  const products = Array.from({ length: TAPS_PER_TURN / 4 }, (_, i) => [
    set(taken, load(get(tap), taps + 16 * i)),
    sums.map((sum, k) =>
      set(sum, add(get(sum), mul(get(taken), load(get(at), 16 * i + 4 * decimation * k)))),
    ),
  ]);
  fn.body = repeat(
    [
      sums.map((sum) => set(sum, ZERO)),
      set(at, get(from)),
      set(tap, i32.constant(0)),
      repeat(
        [products, advance(at, 4 * TAPS_PER_TURN), advance(tap, 4 * TAPS_PER_TURN)],
        i32.less(get(tap), i32.constant(bytes)),
      ),
      store(get(out), sumOfEach(sums)),
      advance(from, 16 * decimation),
      advance(out, 16),
    ],
    i32.less(get(out), get(end)),
  );
  return fn;
}

/** The sums of four vectors' lanes, as one vector. */
function sumOfEach(sums: readonly Local[]): Code {
  const [a, b, c, d] = sums;
  const pairs = (x: Local, y: Local): Code =>
    add(shuffle(get(x), get(y), [0, 4, 1, 5]), shuffle(get(x), get(y), [2, 6, 3, 7]));
  return [
    set(a, pairs(a, b)),
    set(c, pairs(c, d)),
    add(shuffle(get(a), get(c), [0, 1, 4, 5]), shuffle(get(a), get(c), [2, 3, 6, 7])),
  ];
}

/**
 * `quarters…(sample, turns, bounds, end, out)`: sums of the samples between bounds, turned to the zero frequency of
 * each carrier of one parity. A bound is the address of the sample that it lies in and what share of it lies before.
 * `turns` holds four cosines and four sines a sample: those of carriers above zero serve their mirror images too.
 * The first sum is what lies before the first bound, and of no use.
 */
export function quartersFunction(name: string, withZero: boolean, imaginaryBytes: number): WasmFunction {
  const fn = new Fn(name, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [sample, turns, bounds, end, out] = fn.params;
  const [c, s, x, y, xc, ys, yc, xs, part, before] = fn.locals('v128', 10);
  const sums = fn.locals('v128', withZero ? 6 : 4);
  const turned = [
    set(c, load(get(turns))),
    set(s, load(get(turns), 16)),
    set(x, loadSplat(get(sample))),
    set(y, loadSplat(get(sample), imaginaryBytes)),
    set(xc, mul(get(x), get(c))),
    set(ys, mul(get(y), get(s))),
    set(yc, mul(get(y), get(c))),
    set(xs, mul(get(x), get(s))),
    advance(sample, 4),
    advance(turns, 32),
  ];
  const terms = [
    add(get(xc), get(ys)),
    sub(get(yc), get(xs)),
    sub(get(xc), get(ys)),
    add(get(yc), get(xs)),
    get(x),
    get(y),
  ];
  fn.body = [
    sums.map((sum) => set(sum, ZERO)),
    repeat(
      [
        when(
          i32.less(get(sample), i32.load(get(bounds))),
          repeat(
            [turned, sums.map((sum, i) => set(sum, add(get(sum), terms[i])))],
            i32.less(get(sample), i32.load(get(bounds))),
          ),
        ),
        turned,
        set(part, loadSplat(get(bounds), 4)),
        sums.map((sum, i) => [
          set(c, terms[i]),
          set(before, mul(get(c), get(part))),
          store(get(out), add(get(sum), get(before)), 16 * i),
          set(sum, sub(get(c), get(before))),
        ]),
        advance(bounds, 8),
        advance(out, QUARTER),
      ],
      i32.less(get(bounds), get(end)),
    ),
  ];
  return fn;
}

/**
 * `energies…(quarters, out, end, scale)`: energies of the chips of four quarters each, of carriers above and below
 * zero to the slots from `slot` on, and that of zero to the last ones; all are multiplied by `scale`.
 */
export function energiesFunction(name: string, withZero: boolean, slot: number): WasmFunction {
  const fn = new Fn(name, ['i32', 'i32', 'i32', 'f32']);
  const [quarters, out, end, scale] = fn.params;
  const [gain, real, imaginary] = fn.locals('v128', 3);
  const chip = (part: number): Code => {
    const loads = Array.from({ length: STEPS_PER_CHIP }, (_, i) =>
      load(get(quarters), QUARTER * (i + 1) + 16 * part),
    );
    return add(add(loads[0], loads[1]), add(loads[2], loads[3]));
  };
  const energy = (part: number, to: number): Code => [
    set(real, chip(part)),
    set(imaginary, chip(part + 1)),
    store(
      get(out),
      mul(get(gain), add(mul(get(real), get(real)), mul(get(imaginary), get(imaginary)))),
      4 * to,
    ),
  ];
  fn.body = [
    set(gain, splat(get(scale))),
    repeat(
      [
        energy(0, slot),
        energy(2, slot + 4),
        withZero ? energy(4, 16) : [],
        advance(quarters, QUARTER),
        advance(out, ROW),
      ],
      i32.less(get(out), get(end)),
    ),
  ];
  return fn;
}

/**
 * `openings(row, end, signs, signsEnd, out)`: openings of Manchester eyes at the even carriers, of the symbols whose
 * first chips' energies begin at `row` up to address `end`. To `out` go the slots of the sync word's openings, then
 * those of the whole packet's, and that of the sum of the carriers in four equal places.
 */
export function openingsFunction(): WasmFunction {
  const fn = new Fn('openings', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [row, end, signs, signsEnd, out] = fn.params;
  const [sign, sum, together, known] = fn.locals('v128', 4);
  const difference = fn.locals('v128', 3);
  const inSync = fn.locals('v128', 3);
  const whole = fn.locals('v128', 3);
  const offsets = [0, 16, 64];
  const symbol = [
    difference.map((d, i) =>
      set(d, sub(load(get(row), offsets[i]), load(get(row), STEPS_PER_CHIP * ROW + offsets[i]))),
    ),
    // The carrier at zero stands in all four places.
    set(sum, add(add(get(difference[0]), get(difference[1])), mul(constant(0.25), get(difference[2])))),
    advance(row, 2 * STEPS_PER_CHIP * ROW),
  ];
  fn.body = [
    [together, known, ...inSync, ...whole].map((local) => set(local, ZERO)),
    repeat(
      [
        symbol,
        set(sign, loadSplat(get(signs))),
        inSync.map((to, i) => set(to, add(get(to), mul(get(sign), get(difference[i]))))),
        set(known, add(get(known), mul(get(sign), get(sum)))),
        advance(signs, 4),
      ],
      i32.less(get(signs), get(signsEnd)),
    ),
    repeat(
      [
        symbol,
        whole.map((to, i) => set(to, add(get(to), abs(get(difference[i]))))),
        sumOfLanes(sum),
        set(together, add(get(together), abs(get(sum)))),
      ],
      i32.less(get(row), get(end)),
    ),
    sumOfLanes(known),
    offsets.map((offset, i) => [
      store(get(out), get(inSync[i]), offset),
      store(get(out), add(get(inSync[i]), get(whole[i])), ROW + offset),
    ]),
    store(get(out), add(get(known), get(together)), 2 * ROW),
  ];
  return fn;
}

/** Puts the sum of a vector's lanes in all of them. */
function sumOfLanes(vector: Local): Code {
  const half = add(get(vector), shuffle(get(vector), get(vector), [2, 3, 0, 1]));
  return [set(vector, half), set(vector, add(get(vector), shuffle(get(vector), get(vector), [1, 0, 3, 2])))];
}
