import type { Commodity, Unit } from './api.js';

export type UnitSystem = 'metric' | 'us';

const SETTING = 'ertd.units';

/** What a browser shows volumes in; that of its region, until somebody chooses. */
export function unitSystem(): UnitSystem {
  const chosen = localStorage.getItem(SETTING);
  if (chosen === 'metric' || chosen === 'us') return chosen;
  return /-(US|LR|MM)\b/.test(navigator.language) ? 'us' : 'metric';
}

export function chooseUnitSystem(system: UnitSystem): void {
  localStorage.setItem(SETTING, system);
}

/** Exact, by definition of the international foot and the US gallon; m³. */
const CUBIC_METRES: Partial<Record<Unit, number>> = {
  'm³': 1,
  L: 0.001,
  'ft³': 0.028316846592,
  CCF: 2.8316846592,
  gal: 0.003785411784,
};

const PREFERRED: Readonly<Record<UnitSystem, Readonly<Record<Commodity, Unit>>>> = {
  metric: { electric: 'kWh', gas: 'm³', water: 'm³', unknown: 'm³' },
  us: { electric: 'kWh', gas: 'ft³', water: 'gal', unknown: 'ft³' },
};

/** A quantity in the unit that this browser shows. */
export function shownAs(value: number, unit: Unit, commodity: Commodity): { value: number; unit: Unit } {
  const from = CUBIC_METRES[unit];
  const wanted = PREFERRED[unitSystem()][commodity];
  const to = CUBIC_METRES[wanted];
  return from === undefined || to === undefined
    ? { value, unit }
    : { value: (value * from) / to, unit: wanted };
}

/** A number as this browser's language writes it, with three digits that say something. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(value);
}

export function quantity(value: number | null, unit: Unit | null, commodity: Commodity): string {
  if (value === null) return '–';
  if (unit === null) return `${number(value)} counts`;
  const shown = shownAs(value, unit, commodity);
  return `${number(shown.value)} ${shown.unit}`;
}

/** An amount of money, exact decimal. @param currency as the user calls it, `USD` or otherwise */
export function money(amount: string, currency: string): string {
  if (!/^[A-Z]{3}$/.test(currency)) return `${number(Number(amount))} ${currency}`;
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(Number(amount));
}

export function dateTime(timeMs: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(timeMs);
}

export function day(timeMs: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(timeMs);
}

/** How long ago, in one unit. */
export function ago(timeMs: number, nowMs: number): string {
  const seconds = Math.round((timeMs - nowMs) / 1000);
  const format = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  const steps = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const [unit, length] = steps.find(([, least]) => Math.abs(seconds) >= least) ?? (['second', 1] as const);
  return format.format(Math.round(seconds / length), unit);
}

export function megahertz(hz: number): string {
  return `${(hz / 1e6).toFixed(3)} MHz`;
}
