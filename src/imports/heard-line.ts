import type { Message } from '../decode/protocol.js';

/** What a line of another program's history says. */
export type HeardLine =
  | { readonly ok: true; readonly timeMs: number; readonly message: Omit<Message, 'bits'> }
  /** `empty`: nothing to read. `twice`: the same packet is in another line. `bad`: it cannot be, and why. */
  | { readonly ok: false; readonly why: 'empty' | 'twice' | 'bad'; readonly reason: string };

export function bad(reason: string): HeardLine {
  return { ok: false, why: 'bad', reason };
}

/** IDM and NetIDM have one frame: programs that look for both print each packet as both. */
export const TWICE: HeardLine = { ok: false, why: 'twice', reason: 'the same packet is printed as IDM too' };

/** Fields of a line by name; what is missing or of another kind is a reason to refuse the line. */
export class Fields {
  readonly #of: Readonly<Record<string, unknown>>;

  constructor(of: unknown) {
    this.#of = typeof of === 'object' && of !== null ? (of as Record<string, unknown>) : {};
  }

  has(name: string): boolean {
    return this.#of[name] !== undefined;
  }

  /** A whole number of so many bits; hexadecimal where it is a text that begins with 0x. @throws BadField */
  number(name: string, bits = 32): number {
    const given = this.#of[name];
    const value =
      typeof given === 'string' && /^(0x[0-9a-f]{1,16}|\d{1,16})$/i.test(given) ? Number(given) : given;
    // rtl_433 prints numbers of 32 bits as signed ones.
    const unsigned = typeof value === 'number' && value < 0 ? value + 2 ** 32 : value;
    if (typeof unsigned !== 'number' || !Number.isInteger(unsigned) || unsigned < 0 || unsigned >= 2 ** bits)
      throw new BadField(`${name} is ${JSON.stringify(given) ?? 'missing'}`);
    return unsigned;
  }

  text(name: string): string {
    const value = this.#of[name];
    if (typeof value !== 'string') throw new BadField(`${name} is ${JSON.stringify(value) ?? 'missing'}`);
    return value;
  }

  /** `count` numbers of so many bits. @throws BadField */
  numbers(name: string, count: number, bits: number): number[] {
    const values = this.#of[name];
    if (!Array.isArray(values) || values.length !== count)
      throw new BadField(`${name} is not ${count} numbers`);
    const list = new Fields(values);
    return values.map((_, i) => list.number(String(i), bits));
  }
}

/** A field that is missing, or no such number. */
export class BadField extends Error {}
