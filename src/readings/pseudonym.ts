import { createHmac } from 'node:crypto';
import { familyOf } from './endpoint.js';
import type { TimedReading } from './reading.js';

/** Fields that were computed from the ID, and would give it away. */
const CHECKS: ReadonlySet<string> = new Set(['checksum', 'serialChecksum']);
/** Pseudonyms are numbers above every ID there is. */
const LEAST = 2 ** 40;
const HEX_DIGITS = 10;

/**
 * Gives endpoints other numbers: the same one always, and nobody without the key can tell which ID it was. A plain hash
 * would not do, as all the IDs there are can be tried in a minute.
 */
export class Pseudonyms {
  readonly #key: Buffer;
  readonly #known = new Map<string, number>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The packet under its pseudonym, without its checks. */
  of(packet: TimedReading): TimedReading {
    const fields = Object.fromEntries(Object.entries(packet.fields).filter(([name]) => !CHECKS.has(name)));
    return { ...packet, id: this.#numberOf(packet), fields };
  }

  /** From 2^40 up to 2^41. */
  #numberOf({ protocol, id }: TimedReading): number {
    const name = `${familyOf(protocol)}-${id}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const digest = createHmac('sha256', this.#key).update(name).digest('hex');
    const number = LEAST + Number.parseInt(digest.slice(0, HEX_DIGITS), 16);
    if (this.#known.size >= 10_000) this.#known.clear();
    this.#known.set(name, number);
    return number;
  }
}
