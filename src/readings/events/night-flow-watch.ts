import type { Commodity } from '../commodity.js';
import type { EndpointKey } from '../endpoint.js';
import type { MeterEvent, MeterLabel, RegisterReading } from '../entry.js';
import type { LocalDays } from './local-time.js';
import { eventOf, mapByMeter, nameOf, type Tell, type Watcher } from './watcher.js';

/** What a meter counted in a night; JSON. */
interface Night {
  readonly startMs: number;
  readonly endMs: number;
  readonly first: State;
  readonly last: State;
  readonly steps: number;
  /** Between two states close together it stood still. */
  readonly stood: boolean;
  /** Between two states too much time passed. */
  readonly unknown: boolean;
}

interface State {
  readonly timeMs: number;
  readonly counts: number;
}

/** Nights in a row in which it flowed; JSON. */
interface Flow {
  readonly sinceMs: number;
  readonly nights: number;
  readonly counts: number;
}

interface Known {
  readonly meter: MeterLabel;
  readonly night: Night | null;
  readonly flow: Flow | null;
}

/** States are compared this far apart: nobody draws water without a pause for so long at night. */
const STEP_MS = 20 * 60_000;
/** Nothing is known of what was in between. */
const TOO_LONG_MS = 90 * 60_000;
const LEAST_STEPS = 4;
/** Share of the night that must be known. */
const COVERED = 0.75;
/** One night a garden is watered, or a pool is filled. */
const LEAST_NIGHTS = 3;

/** Notices water, or gas, that flows all night, several nights in a row. */
export class NightFlowWatch implements Watcher {
  readonly name = 'night';
  readonly #tell: Tell;
  readonly #commodities: readonly Commodity[];
  readonly #hours: LocalDays;
  #known = new Map<EndpointKey, Known>();

  /** @param hours in which nobody draws without a pause */
  constructor(tell: Tell, commodities: readonly Commodity[], hours: LocalDays) {
    this.#tell = tell;
    this.#commodities = commodities;
    this.#hours = hours;
  }

  read({ meter, register, timeMs, totalCounts: counts }: RegisterReading): void {
    if (register !== 'consumption' || !this.#commodities.includes(meter.commodity)) return;
    const stretch = this.#hours.at(timeMs);
    if (stretch === null) return;
    const known = this.#known.get(meter.key);
    if (known?.night != null && known.night.startMs !== stretch.startMs) this.#judge(known, known.night);
    const { night, flow } = this.#known.get(meter.key) ?? { night: null, flow: null };
    const state = { timeMs, counts };
    const fresh = { ...stretch, first: state, last: state, steps: 0, stood: false, unknown: false };
    this.#known.set(meter.key, { meter, flow, night: night === null ? fresh : goneOn(night, state) });
  }

  tick(nowMs: number): void {
    for (const known of this.#known.values()) {
      if (known.night !== null && nowMs >= known.night.endMs) this.#judge(known, known.night);
    }
  }

  state(): unknown {
    return Object.fromEntries(this.#known);
  }

  restore(state: unknown): void {
    this.#known = mapByMeter(state);
  }

  /** A night of which too little is known neither goes on nor ends what went on before. */
  #judge({ meter, flow }: Known, night: Night): void {
    const flows = !night.stood && !night.unknown && night.steps >= LEAST_STEPS && isCovered(night);
    const before = flow ?? { sinceMs: night.first.timeMs, nights: 0, counts: 0 };
    const counts = before.counts + night.last.counts - night.first.counts;
    const after = flows ? { ...before, nights: before.nights + 1, counts } : night.stood ? null : flow;
    this.#known.set(meter.key, { meter, night: null, flow: after });
    if (flows && after?.nights === LEAST_NIGHTS) this.#tell(flowEvent(meter, after, null));
    if (after === null && before.nights >= LEAST_NIGHTS) this.#tell(flowEvent(meter, before, night.endMs));
  }
}

function goneOn(night: Night, now: State): Night {
  const sinceMs = now.timeMs - night.last.timeMs;
  if (sinceMs < STEP_MS) return night;
  const unknown = night.unknown || sinceMs > TOO_LONG_MS;
  const stood = night.stood || now.counts <= night.last.counts;
  return { ...night, last: now, steps: night.steps + 1, stood, unknown };
}

function isCovered({ startMs, endMs, first, last }: Night): boolean {
  return last.timeMs - first.timeMs >= COVERED * (endMs - startMs);
}

function flowEvent(meter: MeterLabel, { sinceMs, nights, counts }: Flow, endMs: number | null): MeterEvent {
  const message =
    endMs === null
      ? `${nameOf(meter)} counted all night without a pause, ${nights} nights in a row: something may be open, or leak.`
      : `${nameOf(meter)} stands still at night again.`;
  const severity = endMs === null ? 'warning' : 'info';
  const evidence = { nights, counts };
  return eventOf({ type: 'use.night', meter, timeMs: sinceMs, endMs, severity, message, evidence });
}
