import { type EndpointKey, endpointKeyOf } from './endpoint.js';
import type { Entry, MeterEvent, MeterLabel } from './entry.js';
import type { Belief, Memory, Observer } from './observer.js';
import type { EndpointUse } from './own-meter.js';
import type { TimedReading } from './reading.js';
import { type SiblingGroup, type SiblingGuess, type SiblingState, SiblingWatch } from './siblings.js';

/** A group is told from this probability on, and so are the roles in it. */
const SURE_OF_GROUP = 0.99;
const SURE_OF_ROLES = 0.99;
/** A date does not change for as long at least: any number may look like one. */
const STILL_MS = 86_400_000;
/** Below this what an ID counts is open. */
const CLEAR = 0.9;
const TOLD = 'told/';

const IN_WORDS: Readonly<Record<SiblingGuess['role'], string>> = {
  energy: 'energy',
  demand: 'the greatest demand since the last reset',
  date: 'the date of the last reset',
  received: 'received',
  net: 'net',
};

/** What further IDs tell of a meter. */
export interface SiblingUses {
  readonly meter: EndpointKey;
  readonly uses: ReadonlyMap<EndpointKey, EndpointUse>;
}

/**
 * Tells of endpoints that send more than their consumption, on further IDs. Net meters are left to the ledger, which joins
 * their registers.
 */
export class SiblingObserver implements Observer {
  readonly name = 'siblings';
  readonly #watch = new SiblingWatch();
  /** What was told of a group, by its first ID. */
  readonly #told = new Map<number, string>();
  /** IDs of groups of which a history is kept. */
  readonly #changed = new Set<number>();

  heard(packet: TimedReading): [] {
    this.#watch.heard(packet);
    return [];
  }

  /**
   * What further IDs of an endpoint tell that is no consumption, as far as that is sure.
   * @returns null where there is nothing of that kind
   */
  usesBy({ protocol, id }: TimedReading): SiblingUses | null {
    const group = protocol === 'SCM' ? this.#watch.groupOf(id) : null;
    if (group === null || group.members.length === 1 || group.certainty < SURE_OF_GROUP) return null;
    const uses = group.members.filter((member) => this.#isGauge(member));
    if (uses.length === 0) return null;
    const keyOf = (one: SiblingGuess): EndpointKey => endpointKeyOf({ protocol, id: one.id });
    return {
      meter: keyOf(group.members[0]!),
      uses: new Map(uses.map((one) => [keyOf(one), one.role as EndpointUse])),
    };
  }

  /** Whether a packet is of a further ID of an endpoint, and what that counts is not known yet. */
  isOpen({ protocol, id }: TimedReading): boolean {
    const group = protocol === 'SCM' ? this.#watch.groupOf(id) : null;
    const member = group?.members.find((one) => one.id === id);
    if (member === undefined || member === group?.members[0]) return false;
    return member.role === 'demand' || member.role === 'date' || member.certainty < CLEAR;
  }

  #isGauge({ id, role, certainty }: SiblingGuess): boolean {
    if (certainty < SURE_OF_ROLES || (role !== 'demand' && role !== 'date')) return false;
    const behaviour = this.#watch.stateOf(id)?.behaviour;
    return (
      role === 'demand' || (behaviour !== undefined && behaviour.untilMs - behaviour.sinceMs >= STILL_MS)
    );
  }

  believed({ meter, packet }: Belief): Entry[] {
    const group = this.#watch.groupOf(packet.id);
    if (group === null || group.members.length === 1) return [];
    for (const { id } of group.members) this.#changed.add(id);
    if (!isSure(group)) return [];
    const [{ id: first }] = group.members;
    const roles = group.members.map(({ role }) => role).join(' ');
    if (this.#told.get(first) === roles) return [];
    this.#told.set(first, roles);
    return [siblingEvent(meter, group, packet.timeMs)];
  }

  tick(): [] {
    return [];
  }

  /** What the siblings of kept meters were heard saying. */
  *changes(): Generator<Memory> {
    for (const id of this.#changed) {
      const state = this.#watch.stateOf(id);
      if (state !== null) yield { key: String(id), state: JSON.stringify(state) };
      const told = this.#told.get(id);
      if (told !== undefined) yield { key: `${TOLD}${id}`, state: told };
    }
    this.#changed.clear();
  }

  resume(memory: readonly Memory[]): void {
    for (const { key, state } of memory) {
      if (state === null) continue;
      if (key.startsWith(TOLD)) this.#told.set(Number(key.slice(TOLD.length)), state);
      else this.#watch.resume(Number(key), JSON.parse(state) as SiblingState);
    }
  }
}

function isSure({ members, certainty }: SiblingGroup): boolean {
  return (
    certainty >= SURE_OF_GROUP &&
    members.every((member) => member.certainty >= SURE_OF_ROLES && member.role !== 'net')
  );
}

function siblingEvent(meter: MeterLabel, { members, certainty }: SiblingGroup, timeMs: number): MeterEvent {
  const roles = members.map(({ role }) => role).join('-');
  return {
    kind: 'event',
    id: `meter.siblings/${meter.key}/${roles}`,
    type: 'meter.siblings',
    meter,
    timeMs,
    endMs: null,
    severity: 'info',
    message: `One endpoint sends on ${members.length} IDs: ${members.map(({ id, role }) => `${id} ${IN_WORDS[role]}`).join(', ')}.`,
    evidence: {
      ...Object.fromEntries(members.map(({ id, role }) => [String(id), role])),
      certainty: Number(certainty.toFixed(4)),
    },
  };
}
