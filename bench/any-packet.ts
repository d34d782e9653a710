import type { Protocol } from '../src/decode/protocol.js';
import { idmFrame } from '../src/decode/protocols/idm-family.js';
import { r900 } from '../src/decode/protocols/r900.js';
import { scm } from '../src/decode/protocols/scm.js';
import { scmPlus } from '../src/decode/protocols/scm-plus.js';
import { chipsOf, type Message, type MessageName } from '../src/synth/message.js';
import type { Random } from '../src/synth/random.js';

/** A packet of a meter that does not exist: what it says, and how it is sent. */
export interface AnyPacket {
  readonly message: Message;
  readonly chips: Uint8Array;
  /** As the parser gives them back: symbols, of R900 chips. */
  readonly bits: Uint8Array;
}

export interface MessageKind {
  readonly name: MessageName;
  readonly protocol: Protocol;
  /** A packet whose every field is drawn from all that it can hold. */
  make(random: Random): AnyPacket;
}

const NO_READING_SHARE = 0.1;

const anyId = (random: Random, bits: number): number => 1 + random.below(2 ** bits - 1);
const counters = (random: Random, count: number, below: number): number[] =>
  Array.from({ length: count }, () => random.below(below));
const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => random.below(16).toString(16)).join('');

function anyScm(random: Random): Message {
  const fields = {
    id: anyId(random, 26),
    type: random.below(16),
    consumption: random.below(2 ** 24),
    tamperPhy: random.below(4),
    tamperEnc: random.below(4),
    relayed: random.below(2) === 1,
  };
  return { protocol: 'SCM', fields };
}

function anyScmPlus(random: Random): Message {
  const fields = {
    id: anyId(random, 32),
    type: random.below(256),
    consumption: random.below(2 ** 32),
    tamper: random.below(2 ** 16),
  };
  return { protocol: 'SCM+', fields };
}

/** @param nibble the lower half of the type */
function anyFrame(random: Random, nibble: number) {
  return {
    id: anyId(random, 32),
    type: 16 * random.below(16) + nibble,
    version: random.below(256),
    intervalCounter: random.below(256),
    programmingState: random.below(256),
    tamperCounters: counters(random, 6, 256),
    transmitTimeOffset: random.below(2 ** 16),
  };
}

function anyIdm(random: Random): Message {
  const fields = {
    ...anyFrame(random, 7),
    asynchronousCounters: random.below(2 ** 16),
    outageFlags: hex(random, 12),
    consumption: random.below(2 ** 32),
    intervals: counters(random, 47, 512),
  };
  return { protocol: 'IDM', fields };
}

function anyNetIdm(random: Random): Message {
  const fields = {
    ...anyFrame(random, 8),
    unknown: hex(random, 8),
    consumption: random.below(2 ** 24),
    generation: random.below(2 ** 24),
    net: random.below(2 ** 24),
    lastConsumptionNet: random.below(2 ** 32),
    intervals: counters(random, 27, 2 ** 14),
  };
  return { protocol: 'NetIDM', fields };
}

function anyR900(random: Random): Message {
  return { protocol: 'R900', fields: { ...anyEndpoint(random, 3), reading: random.below(2 ** 27) } };
}

function anyR900Bcd(random: Random): Message {
  const reading = random.uniform() < NO_READING_SHARE ? null : random.below(1e6);
  return { protocol: 'R900BCD', fields: { ...anyEndpoint(random, 1), reading } };
}

/** @param meterType 1: reading in digits, 3: binary */
function anyEndpoint(random: Random, meterType: number) {
  return {
    id: anyId(random, 32),
    meterType,
    noUse: random.below(8),
    backflow: random.below(4),
    leak: random.below(8),
    leakNow: random.below(4),
    unknown1: random.below(16),
    unknown2: random.below(8),
  };
}

function kind(name: MessageName, protocol: Protocol, any: (random: Random) => Message): MessageKind {
  const make = (random: Random): AnyPacket => {
    const message = any(random);
    const chips = chipsOf(message);
    const bits = protocol === r900 ? chips : chips.filter((_, i) => i % 2 === 0);
    return { message, chips, bits };
  };
  return { name, protocol, make };
}

export const MESSAGE_KINDS: readonly MessageKind[] = [
  kind('SCM', scm, anyScm),
  kind('SCM+', scmPlus, anyScmPlus),
  kind('IDM', idmFrame, anyIdm),
  kind('NetIDM', idmFrame, anyNetIdm),
  kind('R900', r900, anyR900),
  kind('R900BCD', r900, anyR900Bcd),
];
