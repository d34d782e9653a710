import { type EndpointKey, endpointKeyOf } from '../endpoint.js';
import type { MeterLabel } from '../entry.js';
import type { TimedReading } from '../reading.js';
import { firstHeard, type Hearing, heardAgain, isKnown } from './hearing.js';
import { mapByMeter } from './watcher.js';

/** Types whose endpoints send under two or three IDs in a row, by the low four bits. */
const WITH_SIBLINGS = [4, 8];
/** An ID that is heard less than it takes to know it for so long was false, or drove by, ms. */
const FORGET_MS = 86_400_000;
/** A flood of false IDs is not kept. */
const MOST = 5000;

/** How often each meter is heard, of all that are: also those of which nothing is stored. */
export class Hearings {
  #byMeter = new Map<EndpointKey, Hearing>();
  readonly #meterOf = new Map<EndpointKey, EndpointKey>();
  /** Those of which something may be kept. */
  readonly #kept = new Set<EndpointKey>();

  get(key: EndpointKey): Hearing | undefined {
    return this.#byMeter.get(key);
  }

  get all(): Iterable<Hearing> {
    return this.#byMeter.values();
  }

  /** What an endpoint is called, and which meter it is of. */
  belongs(endpoint: EndpointKey, meter: MeterLabel): void {
    if (endpoint !== meter.key) {
      this.#meterOf.set(endpoint, meter.key);
      this.#byMeter.delete(endpoint);
    }
    this.#kept.add(meter.key);
    const hearing = this.#byMeter.get(meter.key);
    if (hearing !== undefined) this.#byMeter.set(meter.key, { ...hearing, meter });
  }

  /** The meter of a packet: endpoints with several IDs in a row are one. */
  keyOf(packet: TimedReading): EndpointKey {
    const own = endpointKeyOf(packet);
    const known = this.#meterOf.get(own);
    if (known !== undefined) return known;
    if (!WITH_SIBLINGS.includes(packet.type & 15) || packet.commodity !== 'electric') return own;
    const before = [2, 1].map((less) => endpointKeyOf({ ...packet, id: packet.id - less }));
    return before.find((key) => this.#byMeter.has(key)) ?? own;
  }

  /**
   * @param sinceMs silence before this was not the meter's
   * @returns how it was heard before; undefined for an ID that is new
   */
  heard(key: EndpointKey, packet: TimedReading, sinceMs: number): Hearing | undefined {
    const before = this.#byMeter.get(key);
    if (before !== undefined) this.#byMeter.set(key, heardAgain(before, packet.timeMs, sinceMs));
    else if (this.#byMeter.size < MOST) {
      const meter = { key, name: null, commodity: packet.commodity };
      this.#byMeter.set(key, firstHeard(meter, packet.timeMs));
    }
    return before;
  }

  forget(nowMs: number): void {
    for (const [key, hearing] of this.#byMeter) {
      if (!isKnown(hearing) && nowMs - hearing.lastMs > FORGET_MS) this.#byMeter.delete(key);
    }
  }

  state(): unknown {
    const kept = [...this.#byMeter].filter(([key, hearing]) => this.#kept.has(key) && isKnown(hearing));
    return Object.fromEntries(kept);
  }

  restore(state: unknown): void {
    this.#byMeter = mapByMeter<Hearing>(state);
    for (const key of this.#byMeter.keys()) this.#kept.add(key);
  }
}
