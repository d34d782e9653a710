import type { Fields, Protocol } from '../src/decode/protocol.js';
import { encodeIdm } from '../src/decode/protocols/idm.js';
import { idmFrame } from '../src/decode/protocols/idm-family.js';
import { encodeNetIdm } from '../src/decode/protocols/net-idm.js';
import { encodeR900, r900 } from '../src/decode/protocols/r900.js';
import { encodeScm, scm } from '../src/decode/protocols/scm.js';
import { encodeScmPlus, scmPlus } from '../src/decode/protocols/scm-plus.js';
import { manchester } from '../src/synth/line-code.js';
import type { Random } from '../src/synth/random.js';

/** A packet of a meter that does not exist: what it says, and how it is sent. */
export interface AnyPacket {
  readonly message: string;
  readonly id: number;
  readonly type: number;
  readonly consumption: number | null;
  /** The other fields, as the parser names them; the checks left out. */
  readonly fields: Fields;
  /** As the parser gives them back: symbols, of R900 chips. */
  readonly bits: Uint8Array;
  readonly chips: Uint8Array;
}

export interface MessageKind {
  readonly name: string;
  readonly protocol: Protocol;
  /** A packet whose every field is drawn from all it can hold. */
  make(random: Random): AnyPacket;
}

const NO_READING_SHARE = 0.1;

const anyId = (random: Random, bits: number): number => 1 + random.below(2 ** bits - 1);
const counters = (random: Random, count: number, below: number): number[] =>
  Array.from({ length: count }, () => random.below(below));
const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => random.below(16).toString(16)).join('');

function scmPacket(random: Random): AnyPacket {
  const [id, type, consumption] = [anyId(random, 26), random.below(16), random.below(2 ** 24)];
  const fields = {
    tamperPhy: random.below(4),
    tamperEnc: random.below(4),
    relayed: random.below(2) === 1,
  };
  const bits = encodeScm({ id, type, consumption, ...fields });
  return { message: 'SCM', id, type, consumption, fields, bits, chips: manchester(bits) };
}

function scmPlusPacket(random: Random): AnyPacket {
  const [id, type, consumption] = [anyId(random, 32), random.below(256), random.below(2 ** 32)];
  const fields = { tamper: random.below(2 ** 16) };
  const bits = encodeScmPlus({ id, type, consumption, ...fields });
  return { message: 'SCM+', id, type, consumption, fields, bits, chips: manchester(bits) };
}

function frameFields(random: Random) {
  return {
    version: random.below(256),
    intervalCounter: random.below(256),
    programmingState: random.below(256),
    tamperCounters: counters(random, 6, 256),
    transmitTimeOffset: random.below(2 ** 16),
  };
}

function idmPacket(random: Random): AnyPacket {
  const [id, type, consumption] = [anyId(random, 32), 16 * random.below(16) + 7, random.below(2 ** 32)];
  const fields = {
    ...frameFields(random),
    asynchronousCounters: random.below(2 ** 16),
    outageFlags: hex(random, 12),
    intervals: counters(random, 47, 512),
  };
  const bits = encodeIdm({ id, type, consumption, ...fields });
  return { message: 'IDM', id, type, consumption, fields, bits, chips: manchester(bits) };
}

function netIdmPacket(random: Random): AnyPacket {
  const [id, type, consumption] = [anyId(random, 32), 16 * random.below(16) + 8, random.below(2 ** 24)];
  const fields = {
    ...frameFields(random),
    unknown: hex(random, 8),
    generation: random.below(2 ** 24),
    net: random.below(2 ** 24),
    lastConsumptionNet: random.below(2 ** 32),
    intervals: counters(random, 27, 2 ** 14),
  };
  const bits = encodeNetIdm({ id, type, consumption, ...fields });
  return { message: 'NetIDM', id, type, consumption, fields, bits, chips: manchester(bits) };
}

/** @param meterType 1: reading in digits, 3: binary */
function r900Packet(random: Random, message: string, meterType: number, reading: number | null): AnyPacket {
  const id = anyId(random, 32);
  const fields = {
    noUse: random.below(8),
    backflow: random.below(4),
    leak: random.below(8),
    leakNow: random.below(4),
    unknown1: random.below(16),
    unknown2: random.below(8),
  };
  const chips = encodeR900({ id, meterType, reading, ...fields });
  return { message, id, type: meterType, consumption: reading, fields, bits: chips, chips };
}

export const MESSAGE_KINDS: readonly MessageKind[] = [
  { name: 'SCM', protocol: scm, make: scmPacket },
  { name: 'SCM+', protocol: scmPlus, make: scmPlusPacket },
  { name: 'IDM', protocol: idmFrame, make: idmPacket },
  { name: 'NetIDM', protocol: idmFrame, make: netIdmPacket },
  { name: 'R900', protocol: r900, make: (random) => r900Packet(random, 'R900', 3, random.below(2 ** 27)) },
  {
    name: 'R900BCD',
    protocol: r900,
    make: (random) =>
      r900Packet(random, 'R900BCD', 1, random.uniform() < NO_READING_SHARE ? null : random.below(1e6)),
  },
];

/** The kind of message of this name. */
export function messageKind(name: string): MessageKind {
  const kind = MESSAGE_KINDS.find((one) => one.name === name);
  if (kind === undefined) throw new RangeError(`There is no message ${name}.`);
  return kind;
}
