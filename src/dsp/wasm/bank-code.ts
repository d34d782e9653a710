import {
  advance,
  type Code,
  f64,
  f64x2,
  get,
  i32,
  int32Lane,
  type Local,
  load,
  repeat,
  set,
  store,
  WasmFunction,
  when,
} from './assembler.js';

/*
 * Lanes are float64, and every operation rounds as the same one of the plain bank does, in the same order: the results
 * are the same to the last bit.
 */

/** Bytes from one place's running sum to the next one's: real and imaginary part, float64. */
export const SUM_BYTES = 16;
const SUM_SHIFT = Math.log2(SUM_BYTES);
/**
 * Bytes of the phasors of one carrier, pairs of float64: cosines of the first two samples, their sines, then twice each
 * the cosine and the sine of the turn by two samples.
 */
export const PHASORS_BYTES = 64;
/** Samples that one turn of {@link runningSumsFunction} takes. */
export const SAMPLES_PER_TURN = 4;
/** Added to a small whole number, this leaves it in the lowest bits of the float64, as an integer has it there. */
const UNIT_IS_LAST_BIT = 2 ** 52;

/**
 * `runningSums(sample, end, phasors, sums)`: running sums of the samples up to address `end`, turned to the zero
 * frequency of the carrier whose phasors are given. To `sums` go zero, and the sum up to the end of each sample.
 *
 * Lanes are two neighbouring samples, each with a phasor of its own: one waits for the other only in the sums, where
 * lanes are real and imaginary part.
 * @param imaginaryBytes from the real part of a sample to its imaginary one
 */
export function runningSumsFunction(imaginaryBytes: number): WasmFunction {
  const fn = new WasmFunction('runningSums', ['i32', 'i32', 'i32', 'i32']);
  const [sample, end, phasors, sums] = fn.params;
  const [x, y, c, s, stepC, stepS, real, imaginary, total] = fn.locals('v128', 9);
  const pair = (i: number): Code => [
    set(x, f64x2.loadFloat32(get(sample), 4 * i)),
    set(y, f64x2.loadFloat32(get(sample), imaginaryBytes + 4 * i)),
    rotated(real, imaginary, [x, y], [c, s]),
    set(total, f64x2.add(get(total), f64x2.firsts(get(real), get(imaginary)))),
    store(get(sums), get(total), SUM_BYTES * (i + 1)),
    set(total, f64x2.add(get(total), f64x2.seconds(get(real), get(imaginary)))),
    store(get(sums), get(total), SUM_BYTES * (i + 2)),
    rotated(real, imaginary, [c, s], [stepC, stepS]),
    set(c, get(real)),
    set(s, get(imaginary)),
  ];
  const pairs = Array.from({ length: SAMPLES_PER_TURN / 2 }, (_, i) => pair(2 * i));
  fn.body = [
    [c, s, stepC, stepS].map((local, i) => set(local, load(get(phasors), 16 * i))),
    store(get(sums), get(total)),
    repeat(
      [pairs, advance(sample, 4 * SAMPLES_PER_TURN), advance(sums, SUM_BYTES * SAMPLES_PER_TURN)],
      i32.less(get(sample), get(end)),
    ),
  ];
  return fn;
}

/** Puts the product of two pairs of complex numbers, (x + jy)·(c + js), in two variables. */
function rotated(
  real: Local,
  imaginary: Local,
  [x, y]: readonly [Local, Local],
  [c, s]: readonly [Local, Local],
): Code {
  return [
    set(real, f64x2.sub(f64x2.mul(get(x), get(c)), f64x2.mul(get(y), get(s)))),
    set(imaginary, f64x2.add(f64x2.mul(get(x), get(s)), f64x2.mul(get(y), get(c)))),
  ];
}

/**
 * `amplitudes(sums, start, length, last, scale, out, end)`: amplitudes of chips of one length that begin at `start`,
 * samples, where no place lies after `last`; a factor of `scale` is on them. Real parts go to `out` up to address
 * `end`, two at a time, imaginary ones as far behind as `imaginaryBytes`.
 */
export function amplitudesFunction(imaginaryBytes: number): WasmFunction {
  const fn = new WasmFunction('amplitudes', ['i32', 'f64', 'f64', 'f64', 'f64', 'i32', 'i32']);
  const [sums, start, length, last, scale, out, end] = fn.params;
  const gain = fn.local('v128');
  const { begin, next, chips } = chipPairs(fn, sums, start, length, last);
  const [first, second] = chips.map((chip) => f64x2.mul(get(gain), get(chip)));
  fn.body = [
    set(gain, f64x2.splat(get(scale))),
    begin,
    repeat(
      [
        next,
        store(get(out), f64x2.firsts(first, second)),
        store(get(out), f64x2.seconds(first, second), imaginaryBytes),
        advance(out, 16),
      ],
      i32.less(get(out), get(end)),
    ),
  ];
  return fn;
}

/**
 * `eyeOpening(sums, start, length, last, square, signs, signsEnd, end)`: how far the eye of the symbols is open whose
 * chips lie as those of {@link amplitudesFunction}; a factor of `square` is on energies. The signs of the sync word's
 * symbols stand from `signs` up to address `signsEnd`, float64; those of the other symbols would go on up to `end`.
 */
export function eyeOpeningFunction(): WasmFunction {
  const fn = new WasmFunction('eyeOpening', ['i32', 'f64', 'f64', 'f64', 'f64', 'i32', 'i32', 'i32'], 'f64');
  const [sums, start, length, last, square, sign, signsEnd, end] = fn.params;
  const [gain, energies] = fn.locals('v128', 2);
  const opening = fn.local('f64');
  const { begin, next, chips } = chipPairs(fn, sums, start, length, last);
  const [first, second] = chips.map((chip) => f64x2.mul(get(chip), get(chip)));
  const symbol = [
    next,
    set(energies, f64x2.mul(get(gain), f64x2.add(f64x2.firsts(first, second), f64x2.seconds(first, second)))),
  ];
  const difference = f64.sub(f64x2.lane(0, get(energies)), f64x2.lane(1, get(energies)));
  const open = (by: Code): Code => set(opening, f64.add(get(opening), by));
  const symbolsTo = (to: Local, by: Code): Code => {
    const isMore = i32.less(get(sign), get(to));
    return when(isMore, repeat([symbol, open(by), advance(sign, 8)], isMore));
  };
  fn.body = [
    set(gain, f64x2.splat(get(square))),
    begin,
    symbolsTo(signsEnd, f64.mul(f64.load(get(sign)), difference)),
    symbolsTo(end, f64.abs(difference)),
    get(opening),
  ];
  return fn;
}

/** Code for the sums of the samples within chips, two chips at a time. */
interface ChipPairs {
  /** Goes to where the first chip begins. */
  readonly begin: Code;
  /** Goes on by two chips. */
  readonly next: Code;
  /** Real and imaginary part of either chip's sum. */
  readonly chips: readonly Local[];
}

/** Of chips that lie as those of {@link amplitudesFunction}. */
function chipPairs(fn: WasmFunction, sums: Local, start: Local, length: Local, last: Local): ChipPairs {
  const [index, starts, lengths, lasts, place, whole, part, before, here] = fn.locals('v128', 9);
  const chips = fn.locals('v128', 2);
  const at = fn.local('i32');
  const spread = [f64x2.firsts, f64x2.seconds];
  const sumTo = (chip: Local, i: number): Code => [
    set(at, i32.add(get(sums), i32.shl(int32Lane(2 * i, get(whole)), i32.constant(SUM_SHIFT)))),
    set(here, load(get(at))),
    set(chip, f64x2.mul(spread[i](get(part), get(part)), f64x2.sub(load(get(at), SUM_BYTES), get(here)))),
    set(here, f64x2.add(get(here), get(chip))),
    set(chip, f64x2.sub(get(here), get(before))),
    set(before, get(here)),
  ];
  // Where the two chips end: the lanes are two places here, and real and imaginary part in the sums there.
  const places = [
    set(index, f64x2.add(get(index), f64x2.constant(2))),
    set(place, f64x2.add(get(starts), f64x2.mul(get(index), get(lengths)))),
    set(place, f64x2.max(f64x2.min(get(place), get(lasts)), f64x2.constant(0))),
    set(whole, f64x2.floor(get(place))),
    set(part, f64x2.sub(get(place), get(whole))),
    set(whole, f64x2.add(get(whole), f64x2.constant(UNIT_IS_LAST_BIT))),
  ];
  const next = [places, chips.map(sumTo)];
  const begin = [
    set(starts, f64x2.splat(get(start))),
    set(lengths, f64x2.splat(get(length))),
    set(lasts, f64x2.splat(get(last))),
    // Two chips of no interest come first: where the second one ends the packet's first one begins.
    set(index, f64x2.constant(-3, -2)),
    next,
  ];
  return { begin, next, chips };
}
