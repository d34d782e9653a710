import type { EndpointKey } from '../endpoint.js';
import type { MeterEvent, MeterLabel } from '../entry.js';
import { firstHeard, type Hearing, heardAgain, isKnown } from './hearing.js';
import { isDeaf, type SilentGroup, silentTogether } from './silence.js';
import { eventOf, type HeardPacket, mapByMeter, nameOf, type Tell, type Watcher } from './watcher.js';

/** How often silence is looked at, ms. */
const LOOK_MS = 300_000;
/** The look grows with the square of the meters: so many of those heard most often are enough to judge by. */
const MOST_LOOKED_AT = 200;
/** What a meter says of a loss of power may come so much later, ms; from one that was known to be out, a day. */
const NEAR_END_MS = 1_800_000;
/** Packets of several receivers may come out of order, but not by so much, ms. */
const SET_BACK_MS = 60_000;
/** A named meter counts as silent after so long, so many of its gaps, and so much more than its longest one. */
const SILENT = { ms: 86_400_000, gaps: 40, longest: 3 };

/** Electric meters without power; JSON. */
interface Outage {
  readonly members: readonly EndpointKey[];
  readonly sinceMs: number;
  /** First hearing of a member since; null while there is none. */
  readonly backMs: number | null;
  readonly endMs: number | null;
}

interface State {
  readonly hearings: unknown;
  readonly listeningSinceMs: number;
  readonly lastMs: number;
  readonly outage: Outage | null;
  readonly silent: readonly EndpointKey[];
}

/**
 * Who falls silent: electric meters together is an outage, everybody is the receiver, one is that meter.
 */
export class StreetWatch implements Watcher {
  readonly name = 'street';
  readonly #tell: Tell;
  readonly #labels = new Map<EndpointKey, MeterLabel>();
  #hearings = new Map<EndpointKey, Hearing>();
  #listeningSinceMs = Number.NEGATIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #outage: Outage | null = null;
  #silent = new Set<EndpointKey>();
  /** Nothing is heard, and whether that was told. */
  #deaf: 'no' | 'told' | 'known' = 'no';

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** Whether an outage explains that this meter was without power until then. */
  isOut(key: EndpointKey, timeMs: number): boolean {
    const outage = this.#outage;
    if (outage === null || timeMs < outage.sinceMs - LOOK_MS) return false;
    const marginMs = outage.members.includes(key) ? SILENT.ms : NEAR_END_MS;
    return timeMs <= (outage.endMs ?? timeMs) + marginMs;
  }

  heard({ meter, packet }: HeardPacket): void {
    const { timeMs } = packet;
    if (timeMs < this.#lastMs - SET_BACK_MS) this.#clockSetBack(timeMs);
    if (timeMs < this.#lastMs) return;
    if (this.#deaf !== 'no') this.#hearsAgain(timeMs);
    this.#lastMs = timeMs;
    this.#labels.set(meter.key, meter);
    const before = this.#hearings.get(meter.key);
    const named = meter.name !== null;
    const sinceMs = this.#wasAway(meter.key, before) ? timeMs : this.#listeningSinceMs;
    const commodity = meter.commodity === 'unknown' ? packet.commodity : meter.commodity;
    const hearing =
      before === undefined ? firstHeard(commodity, named, timeMs) : heardAgain(before, timeMs, sinceMs);
    this.#hearings.set(meter.key, { ...hearing, commodity, named });
    if (this.#silent.delete(meter.key)) this.#tell(silentEvent(meter, before!, timeMs));
    if (this.#outage?.members.includes(meter.key)) this.#backAgain(timeMs);
  }

  /** The receiver says itself that it hears nothing; what is silent from now on tells nothing. */
  receiverLost(): void {
    if (this.#deaf === 'no') this.#deaf = 'known';
  }

  tick(nowMs: number): void {
    if (nowMs - this.#lookedMs < LOOK_MS && nowMs >= this.#lookedMs) return;
    this.#lookedMs = nowMs;
    const known = [...this.#hearings].flatMap(([key, hearing]) =>
      isKnown(hearing) && hearing.lastMs >= this.#listeningSinceMs && !this.#wasAway(key, hearing)
        ? hearing
        : [],
    );
    if (this.#deaf === 'no' && isDeaf(known, this.#lastMs, nowMs)) {
      this.#deaf = 'told';
      this.#tell(deafEvent(this.#lastMs, null, known.length));
    }
    if (this.#outage === null || this.#outage.endMs !== null) this.#lookForOutage(known);
    this.#lookForSilent();
  }

  state(): unknown {
    const state: State = {
      hearings: Object.fromEntries(this.#hearings),
      listeningSinceMs: this.#listeningSinceMs,
      lastMs: this.#lastMs,
      outage: this.#outage,
      silent: [...this.#silent],
    };
    return state;
  }

  restore(state: unknown): void {
    const { hearings, listeningSinceMs, lastMs, outage, silent } = state as State;
    this.#hearings = mapByMeter<Hearing>(hearings);
    // JSON has no infinity.
    this.#listeningSinceMs = listeningSinceMs ?? Number.NEGATIVE_INFINITY;
    this.#lastMs = lastMs ?? Number.NEGATIVE_INFINITY;
    this.#outage = outage;
    this.#silent = new Set(silent);
  }

  #wasAway(key: EndpointKey, before: Hearing | undefined): boolean {
    const outage = this.#outage;
    const out = outage?.members.includes(key) === true && (before?.lastMs ?? 0) <= outage.sinceMs;
    return out || this.#silent.has(key);
  }

  /** What was heard in a future that is not one tells nothing. */
  #clockSetBack(timeMs: number): void {
    this.#lastMs = timeMs;
    this.#listeningSinceMs = timeMs;
    this.#lookedMs = timeMs;
  }

  #hearsAgain(timeMs: number): void {
    if (this.#deaf === 'told') this.#tell(deafEvent(this.#lastMs, timeMs, this.#hearings.size));
    this.#deaf = 'no';
    this.#listeningSinceMs = timeMs;
  }

  #lookForOutage(known: readonly Hearing[]): void {
    const mostHeard = known.toSorted((a, b) => a.gapMs - b.gapMs).slice(0, MOST_LOOKED_AT);
    const group = silentTogether(mostHeard);
    if (group === null) return;
    const members = [...this.#hearings]
      .filter(([, hearing]) => group.members.includes(hearing))
      .map(([key]) => key);
    this.#outage = { members, sinceMs: group.sinceMs, backMs: null, endMs: null };
    this.#tell(outageEvent(group, this.#namesOf(members), null));
  }

  /** Power is back when half of the meters are: one alone may have been misheard. */
  #backAgain(timeMs: number): void {
    const outage = this.#outage!;
    if (outage.endMs !== null) return;
    const members = outage.members.flatMap((key) => this.#hearings.get(key) ?? []);
    const back = members.filter(({ lastMs }) => lastMs > outage.sinceMs).length;
    const backMs = outage.backMs ?? timeMs;
    const endMs = 2 * back >= members.length ? backMs : null;
    this.#outage = { ...outage, backMs, endMs };
    const group = { members, sinceMs: outage.sinceMs };
    if (endMs !== null) this.#tell(outageEvent(group, this.#namesOf(outage.members), endMs));
  }

  #lookForSilent(): void {
    for (const [key, hearing] of this.#hearings) {
      const { named, lastMs, gapMs, longestMs } = hearing;
      const silenceMs = this.#lastMs - Math.max(lastMs, this.#listeningSinceMs);
      if (silenceMs < SILENT.ms || !named || this.#silent.has(key) || this.isOut(key, lastMs)) continue;
      const meter = this.#labels.get(key);
      if (meter === undefined || !isKnown(hearing)) continue;
      if (silenceMs < SILENT.gaps * gapMs || silenceMs < SILENT.longest * longestMs) continue;
      this.#silent.add(key);
      this.#tell(silentEvent(meter, hearing, null));
    }
  }

  #namesOf(keys: readonly EndpointKey[]): string {
    return keys.flatMap((key) => this.#labels.get(key)?.name ?? []).join(', ');
  }
}

function outageEvent(
  { members, sinceMs }: Pick<SilentGroup, 'members' | 'sinceMs'>,
  named: string,
  endMs: number | null,
): MeterEvent {
  const { length } = members;
  const message =
    endMs === null
      ? `Power is out: ${length} electric meters fell silent together, while others are heard.`
      : `Power is back: electric meters are heard again that had fallen silent together, ${length} of them.`;
  const severity = endMs === null ? 'alarm' : 'info';
  const evidence = { sign: 'silence', meters: length, named };
  return eventOf({ type: 'outage', meter: null, timeMs: sinceMs, endMs, severity, message, evidence });
}

function deafEvent(timeMs: number, endMs: number | null, meters: number): MeterEvent {
  const message =
    endMs === null
      ? `No meter is heard any more, of any kind, of ${meters}: look after the radio and its antenna.`
      : 'Meters are heard again; for a while none was, or ertd did not run.';
  const severity = endMs === null ? 'alarm' : 'info';
  return eventOf({
    type: 'receiver.silent',
    meter: null,
    timeMs,
    endMs,
    severity,
    message,
    evidence: { meters },
  });
}

function silentEvent(meter: MeterLabel, { lastMs, gapMs }: Hearing, endMs: number | null): MeterEvent {
  const name = nameOf(meter);
  const message =
    endMs === null ? `${name} is not heard any more, though others are.` : `${name} is heard again.`;
  const severity = endMs === null ? 'warning' : 'info';
  const evidence = { usualGapSeconds: Math.round(gapMs / 1000) };
  return eventOf({ type: 'meter.silent', meter, timeMs: lastMs, endMs, severity, message, evidence });
}
