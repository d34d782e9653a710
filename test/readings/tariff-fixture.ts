import type { RatePeriod, Tariff } from '../../src/readings/tariff.js';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;

/** @param from hours */
export function period(
  rate: string,
  from: number,
  until: number,
  changes: Partial<RatePeriod> = {},
): RatePeriod {
  return { rate, season: null, days: WEEKDAYS, fromMinute: from * 60, untilMinute: until * 60, ...changes };
}

/** Peak on weekdays from 14 to 19 h, from 7 to 9 h in winter; a holiday on 4 July. */
export function tariffOf(changes: Partial<Tariff> = {}): Tariff {
  return {
    name: 'home',
    meters: ['house'],
    register: 'consumption',
    unit: 'kWh',
    currency: 'USD',
    rates: [
      { name: 'peak', price: '0.32' },
      { name: 'off-peak', price: '0.115' },
    ],
    seasons: [
      { name: 'summer', from: '06-01', until: '09-30' },
      { name: 'winter', from: '10-01', until: '05-31' },
    ],
    holidays: ['07-04', '2026-11-26'],
    periods: [period('peak', 14, 19, { season: 'summer' }), period('peak', 7, 9, { season: 'winter' })],
    otherwise: 'off-peak',
    standingCharge: { amount: '0.40', per: 'day' },
    ...changes,
  };
}
