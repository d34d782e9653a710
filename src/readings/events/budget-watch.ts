import { Big } from 'big.js';
import type { EndpointKey } from '../endpoint.js';
import type { MeterEvent, MeterLabel, RegisterReading } from '../entry.js';
import type { LocalDays } from './local-time.js';
import { eventOf, mapByMeter, nameOf, type Tell, type Watcher } from './watcher.js';

/** What a meter used on a day; JSON. */
interface Day {
  readonly startMs: number;
  /** The last total before the day began, exact decimal. */
  readonly from: string;
  readonly last: string;
  readonly lastMs: number;
  readonly told: boolean;
}

/** A total from longer before midnight is not the one of midnight: then the day begins with its first reading. */
const NEAR_MIDNIGHT_MS = 2 * 3_600_000;

/** Notices that a meter uses more on a day than it may. */
export class BudgetWatch implements Watcher {
  readonly name = 'budget';
  readonly #tell: Tell;
  readonly #budgetOf: (meter: MeterLabel) => string | null;
  readonly #daysOfZone: LocalDays;
  #days = new Map<EndpointKey, Day>();

  /** @param budgetOf exact decimal in the meter's unit, for a day; null where it may use what it likes */
  constructor(tell: Tell, budgetOf: (meter: MeterLabel) => string | null, days: LocalDays) {
    this.#tell = tell;
    this.#budgetOf = budgetOf;
    this.#daysOfZone = days;
  }

  read(reading: RegisterReading): void {
    const { meter, register, timeMs, total } = reading;
    const budget = this.#budgetOf(meter);
    if (budget === null || register !== 'consumption' || total === null) return;
    const startMs = this.#daysOfZone.at(timeMs)!.startMs;
    const day = dayWith(this.#days.get(meter.key), startMs, timeMs, total);
    const used = new Big(total).minus(day.from);
    const over = !day.told && used.gt(budget);
    this.#days.set(meter.key, { ...day, last: total, lastMs: timeMs, told: day.told || over });
    if (over) this.#tell(budgetEvent(reading, startMs, used.toFixed(), budget));
  }

  state(): unknown {
    return Object.fromEntries(this.#days);
  }

  restore(state: unknown): void {
    this.#days = mapByMeter(state);
  }
}

function dayWith(day: Day | undefined, startMs: number, timeMs: number, total: string): Day {
  if (day?.startMs === startMs) return day;
  const isNear = day !== undefined && startMs - day.lastMs <= NEAR_MIDNIGHT_MS && day.lastMs <= startMs;
  return { startMs, from: isNear ? day.last : total, last: total, lastMs: timeMs, told: false };
}

function budgetEvent(
  { meter, unit, timeMs }: RegisterReading,
  startMs: number,
  used: string,
  budget: string,
): MeterEvent {
  const message = `${nameOf(meter)} used ${used} ${unit ?? 'counts'} today, more than ${budget}.`;
  const evidence = { used, budget, unit, reachedMs: timeMs };
  return eventOf({ type: 'use.budget', meter, timeMs: startMs, severity: 'warning', message, evidence });
}
