/**
 * A small assembler for WebAssembly with 128-bit SIMD: instructions are functions that take the code of their
 * operands, so that a loop body reads like the expression it computes:
 *
 *   store(out, add(mul(load(x), splat(gain)), load(y)))        out[0..3] = gain·x[0..3] + y[0..3]
 *
 * Encoding: WebAssembly core specification, https://webassembly.github.io/spec/core/binary/.
 */

/** Bytes, in nested pieces; {@link assemble} flattens them once. */
export type Code = readonly (number | Code)[];

const TYPES = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof TYPES;

/** A parameter or local variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** One function: its parameters, then its locals, then its code. */
export class WasmFunction {
  readonly name: string;
  readonly params: readonly Local[];
  readonly result: ValueType | null;
  readonly #locals: Local[] = [];
  body: Code = [];

  constructor(name: string, params: readonly ValueType[], result: ValueType | null = null) {
    this.name = name;
    this.params = params.map((type, index) => ({ index, type }));
    this.result = result;
  }

  local(type: ValueType): Local {
    const local = { index: this.params.length + this.#locals.length, type };
    this.#locals.push(local);
    return local;
  }

  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** Its entry in the code section. */
  get code(): Code {
    const locals = this.#locals.map(({ type }) => [1, TYPES[type]]);
    const bytes = flat([vector(locals), this.body, 0x0b]);
    return [unsigned(bytes.length), bytes];
  }

  get signature(): Code {
    return [
      0x60,
      vector(this.params.map(({ type }) => [TYPES[type]])),
      this.result ? [1, TYPES[this.result]] : [0],
    ];
  }
}

/** A module of functions, all exported under their names, with one memory named `memory`. */
export function assemble(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const indices = functions.map((_, i) => unsigned(i));
  const exported = functions.map(({ name }, i) => [text(name), 0, unsigned(i)]);
  const names = vector(functions.map(({ name }, i) => [unsigned(i), text(name)]));
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(functions.map(({ signature }) => signature))),
      section(3, vector(indices)),
      section(5, vector([[0, unsigned(pages)]])),
      section(7, vector([...exported, [text('memory'), 2, 0]])),
      section(10, vector(functions.map(({ code }) => code))),
      section(0, [text('name'), section(1, names)]),
    ]),
  );
}

function section(id: number, content: Code): Code {
  const bytes = flat(content);
  return [id, unsigned(bytes.length), bytes];
}

function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items];
}

function text(value: string): Code {
  const bytes = [...new TextEncoder().encode(value)];
  return [unsigned(bytes.length), bytes];
}

function flat(code: Code): number[] {
  const out: number[] = [];
  const walk = (piece: Code): void => {
    for (const item of piece) {
      if (typeof item === 'number') out.push(item);
      else walk(item);
    }
  };
  walk(code);
  return out;
}

function unsigned(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function signed(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest >= -0x40 && rest < 0x40) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

// Variables and control

export const get = (local: Local): Code => [0x20, unsigned(local.index)];
export const set = (local: Local, value: Code): Code => [value, 0x21, unsigned(local.index)];
/** Sets a variable and goes on with its value. */
export const tee = (local: Local, value: Code): Code => [value, 0x22, unsigned(local.index)];
export const when = (condition: Code, then: Code): Code => [condition, 0x04, 0x40, then, 0x0b];
/** Repeats while the condition, which is looked at last, holds. */
export const repeat = (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
/** Leaves the function. */
export const leave = (value: Code = []): Code => [value, 0x0f];
/** Calls the function with that place in its module. */
export const call = (index: number, ...values: readonly Code[]): Code => [values, 0x10, unsigned(index)];
/** Adds a constant to a variable. */
export const advance = (local: Local, by: number): Code => set(local, i32.add(get(local), i32.constant(by)));

/** 1 for what is not 0. */
export const isNotZero = (value: Code): Code => i32.isZero(i32.isZero(value));

const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [a, opcode];
const memoryLoad =
  (...opcode: number[]) =>
  (at: Code, offset = 0): Code => [at, opcode, 0, unsigned(offset)];
const memoryStore =
  (...opcode: number[]) =>
  (at: Code, value: Code, offset = 0): Code => [at, value, opcode, 0, unsigned(offset)];

export const i32 = {
  constant: (value: number): Code => [0x41, signed(value | 0)],
  load: memoryLoad(0x28),
  store: memoryStore(0x36),
  add: binary(0x6a),
  sub: binary(0x6b),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shiftRight: binary(0x76),
  less: binary(0x49),
  isZero: unary(0x45),
  popcount: unary(0x69),
  trailingZeros: unary(0x68),
  mul: binary(0x6c),
  /** Towards zero; 0 for what is no number, and the nearest one for what is too large. */
  fromFloat64: unary(0xfc, 0x02),
};

export const f32 = {
  constant: (value: number): Code => [0x43, [...new Uint8Array(Float32Array.of(value).buffer)]],
  load: memoryLoad(0x2a),
  store: memoryStore(0x38),
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  div: binary(0x95),
  min: binary(0x96),
  max: binary(0x97),
  greater: binary(0x5e),
  greaterOrEqual: binary(0x60),
  fromFloat64: unary(0xb6),
};

export const f64 = {
  constant: (value: number): Code => [0x44, [...new Uint8Array(Float64Array.of(value).buffer)]],
  load: memoryLoad(0x2b),
  store: memoryStore(0x39),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  max: binary(0xa5),
  abs: unary(0x99),
  floor: unary(0x9c),
  fromFloat32: unary(0xbb),
};

// SIMD: four float32 lanes, unless named otherwise

const simd = (opcode: number): number[] => [0xfd, ...(unsigned(opcode) as number[])];

export const load = memoryLoad(...simd(0x00));
export const store = memoryStore(...simd(0x0b));
/** One float32 from memory in all lanes. */
export const loadSplat = memoryLoad(...simd(0x09));
/** Eight bytes, widened to 16 bits. */
export const loadBytes = { unsigned: memoryLoad(...simd(0x02)), signed: memoryLoad(...simd(0x01)) };
/** Four 16-bit integers, widened to 32 bits. */
export const loadInt16 = memoryLoad(...simd(0x03));
export const splat = unary(...simd(0x13));
/** The same float32 in all lanes. */
export const constant = (value: number): Code => {
  const lane = [...new Uint8Array(Float32Array.of(value).buffer)];
  return [simd(0x0c), lane, lane, lane, lane];
};
export const lane = (index: number, value: Code): Code => [value, simd(0x1f), index];
/** Lanes of two vectors: 0 to 3 of the first, 4 to 7 of the second. */
export const shuffle = (a: Code, b: Code, lanes: readonly [number, number, number, number]): Code => [
  a,
  b,
  simd(0x0d),
  lanes.flatMap((from) => [4 * from, 4 * from + 1, 4 * from + 2, 4 * from + 3]),
];
export const add = binary(...simd(0xe4));
export const sub = binary(...simd(0xe5));
export const mul = binary(...simd(0xe6));
export const abs = unary(...simd(0xe0));
export const negate = unary(...simd(0xe1));
/** Least and greatest, as one machine instruction each: NaN and −0 are not told apart. */
export const min = binary(...simd(0xea));
export const max = binary(...simd(0xeb));
export const greater = binary(...simd(0x44));
export const less = binary(...simd(0x43));
export const greaterOrEqual = binary(...simd(0x46));
export const or = binary(...simd(0x50));
export const and = binary(...simd(0x4e));
export const xor = binary(...simd(0x51));
export const anyTrue = unary(...simd(0x53));
/** One bit per lane: its sign. */
export const laneMask = unary(...simd(0xa4));

// SIMD: two float64 lanes

const bytesOfLane = [0, 1, 2, 3, 4, 5, 6, 7];
const promoteLow = unary(...simd(0x5f));
const loadEight = memoryLoad(...simd(0x5d));

export const f64x2 = {
  /** Without a second value the same one in both lanes. */
  constant: (first: number, second = first): Code => [
    simd(0x0c),
    [...new Uint8Array(Float64Array.of(first, second).buffer)],
  ],
  splat: unary(...simd(0x14)),
  lane: (index: number, value: Code): Code => [value, simd(0x21), index],
  /** Two float32 from memory. */
  loadFloat32: (at: Code, offset = 0): Code => promoteLow(loadEight(at, offset)),
  /** The first lanes of two vectors. */
  firsts: (a: Code, b: Code): Code => [a, b, simd(0x0d), bytesOfLane, bytesOfLane.map((i) => 16 + i)],
  /** The second lanes of two vectors. */
  seconds: (a: Code, b: Code): Code => [
    [a, b, simd(0x0d)],
    [bytesOfLane.map((i) => 8 + i), bytesOfLane.map((i) => 24 + i)],
  ],
  add: binary(...simd(0xf0)),
  sub: binary(...simd(0xf1)),
  mul: binary(...simd(0xf2)),
  floor: unary(...simd(0x75)),
  /** b < a ? b : a and a < b ? b : a, as one machine instruction each. */
  min: binary(...simd(0xf6)),
  max: binary(...simd(0xf7)),
};

// SIMD: integers in lanes of the size named

export const bytes = (value: number): Code => [simd(0x0c), Array.from({ length: 16 }, () => value & 0xff)];
export const bytesEqual = binary(...simd(0x23));
export const int16s = (value: number): Code => [
  simd(0x0c),
  Array.from({ length: 8 }, () => [value & 0xff, (value >> 8) & 0xff]),
];
export const int16Equal = binary(...simd(0x2d));
export const int16NotEqual = binary(...simd(0x2e));
export const int16Splat = unary(...simd(0x10));
export const int16Add = binary(...simd(0x8e));
export const int16Sub = binary(...simd(0x91));
export const int16Max = binary(...simd(0x98));
export const int16Greater = binary(...simd(0x31));
/** Two times four 32-bit integers, as eight of 16 bits. */
export const narrow = binary(...simd(0x85));
export const int32Lane = (index: number, value: Code): Code => [value, simd(0x1b), index];
export const int32Splat = unary(...simd(0x11));
export const int32Sub = binary(...simd(0xb1));
export const int32NotEqual = binary(...simd(0x38));
export const int64NotEqual = binary(...simd(0xd7));
/** One bit per lane: its sign. */
export const int16Mask = unary(...simd(0x84));
export const int32Mask = laneMask;
export const int64Mask = unary(...simd(0xc4));
/** The lower or upper four of eight 16-bit integers, widened to 32 bits. */
export const widenLow = unary(...simd(0xa7));
export const widenHigh = unary(...simd(0xa8));
export const floatFromInt = unary(...simd(0xfa));
