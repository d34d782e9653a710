import {
  add,
  advance,
  type Code,
  call,
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
  WasmFunction,
} from './assembler.js';
import { type Complex, complexes, fourier4, fourier8, storeRotated } from './butterflies.js';

/** Where the filterbank's tables lie in memory, bytes. */
export interface FilterbankLayout {
  readonly fftSize: number;
  readonly windowSamples: number;
  /** Prototype window, zeros after its end; float32 [fftSize]. */
  readonly window: number;
  /** Twiddle factors in the order of their use, float32; see {@link twiddles}. */
  readonly twiddles: number;
  /** Four frames side by side: [fftSize] of (4 real, 4 imaginary). */
  readonly work: number;
  /** Per block of the last stage: byte offset of its first bin in `gain`, and in the spectrogram; int32 pairs. */
  readonly blocks: number;
  /** 1 / noise floor per bin; float32 [fftSize]. */
  readonly gain: number;
  /** Bytes from one bin's row to the next. */
  readonly strideBytes: number;
}

/** Bytes of one complex number of four lanes. */
const POINT = 32;

/** Radix of the last stage; all others have 4. */
export function lastRadix(fftSize: number): 4 | 8 {
  return Math.log2(fftSize) % 2 === 0 ? 4 : 8;
}

/** Factors e^(−2πi·n·k/L) for k = 1, 2, 3 and n = 0 … L/4−1, for each stage but the last: (cos, −sin) pairs. */
export function twiddles(fftSize: number): Float32Array {
  const factors: number[] = [];
  for (let length = fftSize; length > lastRadix(fftSize); length /= 4) {
    for (let n = 0; n < length / 4; n++) {
      for (let k = 1; k < 4; k++) {
        const angle = (-2 * Math.PI * n * k) / length;
        factors.push(Math.cos(angle), Math.sin(angle));
      }
    }
  }
  return Float32Array.from(factors);
}

/** First bin of each block of the last stage: its place with the digits in reverse. */
export function firstBins(fftSize: number): number[] {
  const blocks = fftSize / lastRadix(fftSize);
  return Array.from({ length: blocks }, (_, block) => {
    let bin = 0;
    for (let weight = 1, rest = block, top = blocks / 4; top >= 1; top /= 4, weight *= 4) {
      bin += Math.floor(rest / top) * weight;
      rest %= top;
    }
    return bin;
  });
}

/**
 * Windowed FFT and power of four frames at a time, one frame a lane:
 *
 *   frames(at0, at1, at2, at3, row)    byte addresses of the frames' first samples (float32 I,Q), and of where
 *                                      bin 0's four powers go
 *
 * Decimation in frequency, radix 4. The first stage reads the samples through the window, and leaves out what
 * lies past the window's end; the last one (radix 4 or 8) ends in powers over the noise floor.
 */
export function framesFunction(layout: FilterbankLayout): WasmFunction {
  const fn = new WasmFunction('frames', ['i32', 'i32', 'i32', 'i32', 'i32']);
  const stages: Code[] = [firstStage(fn, layout)];
  let table = layout.twiddles + (layout.fftSize / 4) * 24;
  for (let length = layout.fftSize / 4; length > lastRadix(layout.fftSize); length /= 4) {
    stages.push(middleStage(fn, layout, length, table));
    table += (length / 4) * 24;
  }
  stages.push(lastStage(fn, layout));
  fn.body = stages;
  return fn;
}

/**
 * `transform(starts, end, iq, row)`: `frames` of each four of the int32 from address `starts` to `end`, which count
 * samples behind `iq`; the first four frames' powers go to `row`, and those of the next ones behind them.
 * @param frames place in the module of {@link framesFunction}
 */
export function transformFunction(frames: number): WasmFunction {
  const fn = new WasmFunction('transform', ['i32', 'i32', 'i32', 'i32']);
  const [starts, end, iq, row] = fn.params;
  const start = (i: number): Code => i32.add(get(iq), i32.shl(i32.load(get(starts), 4 * i), i32.constant(3)));
  fn.body = repeat(
    [call(frames, start(0), start(1), start(2), start(3), get(row)), advance(starts, 16), advance(row, 16)],
    i32.less(get(starts), get(end)),
  );
  return fn;
}

/** Samples to the first radix-4 stage, two neighbouring points a turn. */
function firstStage(fn: WasmFunction, layout: FilterbankLayout): Code {
  const quarter = layout.fftSize / 4;
  const pointers = { window: fn.local('i32'), factor: fn.local('i32'), out: fn.local('i32') };
  // Past the window's end a quarter contributes nothing; up to there, an even number of points.
  const last = Math.ceil(layout.windowSamples / quarter) - 1;
  const full = Math.min(quarter, 2 * Math.ceil((layout.windowSamples - last * quarter) / 2));
  const pass = (quarters: number, from: number, to: number): Code =>
    from === to
      ? []
      : repeat(
          firstTurn(fn, layout, quarters, pointers),
          i32.less(get(pointers.out), i32.constant(layout.work + to * POINT)),
        );
  return [
    set(pointers.window, i32.constant(layout.window)),
    set(pointers.factor, i32.constant(layout.twiddles)),
    set(pointers.out, i32.constant(layout.work)),
    pass(last + 1, 0, full),
    pass(last, full, quarter),
  ];
}

/** Two points of the first stage, of which only the first `quarters` of four inputs lie in the window. */
function firstTurn(
  fn: WasmFunction,
  layout: FilterbankLayout,
  quarters: number,
  pointers: { readonly window: Local; readonly factor: Local; readonly out: Local },
): Code {
  const frames = fn.params.slice(0, 4);
  const quarter = layout.fftSize / 4;
  const pair = [complexes(fn, 4), complexes(fn, 4)];
  const { window, factor, out } = pointers;
  return [
    Array.from({ length: quarters }, (_, q) =>
      gatherPair(fn, frames, window, q * quarter, pair[0][q], pair[1][q]),
    ),
    pair.map((points, which) => [
      fourier4(fn, points, quarters),
      store(get(out), get(points[0].re), which * POINT),
      store(get(out), get(points[0].im), which * POINT + 16),
      [1, 2, 3].map((k) => {
        const [c, s] = [0, 4].map((part) => loadSplat(get(factor), 24 * which + 8 * (k - 1) + part));
        return storeRotated(get(out), (k * quarter + which) * POINT, points[k], c, s);
      }),
    ]),
    frames.map((frame) => advance(frame, 16)),
    advance(window, 8),
    advance(factor, 48),
    advance(out, 2 * POINT),
  ];
}

/** Two neighbouring samples of four frames: read, transposed to one frame a lane, and windowed. */
function gatherPair(
  fn: WasmFunction,
  frames: readonly Local[],
  window: Local,
  first: number,
  a: Complex,
  b: Complex,
): Code {
  const samples = fn.locals('v128', 4);
  const [low01, low23, high01, high23, w0, w1] = fn.locals('v128', 6);
  return [
    samples.map((sample, k) => set(sample, load(get(frames[k]), 8 * first))),
    set(low01, shuffle(get(samples[0]), get(samples[1]), [0, 4, 1, 5])),
    set(low23, shuffle(get(samples[2]), get(samples[3]), [0, 4, 1, 5])),
    set(high01, shuffle(get(samples[0]), get(samples[1]), [2, 6, 3, 7])),
    set(high23, shuffle(get(samples[2]), get(samples[3]), [2, 6, 3, 7])),
    set(w0, loadSplat(get(window), 4 * first)),
    set(w1, loadSplat(get(window), 4 * first + 4)),
    set(a.re, mul(get(w0), shuffle(get(low01), get(low23), [0, 1, 4, 5]))),
    set(a.im, mul(get(w0), shuffle(get(low01), get(low23), [2, 3, 6, 7]))),
    set(b.re, mul(get(w1), shuffle(get(high01), get(high23), [0, 1, 4, 5]))),
    set(b.im, mul(get(w1), shuffle(get(high01), get(high23), [2, 3, 6, 7]))),
  ];
}

/** Radix-4 stage of all blocks of `length` points. */
function middleStage(fn: WasmFunction, layout: FilterbankLayout, length: number, table: number): Code {
  const blocks = layout.fftSize / length;
  const [factor, first, at] = fn.locals('i32', 3);
  const quarter = (length / 4) * POINT;
  const points = complexes(fn, 4);
  const rotation = complexes(fn, 3);
  const block = [
    points.map(({ re, im }, k) => [
      set(re, load(get(at), layout.work + k * quarter)),
      set(im, load(get(at), layout.work + k * quarter + 16)),
    ]),
    fourier4(fn, points, 4),
    store(get(at), get(points[0].re), layout.work),
    store(get(at), get(points[0].im), layout.work + 16),
    rotation.map(({ re, im }, k) =>
      storeRotated(get(at), layout.work + (k + 1) * quarter, points[k + 1], get(re), get(im)),
    ),
  ];
  return [
    set(factor, i32.constant(table)),
    set(first, i32.constant(0)),
    repeat(
      [
        rotation.map(({ re, im }, k) => [
          set(re, loadSplat(get(factor), 8 * k)),
          set(im, loadSplat(get(factor), 8 * k + 4)),
        ]),
        set(at, get(first)),
        repeat(
          [block, advance(at, length * POINT)],
          i32.less(get(at), i32.constant(blocks * length * POINT)),
        ),
        advance(factor, 24),
        advance(first, POINT),
      ],
      i32.less(get(first), i32.constant(quarter)),
    ),
  ];
}

/** The last stage: a block's points, their powers over the floor, and where they belong. */
function lastStage(fn: WasmFunction, layout: FilterbankLayout): Code {
  const radix = lastRadix(layout.fftSize);
  const blocks = layout.fftSize / radix;
  const [block, at, gain, row] = fn.locals('i32', 4);
  const points = complexes(fn, radix);
  const output = fn.params[4];
  const bins = layout.fftSize / radix;
  return [
    set(block, i32.constant(layout.blocks)),
    set(at, i32.constant(0)),
    repeat(
      [
        set(gain, i32.load(get(block))),
        set(row, i32.add(get(output), i32.load(get(block), 4))),
        points.map(({ re, im }, k) => [
          set(re, load(get(at), layout.work + k * POINT)),
          set(im, load(get(at), layout.work + k * POINT + 16)),
        ]),
        radix === 4 ? fourier4(fn, points, 4) : fourier8(fn, points),
        points.map(({ re, im }, k) =>
          store(
            get(row),
            mul(
              add(mul(get(re), get(re)), mul(get(im), get(im))),
              loadSplat(get(gain), layout.gain + 4 * k * bins),
            ),
            k * bins * layout.strideBytes,
          ),
        ),
        advance(at, radix * POINT),
        advance(block, 8),
      ],
      i32.less(get(block), i32.constant(layout.blocks + 8 * blocks)),
    ),
  ];
}
