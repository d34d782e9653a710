import type { SampleFormat } from '../../sources/source.js';
import {
  abs,
  add,
  advance,
  and,
  bytes,
  bytesEqual,
  type Code,
  constant,
  floatFromInt,
  get,
  greater,
  greaterOrEqual,
  i32,
  int16Equal,
  int16Mask,
  int16NotEqual,
  int16s,
  int32Mask,
  int32NotEqual,
  int64Mask,
  int64NotEqual,
  type Local,
  less,
  load,
  loadBytes,
  loadInt16,
  mul,
  or,
  repeat,
  set,
  store,
  WasmFunction,
  widenHigh,
  widenLow,
} from './assembler.js';

/** One turn of a conversion loop: 16 bytes or more at `from`, float32 to `to`; adds to `clipped`. */
interface Turn {
  readonly samples: number;
  readonly bytes: number;
  code(fn: WasmFunction, from: Code, to: Code, clipped: Local): Code;
}

const NONE = bytes(0);

/** Eight samples of two bytes. */
function eightBit(
  kind: 'signed' | 'unsigned',
  scale: number,
  offset: number,
  ends: readonly [number, number],
): Turn {
  return {
    samples: 8,
    bytes: 16,
    code(fn, from, to, clipped) {
      const [half, ended] = fn.locals('v128', 2);
      const floats = (widened: Code): Code =>
        mul(constant(scale), add(constant(offset), floatFromInt(widened)));
      const halves = [0, 8].map((at) => [
        set(half, loadBytes[kind](from, at)),
        store(to, floats(widenLow(get(half))), 4 * at),
        store(to, floats(widenHigh(get(half))), 4 * at + 16),
      ]);
      const isEnd = (byte: number): Code => bytesEqual(load(from), bytes(byte));
      return [
        halves,
        set(ended, or(isEnd(ends[0]), isEnd(ends[1]))),
        // I and Q of a sample are one 16-bit lane.
        count(clipped, int16Mask(int16NotEqual(get(ended), NONE))),
      ];
    },
  };
}

/** Four samples of two 16-bit integers. */
const sixteenBit: Turn = {
  samples: 4,
  bytes: 16,
  code(fn, from, to, clipped) {
    const ended = fn.local('v128');
    const isEnd = (value: number): Code => int16Equal(load(from), int16s(value));
    return [
      [0, 8].map((at) => store(to, mul(constant(1 / 32768), floatFromInt(loadInt16(from, at))), 2 * at)),
      set(ended, or(isEnd(32767), isEnd(-32768))),
      count(clipped, int32Mask(int32NotEqual(get(ended), NONE))),
    ];
  },
};

/** Two samples of two float32; what is not finite, or could not be a sample, becomes 0. */
const float: Turn = {
  samples: 2,
  bytes: 16,
  code(fn, from, to, clipped) {
    const value = fn.local('v128');
    return [
      set(value, load(from)),
      set(value, and(get(value), and(greater(get(value), constant(-1e6)), less(get(value), constant(1e6))))),
      store(to, get(value)),
      count(clipped, int64Mask(int64NotEqual(greaterOrEqual(abs(get(value)), constant(1)), NONE))),
    ];
  },
};

export const SAMPLE_TURNS: Readonly<Record<SampleFormat, Turn>> = {
  cu8: eightBit('unsigned', 1 / 127.5, -127.5, [0, 255]),
  cs8: eightBit('signed', 1 / 128, 0, [0x80, 0x7f]),
  cs16: sixteenBit,
  cf32: float,
};

/** `convert(from, to, end)`: bytes up to address `end` to float32; returns how many of the samples clip. */
export function convertFunction(format: SampleFormat): WasmFunction {
  const fn = new WasmFunction('convert', ['i32', 'i32', 'i32'], 'i32');
  const [from, to, end] = fn.params;
  const clipped = fn.local('i32');
  const turn = SAMPLE_TURNS[format];
  fn.body = [
    repeat(
      [turn.code(fn, get(from), get(to), clipped), advance(to, 8 * turn.samples), advance(from, turn.bytes)],
      i32.less(get(from), get(end)),
    ),
    get(clipped),
  ];
  return fn;
}

function count(clipped: Local, mask: Code): Code {
  return set(clipped, i32.add(get(clipped), i32.popcount(mask)));
}
