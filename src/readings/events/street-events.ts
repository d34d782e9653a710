import type { MeterEvent, MeterLabel } from '../entry.js';
import { eventOf, nameOf } from './watcher.js';

/** @param endMs when it was over; null while it goes on */
export function outageEvent(meters: readonly MeterLabel[], timeMs: number, endMs: number | null): MeterEvent {
  const { length } = meters;
  const message =
    endMs === null
      ? `Power is out: ${length} electric meters fell silent together, while others are heard.`
      : `Power is back: electric meters are heard again that had fallen silent together, ${length} of them.`;
  const named = meters.flatMap(({ name }) => name ?? []).join(', ');
  const evidence = { sign: 'silence', meters: length, named };
  return eventOf({ ...streetEvent(timeMs, endMs), type: 'outage', message, evidence });
}

/** Nothing is heard. */
export function deafEvent(meters: number, timeMs: number, endMs: number | null): MeterEvent {
  const message =
    endMs === null
      ? `No meter is heard any more, of any kind, of ${meters}: look after the radio and its antenna.`
      : 'Meters are heard again; for a while none was, or ertd did not run.';
  return eventOf({ ...streetEvent(timeMs, endMs), type: 'receiver.silent', message, evidence: { meters } });
}

/** One meter is silent. @param gapMs how often it had been heard */
export function silentEvent(
  meter: MeterLabel,
  gapMs: number,
  timeMs: number,
  endMs: number | null,
): MeterEvent {
  const isOver = endMs !== null;
  const message = `${nameOf(meter)} is ${isOver ? 'heard again' : 'not heard any more, though others are'}.`;
  const severity = isOver ? 'info' : 'warning';
  const evidence = { usualGapSeconds: Math.round(gapMs / 1000) };
  return eventOf({ type: 'meter.silent', meter, timeMs, endMs, severity, message, evidence });
}

function streetEvent(timeMs: number, endMs: number | null) {
  return { meter: null, timeMs, endMs, severity: endMs === null ? 'alarm' : 'info' } as const;
}
