import type { EndpointKey } from './endpoint.js';
import type { EndpointUse } from './own-meter.js';
import type { TimedReading } from './reading.js';
import type { RegisterState } from './register.js';

/** Why a packet is not believed at once. `docs/readings.md` tells what each takes to be believed. */
export type Doubt =
  | 'new'
  | 'unsure'
  | 'relayed'
  | 'tamper'
  | 'type'
  | 'unusual'
  | 'rollover'
  | 'fell'
  | 'far';

/** What became of packets that were in doubt. */
export type Outcome = 'confirmed' | 'contradicted' | 'expired' | 'crowded out' | 'accepted' | 'dropped';

/** Packets of one endpoint that agree with each other and not with what is believed. */
export interface Suspect {
  /** Unique: the endpoint and the time of the first of them. */
  readonly id: string;
  readonly endpoint: EndpointKey;
  readonly doubt: Doubt;
  /** The first and the last ones. */
  readonly packets: readonly TimedReading[];
  /** How many of them count as a confirmation of the others, the first included. */
  readonly sightings: number;
  /** The registers as they would be. */
  readonly registers: ReadonlyMap<EndpointUse, RegisterState>;
}

/** A suspect whose case is closed. */
export interface ClosedSuspect {
  readonly suspect: Suspect;
  readonly outcome: Outcome;
  /** ms since 1970. */
  readonly timeMs: number;
}

/** Suspects of one endpoint that are kept at the same time; noise does not agree with itself. */
const MOST_OF_ENDPOINT = 4;
/** Suspects of all: the radio hears whatever anybody sends. */
const MOST = 5000;
const MOST_CLOSED = 1000;

/** The packets that wait to be believed, and what became of the latest of those that did. Bounded. */
export class Quarantine {
  /** By endpoint, that of the latest suspect last. */
  readonly #waiting = new Map<EndpointKey, Suspect[]>();
  #count = 0;
  #closed: ClosedSuspect[] = [];

  get size(): number {
    return this.#count;
  }

  of(endpoint: EndpointKey): readonly Suspect[] {
    return this.#waiting.get(endpoint) ?? [];
  }

  *all(): Iterable<Suspect> {
    for (const suspects of this.#waiting.values()) yield* suspects;
  }

  find(id: string): Suspect | null {
    for (const suspect of this.all()) if (suspect.id === id) return suspect;
    return null;
  }

  /** Adds a suspect, or puts it in the place of the one with its ID. */
  put(suspect: Suspect): void {
    const { endpoint, id } = suspect;
    const others = this.of(endpoint).filter((other) => other.id !== id);
    this.#count += others.length + 1 - this.of(endpoint).length;
    this.#waiting.delete(endpoint);
    this.#waiting.set(endpoint, [...others, suspect]);
    const timeMs = suspect.packets[suspect.packets.length - 1].timeMs;
    if (others.length >= MOST_OF_ENDPOINT) this.close(others[0], 'crowded out', timeMs);
    if (this.#count > MOST) this.#crowdOut(timeMs);
  }

  close(suspect: Suspect, outcome: Outcome, timeMs: number): void {
    const others = this.of(suspect.endpoint).filter(({ id }) => id !== suspect.id);
    if (others.length === this.of(suspect.endpoint).length) return;
    this.#count -= 1;
    if (others.length === 0) this.#waiting.delete(suspect.endpoint);
    else this.#waiting.set(suspect.endpoint, others);
    this.#closed.push({ suspect, outcome, timeMs });
    if (this.#closed.length > MOST_CLOSED) this.#closed.shift();
  }

  /** Closes those that nothing has confirmed since. */
  expire(beforeMs: number, nowMs: number): void {
    for (const suspect of [...this.all()]) {
      const { timeMs } = suspect.packets[suspect.packets.length - 1];
      if (timeMs < beforeMs) this.close(suspect, 'expired', nowMs);
    }
  }

  /** Those that were closed since this was last asked. */
  takeClosed(): readonly ClosedSuspect[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  #crowdOut(timeMs: number): void {
    const oldest = this.#waiting.values().next().value?.[0];
    if (oldest !== undefined) this.close(oldest, 'crowded out', timeMs);
  }
}
