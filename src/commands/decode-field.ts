import { readUint } from '../decode/bits.js';
import type { FieldValue } from '../decode/protocol.js';
import { commodityOf, meaningsOf } from '../readings/meaning.js';
import { tamperCountersOf } from '../readings/tamper.js';

/** A field of a packet: where it is, what it says, and what that means. */
export interface Field {
  /** Stands for its bits in the picture. */
  readonly letter: string;
  readonly name: string;
  /** Stretches of bits, the most significant first. */
  readonly spans: readonly (readonly [from: number, length: number])[];
  readonly value: FieldValue;
  readonly meaning: string;
  /** It is a list of values so wide: every second one has its letter in upper case. */
  readonly width?: number;
}

export interface Layout {
  /** `SCM`, `SCM+`, `IDM`, `NetIDM`, `R900`, `R900BCD` */
  readonly message: string;
  readonly fields: readonly Field[];
}

export function field(
  letter: string,
  name: string,
  from: number,
  length: number,
  value: FieldValue,
  meaning = '',
): Field {
  return { letter, name, spans: [[from, length]], value, meaning };
}

/** Commodity, and where sources contradict each other what else; unit and scale of the most usual meaning. */
export function typeInWords(protocol: string, type: number): string {
  const [first, ...others] = meaningsOf(protocol, type);
  if (first === undefined) return 'not known';
  const other = others.find(({ commodity }) => commodity !== first.commodity);
  return `${first.commodity}: ${first.of}${other === undefined ? '' : `; or ${other.commodity}: ${other.of}`}`;
}

/** What the register would come to if it counts what such registers usually do. */
export function consumptionInWords(protocol: string, type: number, counts: number | null): string {
  if (counts === null) return 'no reading';
  const [first] = meaningsOf(protocol, type);
  if (first === undefined || first.unit === null || first.unitsPerCount === null) return 'counts';
  const decimals = Math.max(0, -Math.floor(Math.log10(first.unitsPerCount)));
  return `counts; ${(counts * first.unitsPerCount).toFixed(decimals)} ${first.unit} if a count is ${first.unitsPerCount}, as it often is`;
}

/** Tamper counters of which nobody knows what they count. */
const NAMELESS: ReadonlySet<string> = new Set(['unknown', 'spare']);

/** `counts tilt, modulo 4`, for each tamper counter. */
export function tamperInWords(
  protocol: string,
  type: number,
  fields: Readonly<Record<string, FieldValue>>,
): string[] {
  return tamperCountersOf(protocol, commodityOf(protocol, type), fields).map(({ name, modulus }) =>
    NAMELESS.has(name) ? 'a counter, not known of what' : `counts ${name}, modulo ${modulus}`,
  );
}

/** Bits as a hexadecimal number. */
export function hexOf(bits: Uint8Array, from: number, length: number): string {
  return readUint(bits, from, length)
    .toString(16)
    .padStart(Math.ceil(length / 4), '0');
}
