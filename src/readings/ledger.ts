import { type ClockNews, ClockWatch } from './clock-watch.js';
import { type EndpointKey, endpointKeyOf } from './endpoint.js';
import { noteBelieved } from './endpoint-record.js';
import type { Entry, MeterEvent, MeterLabel, RegisterName, RegisterReading } from './entry.js';
import { ExchangeWatch } from './exchange-watch.js';
import { type BelievedPacket, Gate, type RegisterStep, type Verdict } from './gate.js';
import { clockEvent, groupEvent, newBeginningEvent } from './ledger-events.js';
import { Journal } from './ledger-journal.js';
import { EMPTY_STATE, type LedgerJournal, type LedgerState } from './ledger-state.js';
import { isGauge } from './limits.js';
import { demandScaleOf } from './meaning.js';
import type { Observer } from './observer.js';
import type { EndpointRole, OwnMeter } from './own-meter.js';
import type { Pseudonyms } from './pseudonym.js';
import type { Reading, TimedReading } from './reading.js';
import { Registry } from './registry.js';
import { amountOf, dialOf } from './scale.js';
import { SiblingObserver } from './sibling-observer.js';

/** What is kept of meters that are not the user's: nothing, who they are and how they are heard, or their readings. */
export type UnknownPolicy = 'off' | 'count' | 'store';

export interface LedgerOptions {
  readonly unknown?: UnknownPolicy;
  /** For the meters that are not the user's; null gives them their IDs. */
  readonly pseudonyms?: Pseudonyms | null;
  /** The meters of the user. */
  readonly own?: readonly OwnMeter[];
  readonly observers?: readonly Observer[];
  /** Whether it tells where a meter may have been exchanged; only one that knows all endpoints can. True unless given. */
  readonly observesExchanges?: boolean;
  /** Packets come as they are sent, by a clock that may be wrong; else they are from recordings. */
  readonly isLive?: boolean;
  /** Where it goes on from. */
  readonly state?: LedgerState;
}

/** How often what has waited too long is looked for, ms. */
const EXPIRY_MS = 3_600_000;
/** A packet so much older than what was heard already is of an older recording, and says nothing of now, ms. */
const PAST_MS = 600_000;

/**
 * Turns packets, as they were heard, into readings that can be believed. It has no clock: time comes in. It knows who
 * is heard (registry), decides what is believed (gate), and asks its observers what they conclude.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #registry = new Registry();
  readonly #gate = new Gate();
  readonly #siblings = new SiblingObserver();
  readonly #clock: ClockWatch | null;
  readonly #observers: readonly Observer[];
  readonly #journal: Journal;
  /** When the latest reading of a register was, so that they are told in order; ms since 1970. */
  readonly #toldMs = new Map<string, number>();
  #expiredMs = 0;
  #ownDescription = '';

  constructor(options: LedgerOptions = {}) {
    const state = options.state ?? EMPTY_STATE;
    this.#options = options;
    const isOpen = options.unknown === 'store' && options.pseudonyms == null;
    // Of what is not kept nobody knows whether it is new.
    const observesExchanges = options.unknown !== 'off' && options.observesExchanges !== false;
    const exchanges = observesExchanges ? [new ExchangeWatch(this.#registry, isOpen)] : [];
    this.#observers = [this.#siblings, ...exchanges, ...(options.observers ?? [])];
    this.#registry.own = options.own ?? [];
    this.#clock = options.isLive === true ? new ClockWatch(state.latestMs) : null;
    this.#journal = new Journal(this.#registry, this.#gate, this.#observers, options.unknown ?? 'count');
    this.#journal.resume(state);
  }

  /** What the sink that keeps its state asks. */
  get journal(): LedgerJournal {
    return this.#journal;
  }

  /** The meters of the user, in the place of those there were. */
  set own(meters: readonly OwnMeter[]) {
    const description = JSON.stringify(meters.map((meter) => ({ ...meter, siblings: [...meter.siblings] })));
    if (description === this.#ownDescription) return;
    this.#ownDescription = description;
    this.#registry.own = meters;
    this.#journal.freshAll();
  }

  /** The endpoint that a meter of the user has now: it may have been exchanged. */
  mainOf(meter: OwnMeter): EndpointKey {
    return this.#registry.mainOf(meter);
  }

  /** The key that what is told of a meter of the user bears: one that was exchanged keeps that of its first ID. */
  labelKeyOf({ key }: OwnMeter): EndpointKey {
    return this.#registry.labelOf(key, 'unknown').key;
  }

  /** @returns what it tells, in the order in which sinks are to have it */
  take(packet: Reading): Entry[] {
    const { timeMs } = packet;
    if (timeMs === null) return [{ kind: 'packet', packet }];
    const timed = this.#underItsName({ ...packet, timeMs });
    const entries: Entry[] = [this.#packetEntry(timed)];
    if (this.#clock === null) return [...entries, ...this.#takeTimed(timed)];
    const { news, packets } = this.#clock.take(timed);
    for (const one of news) entries.push(...this.#takeNews(one));
    for (const one of packets) entries.push(...this.#takeTimed(one));
    return entries;
  }

  /**
   * Is called now and then, also while nothing is heard.
   * @param nowMs     wall clock, ms since 1970
   * @param receivers why each does not receive; null for one that does
   */
  tick(nowMs: number, receivers: ReadonlyMap<string, string | null> = new Map()): Entry[] {
    if (this.#clock?.isRight(nowMs) === false) return [];
    if (nowMs - this.#expiredMs >= EXPIRY_MS) {
      this.#expiredMs = nowMs;
      this.#gate.expire(nowMs);
    }
    return this.#observers.flatMap((observer) => [
      ...(observer.receivers?.(receivers, nowMs) ?? []),
      ...observer.tick(nowMs),
    ]);
  }

  /** Decides a case of the quarantine as the user wants it; one that is closed by now stays as it is. */
  decide(suspectId: string, decision: 'accept' | 'drop', nowMs: number): Entry[] {
    const suspect = this.#gate.quarantine.find(suspectId);
    if (suspect === null) return [];
    if (decision === 'drop') {
      this.#gate.quarantine.close(suspect, 'dropped', nowMs);
      return [];
    }
    const { endpoint } = suspect;
    return this.#believe(endpoint, this.#gate.accept(suspect, this.#registry.roleOf(endpoint)));
  }

  #takeNews(news: ClockNews): Entry[] {
    if (news.kind === 'back') {
      this.#registry.clockPutBack(news.nowMs);
      this.#gate.clockPutBack(news.nowMs);
      for (const [key, timeMs] of this.#toldMs) this.#toldMs.set(key, Math.min(timeMs, news.nowMs));
      for (const observer of this.#observers) observer.clockPutBack?.(news.nowMs);
      this.#journal.freshAll();
    }
    return [clockEvent(news)];
  }

  #takeTimed(packet: TimedReading): Entry[] {
    const key = endpointKeyOf(packet);
    if (packet.timeMs < (this.#registry.record(key)?.lastHeardMs ?? 0) - PAST_MS) return [];
    this.#registry.heard(key, packet);
    this.#journal.touched(key);
    const entries: Entry[] = this.#observers.flatMap((observer) => [...(observer.heard?.(packet) ?? [])]);
    entries.push(...this.#joinGroup(packet));
    this.#joinSiblings(packet);
    const role = this.#registry.roleOf(key);
    const wasKnown = this.#gate.believedOf(key) !== null;
    const verdict: Verdict = this.#gate.judge(key, packet, role);
    if (verdict.doubt === null) {
      if (!wasKnown) this.#journal.fresh(key);
      entries.push(...this.#believe(key, verdict.believed));
    }
    for (const surplus of this.#registry.takeSurplus()) this.#journal.forget(surplus);
    return entries;
  }

  #believe(key: EndpointKey, believed: readonly BelievedPacket[]): Entry[] {
    const entries: Entry[] = [];
    for (const { packet, steps } of believed) {
      const record = this.#registry.record(key);
      if (record !== null) noteBelieved(record, packet);
      const role = this.#registry.roleOf(key);
      if (!this.#isKept(role) || role.register === 'former') continue;
      const meter = this.#registry.labelOf(key, packet.commodity);
      const isOpen = role.own === null && role.register === 'consumption' && this.#siblings.isOpen(packet);
      const told = isOpen ? [] : steps.filter(isOfRegister);
      const readings = told.map((step) => readingOf(meter, role, step, packet));
      for (const reading of readings) entries.push(...this.#tell(key, reading));
      const belief = { meter, own: role.own, endpoint: key, packet, readings };
      for (const observer of this.#observers) entries.push(...observer.believed(belief));
    }
    return entries;
  }

  /** A reading, unless one that was later was told already. */
  #tell(key: EndpointKey, reading: RegisterReading): Entry[] {
    const name = `${key} ${reading.register}`;
    if (reading.timeMs < (this.#toldMs.get(name) ?? 0)) return [];
    this.#toldMs.set(name, reading.timeMs);
    if (!reading.beginsAnew) return [reading];
    this.#journal.fresh(key);
    return [reading, newBeginningEvent(reading)];
  }

  #joinGroup(packet: TimedReading): MeterEvent[] {
    const group = this.#registry.findGroup(packet);
    if (group === null) return [];
    for (const [sibling, register] of group.siblings) {
      this.#gate.rename(sibling, register);
      this.#journal.fresh(sibling);
    }
    const meter: MeterLabel = this.#registry.labelOf(group.first, packet.commodity);
    return this.#isKept(this.#registry.roleOf(group.first)) ? [groupEvent(meter, group, packet.timeMs)] : [];
  }

  /** Demands and dates are no consumption, whatever IDs they have. */
  #joinSiblings(packet: TimedReading): void {
    const found = this.#siblings.usesBy(packet);
    if (found === null) return;
    for (const key of this.#registry.joinSiblings(found.meter, found.uses)) {
      this.#gate.rename(key, this.#registry.roleOf(key).register);
      this.#journal.fresh(key);
    }
  }

  #packetEntry(packet: TimedReading): Entry {
    const role = this.#registry.roleOf(endpointKeyOf(packet));
    return this.#isKept(role) ? { kind: 'packet', packet } : { kind: 'packet', packet, isPrivate: true };
  }

  #isKept({ own }: EndpointRole): boolean {
    return own !== null || this.#options.unknown === 'store';
  }

  #underItsName(packet: TimedReading): TimedReading {
    const { pseudonyms } = this.#options;
    if (pseudonyms == null) return packet;
    return this.#registry.roleOf(endpointKeyOf(packet)).own === null ? pseudonyms.of(packet) : packet;
  }
}

type ToldStep = RegisterStep & { readonly register: RegisterName };

/** A date is no reading. */
function isOfRegister(step: RegisterStep): step is ToldStep {
  return step.register !== 'date' && step.register !== 'former';
}

function readingOf(
  meter: MeterLabel,
  { own }: EndpointRole,
  { register, counts, totalCounts, timeMs, beginsAnew }: ToldStep,
  packet: TimedReading,
): RegisterReading {
  const scale = isGauge(register) ? demandScaleOf(packet.protocol, packet.type) : (own?.scale ?? null);
  return {
    ...{ kind: 'reading', meter, register, timeMs, counts, totalCounts, beginsAnew, packet },
    value: scale === null ? null : dialOf(counts, scale),
    unit: scale?.unit ?? null,
    total: scale === null || isGauge(register) ? null : amountOf(totalCounts, scale),
  };
}
