import { type EndpointKey, familyOf } from './endpoint.js';
import type { RegisterName } from './entry.js';
import type { TimedReading } from './reading.js';

/** A meter that counts both ways sends its registers as three endpoints, with IDs one after the other. */
export interface NetGroup {
  readonly first: EndpointKey;
  readonly siblings: ReadonlyMap<EndpointKey, RegisterName>;
}

interface Heard {
  readonly counts: number;
  readonly type: number;
  readonly timeMs: number;
}

/** Net is delivered less received, of seven decimal digits. */
const MODULUS = 10_000_000;
/** The three are not sent at the same moment: what is counted between them, counts. */
const TOLERANCE = 10;
const TOGETHER_MS = 120_000;
/** Three numbers that add up by chance do so once in half a million; that many times at different registers, never. */
const ENOUGH = 3;
/** IDs that are remembered; those of noise go. */
const MOST = 5000;

/** Finds net meters by their arithmetic: of three neighbouring IDs, the third is the first less the second. */
export class NetGroupFinder {
  readonly #heard = new Map<number, Heard>();
  readonly #evidence = new Map<number, Set<number>>();

  /** @returns the group, when what was heard is enough; then again with each further proof */
  note({ protocol, id, type, consumption, timeMs }: TimedReading): NetGroup | null {
    if (protocol !== 'SCM' || consumption === null) return null;
    this.#heard.delete(id);
    this.#heard.set(id, { counts: consumption, type, timeMs });
    if (this.#heard.size > MOST) this.#forgetOldest();
    for (const first of [id, id - 1, id - 2]) if (this.#proves(first)) return groupOf(first);
    return null;
  }

  #proves(first: number): boolean {
    const [delivered, received, net] = [first, first + 1, first + 2].map((id) => this.#heard.get(id));
    if (delivered === undefined || received === undefined || net === undefined) return false;
    if (delivered.type !== received.type || received.type !== net.type) return false;
    const times = [delivered.timeMs, received.timeMs, net.timeMs];
    if (Math.max(...times) - Math.min(...times) > TOGETHER_MS) return false;
    // Where nothing was received, the third is the first: that any two registers at rest do.
    if (received.counts <= TOLERANCE || delivered.counts <= TOLERANCE) return false;
    const off = (delivered.counts - received.counts - net.counts + 2 * MODULUS) % MODULUS;
    if (Math.min(off, MODULUS - off) > TOLERANCE) return false;
    const proofs = this.#evidence.get(first) ?? new Set();
    proofs.add(net.counts);
    this.#evidence.set(first, proofs);
    return proofs.size >= ENOUGH;
  }

  #forgetOldest(): void {
    const oldest = this.#heard.keys().next().value;
    if (oldest === undefined) return;
    this.#heard.delete(oldest);
    for (const first of [oldest, oldest - 1, oldest - 2]) this.#evidence.delete(first);
  }
}

function groupOf(first: number): NetGroup {
  const key = (id: number): EndpointKey => `${familyOf('SCM')}-${id}`;
  return {
    first: key(first),
    siblings: new Map([
      [key(first + 1), 'generation'],
      [key(first + 2), 'net'],
    ]),
  };
}
