import Big from 'big.js';
import type { Decimal } from './decimal.js';
import type { IntervalQuality, MeterLabel, RegisterName, Unit } from './entry.js';
import { toldOf } from './interval-feed.js';
import { intervalsOf } from './intervals.js';
import { type CountedPoint, type Dial, type SelfRead, selfReadAt } from './self-read.js';
import type { Tariff } from './tariff.js';
import { type Bill, billOf } from './tariff-bill.js';
import { isConvertible } from './unit.js';

/** What a register counted between two moments, what it showed at them, and what that costs. */
export interface Statement {
  readonly meter: MeterLabel;
  readonly register: RegisterName;
  readonly opening: SelfRead;
  readonly closing: SelfRead;
  /** Counts; of a `missing` consumption what is known of it. */
  readonly counts: number;
  readonly consumption: Decimal | null;
  readonly unit: Unit | null;
  readonly quality: IntervalQuality;
  /** By each tariff that is for the meter and its register. */
  readonly bills: readonly Bill[];
}

export interface StatementRequest {
  readonly meter: MeterLabel;
  readonly register: RegisterName;
  readonly dial: Dial;
  /** Ascending in time, with the nearest before `fromMs` and after `untilMs`. */
  readonly points: readonly CountedPoint[];
  /** ms since 1970; `fromMs` < `untilMs`. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly zone: string;
  readonly tariffs: readonly Tariff[];
}

/** The statement of one register. */
export function statementOf(request: StatementRequest): Statement {
  const { meter, register, dial, points, fromMs, untilMs } = request;
  const nothing = { startMs: fromMs, endMs: untilMs, thousandths: 0, quality: 'missing' } as const;
  const [interval = nothing] = intervalsOf(points, [fromMs, untilMs]);
  const known = toldOf({ ...interval, quality: 'measured' }, dial.scale);
  return {
    meter,
    register,
    opening: selfReadAt(points, fromMs, dial),
    closing: selfReadAt(points, untilMs, dial),
    counts: interval.thousandths / 1000,
    consumption: known.value,
    unit: known.unit,
    quality: interval.quality,
    bills: billsOf(request),
  };
}

function billsOf({
  meter,
  register,
  dial,
  points,
  fromMs,
  untilMs,
  zone,
  tariffs,
}: StatementRequest): Bill[] {
  const { scale } = dial;
  if (scale === null) return [];
  return tariffs
    .filter((tariff) => isFor(tariff, meter, register) && isConvertible(scale.unit, tariff.unit))
    .map((tariff) => billOf(tariff, { points, scale, fromMs, untilMs, zone }));
}

/** Whether a tariff names a meter: by its name, its key, or the ID in it. */
export function isFor(tariff: Tariff, { key, name }: MeterLabel, register: RegisterName): boolean {
  const id = key.slice(key.indexOf('-') + 1);
  return (
    tariff.register === register && tariff.meters.some((one) => one === name || one === key || one === id)
  );
}

/** What several bills come to, by currency. */
export function totalsOf(bills: readonly Bill[]): ReadonlyMap<string, Decimal> {
  const totals = new Map<string, Decimal>();
  for (const { currency, total } of bills) {
    totals.set(currency, new Big(totals.get(currency) ?? 0).plus(total).toFixed(2));
  }
  return totals;
}
