import type { IntervalEntry, MeterEvent, MeterLabel, RegisterReading } from '../readings/entry.js';
import { isoTime, rounded } from './layout.js';

/** A value of a record that is written as JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = Readonly<Record<string, Json>>;

/** A meter as all records tell it. */
function meterOf({ key, name, commodity }: MeterLabel): JsonRecord {
  return { meter: key, name, commodity };
}

/** A reading as JSON. `meter`, `register` and `time` together name it: nothing else has the same three. */
export function readingRecord(reading: RegisterReading): JsonRecord {
  const { meter, register, timeMs, counts, value, unit, total, totalCounts, beginsAnew, packet } = reading;
  return {
    time: isoTime(timeMs),
    ...meterOf(meter),
    register,
    value,
    unit,
    total,
    counts,
    totalCounts,
    beginsAnew,
    ...signalOf(packet),
  };
}

function signalOf({ protocol, id, type, receiver, carrierHz, snrDb, confidence }: RegisterReading['packet']) {
  return {
    ...{ protocol, id, type, receiver, carrierHz },
    snrDb: rounded(snrDb, 1),
    confidence: rounded(confidence, 4),
  };
}

/** An interval as JSON. `meter`, `register` and `start` together name it. */
export function intervalRecord(interval: IntervalEntry): JsonRecord {
  const { meter, register, startMs, endMs, counts, value, unit, quality } = interval;
  const [start, end] = [isoTime(startMs), isoTime(endMs)];
  return { ...meterOf(meter), register, start, end, value, unit, counts, quality };
}

/** An event as JSON; `id` names it. */
export function eventRecord({ meter, ...event }: MeterEvent): JsonRecord {
  const { id, type, timeMs, endMs, severity, message, evidence } = event;
  return {
    ...{ id, type, time: isoTime(timeMs), end: endMs === null ? null : isoTime(endMs) },
    ...(meter !== null && meterOf(meter)),
    ...{ severity, message, evidence },
  };
}
