import { Cadence, sentIn } from './cadence.js';
import type { Commodity } from './commodity.js';
import type { EndpointKey } from './endpoint.js';
import { type EndpointRecord, newEndpoint, noteHeard } from './endpoint-record.js';
import type { MeterLabel } from './entry.js';
import { isGauge } from './limits.js';
import { type NetGroup, NetGroupFinder } from './net-group.js';
import type { EndpointRole, EndpointUse, OwnMeter } from './own-meter.js';
import type { TimedReading } from './reading.js';

/** Endpoints that are remembered, noise included: that of which nothing was heard for longest goes. */
const MOST = 10_000;

/** What an endpoint is to a meter that it was found to belong to. */
interface Joined {
  readonly meter: EndpointKey;
  readonly register: EndpointUse;
}

/** Whether an endpoint tells what a meter used, or did so until it was exchanged. */
function isExchanged({ register }: Joined): boolean {
  return register === 'consumption' || register === 'former';
}

const NOBODYS: EndpointRole = { own: null, register: 'consumption' };

/** Who is heard, and which meter that is. */
export class Registry {
  /** That of the latest packet last. */
  readonly #records = new Map<EndpointKey, EndpointRecord>();
  readonly #cadences = new Map<EndpointKey, Cadence>();
  readonly #own = new Map<EndpointKey, EndpointRole & { readonly own: OwnMeter }>();
  readonly #joined = new Map<EndpointKey, Joined>();
  /** Meters of the user by the keys that they keep. */
  readonly #byFirstId = new Map<EndpointKey, OwnMeter>();
  /** The endpoint of a meter that was exchanged, by the key that it keeps. */
  readonly #successors = new Map<EndpointKey, EndpointKey>();
  readonly #finder = new NetGroupFinder();

  /** The meters of the user, in the place of those there were. */
  set own(meters: readonly OwnMeter[]) {
    this.#own.clear();
    this.#byFirstId.clear();
    for (const own of meters) {
      this.#byFirstId.set(this.#firstIdOf(own.key), own);
      this.#own.set(own.key, { own, register: 'consumption' });
      for (const [key, register] of own.siblings) this.#own.set(key, { own, register });
    }
  }

  record(key: EndpointKey): EndpointRecord | null {
    return this.#records.get(key) ?? null;
  }

  records(): Iterable<EndpointRecord> {
    return this.#records.values();
  }

  /** Endpoints by which meters of the user tell what they used. */
  *ownRecords(): Generator<EndpointRecord> {
    for (const record of this.#records.values()) {
      const { own, register } = this.#own.size === 0 ? NOBODYS : this.roleOf(record.key);
      if (own !== null && register === 'consumption') yield record;
    }
  }

  /** Whether nothing is known of an endpoint but how it is heard. */
  isStranger(key: EndpointKey): boolean {
    return !this.#own.has(key) && !this.#joined.has(key);
  }

  resume(record: EndpointRecord, joined: Joined | null): void {
    this.#records.set(record.key, record);
    if (joined === null) return;
    this.#joined.set(record.key, joined);
    if (joined.register === 'consumption') this.#successors.set(joined.meter, record.key);
    const described = this.#own.get(record.key);
    if (described !== undefined && isExchanged(joined)) this.#byFirstId.set(joined.meter, described.own);
  }

  /** Notes a packet, believed or not. */
  heard(key: EndpointKey, packet: TimedReading): EndpointRecord {
    const known = this.#records.get(key);
    if (known === undefined) {
      const record = newEndpoint(key, packet);
      this.#records.set(key, record);
      return record;
    }
    const gapMs = packet.timeMs - known.lastHeardMs;
    if (known.protocols[0] === packet.protocol) this.#cadenceOf(key).note(gapMs);
    known.periodMs = this.#cadenceOf(key).periodMs ?? known.periodMs;
    known.expected += sentIn(gapMs, known.periodMs);
    noteHeard(known, packet);
    this.#records.delete(key);
    this.#records.set(key, known);
    return known;
  }

  /** Endpoints to forget, as there are too many. They are forgotten by this. */
  takeSurplus(): EndpointKey[] {
    const surplus: EndpointKey[] = [];
    for (const key of this.#records.keys()) {
      if (this.#records.size <= MOST) break;
      if (this.#own.has(key)) continue;
      this.#records.delete(key);
      this.#cadences.delete(key);
      this.#joined.delete(key);
      surplus.push(key);
    }
    return surplus;
  }

  /** The clock was put back: nothing was heard later than now. */
  clockPutBack(nowMs: number): void {
    for (const record of this.#records.values()) {
      record.lastHeardMs = Math.min(record.lastHeardMs, nowMs);
      record.firstHeardMs = Math.min(record.firstHeardMs, nowMs);
    }
  }

  /** The endpoint that tells what a meter of the user used. */
  mainOf({ key }: OwnMeter): EndpointKey {
    return this.#successors.get(this.#firstIdOf(key)) ?? key;
  }

  /** @returns a group that was not known, once there are proofs enough */
  findGroup(packet: TimedReading): NetGroup | null {
    const group = this.#finder.note(packet);
    if (group === null || this.#own.has(group.first)) return null;
    const isNew = [...group.siblings.keys()].some((key) => !this.#joined.has(key) && !this.#own.has(key));
    if (!isNew) return null;
    for (const [key, register] of group.siblings) this.#joined.set(key, { meter: group.first, register });
    return group;
  }

  /**
   * Endpoints were found out to tell something else of a meter than what it used.
   * @returns those of which that was not known
   */
  joinSiblings(meter: EndpointKey, uses: ReadonlyMap<EndpointKey, EndpointUse>): EndpointKey[] {
    const fresh = [...uses].filter(([key]) => !this.#joined.has(key));
    for (const [key, register] of fresh) this.#joined.set(key, { meter, register });
    return fresh.map(([key]) => key).filter((key) => isGauge(this.roleOf(key).register));
  }

  roleOf(key: EndpointKey): EndpointRole {
    const declared = this.#own.get(key);
    const joined = this.#joined.get(key);
    if (joined === undefined) return declared ?? NOBODYS;
    const { register } = joined;
    // Whoever took the ID of a demand for his meter's has a demand all the same; and a meter may have been exchanged.
    const isOther = register === 'former' || (declared?.register === 'consumption' && isGauge(register));
    if (declared !== undefined) return isOther ? { ...declared, register } : declared;
    return { own: this.#ownOf(joined.meter), register };
  }

  /** @param told what the packet says the commodity is */
  labelOf(key: EndpointKey, told: Commodity): MeterLabel {
    const { own } = this.roleOf(key);
    const joined = this.#joined.get(own?.key ?? key);
    const meter = own === null || (joined && isExchanged(joined)) ? joined?.meter : own.key;
    return { key: meter ?? own?.key ?? key, name: own?.name ?? null, commodity: own?.commodity ?? told };
  }

  /** A meter that was exchanged may be described by any ID that it had. */
  #ownOf(meter: EndpointKey): OwnMeter | null {
    return this.#own.get(meter)?.own ?? this.#byFirstId.get(meter) ?? null;
  }

  /** The key that a meter keeps, however often it is exchanged. @param key one that it had */
  #firstIdOf(key: EndpointKey): EndpointKey {
    const joined = this.#joined.get(key);
    return joined !== undefined && isExchanged(joined) ? joined.meter : key;
  }

  #cadenceOf(key: EndpointKey): Cadence {
    const known = this.#cadences.get(key) ?? new Cadence();
    this.#cadences.set(key, known);
    return known;
  }
}
