import type { ClockNews } from './clock-watch.js';
import type { Decimal } from './decimal.js';
import type { EndpointKey } from './endpoint.js';
import type { MeterEvent, MeterLabel, RegisterReading } from './entry.js';
import type { NetGroup } from './net-group.js';

/** What happened to the clock, as an event. */
export function clockEvent({ kind, stepMs, nowMs }: ClockNews): MeterEvent {
  return {
    kind: 'event',
    id: `clock.${kind}/${nowMs}`,
    type: `clock.${kind}`,
    meter: null,
    timeMs: nowMs,
    endMs: null,
    severity: kind === 'right' ? 'info' : 'warning',
    message: clockMessage(kind, stepMs),
    evidence: { stepMs },
  };
}

function clockMessage(kind: ClockNews['kind'], stepMs: number | null): string {
  const by = stepMs === null ? '' : ` by ${lengthOf(Math.abs(stepMs))}`;
  switch (kind) {
    case 'behind':
      return 'The clock of this machine is behind: packets wait in memory until it is put right.';
    case 'right':
      return `The clock was put right${by}: what had waited has its right time now.`;
    case 'forward':
      return `The clock was put forward${by}: the history has a gap that was none.`;
    case 'back':
      return `The clock was put back${by}: what was dated later than now is told anew as time passes.`;
  }
}

function lengthOf(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours < 1) return `${Math.round(ms / 1000)} s`;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${Math.round(hours / 24)} days`;
}

/** A register that began anew, as an event. */
export function newBeginningEvent({ meter, register, counts, timeMs }: RegisterReading): MeterEvent {
  return {
    kind: 'event',
    id: `register.began-anew/${meter.key}/${register}/${timeMs}`,
    type: 'register.began-anew',
    meter,
    timeMs,
    endMs: null,
    severity: 'warning',
    message: `The register began anew at ${counts}: the meter was exchanged, or reset. Its total goes on.`,
    evidence: { register, counts },
  };
}

/** Endpoints that were found to be one net meter, as an event. */
export function groupEvent(meter: MeterLabel, { siblings }: NetGroup, timeMs: number): MeterEvent {
  const registers = [...siblings].map(([key, register]) => `${key} is its ${register}`).join(', ');
  return {
    kind: 'event',
    id: `meter.joined/${meter.key}`,
    type: 'meter.joined',
    meter,
    timeMs,
    endMs: null,
    severity: 'info',
    message: `Three endpoints are one meter by their arithmetic: ${registers}.`,
    evidence: Object.fromEntries(siblings),
  };
}

/** An exchange of a meter for one with another ID, as its user told it. */
export interface ToldExchange {
  readonly meter: MeterLabel;
  readonly before: EndpointKey;
  readonly after: EndpointKey;
  readonly timeMs: number;
  /** What the dials showed; null for not known. */
  readonly final: Decimal | null;
  readonly initial: Decimal | null;
}

/** An exchange as an event. */
export function exchangeEvent({ meter, before, after, timeMs, final, initial }: ToldExchange): MeterEvent {
  const [last, first] = [final ?? 'what was heard last', initial ?? 'what was heard first'];
  return {
    kind: 'event',
    id: `meter.exchanged/${meter.key}/${timeMs}`,
    type: 'meter.exchanged',
    meter,
    timeMs,
    endMs: null,
    severity: 'info',
    message: `The meter was exchanged: ${before} ended at ${last}, ${after} began at ${first}. Its total goes on.`,
    evidence: { before, after, final, initial },
  };
}
