import {
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
  store,
  sub,
  WasmFunction,
} from './assembler.js';

/** Samples that one turn of the outer loop of {@link mixFunction} takes. */
export const MIX_BLOCK = 128;
/** Taps that one turn of the inner loop of {@link filterFunction} takes. */
export const TAPS_PER_TURN = 8;
const ZERO = constant(0);

/**
 * `mix(iq, real, blocks, end)`: turns samples to zero frequency, planar to `real` up to address `end` and to
 * `imaginary` as far behind. The phase of a sample is that of its block, of which a pair of cosine and sine stands at
 * `blocks`, and its own within the block.
 * @param table          address of MIX_BLOCK cosines, then as many sines
 * @param imaginaryBytes from a real part to its imaginary one
 */
export function mixFunction(table: number, imaginaryBytes: number): WasmFunction {
  const fn = new WasmFunction('mix', ['i32', 'i32', 'i32', 'i32']);
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
  const fn = new WasmFunction('filter', ['i32', 'i32', 'i32']);
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
