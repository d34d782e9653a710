import type { EndpointKey } from '../endpoint.js';
import type { MeterEvent, MeterLabel } from '../entry.js';
import { tamperCountersOf } from '../tamper.js';
import { type CounterState, counted } from './counter-track.js';
import { flaggedSpan, intervalEndOf, offsetJump, type Span } from './interval-flags.js';
import { eventOf, type HeardPacket, mapByMeter, nameOf, type Tell, type Watcher } from './watcher.js';

/** What is known of a meter's power; JSON. */
interface Known {
  readonly losses: CounterState;
  /** End of the last interval that was flagged, ms since 1970; 0 where none was. */
  readonly flaggedUntilMs: number;
  /** End of an interval by the last packet that had nothing new, and when that came, ms since 1970. */
  readonly intervalEndMs: number;
  readonly timeMs: number;
  /** It was flagged anew by one packet. */
  readonly nextFlagMs: number | null;
}

/** A loss that waits for whether others lost power too: the span of its flags, or else one that it was somewhere in. */
interface Loss extends Span {
  readonly meter: MeterLabel;
  /** When it was noticed, ms since 1970. */
  readonly noticedMs: number;
  readonly times: number;
  readonly flagged: boolean;
  readonly jumpSeconds: number;
}

/** Losses are held so long, to be told as one where they are of many meters, ms: and twice as long as they may have been. */
const HOLD_MS = 3_600_000;
/** So many meters that may have lost power at the same time are an outage. */
const MANY = 3;
/** Flags of one outage end within the intervals on both sides. */
const SAME_FLAG_MS = 600_000;

/**
 * Losses of power that a meter itself counts and flags by interval. What an outage explains that silence told of is not
 * told again; several together, as after one in which the receiver had no power either, are one outage.
 */
export class PowerLossWatch implements Watcher {
  readonly name = 'power';
  readonly #tell: Tell;
  readonly #isExplained: (key: EndpointKey, timeMs: number) => boolean;
  #known = new Map<EndpointKey, Known>();
  #held: Loss[] = [];
  /** The last outage that was concluded from losses. */
  #last: Span | null = null;

  /** @param isExplained whether it is known that this meter was without power then */
  constructor(tell: Tell, isExplained: (key: EndpointKey, timeMs: number) => boolean) {
    this.#tell = tell;
    this.#isExplained = isExplained;
  }

  heard({ meter, packet }: HeardPacket): void {
    if (packet.protocol !== 'IDM') return;
    const { fields, timeMs } = packet;
    const counter = tamperCountersOf('IDM', 'electric', fields).find(({ name }) => name === 'power loss');
    if (counter === undefined) return;
    const before = this.#known.get(meter.key);
    const { state, step } = counted(before?.losses ?? null, counter.value, counter.modulus, timeMs);
    const intervalEndMs = intervalEndOf(timeMs, Number(fields.transmitTimeOffset));
    const span = flaggedSpan(String(fields.outageFlags), intervalEndMs);
    const last = state.next === null || before === undefined ? { intervalEndMs, timeMs } : before;
    const flags = flagsAfter(before, span);
    const known = { losses: state, intervalEndMs: last.intervalEndMs, timeMs: last.timeMs, ...flags };
    this.#known.set(meter.key, known);
    const flagged = before !== undefined && known.flaggedUntilMs > before.flaggedUntilMs;
    if (before === undefined || (step === null && !flagged)) return;
    const unflagged = { startMs: before.timeMs, endMs: step?.sinceMs ?? timeMs };
    const { startMs, endMs } = flagged && span !== null ? span : unflagged;
    const jumpSeconds = Math.round(offsetJump(before.intervalEndMs, intervalEndMs) / 1000);
    this.#hold({ meter, startMs, endMs, noticedMs: timeMs, times: step?.steps ?? 0, flagged, jumpSeconds });
  }

  tick(nowMs: number): void {
    const due = this.#held.filter(
      (loss) => nowMs - loss.noticedMs >= HOLD_MS + 2 * (loss.endMs - loss.startMs),
    );
    if (due.length === 0) return;
    for (const loss of due) {
      if (!this.#held.includes(loss)) continue;
      const together = this.#held.filter((other) => overlap(loss, other));
      this.#held = this.#held.filter((other) => !together.includes(other));
      if (together.length >= MANY) this.#outage(together);
      else for (const one of together) this.#tell(lossEvent(one));
    }
  }

  state(): unknown {
    return {
      known: Object.fromEntries(this.#known),
      held: this.#held,
      last: this.#last,
    };
  }

  restore(state: unknown): void {
    const { known, held, last } = state as {
      readonly known: unknown;
      readonly held: readonly Loss[];
      readonly last: Span | null;
    };
    this.#known = mapByMeter<Known>(known);
    this.#held = [...held];
    this.#last = last;
  }

  #outage(losses: readonly Loss[]): void {
    const [startMs, endMs] = [
      Math.max(...losses.map((loss) => loss.startMs)),
      Math.min(...losses.map((loss) => loss.endMs)),
    ];
    this.#last = { startMs: Math.min(startMs, endMs), endMs: Math.max(startMs, endMs) };
    this.#tell(outageEvent(losses, this.#last));
  }

  /** Counter and flags of one loss may come with different packets. */
  #hold(loss: Loss): void {
    if (this.#isExplained(loss.meter.key, loss.endMs)) return;
    if (this.#last !== null && overlap(this.#last, loss)) return;
    const other = this.#held.find(({ meter }) => meter.key === loss.meter.key);
    this.#held = this.#held.filter((held) => held !== other);
    const flagged = loss.flagged || other?.flagged === true;
    const better = other?.flagged ? other : loss;
    const times = loss.times + (other?.times ?? 0);
    this.#held.push({ ...better, noticedMs: other?.noticedMs ?? loss.noticedMs, times, flagged });
  }
}

/** A flag counts when a second packet has it too; those of the first packet ever are history. */
function flagsAfter(
  before: Known | undefined,
  span: Span | null,
): Pick<Known, 'flaggedUntilMs' | 'nextFlagMs'> {
  const endMs = span?.endMs ?? 0;
  if (before === undefined) return { flaggedUntilMs: endMs, nextFlagMs: null };
  const { flaggedUntilMs, nextFlagMs } = before;
  if (endMs <= flaggedUntilMs + SAME_FLAG_MS) return { flaggedUntilMs, nextFlagMs: null };
  const again = nextFlagMs !== null && Math.abs(nextFlagMs - endMs) <= SAME_FLAG_MS;
  return again ? { flaggedUntilMs: endMs, nextFlagMs: null } : { flaggedUntilMs, nextFlagMs: endMs };
}

function overlap(one: Span, other: Span): boolean {
  return one.startMs <= other.endMs && other.startMs <= one.endMs;
}

function lossEvent({ meter, startMs, endMs, times, flagged, jumpSeconds }: Loss): MeterEvent {
  const often = times > 1 ? `, ${times} times` : '';
  const message = `${nameOf(meter)} was without power${often}, and other meters were not.`;
  const evidence = { losses: times, flagged, offsetJumpSeconds: jumpSeconds };
  return eventOf({
    type: 'power-loss',
    meter,
    timeMs: startMs,
    endMs,
    severity: 'warning',
    message,
    evidence,
  });
}

function outageEvent(losses: readonly Loss[], { startMs: timeMs, endMs }: Span): MeterEvent {
  const message = `Power was out: ${losses.length} electric meters tell so, now that it is back.`;
  const named = losses.flatMap(({ meter }) => meter.name ?? []).join(', ');
  const evidence = { sign: 'counters', meters: losses.length, named };
  return eventOf({ type: 'outage', meter: null, timeMs, endMs, severity: 'alarm', message, evidence });
}
