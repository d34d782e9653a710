import type { Decimal } from './decimal.js';
import type { RegisterName, Unit } from './entry.js';

/** Kinds of days that rates differ on; a holiday is one whatever day of the week it falls on. */
export const DAY_KINDS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'holiday'] as const;
export type DayKind = (typeof DAY_KINDS)[number];

/** A day of every year, such as `06-01`. */
export type YearDay = string;

/** A part of the year, both days included; it may go over New Year. */
export interface Season {
  readonly name: string;
  readonly from: YearDay;
  readonly until: YearDay;
}

/** When a rate counts, by the clock on the wall. */
export interface RatePeriod {
  readonly rate: string;
  /** Null for the whole year. */
  readonly season: string | null;
  readonly days: readonly DayKind[];
  /** Minutes since midnight, 0–1440; the end does not belong to it. */
  readonly fromMinute: number;
  readonly untilMinute: number;
}

/** What a unit costs at a rate. */
export interface Rate {
  readonly name: string;
  /** For one unit; below zero it is credited. */
  readonly price: Decimal;
}

/** By what a register's consumption is charged. */
export interface Tariff {
  readonly name: string;
  /** Keys or names of the meters it is for. */
  readonly meters: readonly string[];
  readonly register: RegisterName;
  /** That prices are for. */
  readonly unit: Unit;
  /** Such as `USD`. */
  readonly currency: string;
  readonly rates: readonly Rate[];
  /** Cover the whole year, or are none. */
  readonly seasons: readonly Season[];
  /** `07-04` of every year, or `2026-11-26`. */
  readonly holidays: readonly string[];
  readonly periods: readonly RatePeriod[];
  /** The rate wherever no period is; null where periods leave no gap. */
  readonly otherwise: string | null;
  readonly standingCharge: StandingCharge | null;
}

/** What is to be paid whatever is used. */
export interface StandingCharge {
  readonly amount: Decimal;
  readonly per: 'day' | 'month';
}

/** Whether a season holds a day of the year. */
export function isInSeason({ from, until }: Season, day: YearDay): boolean {
  return from <= until ? from <= day && day <= until : day >= from || day <= until;
}

/**
 * The kind of a calendar day.
 * @param date such as `2026-07-04`
 * @param weekday 1 Monday – 7 Sunday
 */
export function dayKindOf({ holidays }: Tariff, date: string, weekday: number): DayKind {
  return holidays.includes(date) || holidays.includes(date.slice(5)) ? 'holiday' : DAY_KINDS[weekday - 1]!;
}

/** The periods of a day, ascending. @param date such as `2026-07-04` */
export function periodsOn(tariff: Tariff, date: string, weekday: number): RatePeriod[] {
  const kind = dayKindOf(tariff, date, weekday);
  const season = tariff.seasons.find((one) => isInSeason(one, date.slice(5)));
  return tariff.periods
    .filter(({ days, season: name }) => days.includes(kind) && (name === null || name === season?.name))
    .sort((one, other) => one.fromMinute - other.fromMinute);
}
