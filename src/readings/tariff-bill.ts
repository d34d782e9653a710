import Big from 'big.js';
import { type Decimal, sumOf } from './decimal.js';
import type { IntervalQuality, Unit } from './entry.js';
import { type Interval, intervalsOf } from './intervals.js';
import type { RegisterPoint } from './register-total.js';
import { amountOfThousandths, type Scale } from './scale.js';
import type { StandingCharge, Tariff } from './tariff.js';
import { rateSpans } from './tariff-calendar.js';
import { endOf, monthAfter, startOfDay, startOfMonth } from './time-grid.js';
import { convert } from './unit.js';

/** What was used at one rate, and what it costs. */
export interface RateUsage {
  readonly rate: string;
  /** In the tariff's unit. */
  readonly amount: Decimal;
  readonly price: Decimal;
  readonly cost: Decimal;
  /** The worst of its parts; where that is `missing`, more was used than is known. */
  readonly quality: IntervalQuality;
}

/** What a stretch of time costs. Only its total is rounded, and once. */
export interface Bill {
  readonly tariff: string;
  readonly unit: Unit;
  readonly currency: string;
  readonly rates: readonly RateUsage[];
  readonly standing: {
    readonly count: Decimal;
    readonly per: 'day' | 'month';
    readonly cost: Decimal;
  } | null;
  /** To a hundredth of the currency. */
  readonly total: Decimal;
}

/** A stretch of a register's time. */
export interface BillRequest {
  /** Ascending in time. */
  readonly points: readonly RegisterPoint[];
  /** Its unit can be told in the tariff's. */
  readonly scale: Scale;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly zone: string;
}

const ORDER: readonly IntervalQuality[] = ['measured', 'interpolated', 'missing'];

/** The worst of several qualities; `measured` of none. */
export function worstOf(qualities: readonly IntervalQuality[]): IntervalQuality {
  return ORDER.findLast((quality) => qualities.includes(quality)) ?? 'measured';
}

/** Consumption and cost at each rate of a tariff without problems. */
export function billOf(tariff: Tariff, request: BillRequest): Bill {
  const { fromMs, untilMs, zone } = request;
  const intervals = usageByRate(tariff, request);
  const rates = tariff.rates.map(({ name, price }) =>
    rateUsage(intervals.get(name) ?? [], name, price, tariff.unit, request.scale),
  );
  const standing =
    tariff.standingCharge === null ? null : standingOf(tariff.standingCharge, fromMs, untilMs, zone);
  const exact = sumOf([...rates.map(({ cost }) => cost), standing?.cost ?? '0']);
  const { name, unit, currency } = tariff;
  return { tariff: name, unit, currency, rates, standing, total: new Big(exact).toFixed(2) };
}

function usageByRate(
  tariff: Tariff,
  { points, fromMs, untilMs, zone }: BillRequest,
): ReadonlyMap<string, Interval[]> {
  const spans = rateSpans(tariff, fromMs, untilMs, zone);
  const grid = [...spans.map(({ startMs }) => startMs), untilMs];
  const known = new Map(intervalsOf(points, grid).map((interval) => [interval.startMs, interval]));
  const byRate = new Map<string, Interval[]>();
  for (const { startMs, endMs, rate } of spans) {
    const interval = known.get(startMs) ?? { startMs, endMs, thousandths: 0, quality: 'missing' };
    byRate.set(rate, [...(byRate.get(rate) ?? []), interval]);
  }
  return byRate;
}

function rateUsage(
  intervals: readonly Interval[],
  rate: string,
  price: Decimal,
  unit: Unit,
  scale: Scale,
): RateUsage {
  const thousandths = intervals.reduce((sum, interval) => sum + interval.thousandths, 0);
  const told = amountOfThousandths(thousandths, scale);
  const amount = scale.unit === unit ? told : new Big(convert(told, scale.unit, unit, 6)).toFixed();
  const cost = new Big(amount).times(price).toFixed();
  return { rate, amount, price, cost, quality: worstOf(intervals.map(({ quality }) => quality)) };
}

function standingOf(
  { amount, per }: StandingCharge,
  fromMs: number,
  untilMs: number,
  zone: string,
): Bill['standing'] {
  const count = countOf(per, fromMs, untilMs, zone);
  return { count: count.toFixed(), per, cost: count.times(amount).toFixed() };
}

/** Days or months of a stretch of time; where it begins or ends within one, that counts as its part. */
function countOf(per: 'day' | 'month', fromMs: number, untilMs: number, zone: string): Big {
  const next = (startMs: number): number =>
    per === 'day' ? endOf('1d', startMs, zone) : monthAfter(startMs, zone);
  let count = new Big(0);
  let startMs = per === 'day' ? startOfDay(fromMs, zone) : startOfMonth(fromMs, zone);
  while (startMs < untilMs) {
    const endMs = next(startMs);
    const overlapMs = Math.min(endMs, untilMs) - Math.max(startMs, fromMs);
    count = count.plus(new Big(overlapMs).div(endMs - startMs));
    startMs = endMs;
  }
  return count.round(6);
}
