import { type Behaviour, behaviourWith, likelihoodsOf, ROLES, type Role } from './register-role.js';

/**
 * Some electric endpoints send several SCM, each with an ID of its own, one right after the other on one carrier:
 *
 *   type 4   n even: energy, n + 1: demand
 *   type 8   n, n + 1, n + 2: any three of energy, energy by rate, demand, date of the last reset; or of a meter that
 *            counts both ways: delivered, received, and net = delivered − received modulo 10 000 000
 *
 * Nothing in a packet says so, and neighbours bought together have IDs in a row too. So a group is believed by how its
 * IDs are heard, and a role by how its register behaves (register-role.ts), each with the probability that it is so.
 */
export interface SiblingPacket {
  readonly protocol: string;
  readonly id: number;
  readonly type: number;
  readonly consumption: number | null;
  /** ms since 1970. */
  readonly timeMs: number;
  readonly carrierHz: number;
  readonly fields: { readonly relayed?: unknown };
}

/** What the register of an ID counts. */
export interface SiblingGuess {
  readonly id: number;
  readonly role: Role | 'received' | 'net';
  /** Probability, 0–1. */
  readonly certainty: number;
}

export interface SiblingGroup {
  /** In the order of IDs. */
  readonly members: readonly SiblingGuess[];
  /** Probability that these IDs are one endpoint's, 0–1. */
  readonly certainty: number;
}

/** An ID, and how it and the next ones were heard; JSON. */
export interface SiblingState {
  type: number;
  behaviour: Behaviour;
  /** Last heard directly, not by way of a repeater, which sends for many. */
  direct: { readonly timeMs: number; readonly carrierHz: number } | null;
  /** How often this ID and the next were heard together, or only one of them. */
  together: number;
  apart: number;
  /** How often the three IDs from this one on were delivered, received and net, or not. */
  net: number;
  notNet: number;
}

/** Packets of one endpoint come within this, ms, on carriers this near, Hz. */
const TOGETHER_MS = 1500;
const SAME_CARRIER_HZ = 5000;
/** Probability that siblings are heard so where one of them is, and that strangers are. */
const TOGETHER_IF_SIBLINGS = 0.5;
const TOGETHER_IF_STRANGERS = 0.01;
/** By how much a net register may differ from the difference of registers that were sent a little before, counts. */
const NET_TOLERANCE = 20;
const NET_MODULUS = 1e7;
/** Probability that registers agree so, of a net meter and by chance; and that one is a net meter. */
const AGREE_IF_NET = 0.95;
const AGREE_BY_CHANCE = (2 * NET_TOLERANCE + 1) / NET_MODULUS;
const NET_BEFOREHAND = 0.1;

/** What is believed of an endpoint type before anything is heard. */
interface Prior {
  /** That an ID and the next one are siblings. */
  readonly siblings: number;
  /** That the register in each place of a group counts this. */
  readonly places: readonly Readonly<Record<Role, number>>[];
  /** And that of an ID whose place is not known. */
  readonly alone: Readonly<Record<Role, number>>;
}

const PRIORS: Readonly<Record<number, Prior>> = {
  4: {
    siblings: 0.1,
    places: [
      { energy: 0.97, demand: 0.02, date: 0.01 },
      { energy: 0.25, demand: 0.7, date: 0.05 },
    ],
    alone: { energy: 0.97, demand: 0.02, date: 0.01 },
  },
  8: {
    siblings: 0.4,
    places: [
      { energy: 0.8, demand: 0.1, date: 0.1 },
      { energy: 0.4, demand: 0.4, date: 0.2 },
      { energy: 0.4, demand: 0.3, date: 0.3 },
    ],
    alone: { energy: 0.54, demand: 0.26, date: 0.2 },
  },
};

/** Endpoints that are kept in mind; the one heard longest ago is forgotten. */
const MOST_ENDPOINTS = 3000;

/** Finds endpoints with several IDs among all that are heard. Is given packets in the order of time. */
export class SiblingWatch {
  readonly #endpoints = new Map<number, SiblingState>();

  heard({ protocol, id, type, consumption, timeMs, carrierHz, fields }: SiblingPacket): void {
    if (protocol !== 'SCM' || consumption === null || PRIORS[type] === undefined) return;
    const before = this.#of(id, type);
    const direct = fields.relayed === true ? (before?.direct ?? null) : { timeMs, carrierHz };
    const behaviour = behaviourWith(before?.behaviour ?? null, consumption, timeMs);
    const counts = before ?? { together: 0, apart: 0, net: 0, notNet: 0 };
    // The last one in the map was heard last.
    this.#endpoints.delete(id);
    this.#endpoints.set(id, { ...counts, type, behaviour, direct });
    if (this.#endpoints.size > MOST_ENDPOINTS) this.#endpoints.delete(this.#endpoints.keys().next().value!);
    if (fields.relayed === true) return;
    this.#countPair(id - 1, type);
    this.#countPair(id, type);
    for (const first of [id - 2, id - 1, id]) this.#countNet(first, type);
  }

  /** What is known of an ID; null where it was not heard. */
  stateOf(id: number): SiblingState | null {
    return this.#endpoints.get(id) ?? null;
  }

  /** Goes on from what was known. */
  resume(id: number, state: SiblingState): void {
    if (PRIORS[state.type] !== undefined) this.#endpoints.set(id, state);
  }

  /** The endpoint that an ID belongs to: other IDs that are siblings likelier than not. Null where it was not heard. */
  groupOf(id: number): SiblingGroup | null {
    const type = this.#endpoints.get(id)?.type;
    if (type === undefined) return null;
    let first = id;
    while (this.#linked(first - 1, type) > 0.5) first--;
    const { length } = PRIORS[type]!.places;
    // A longer row is one group after another.
    first += Math.floor((id - first) / length) * length;
    const links: number[] = [];
    while (links.length + 1 < length) {
      const certainty = this.#linked(first + links.length, type);
      if (certainty <= 0.5) break;
      links.push(certainty);
    }
    const members = this.#membersOf(first, links.length + 1, type);
    return { members, certainty: links.reduce((all, certainty) => all * certainty, 1) };
  }

  #of(id: number, type: number): SiblingState | undefined {
    const endpoint = this.#endpoints.get(id);
    return endpoint?.type === type ? endpoint : undefined;
  }

  /** Notes, for an ID and the next one, whether the one that was just heard came with the other. */
  #countPair(firstId: number, type: number): void {
    const [first, second] = [this.#of(firstId, type), this.#of(firstId + 1, type)];
    if (first === undefined || second === undefined) return;
    if (areTogether(first, second)) first.together++;
    else first.apart++;
  }

  #countNet(firstId: number, type: number): void {
    const [delivered, received, net] = [0, 1, 2].map((place) => this.#of(firstId + place, type));
    if (delivered === undefined || received === undefined || net === undefined) return;
    if (!areTogether(delivered, received) || !areTogether(received, net)) return;
    // Registers that are not in use agree too.
    if (received.behaviour.value === 0) return;
    const off = delivered.behaviour.value - received.behaviour.value - net.behaviour.value;
    const apart = ((off % NET_MODULUS) + NET_MODULUS) % NET_MODULUS;
    if (Math.min(apart, NET_MODULUS - apart) <= NET_TOLERANCE) delivered.net++;
    else delivered.notNet++;
  }

  /** Probability that an ID and the next one are siblings. */
  #linked(firstId: number, type: number): number {
    const first = this.#of(firstId, type);
    if (first === undefined || this.#of(firstId + 1, type) === undefined) return 0;
    if (type === 4 && firstId % 2 === 1) return 0;
    return probability(
      PRIORS[type]!.siblings,
      first.together * Math.log(TOGETHER_IF_SIBLINGS / TOGETHER_IF_STRANGERS) +
        first.apart * Math.log((1 - TOGETHER_IF_SIBLINGS) / (1 - TOGETHER_IF_STRANGERS)),
    );
  }

  #membersOf(first: number, count: number, type: number): SiblingGuess[] {
    const { places, alone } = PRIORS[type]!;
    const { net, notNet } = this.#endpoints.get(first)!;
    const isNet = probability(
      NET_BEFOREHAND,
      net * Math.log(AGREE_IF_NET / AGREE_BY_CHANCE) + notNet * Math.log(1 - AGREE_IF_NET),
    );
    return Array.from({ length: count }, (_, place) => {
      const id = first + place;
      if (count === 3 && isNet > 0.5) return { id, role: NET_ROLES[place], certainty: isNet };
      return { id, ...roleOf(this.#endpoints.get(id)!.behaviour, count === 1 ? alone : places[place]) };
    });
  }
}

const NET_ROLES = ['energy', 'received', 'net'] as const;

function areTogether({ direct: one }: SiblingState, { direct: other }: SiblingState): boolean {
  if (one === null || other === null) return false;
  return (
    Math.abs(one.timeMs - other.timeMs) <= TOGETHER_MS &&
    Math.abs(one.carrierHz - other.carrierHz) <= SAME_CARRIER_HZ
  );
}

/** @param evidence ln of how much likelier what was heard is if it is so */
function probability(beforehand: number, evidence: number): number {
  return 1 / (1 + ((1 - beforehand) / beforehand) * Math.exp(-evidence));
}

/** The likeliest role, and how likely it is. */
function roleOf(
  behaviour: Behaviour,
  prior: Readonly<Record<Role, number>>,
): { readonly role: Role; readonly certainty: number } {
  const likelihoods = likelihoodsOf(behaviour);
  const weights = ROLES.map((role) => likelihoods[role] + Math.log(prior[role]));
  const most = Math.max(...weights);
  const sum = weights.reduce((all, weight) => all + Math.exp(weight - most), 0);
  return { role: ROLES[weights.indexOf(most)], certainty: 1 / sum };
}
