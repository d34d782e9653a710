import { encodeIdm } from '../decode/protocols/idm.js';
import { encodeNetIdm } from '../decode/protocols/net-idm.js';
import { encodeR900 } from '../decode/protocols/r900.js';
import { encodeScm } from '../decode/protocols/scm.js';
import { encodeScmPlus } from '../decode/protocols/scm-plus.js';

/** What may be said of a packet: a number of so many bits, a list of such numbers, or hexadecimal digits. */
export interface Key {
  readonly bits: number;
  /** Longest list; absent where it is one number. */
  readonly count?: number;
  /** Written as so many hexadecimal digits. */
  readonly hex?: number;
  /** Greatest number, where that is not the greatest of so many bits. */
  readonly most?: number;
  /** It may also be {@link NONE}. */
  readonly orNone?: true;
  /** What it is where nothing is said. */
  readonly usual?: number | string;
}

/** What is said of a reading that the endpoint could not take. */
export const NONE = 'none';

/** Values by their keys, all within their ranges. */
export interface Values {
  number(key: string): number;
  list(key: string): readonly number[];
  text(key: string): string;
}

/** A message that can be made up: its keys, and what makes symbols of them. */
export interface Recipe {
  readonly keys: Readonly<Record<string, Key>>;
  symbols(values: Values): Uint8Array;
}

const FRAME_KEYS = {
  id: { bits: 32 },
  version: { bits: 8, usual: 4 },
  intervalCounter: { bits: 8 },
  programmingState: { bits: 8 },
  tamperCounters: { bits: 8, count: 6 },
  transmitTimeOffset: { bits: 16 },
} as const satisfies Record<string, Key>;

function frameOf(values: Values) {
  return {
    id: values.number('id'),
    type: values.number('type'),
    version: values.number('version'),
    intervalCounter: values.number('intervalCounter'),
    programmingState: values.number('programmingState'),
    tamperCounters: values.list('tamperCounters'),
    transmitTimeOffset: values.number('transmitTimeOffset'),
    consumption: values.number('consumption'),
    intervals: values.list('intervals'),
  };
}

const scm: Recipe = {
  keys: {
    id: { bits: 26 },
    type: { bits: 4, usual: 7 },
    consumption: { bits: 24 },
    tamperPhy: { bits: 2 },
    tamperEnc: { bits: 2 },
    relayed: { bits: 1 },
  },
  symbols: (values) =>
    encodeScm({
      id: values.number('id'),
      type: values.number('type'),
      consumption: values.number('consumption'),
      tamperPhy: values.number('tamperPhy'),
      tamperEnc: values.number('tamperEnc'),
      relayed: values.number('relayed') === 1,
    }),
};

const scmPlus: Recipe = {
  keys: {
    id: { bits: 32 },
    type: { bits: 8, usual: 0x9c },
    consumption: { bits: 32 },
    tamperCounters: { bits: 8, count: 2 },
  },
  symbols: (values) => {
    const [first = 0, second = 0] = values.list('tamperCounters');
    return encodeScmPlus({
      id: values.number('id'),
      type: values.number('type'),
      consumption: values.number('consumption'),
      tamper: 256 * first + second,
    });
  },
};

const idm: Recipe = {
  keys: {
    ...FRAME_KEYS,
    type: { bits: 8, usual: 0x17 },
    consumption: { bits: 32 },
    asynchronousCounters: { bits: 16 },
    outageFlags: { bits: 48, hex: 12 },
    intervals: { bits: 9, count: 47 },
  },
  symbols: (values) =>
    encodeIdm({
      ...frameOf(values),
      asynchronousCounters: values.number('asynchronousCounters'),
      outageFlags: values.text('outageFlags'),
    }),
};

const netIdm: Recipe = {
  keys: {
    ...FRAME_KEYS,
    type: { bits: 8, usual: 0x18 },
    consumption: { bits: 24 },
    generation: { bits: 24 },
    net: { bits: 24 },
    lastConsumptionNet: { bits: 32 },
    unknown: { bits: 32, hex: 8 },
    intervals: { bits: 14, count: 27 },
  },
  symbols: (values) =>
    encodeNetIdm({
      ...frameOf(values),
      generation: values.number('generation'),
      net: values.number('net'),
      lastConsumptionNet: values.number('lastConsumptionNet'),
      unknown: values.text('unknown'),
    }),
};

const R900_KEYS = {
  id: { bits: 32 },
  reading: { bits: 27 },
  noUse: { bits: 3 },
  backflow: { bits: 2 },
  leak: { bits: 3 },
  leakNow: { bits: 2 },
  unknown1: { bits: 4, usual: 0xa },
  unknown2: { bits: 3 },
} as const satisfies Record<string, Key>;

function r900Of(values: Values, meterType: number, reading: number | null): Uint8Array {
  return encodeR900({
    id: values.number('id'),
    meterType,
    reading,
    noUse: values.number('noUse'),
    backflow: values.number('backflow'),
    leak: values.number('leak'),
    leakNow: values.number('leakNow'),
    unknown1: values.number('unknown1'),
    unknown2: values.number('unknown2'),
  });
}

const r900: Recipe = {
  keys: R900_KEYS,
  symbols: (values) => r900Of(values, 3, values.number('reading')),
};

const MOST_DIGITS = 999_999;

const r900Bcd: Recipe = {
  keys: {
    ...R900_KEYS,
    reading: { bits: 20, most: MOST_DIGITS, orNone: true },
    leak: { bits: 3, usual: 7 },
    leakNow: { bits: 2, usual: 3 },
  },
  symbols: (values) => r900Of(values, 1, values.text('reading') === NONE ? null : values.number('reading')),
};

export const RECIPES = { scm, 'scm+': scmPlus, idm, netidm: netIdm, r900, r900bcd: r900Bcd } as const;
