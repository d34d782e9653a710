import type { EndpointKey } from './endpoint.js';
import { isGauge, limitsOf } from './limits.js';
import { registerTimeMs } from './own-intervals.js';
import type { EndpointRole, EndpointUse } from './own-meter.js';
import { isRelayed, registersOf, tamperOf } from './packet-registers.js';
import { type Doubt, type Outcome, Quarantine, type Suspect } from './quarantine.js';
import type { TimedReading } from './reading.js';
import { firstState, notAfter, type Progress, progressOf, type RegisterState, stepTo } from './register.js';

/** What is believed of an endpoint. */
export interface Believed {
  /** The low four bits of an ERT's type: its messages have longer and shorter ones. */
  type: number;
  /** By protocol: what was last said of tampering. */
  readonly tamper: Map<string, string>;
  readonly registers: Map<EndpointUse, RegisterState>;
}

/** A register after a packet that is believed. */
export interface RegisterStep {
  readonly register: EndpointUse;
  readonly state: RegisterState;
  /** What this packet tells: that of the state, or of a moment before it. */
  readonly counts: number;
  readonly totalCounts: number;
  /** When it was so, ms since 1970. */
  readonly timeMs: number;
  readonly beginsAnew: boolean;
}

/** A packet that is believed, and what its registers come to by it. */
export interface BelievedPacket {
  readonly packet: TimedReading;
  readonly steps: readonly RegisterStep[];
}

/** What the gate says of a packet: why it waits, or what is believed now, the packets that waited for it included. */
export type Verdict =
  | { readonly doubt: Doubt }
  | { readonly doubt: null; readonly confirmed: Doubt | null; readonly believed: readonly BelievedPacket[] };

/** How many packets that agree it takes, the first included. */
const SIGHTINGS: Readonly<Record<Doubt, number>> = {
  new: 2,
  unsure: 2,
  relayed: 2,
  tamper: 2,
  unusual: 2,
  rollover: 2,
  type: 3,
  fell: 3,
  far: 3,
};

/** Packets that come sooner than this after another one are the same transmission, by a repeater or in a burst, ms. */
const SPACING_MS = 2000;
/** A packet less sure than this is not believed alone; one of a new meter of the user has to be surer. */
const SURE = 0.9995;
const VERY_SURE = 0.9999;
/** Packets kept of a suspect: the first and the last ones. */
const KEPT = 3;
/** What nothing confirms in this time never will be, ms. */
const PATIENCE_MS = 7 * 86_400_000;

/**
 * Decides which packets are believed. A packet may be right by its check and still be wrong, by chance or because a
 * repeater sent what it misheard; so it has to fit what is known of its endpoint, or be confirmed by those after it.
 */
export class Gate {
  readonly quarantine = new Quarantine();
  readonly #believed = new Map<EndpointKey, Believed>();

  believedOf(endpoint: EndpointKey): Believed | null {
    return this.#believed.get(endpoint) ?? null;
  }

  resume(endpoint: EndpointKey, believed: Believed): void {
    this.#believed.set(endpoint, believed);
  }

  forget(endpoint: EndpointKey): void {
    this.#believed.delete(endpoint);
  }

  /** What an endpoint's consumption is to its meter was found out: its state goes with it. */
  rename(endpoint: EndpointKey, register: EndpointUse): void {
    const registers = this.believedOf(endpoint)?.registers;
    const state = registers?.get('consumption');
    if (registers === undefined || state === undefined) return;
    registers.delete('consumption');
    registers.set(register, isGauge(register) ? { ...state, totalCounts: state.counts, debt: 0 } : state);
  }

  /** The clock was put back: nothing was heard later than now. */
  clockPutBack(nowMs: number): void {
    for (const { registers } of this.#believed.values())
      for (const [name, state] of registers) registers.set(name, notAfter(state, nowMs));
  }

  judge(endpoint: EndpointKey, packet: TimedReading, role: EndpointRole): Verdict {
    const known = this.believedOf(endpoint);
    const doubt = known === null ? newcomerDoubt(packet, role) : doubtOf(known, packet, role);
    if (doubt === null) {
      const believed = this.#believe(endpoint, packet, role);
      this.#closeOthers(endpoint, packet, role);
      return { doubt: null, confirmed: null, believed: [believed] };
    }
    const suspect = this.#suspectOf(endpoint, doubt, packet, role);
    this.quarantine.put(suspect);
    if (suspect.sightings < SIGHTINGS[suspect.doubt]) return { doubt: suspect.doubt };
    return { doubt: null, confirmed: suspect.doubt, believed: this.#release(suspect, 'confirmed', role) };
  }

  /** Believes a suspect because its user says so. */
  accept(suspect: Suspect, role: EndpointRole): readonly BelievedPacket[] {
    return this.#release(suspect, 'accepted', role);
  }

  expire(nowMs: number): void {
    this.quarantine.expire(nowMs - PATIENCE_MS, nowMs);
  }

  #release(suspect: Suspect, outcome: Outcome, role: EndpointRole): readonly BelievedPacket[] {
    const { endpoint, packets } = suspect;
    const last = packets[packets.length - 1];
    this.quarantine.close(suspect, outcome, last.timeMs);
    const believed = packets.map((packet) => this.#believe(endpoint, packet, role));
    this.#closeOthers(endpoint, last, role);
    return believed;
  }

  #believe(endpoint: EndpointKey, packet: TimedReading, role: EndpointRole): BelievedPacket {
    const known = this.believedOf(endpoint) ?? { type: 0, tamper: new Map(), registers: new Map() };
    const { steps } = stepsOf(known.registers, packet, role);
    known.type = typeOf(packet);
    known.tamper.set(packet.protocol, tamperOf(packet));
    for (const { register, state } of steps) known.registers.set(register, state);
    this.#believed.set(endpoint, known);
    return { packet, steps };
  }

  /** What is believed now decides about those that still wait. */
  #closeOthers(endpoint: EndpointKey, packet: TimedReading, role: EndpointRole): void {
    for (const suspect of [...this.quarantine.of(endpoint)]) {
      const outcome = agrees(suspect, packet, role) ? 'confirmed' : 'contradicted';
      this.quarantine.close(suspect, outcome, packet.timeMs);
    }
  }

  /** The suspect that a packet in doubt confirms, with the packet; else a new one. */
  #suspectOf(endpoint: EndpointKey, doubt: Doubt, packet: TimedReading, role: EndpointRole): Suspect {
    const same = this.quarantine.of(endpoint).find((suspect) => agrees(suspect, packet, role));
    if (same === undefined) {
      const registers = firstStates(packet, role);
      return {
        id: `${endpoint}/${packet.timeMs}`,
        endpoint,
        doubt,
        packets: [packet],
        sightings: 1,
        registers,
      };
    }
    const last = same.packets[same.packets.length - 1];
    const isAnother = Math.abs(packet.timeMs - last.timeMs) >= SPACING_MS;
    if (!isAnother) return same;
    const registers = new Map(same.registers);
    for (const { register, state } of stepsOf(same.registers, packet, role).steps)
      registers.set(register, state);
    const packets = [...same.packets.slice(0, 1), ...same.packets.slice(1).slice(2 - KEPT), packet];
    return { ...same, packets, sightings: same.sightings + 1, registers };
  }
}

function typeOf({ protocol, type }: TimedReading): number {
  return protocol.startsWith('R900') ? type : type & 15;
}

function newcomerDoubt(packet: TimedReading, role: EndpointRole): Doubt | null {
  const isSure = role.own !== null && packet.confidence >= VERY_SURE && !isRelayed(packet);
  return isSure ? null : 'new';
}

const DOUBT_OF: Readonly<Partial<Record<Progress['kind'], Doubt>>> = {
  unusual: 'unusual',
  rollover: 'rollover',
  fell: 'fell',
  far: 'far',
  changed: 'unusual',
};

/** The first reason not to believe a packet, the weightiest first. */
function doubtOf(known: Believed, packet: TimedReading, role: EndpointRole): Doubt | null {
  if (typeOf(packet) !== known.type) return 'type';
  const { kinds } = stepsOf(known.registers, packet, role);
  const doubts = new Set(kinds.map((kind) => DOUBT_OF[kind]));
  for (const doubt of ['far', 'fell', 'rollover'] as const) if (doubts.has(doubt)) return doubt;
  const tamper = known.tamper.get(packet.protocol);
  if (tamper !== undefined && tamper !== tamperOf(packet)) return 'tamper';
  if (doubts.has('unusual')) return 'unusual';
  if (kinds.every((kind) => kind === 'same')) return null;
  if (isRelayed(packet)) return 'relayed';
  return packet.confidence < SURE ? 'unsure' : null;
}

/** Whether a packet confirms a suspect: the same meter would go on like that. */
function agrees(suspect: Suspect, packet: TimedReading, role: EndpointRole): boolean {
  const [first] = suspect.packets;
  if (typeOf(first) !== typeOf(packet)) return false;
  if (first.protocol === packet.protocol && tamperOf(first) !== tamperOf(packet)) return false;
  return stepsOf(suspect.registers, packet, role).kinds.every(
    (kind) => !(kind in DOUBT_OF) || kind === 'unusual',
  );
}

interface Steps {
  readonly steps: readonly RegisterStep[];
  readonly kinds: readonly Progress['kind'][];
}

/** What the registers of a packet would come to, and how that follows from what they were. */
function stepsOf(
  registers: ReadonlyMap<EndpointUse, RegisterState>,
  packet: TimedReading,
  role: EndpointRole,
): Steps {
  const timeMs = registerTimeMs(packet) ?? packet.timeMs;
  const steps: RegisterStep[] = [];
  const kinds: Progress['kind'][] = [];
  for (const [register, counts] of registersOf(packet, role.register)) {
    const limits = limitsOf(packet, register, counts, role.own);
    const state = registers.get(register);
    if (state === undefined) {
      const first = firstState(counts, timeMs, limits);
      const { counts: now, totalCounts } = first;
      steps.push({ register, state: first, counts: now, totalCounts, timeMs, beginsAnew: false });
      continue;
    }
    const { kind, delta, modulus } = progressOf(state, counts, timeMs, limits);
    kinds.push(kind);
    const step = stepTo(state, counts, timeMs, limits);
    const totalCounts = step.state.totalCounts + (kind === 'late' ? delta : 0);
    steps.push({ register, ...step, counts: counts % modulus, totalCounts, timeMs });
  }
  return { steps, kinds };
}

function firstStates(packet: TimedReading, role: EndpointRole): ReadonlyMap<EndpointUse, RegisterState> {
  return new Map(stepsOf(new Map(), packet, role).steps.map(({ register, state }) => [register, state]));
}
