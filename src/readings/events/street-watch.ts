import type { EndpointKey } from '../endpoint.js';
import type { TimedReading } from '../reading.js';
import { type Hearing, isKnown } from './hearing.js';
import { Hearings } from './hearings.js';
import { isDeaf, silentTogether } from './silence.js';
import { deafEvent, outageEvent, silentEvent } from './street-events.js';
import { type HeardPacket, mapByMeter, type Tell, type Watcher } from './watcher.js';

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
const NEVER = Number.NEGATIVE_INFINITY;

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
  readonly listeningSinceMs: number | null;
  readonly lastMs: number | null;
  readonly outage: Outage | null;
  readonly silent: unknown;
}

/** Who falls silent: electric meters together is an outage, everybody is the receiver, one is that meter. */
export class StreetWatch implements Watcher {
  readonly name = 'street';
  readonly #tell: Tell;
  readonly #hearings = new Hearings();
  /** Silence before this was the receiver's. */
  #listeningSinceMs = NEVER;
  #lastMs = NEVER;
  #lookedMs = NEVER;
  #outage: Outage | null = null;
  /** Meters that are silent on their own, and since when. */
  #silent = new Map<EndpointKey, number>();
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

  /** Takes every packet, believed or not. */
  heardAny(packet: TimedReading): void {
    const { timeMs } = packet;
    if (timeMs < this.#lastMs - SET_BACK_MS) this.clockPutBack(timeMs);
    if (timeMs < this.#lastMs) return;
    const key = this.#hearings.keyOf(packet);
    const sinceMs = this.#isAway(key) ? timeMs : this.#listeningSinceMs;
    const isFirst = this.#hearings.heard(key, packet, sinceMs) === undefined;
    // One that was never heard before may be false.
    if (isFirst && this.#lastMs !== NEVER) return;
    if (this.#deaf !== 'no') this.#hearsAgain(timeMs);
    this.#lastMs = timeMs;
    if (this.#outage?.members.includes(key)) this.#backAgain(this.#outage, timeMs);
  }

  heard({ meter, endpoint, packet }: HeardPacket): void {
    this.#hearings.belongs(endpoint, meter);
    const sinceMs = this.#silent.get(meter.key);
    if (sinceMs === undefined) return;
    this.#silent.delete(meter.key);
    const gapMs = this.#hearings.get(meter.key)?.gapMs ?? 0;
    this.#tell(silentEvent(meter, gapMs, sinceMs, packet.timeMs));
  }

  /** The receiver says itself that it hears nothing; what is silent from now on tells nothing. */
  receiverLost(): void {
    if (this.#deaf === 'no') this.#deaf = 'known';
  }

  clockPutBack(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#listeningSinceMs = nowMs;
    this.#lookedMs = nowMs;
  }

  tick(nowMs: number): void {
    if (nowMs - this.#lookedMs < LOOK_MS && nowMs >= this.#lookedMs) return;
    this.#lookedMs = nowMs;
    this.#hearings.forget(nowMs);
    const known = [...this.#hearings.all].filter(
      (hearing) =>
        isKnown(hearing) && hearing.lastMs >= this.#listeningSinceMs && !this.#isAway(hearing.meter.key),
    );
    if (this.#deaf === 'no' && isDeaf(known, this.#lastMs, nowMs)) {
      this.#deaf = 'told';
      this.#tell(deafEvent(known.length, this.#lastMs, null));
    }
    if (this.#outage === null || this.#outage.endMs !== null) this.#lookForOutage(known);
    for (const hearing of known) this.#lookIfSilent(hearing);
  }

  state(): unknown {
    return {
      hearings: this.#hearings.state(),
      listeningSinceMs: this.#listeningSinceMs,
      lastMs: this.#lastMs,
      outage: this.#outage,
      silent: Object.fromEntries(this.#silent),
    } satisfies State;
  }

  restore(state: unknown): void {
    const { hearings, listeningSinceMs, lastMs, outage, silent } = state as State;
    this.#hearings.restore(hearings);
    // JSON has no infinity.
    this.#listeningSinceMs = listeningSinceMs ?? NEVER;
    this.#lastMs = lastMs ?? NEVER;
    this.#outage = outage;
    this.#silent = mapByMeter<number>(silent);
  }

  /** Its silence is known, and was told. */
  #isAway(key: EndpointKey): boolean {
    if (this.#silent.has(key)) return true;
    const outage = this.#outage;
    const lastMs = this.#hearings.get(key)?.lastMs ?? 0;
    return outage?.members.includes(key) === true && lastMs <= outage.sinceMs;
  }

  #hearsAgain(timeMs: number): void {
    if (this.#deaf === 'told') this.#tell(deafEvent([...this.#hearings.all].length, this.#lastMs, timeMs));
    this.#deaf = 'no';
    this.#listeningSinceMs = timeMs;
  }

  #lookForOutage(known: readonly Hearing[]): void {
    const mostHeard = known.toSorted((a, b) => a.gapMs - b.gapMs).slice(0, MOST_LOOKED_AT);
    const group = silentTogether(mostHeard);
    if (group === null) return;
    const { members, sinceMs } = group;
    this.#outage = { members: members.map(({ meter }) => meter.key), sinceMs, backMs: null, endMs: null };
    this.#tell(
      outageEvent(
        members.map(({ meter }) => meter),
        sinceMs,
        null,
      ),
    );
  }

  /** Power is back when half of the meters are: one alone may have been misheard. */
  #backAgain(outage: Outage, timeMs: number): void {
    if (outage.endMs !== null) return;
    const members = outage.members.flatMap((key) => this.#hearings.get(key) ?? []);
    const back = members.filter(({ lastMs }) => lastMs > outage.sinceMs).length;
    const backMs = outage.backMs ?? timeMs;
    const endMs = 2 * back >= members.length ? backMs : null;
    this.#outage = { ...outage, backMs, endMs };
    if (endMs !== null)
      this.#tell(
        outageEvent(
          members.map(({ meter }) => meter),
          outage.sinceMs,
          endMs,
        ),
      );
  }

  /** Of a meter that nobody named it is nobody's business, and one far off comes and goes. */
  #lookIfSilent({ meter, lastMs, gapMs, longestMs }: Hearing): void {
    const silenceMs = this.#lastMs - lastMs;
    const isLong = silenceMs >= SILENT.gaps * gapMs && silenceMs >= SILENT.longest * longestMs;
    if (meter.name === null || !isLong || silenceMs < SILENT.ms || this.isOut(meter.key, lastMs)) return;
    this.#silent.set(meter.key, lastMs);
    this.#tell(silentEvent(meter, gapMs, lastMs, null));
  }
}
