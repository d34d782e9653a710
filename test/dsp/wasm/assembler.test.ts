import { describe, expect, it } from 'vitest';
import * as wasm from '../../../src/dsp/wasm/assembler.js';

const { get, set, i32, f32 } = wasm;

/** Instantiates functions; their memory has one page. */
function built(...functions: wasm.WasmFunction[]) {
  const code = wasm.assemble(functions, 1);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  const { buffer } = exports.memory as WebAssembly.Memory;
  return {
    call: (name: string, ...args: number[]) => (exports[name] as (...args: number[]) => number)(...args),
    floats: new Float32Array(buffer),
    bytes: new Uint8Array(buffer),
  };
}

/** The four lanes that an expression over vectors a (at byte 0) and b (at byte 16) gives. */
function lanesOf(
  a: readonly number[],
  b: readonly number[],
  code: (a: wasm.Code, b: wasm.Code) => wasm.Code,
) {
  const fn = new wasm.WasmFunction('f', []);
  const zero = i32.constant(0);
  fn.body = wasm.store(zero, code(wasm.load(zero), wasm.load(zero, 16)), 32);
  const { call, floats } = built(fn);
  floats.set(a);
  floats.set(b, 4);
  call('f');
  return [...floats.subarray(8, 12)];
}

/** The same of two lanes of float64. */
function doublesOf(
  a: readonly number[],
  b: readonly number[],
  code: (a: wasm.Code, b: wasm.Code) => wasm.Code,
) {
  const fn = new wasm.WasmFunction('f', []);
  const zero = i32.constant(0);
  fn.body = wasm.store(zero, code(wasm.load(zero), wasm.load(zero, 16)), 32);
  const { call, floats } = built(fn);
  const doubles = new Float64Array(floats.buffer);
  doubles.set([...a, ...b]);
  call('f');
  return [...doubles.subarray(4, 6)];
}

describe('assembler', () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31)])(
    'writes the constant %i',
    (value) => {
      const fn = new wasm.WasmFunction('f', [], 'i32');
      fn.body = i32.constant(value);
      expect(built(fn).call('f')).toBe(value);
    },
  );

  it('takes parameters, keeps locals, repeats and leaves', () => {
    const fn = new wasm.WasmFunction('triangle', ['i32'], 'i32');
    const [n] = fn.params;
    const [sum, i] = fn.locals('i32', 2);
    fn.body = [
      wasm.when(i32.isZero(get(n)), wasm.leave(i32.constant(-1))),
      wasm.repeat([wasm.advance(i, 1), set(sum, i32.add(get(sum), get(i)))], i32.less(get(i), get(n))),
      get(sum),
    ];
    const { call } = built(fn);
    expect([0, 1, 4, 100].map((count) => call('triangle', count))).toEqual([-1, 1, 10, 5050]);
  });

  it('calls the function with that place in the module', () => {
    const square = new wasm.WasmFunction('square', ['i32'], 'i32');
    square.body = i32.mul(get(square.params[0]), get(square.params[0]));
    const sum = new wasm.WasmFunction('sum', ['i32', 'i32'], 'i32');
    const [a, b] = sum.params;
    sum.body = i32.add(wasm.call(0, get(a)), wasm.call(0, get(b)));
    expect(built(square, sum).call('sum', 3, -4)).toBe(25);
  });

  it('reckons with float64', () => {
    const { f64 } = wasm;
    const fn = new wasm.WasmFunction('f', ['f64', 'f64'], 'f64');
    const [a, b] = fn.params;
    const quotient = f64.div(f64.sub(get(a), get(b)), f64.mul(f64.constant(0.1), get(b)));
    fn.body = f64.max(quotient, f64.floor(f64.add(get(a), get(b))));
    const { call } = built(fn);
    expect(call('f', 1.3, 7)).toBe(8);
    expect(call('f', 9, 0.7)).toBe((9 - 0.7) / (0.1 * 0.7));
    expect(call('f', Number.NaN, 1)).toBeNaN();
  });

  it('takes the magnitude of a float64', () => {
    const fn = new wasm.WasmFunction('f', ['f64'], 'f64');
    fn.body = wasm.f64.abs(get(fn.params[0]));
    const { call } = built(fn);
    expect([-0.1, 0.1, -0].map((value) => call('f', value))).toEqual([0.1, 0.1, 0]);
  });

  it.each([
    [2.9, 2],
    [-2.9, -2],
    [1e12, 2 ** 31 - 1],
    [Number.NaN, 0],
  ])('turns %d into the whole number %i', (value, whole) => {
    const fn = new wasm.WasmFunction('f', ['f64'], 'i32');
    fn.body = i32.fromFloat64(get(fn.params[0]));
    expect(built(fn).call('f', value)).toBe(whole);
  });

  it('loads and stores at offsets of any size, aligned or not', () => {
    const fn = new wasm.WasmFunction('copy', ['i32', 'i32']);
    const [from, to] = fn.params;
    fn.body = [
      f32.store(get(to), f32.load(get(from), 300), 40_000),
      wasm.store(get(to), wasm.load(get(from), 301), 40_100),
    ];
    const { call, bytes } = built(fn);
    for (let i = 0; i < 1000; i++) bytes[i] = i % 251;
    call('copy', 7, 3);
    expect(bytes.subarray(40_003, 40_007)).toEqual(bytes.subarray(307, 311));
    expect(bytes.subarray(40_103, 40_119)).toEqual(bytes.subarray(308, 324));
  });

  it('computes in four lanes', () => {
    const a = [1, -2, 3.5, 0];
    const b = [4, 5, -6, 0.25];
    expect(lanesOf(a, b, wasm.add)).toEqual([5, 3, -2.5, 0.25]);
    expect(lanesOf(a, b, wasm.sub)).toEqual([-3, -7, 9.5, -0.25]);
    expect(lanesOf(a, b, wasm.mul)).toEqual([4, -10, -21, 0]);
    expect(lanesOf(a, b, wasm.min)).toEqual([1, -2, -6, 0]);
    expect(lanesOf(a, b, wasm.max)).toEqual([4, 5, 3.5, 0.25]);
    expect(lanesOf(a, b, (x) => wasm.abs(x))).toEqual([1, 2, 3.5, 0]);
    expect(lanesOf(a, b, (x) => wasm.negate(x))).toEqual([-1, 2, -3.5, -0]);
    expect(lanesOf(a, b, (x, y) => wasm.shuffle(x, y, [3, 4, 0, 7]))).toEqual([0, 4, 1, 0.25]);
    expect(lanesOf(a, b, (x) => wasm.splat(wasm.lane(2, x)))).toEqual([3.5, 3.5, 3.5, 3.5]);
    expect(lanesOf(a, b, (x, y) => wasm.and(y, wasm.greater(x, wasm.constant(0.5))))).toEqual([4, 0, -6, 0]);
  });

  it('computes in two lanes of float64', () => {
    const { f64x2 } = wasm;
    const a = [0.1, -2.5];
    const b = [0.7, 1e-9];
    expect(doublesOf(a, b, f64x2.add)).toEqual([0.1 + 0.7, -2.5 + 1e-9]);
    expect(doublesOf(a, b, f64x2.sub)).toEqual([0.1 - 0.7, -2.5 - 1e-9]);
    expect(doublesOf(a, b, f64x2.mul)).toEqual([0.1 * 0.7, -2.5 * 1e-9]);
    expect(doublesOf(a, b, f64x2.min)).toEqual([0.1, -2.5]);
    expect(doublesOf(a, b, f64x2.max)).toEqual([0.7, 1e-9]);
    expect(doublesOf(a, b, (x) => f64x2.floor(x))).toEqual([0, -3]);
    expect(doublesOf(a, b, f64x2.firsts)).toEqual([0.1, 0.7]);
    expect(doublesOf(a, b, f64x2.seconds)).toEqual([-2.5, 1e-9]);
    expect(doublesOf(a, b, (x) => f64x2.splat(f64x2.lane(1, x)))).toEqual([-2.5, -2.5]);
    expect(doublesOf(a, b, () => f64x2.constant(0.3, -7))).toEqual([0.3, -7]);
    expect(doublesOf(a, b, () => f64x2.constant(0.3))).toEqual([0.3, 0.3]);
  });

  it('widens two float32 from memory', () => {
    const fn = new wasm.WasmFunction('f', []);
    fn.body = wasm.store(i32.constant(16), wasm.f64x2.loadFloat32(i32.constant(0), 4));
    const { call, floats } = built(fn);
    floats.set([9, 0.1, -3e7, 9]);
    call('f');
    expect([...new Float64Array(floats.buffer, 16, 2)]).toEqual([Math.fround(0.1), Math.fround(-3e7)]);
  });

  it('takes whole numbers out of the lanes of a vector', () => {
    const fn = new wasm.WasmFunction('f', ['f64'], 'i32');
    // Beside 2⁵² a float64 has a whole number in its lowest bits.
    const sums = wasm.f64x2.add(wasm.f64x2.constant(0, 2 ** 52), wasm.f64x2.splat(get(fn.params[0])));
    fn.body = wasm.int32Lane(2, sums);
    expect(built(fn).call('f', 12_345)).toBe(12_345);
  });

  it('names its functions, so that a profile can tell them apart', () => {
    const text = new TextDecoder('latin1').decode(wasm.assemble([new wasm.WasmFunction('here', [])], 1));
    expect(text.match(/here/g)).toHaveLength(2);
  });
});
