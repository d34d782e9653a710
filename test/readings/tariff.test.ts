import Big from 'big.js';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import type { RegisterPoint } from '../../src/readings/register-total.js';
import type { Scale } from '../../src/readings/scale.js';
import { DAY_KINDS, periodsOn, type Tariff } from '../../src/readings/tariff.js';
import { billOf } from '../../src/readings/tariff-bill.js';
import { rateSpans } from '../../src/readings/tariff-calendar.js';
import { tariffProblems } from '../../src/readings/tariff-check.js';
import { HOUR_MS, localTime } from '../../src/readings/time-grid.js';
import { period, tariffOf } from './tariff-fixture.js';

const ZONE = 'America/New_York';
const at = (text: string, zone = ZONE): number => DateTime.fromISO(text, { zone }).toMillis();
const SCALE: Scale = { unit: 'kWh', unitsPerCount: '0.01', offset: '0' };
/** Meets every five minutes of the day in the course of a year. */
const STEP_MS = 65 * 60_000;

describe('a tariff', () => {
  it('without gaps and overlaps has no problems', () => {
    expect(tariffProblems(tariffOf())).toEqual([]);
    const everyDay = { days: DAY_KINDS };
    const periods = [
      period('peak', 6, 22, everyDay),
      period('off-peak', 22, 24, everyDay),
      period('off-peak', 0, 6, everyDay),
    ];
    expect(tariffProblems(tariffOf({ periods, otherwise: null, seasons: [] }))).toEqual([]);
  });

  it.each<[string, Partial<Tariff>, string[]]>([
    [
      'a gap',
      {
        otherwise: null,
        seasons: [],
        periods: [period('peak', 0, 24), period('peak', 0, 18, { days: ['sat', 'sun'] })],
      },
      [
        'Saturdays, Sundays: 18:00–24:00 has no rate; add a period, or "otherwise" for the rest.',
        'holidays: 00:00–24:00 has no rate; add a period, or "otherwise" for the rest.',
      ],
    ],
    [
      'an overlap in one season',
      {
        periods: [
          period('peak', 14, 19, { season: 'summer' }),
          period('off-peak', 18, 20, { days: ['fri'] }),
        ],
      },
      ['Fridays in "summer": "peak" and "off-peak" overlap, 18:00–19:00.'],
    ],
    [
      'seasons that meet wrongly',
      {
        seasons: [
          { name: 'summer', from: '06-01', until: '10-01' },
          { name: 'winter', from: '10-01', until: '05-30' },
        ],
      },
      ['05-31 to 05-31 is in no season.', '10-01 to 10-01 is in "summer" and "winter".'],
    ],
    [
      'a rate without a price',
      { otherwise: 'nigth' },
      ['the rate "nigth" has no price; its rates are "peak", "off-peak".'],
    ],
    [
      'a season that is not there',
      { periods: [period('peak', 1, 2, { season: 'sommer' })] },
      ['there is no season "sommer"; its seasons are "summer", "winter".'],
    ],
    [
      'times over midnight and at odd minutes',
      { periods: [period('peak', 22, 6), { ...period('peak', 7, 8), fromMinute: 421 }] },
      [
        '"peak" is from 22:00–06:00, which is no time; where it goes over midnight, write one period until 24:00 and one from 00:00.',
        '"peak" is from 07:01–08:00; its ends must be whole five minutes.',
      ],
    ],
    [
      'two prices, and a unit that is not consumed',
      {
        rates: [
          { name: 'peak', price: '1' },
          { name: 'off-peak', price: '1' },
          { name: 'peak', price: '2' },
        ],
        unit: 'kW',
      },
      ['the rate "peak" has two prices.', 'kW are not consumed; prices are for kWh.'],
    ],
  ])('with %s is told so', (_, changes, problems) => {
    expect(tariffProblems(tariffOf(changes))).toEqual(problems.map((problem) => `Tariff "home": ${problem}`));
  });
});

describe('rates by the calendar', () => {
  const shown = (fromMs: number, untilMs: number, zone = ZONE, tariff = tariffOf()) =>
    rateSpans(tariff, fromMs, untilMs, zone).map(
      ({ startMs, endMs, rate }) =>
        `${rate} ${localTime(startMs, zone).slice(5, 16)} ${(endMs - startMs) / HOUR_MS} h`,
    );

  it('know seasons, weekends and holidays', () => {
    expect(shown(at('2026-07-03'), at('2026-07-07'))).toEqual([
      'off-peak 07-03T00:00 14 h',
      'peak 07-03T14:00 5 h',
      'off-peak 07-03T19:00 67 h',
      'peak 07-06T14:00 5 h',
      'off-peak 07-06T19:00 5 h',
    ]);
    expect(shown(at('2026-11-26'), at('2026-11-27T08:00'))).toEqual([
      'off-peak 11-26T00:00 31 h',
      'peak 11-27T07:00 1 h',
    ]);
    expect(shown(at('2027-11-26T07:30'), at('2027-11-26T07:45'))).toEqual(['peak 11-26T07:30 0.25 h']);
  });

  it('follow the clock on the wall through its changes', () => {
    const night = tariffOf({ seasons: [], periods: [period('peak', 2.5, 4, { days: DAY_KINDS })] });
    expect(shown(at('2026-03-08'), at('2026-03-09'), ZONE, night)).toEqual([
      'off-peak 03-08T00:00 2 h',
      'peak 03-08T03:00 1 h',
      'off-peak 03-08T04:00 20 h',
    ]);
    const twice = tariffOf({ seasons: [], periods: [period('peak', 1, 1.5, { days: DAY_KINDS })] });
    expect(shown(at('2026-11-01'), at('2026-11-02'), ZONE, twice)).toEqual([
      'off-peak 11-01T00:00 1 h',
      'peak 11-01T01:00 0.5 h',
      'off-peak 11-01T01:30 0.5 h',
      'peak 11-01T01:00 0.5 h',
      'off-peak 11-01T01:30 22.5 h',
    ]);
  });

  it.each([
    'America/New_York',
    'Europe/Berlin',
    'Australia/Lord_Howe',
    'America/Santiago',
    'America/Havana',
    'Asia/Kolkata',
  ])('are in %s those of the straight way through a leap year', (zone) => {
    const tariff = tariffOf({
      periods: [
        period('peak', 23, 24),
        period('peak', 0, 1),
        period('peak', 1.5, 3, { days: ['sun', 'holiday'] }),
      ],
    });
    const [fromMs, untilMs] = [at('2027-12-30T12:00', zone), at('2028-11-20', zone)];
    const spans = rateSpans(tariff, fromMs, untilMs, zone);
    expect(spans[0]!.startMs).toBe(fromMs);
    expect(spans.at(-1)!.endMs).toBe(untilMs);
    let index = 0;
    for (let timeMs = fromMs; timeMs < untilMs; timeMs += STEP_MS) {
      while (spans[index]!.endMs <= timeMs) {
        expect(spans[index + 1]!.startMs).toBe(spans[index]!.endMs);
        index += 1;
      }
      const { hour, minute, weekday, ...clock } = wallClock(timeMs, zone);
      const inPeak = periodsOn(tariff, clock.date, weekday).some(
        ({ fromMinute, untilMinute }) => fromMinute <= hour * 60 + minute && hour * 60 + minute < untilMinute,
      );
      if ((spans[index]!.rate === 'peak') !== inPeak) expect.fail(localTime(timeMs, zone));
    }
  });
});

function wallClock(timeMs: number, zone: string) {
  const local = DateTime.fromMillis(timeMs, { zone });
  return { hour: local.hour, minute: local.minute, weekday: local.weekday, date: local.toISODate() ?? '' };
}

/** A register that goes up by 100 counts an hour, read every ten minutes. */
function steadyPoints(fromMs: number, untilMs: number): RegisterPoint[] {
  const points: RegisterPoint[] = [];
  for (let timeMs = fromMs; timeMs <= untilMs; timeMs += 600_000) {
    points.push({ timeMs, untilMs: timeMs, total: Math.round(((timeMs - fromMs) / HOUR_MS) * 100) });
  }
  return points;
}

describe('a bill', () => {
  it.each([
    ['spring', '2026-03-06', '2026-03-10', 95],
    ['autumn', '2026-10-30', '2026-11-03', 97],
    ['a leap day', '2028-02-28', '2028-03-03', 96],
  ])('of %s has every hour once', (_, from, until, hours) => {
    const [fromMs, untilMs] = [at(from), at(until)];
    const points = steadyPoints(fromMs - HOUR_MS, untilMs + HOUR_MS);
    const bill = billOf(tariffOf(), { points, scale: SCALE, fromMs, untilMs, zone: ZONE });
    const amounts = bill.rates.map(({ amount }) => new Big(amount));
    expect(amounts.reduce((sum, one) => sum.plus(one)).toFixed(2)).toBe(`${hours}.00`);
    expect(bill.rates.map(({ quality }) => quality)).toEqual(['measured', 'measured']);
    expect(bill.standing).toEqual({ count: '4', per: 'day', cost: '1.6' });
  });

  it('is exact, and rounded once', () => {
    const [fromMs, untilMs] = [at('2026-11-27'), at('2026-11-28')];
    const points = steadyPoints(fromMs - HOUR_MS, untilMs + HOUR_MS);
    expect(billOf(tariffOf(), { points, scale: SCALE, fromMs, untilMs, zone: ZONE })).toEqual({
      tariff: 'home',
      unit: 'kWh',
      currency: 'USD',
      rates: [
        { rate: 'peak', amount: '2.00', price: '0.32', cost: '0.64', quality: 'measured' },
        { rate: 'off-peak', amount: '22.00', price: '0.115', cost: '2.53', quality: 'measured' },
      ],
      standing: { count: '1', per: 'day', cost: '0.4' },
      total: '3.57',
    });
  });

  it('says where it does not know all', () => {
    const [fromMs, untilMs] = [at('2026-11-27'), at('2026-11-28')];
    const points = steadyPoints(fromMs, at('2026-11-27T12:00'));
    const { rates } = billOf(tariffOf(), { points, scale: SCALE, fromMs, untilMs, zone: ZONE });
    expect(rates.map(({ amount, quality }) => [amount, quality])).toEqual([
      ['2.00', 'measured'],
      ['10.00', 'missing'],
    ]);
    const nothing = billOf(tariffOf(), { points: [], scale: SCALE, fromMs, untilMs, zone: ZONE });
    expect(nothing.rates.map(({ amount, quality }) => [amount, quality])).toEqual([
      ['0.00', 'missing'],
      ['0.00', 'missing'],
    ]);
  });

  it('counts parts of months by their part, and converts what is counted', () => {
    const [fromMs, untilMs] = [at('2026-02-15'), at('2026-04-01')];
    const tariff = tariffOf({ unit: 'CCF', standingCharge: { amount: '10', per: 'month' } });
    const scale: Scale = { unit: 'ft³', unitsPerCount: '1', offset: '0' };
    const bill = billOf(tariff, {
      points: steadyPoints(fromMs, untilMs),
      scale,
      fromMs,
      untilMs,
      zone: ZONE,
    });
    expect(bill.standing).toEqual({ count: '1.5', per: 'month', cost: '15' });
    const amounts = bill.rates.map(({ amount }) => new Big(amount));
    expect(amounts.reduce((sum, one) => sum.plus(one)).toFixed()).toBe(String(45 * 24 - 1));
  });
});
