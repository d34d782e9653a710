import { SLOTS, STEPS_PER_CHIP } from '../chip-raster.js';
import {
  add,
  advance,
  type Code,
  constant,
  f32,
  get,
  i32,
  type Local,
  lane,
  less,
  load,
  max,
  min,
  mul,
  repeat,
  set,
  shuffle,
  splat,
  sub,
  WasmFunction,
} from './assembler.js';

/** Bytes from one chip's energies to the next one's. */
const CHIP = 4 * SLOTS * STEPS_PER_CHIP;
/** Exponents beyond which a chip's likelihood is more, or less, than what one chip may say. */
const MOST_EXPONENT = 40;
const LEAST_EXPONENT = -60;

// What the assembler does not name.
const simd =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [operands, 0xfd, opcode];
const squareRoot = simd(0xe3, 0x01);
const divide = simd(0xe7, 0x01);
const nearest = simd(0x6a);
const toInt = simd(0xf8, 0x01);
const addInts = simd(0xae, 0x01);
const shiftLeft = (value: Code, bits: number): Code => simd(0xab, 0x01)(value, i32.constant(bits));
/** Of each lane the first where the mask is set, else the second. */
const select = (mask: Code, yes: Code, no: Code): Code => simd(0x52)(yes, no, mask);

/** I₀(x) = Σ aₖ (x/3.75)²ᵏ up to 3.75, and e^x/√x · Σ bₖ (3.75/x)ᵏ beyond; Abramowitz and Stegun 9.8.1, 9.8.2. */
const SPLIT = 3.75;
const SMALL = [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813];
const LARGE = [
  0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633,
  0.00392377,
];
/** e^f = 1 + f + f²·Σ cₖ fᵏ within half an octave; S. Moshier, Cephes, expf. */
const EXPONENTIAL = [
  5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3, 1.98756915e-4,
];
/** ln 2 in two parts, of which the first times a small integer is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;

/** Σ cₖ xᵏ, by Horner's rule. */
function polynomial(coefficients: readonly number[], x: Local): Code {
  return coefficients.reduceRight<Code | null>(
    (rest, c) => (rest === null ? constant(c) : add(constant(c), mul(rest, get(x)))),
    null,
  ) as Code;
}

/**
 * `mixture…(row, end, out, slope, most, gamma)`: of each chip's energies E from `row` up to address `end`, to `out`
 *
 *   Σ share · I₀(min(slope·√E, most)) · e^−gamma
 *
 * over the carriers in the vectors named; a share stands for each slot at `shares`.
 */
export function mixtureFunction(name: string, vectors: readonly number[], shares: number): WasmFunction {
  const fn = new WasmFunction(name, ['i32', 'i32', 'i32', 'f32', 'f32', 'f32']);
  const [row, end, out, slope, most, gamma] = fn.params;
  const [steep, limit, silence, sum, x, ratio, inSmall, exponent, factor, whole] = fn.locals('v128', 10);
  const term = (vector: number): Code => [
    set(x, min(mul(get(steep), squareRoot(load(get(row), 16 * vector))), get(limit))),
    set(inSmall, less(get(x), constant(SPLIT))),
    set(exponent, select(get(inSmall), get(silence), add(get(silence), get(x)))),
    set(exponent, max(constant(LEAST_EXPONENT), min(get(exponent), constant(MOST_EXPONENT)))),
    set(ratio, divide(constant(SPLIT), get(x))),
    set(factor, divide(polynomial(LARGE, ratio), squareRoot(get(x)))),
    set(ratio, mul(constant(1 / SPLIT ** 2), mul(get(x), get(x)))),
    set(factor, select(get(inSmall), polynomial(SMALL, ratio), get(factor))),
    exponential(exponent, whole, ratio),
    set(sum, add(get(sum), mul(mul(load(i32.constant(shares), 16 * vector), get(factor)), get(exponent)))),
  ];
  fn.body = [
    set(steep, splat(get(slope))),
    set(limit, splat(get(most))),
    set(silence, sub(constant(0), splat(get(gamma)))),
    repeat(
      [
        set(sum, constant(0)),
        vectors.map(term),
        set(sum, add(get(sum), shuffle(get(sum), get(sum), [2, 3, 0, 1]))),
        set(sum, add(get(sum), shuffle(get(sum), get(sum), [1, 0, 3, 2]))),
        f32.store(get(out), lane(0, get(sum))),
        advance(out, 4),
        advance(row, CHIP),
      ],
      i32.less(get(row), get(end)),
    ),
  ];
  return fn;
}

/** Puts e^x in the place of x. */
function exponential(x: Local, whole: Local, rest: Local): Code {
  return [
    set(whole, nearest(mul(constant(Math.LOG2E), get(x)))),
    set(rest, sub(sub(get(x), mul(constant(LN2_HIGH), get(whole))), mul(constant(LN2_LOW), get(whole)))),
    set(x, add(add(constant(1), get(rest)), mul(mul(get(rest), get(rest)), polynomial(EXPONENTIAL, rest)))),
    // 2ⁿ as a float32: n in the bits of its exponent.
    set(x, mul(get(x), shiftLeft(addInts(toInt(get(whole)), toInt(constant(127))), 23))),
  ];
}
