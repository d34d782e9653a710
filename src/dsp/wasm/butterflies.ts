import {
  add,
  type Code,
  constant,
  get,
  type Local,
  mul,
  negate,
  set,
  store,
  sub,
  type WasmFunction,
} from './assembler.js';

/** A complex number of four lanes. */
export interface Complex {
  readonly re: Local;
  readonly im: Local;
}

/** The discrete Fourier transform of 4 points, of which the last 4 − `live` are zero; y may be x. */
export function fourier4(
  fn: WasmFunction,
  x: readonly Complex[],
  live: number,
  y: readonly Complex[] = x,
): Code {
  const [a, b, c, d] = complexes(fn, 4);
  const parts = (['re', 'im'] as const).map((part) => [
    set(a[part], live > 2 ? add(get(x[0][part]), get(x[2][part])) : get(x[0][part])),
    set(b[part], live > 2 ? sub(get(x[0][part]), get(x[2][part])) : get(x[0][part])),
    set(c[part], live > 3 ? add(get(x[1][part]), get(x[3][part])) : get(x[1][part])),
    set(d[part], live > 3 ? sub(get(x[1][part]), get(x[3][part])) : get(x[1][part])),
  ]);
  // y0 = a+c, y1 = b−jd, y2 = a−c, y3 = b+jd
  return [
    parts,
    set(y[0].re, add(get(a.re), get(c.re))),
    set(y[0].im, add(get(a.im), get(c.im))),
    set(y[1].re, add(get(b.re), get(d.im))),
    set(y[1].im, sub(get(b.im), get(d.re))),
    set(y[2].re, sub(get(a.re), get(c.re))),
    set(y[2].im, sub(get(a.im), get(c.im))),
    set(y[3].re, sub(get(b.re), get(d.im))),
    set(y[3].im, add(get(b.im), get(d.re))),
  ];
}

/** In place: x → its discrete Fourier transform of 8, by two of 4. */
export function fourier8(fn: WasmFunction, x: readonly Complex[]): Code {
  const sums = complexes(fn, 4);
  const differences = complexes(fn, 4);
  const halves = sums.map((_, k) =>
    (['re', 'im'] as const).map((part) => [
      set(sums[k][part], add(get(x[k][part]), get(x[k + 4][part]))),
      set(differences[k][part], sub(get(x[k][part]), get(x[k + 4][part]))),
    ]),
  );
  const [, b, c, d] = differences;
  const t = fn.local('v128');
  const scaled = (factor: number, value: Code): Code => mul(constant(factor), value);
  const rotate = [
    // ·(1−j)/√2
    set(t, scaled(Math.SQRT1_2, add(get(b.re), get(b.im)))),
    set(b.im, scaled(Math.SQRT1_2, sub(get(b.im), get(b.re)))),
    set(b.re, get(t)),
    // ·(−j)
    set(t, get(c.im)),
    set(c.im, negate(get(c.re))),
    set(c.re, get(t)),
    // ·(−1−j)/√2
    set(t, scaled(Math.SQRT1_2, sub(get(d.im), get(d.re)))),
    set(d.im, scaled(-Math.SQRT1_2, add(get(d.re), get(d.im)))),
    set(d.re, get(t)),
  ];
  const into = (first: number): Complex[] => [0, 2, 4, 6].map((k) => x[first + k]);
  return [halves, rotate, fourier4(fn, sums, 4, into(0)), fourier4(fn, differences, 4, into(1))];
}

/** Stores x·(c + js). */
export function storeRotated(to: Code, offset: number, { re, im }: Complex, c: Code, s: Code): Code {
  return [
    store(to, sub(mul(get(re), c), mul(get(im), s)), offset),
    store(to, add(mul(get(re), s), mul(get(im), c)), offset + 16),
  ];
}

export function complexes(fn: WasmFunction, count: number): Complex[] {
  return Array.from({ length: count }, () => ({ re: fn.local('v128'), im: fn.local('v128') }));
}
