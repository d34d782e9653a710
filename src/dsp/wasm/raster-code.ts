import { SLOTS, STEPS_PER_CHIP } from '../chip-raster.js';
import {
  abs,
  add,
  advance,
  type Code,
  constant,
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
  WasmFunction,
  when,
} from './assembler.js';

/** Bytes from one position's energies to the next one's. */
const ROW = 4 * SLOTS;
/** Bytes of a quarter chip's sums: real and imaginary parts of carriers above, below and at zero. */
export const QUARTER = 6 * 16;

const ZERO = constant(0);

/**
 * `quarters…(sample, turns, bounds, end, out)`: sums of the samples between bounds, turned to the zero frequency of
 * each carrier of one parity. A bound is the address of the sample that it lies in and what share of it lies before.
 * `turns` holds four cosines and four sines a sample: those of carriers above zero serve their mirror images too.
 * The first sum is what lies before the first bound, and of no use.
 */
export function quartersFunction(name: string, withZero: boolean, imaginaryBytes: number): WasmFunction {
  const fn = new WasmFunction(name, ['i32', 'i32', 'i32', 'i32', 'i32']);
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
  const fn = new WasmFunction(name, ['i32', 'i32', 'i32', 'f32']);
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
  const fn = new WasmFunction('openings', ['i32', 'i32', 'i32', 'i32', 'i32']);
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
