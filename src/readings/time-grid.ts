import { DateTime } from 'luxon';
import { momentIn } from './zoned-time.js';

/** Lengths that consumption is told in. */
export const INTERVAL_LENGTHS = ['5m', '15m', '1h', '1d'] as const;
export type IntervalLength = (typeof INTERVAL_LENGTHS)[number];

export const HOUR_MS = 3_600_000;

/** Those that are as long on every day, ms; they begin at whole multiples of UTC. */
const FIXED_MS: Readonly<Record<Exclude<IntervalLength, '1d'>, number>> = {
  '5m': 300_000,
  '15m': 900_000,
  '1h': HOUR_MS,
};

/** A calendar day of a zone, ms since 1970; the end does not belong to it. */
interface Day {
  readonly zone: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Luxon takes some 50 µs, and it is nearly always the same day again or the next one. */
let latest: Day = { zone: '', startMs: 0, endMs: 0 };
/** Days by the day of UTC that they begin on, for what is asked again. */
const known = new Map<number, Day>();
const MOST_KNOWN = 4000;

function utcDayOf(timeMs: number): number {
  return Math.floor(timeMs / (24 * HOUR_MS));
}

function holds(day: Day, timeMs: number, zone: string): boolean {
  return day.zone === zone && day.startMs <= timeMs && timeMs < day.endMs;
}

/** A day has 23 or 25 hours where clocks change, and may begin at 1:00. */
function dayOf(timeMs: number, zone: string): Day {
  if (holds(latest, timeMs, zone)) return latest;
  const utcDay = utcDayOf(timeMs);
  for (const day of [known.get(utcDay), known.get(utcDay - 1)]) {
    if (day === undefined || !holds(day, timeMs, zone)) continue;
    latest = day;
    return day;
  }
  const isNext = zone === latest.zone && timeMs === latest.endMs;
  const startMs = isNext ? timeMs : firstMoment(momentIn(zone, timeMs).startOf('day'));
  // Noon of the next day is 36 hours on, or near it, however long either day is.
  const endMs = firstMoment(momentIn(zone, startMs + 36 * HOUR_MS).startOf('day'));
  latest = { zone, startMs, endMs };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(utcDayOf(startMs), latest);
  return latest;
}

/** The first moment of a day of the zone. */
export function startOfDay(timeMs: number, zone: string): number {
  return dayOf(timeMs, zone).startMs;
}

/** The first moment of a calendar month of the zone. */
export function startOfMonth(timeMs: number, zone: string): number {
  return firstMoment(momentIn(zone, timeMs).startOf('month'));
}

/** Where clocks are turned back at 1:00, midnight comes twice and luxon takes the second. */
function firstMoment(midnight: DateTime): number {
  const before = midnight.minus({ milliseconds: 1 });
  const turnedBackMs = before.hasSame(midnight, 'day') ? (before.offset - midnight.offset) * 60_000 : 0;
  return midnight.toMillis() - turnedBackMs;
}

/** When the interval that holds a moment begins. */
export function startOf(length: IntervalLength, timeMs: number, zone: string): number {
  if (length === '1d') return startOfDay(timeMs, zone);
  return Math.floor(timeMs / FIXED_MS[length]) * FIXED_MS[length];
}

/** When the interval ends that begins at `startMs`. */
export function endOf(length: IntervalLength, startMs: number, zone: string): number {
  return length === '1d' ? dayOf(startMs, zone).endMs : startMs + FIXED_MS[length];
}

/** The month that follows the one that begins at `startMs`. */
export function monthAfter(startMs: number, zone: string): number {
  return startOfMonth(startMs + 40 * 24 * HOUR_MS, zone);
}

/**
 * Where intervals meet: from the start of the one that holds `fromMs` to the end of the last that begins before
 * `untilMs`.
 * @returns ascending, ms since 1970; [] where there is no interval between
 */
export function gridOf(length: IntervalLength, fromMs: number, untilMs: number, zone: string): number[] {
  if (fromMs >= untilMs) return [];
  const grid = [startOf(length, fromMs, zone)];
  while (grid[grid.length - 1]! < untilMs) grid.push(endOf(length, grid[grid.length - 1]!, zone));
  return grid;
}

/** A moment on the clock of the zone: `2026-03-08T03:00:00-04:00`. */
export function localTime(timeMs: number, zone: string): string {
  return momentIn(zone, timeMs).toISO({ suppressMilliseconds: true }) ?? '';
}

/** Whether there is a time zone of that name, such as `America/New_York`. */
export function isZone(name: string): boolean {
  return DateTime.local({ zone: name }).isValid;
}
