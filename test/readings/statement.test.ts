import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import type { MeterLabel } from '../../src/readings/entry.js';
import { billingTimes, type CountedPoint, type Dial, selfReadAt } from '../../src/readings/self-read.js';
import { isFor, statementOf, totalsOf } from '../../src/readings/statement.js';
import { HOUR_MS, localTime } from '../../src/readings/time-grid.js';
import { tariffOf } from './tariff-fixture.js';

const ZONE = 'America/New_York';
const at = (text: string): number => DateTime.fromISO(text, { zone: ZONE }).toMillis();
const METER: MeterLabel = { key: 'ert-10000001', name: 'house', commodity: 'electric' };
const DIAL: Dial = {
  former: [],
  modulus: 100_000,
  scale: { unit: 'kWh', unitsPerCount: '0.01', offset: '5' },
};

const heard = (text: string, total: number, changes: Partial<CountedPoint> = {}): CountedPoint => ({
  ...{ timeMs: at(text), untilMs: at(text), total, counts: (99_000 + total) % 100_000 },
  ...changes,
});

describe('a self-read', () => {
  const points = [
    heard('2026-10-31T23:58', 500),
    heard('2026-11-01T00:02', 520),
    heard('2026-11-01T12:00', 1520),
  ];

  it('tells what the dial showed, and how that is known', () => {
    expect(selfReadAt(points, at('2026-11-01'), DIAL)).toEqual({
      timeMs: at('2026-11-01'),
      counts: 99_510,
      dial: '1000.10',
      certainty: 'measured',
      heardBeforeMs: at('2026-10-31T23:58'),
      heardAfterMs: at('2026-11-01T00:02'),
    });
  });

  it('goes over the end of the register', () => {
    expect(selfReadAt(points, at('2026-11-01T06:01'), DIAL)).toMatchObject({
      counts: 58,
      dial: '5.58',
      certainty: 'interpolated',
    });
  });

  it('is missing where nothing was heard before it or after it', () => {
    for (const text of ['2026-10-30', '2026-11-02']) {
      expect(selfReadAt(points, at(text), DIAL)).toMatchObject({
        counts: null,
        dial: null,
        certainty: 'missing',
      });
    }
    expect(selfReadAt([], at('2026-11-01'), DIAL)).toMatchObject({
      certainty: 'missing',
      heardBeforeMs: null,
    });
  });

  it('has no dial where the scale is not known', () => {
    const read = selfReadAt(points, at('2026-11-01'), { ...DIAL, scale: null });
    expect(read).toMatchObject({ counts: 99_510, dial: null });
  });
});

describe('billing days', () => {
  it('begin at midnight by the clock on the wall, whatever it does meanwhile', () => {
    const times = billingTimes(at('2026-02-10T00:01'), at('2026-12-08'), 8, ZONE);
    expect(times.map((timeMs) => localTime(timeMs, ZONE).slice(0, 16))).toEqual(
      ['03', '04', '05', '06', '07', '08', '09', '10', '11'].map((month) => `2026-${month}-08T00:00`),
    );
    expect(billingTimes(at('2026-03-08'), at('2026-03-08') + 1, 8, ZONE)).toEqual([at('2026-03-08')]);
    expect(billingTimes(at('2028-02-01'), at('2028-03-01'), 28, ZONE)).toEqual([at('2028-02-28')]);
  });
});

/** A hundred counts an hour. */
function steadyPoints(fromMs: number, untilMs: number): CountedPoint[] {
  const count = Math.floor((untilMs - fromMs) / 600_000) + 1;
  return Array.from({ length: count }, (_, i) => {
    const timeMs = fromMs + i * 600_000;
    const total = Math.round(((timeMs - fromMs) / HOUR_MS) * 100);
    return { timeMs, untilMs: timeMs, total, counts: total % 100_000 };
  });
}

describe('a statement', () => {
  const [fromMs, untilMs] = [at('2026-03-01'), at('2026-04-01')];
  const request = {
    ...({ meter: METER, register: 'consumption', dial: DIAL, fromMs, untilMs, zone: ZONE } as const),
    points: steadyPoints(at('2026-02-28'), at('2026-04-02')),
    tariffs: [tariffOf(), tariffOf({ name: 'feed-in', register: 'generation' })],
  };

  it('adds up, from the opening read to the closing one', () => {
    const statement = statementOf(request);
    expect(statement).toMatchObject({
      opening: { dial: '29.00', certainty: 'measured' },
      closing: { dial: '772.00', certainty: 'measured' },
      counts: 74_300,
      consumption: '743.00',
      unit: 'kWh',
      quality: 'measured',
    });
    expect(statement.bills).toHaveLength(1);
    const [{ rates, standing, total }] = statement.bills as [(typeof statement.bills)[0]];
    // 22 weekdays of two hours, 743 hours in a month that loses one.
    expect(rates.map(({ rate, amount, cost }) => [rate, amount, cost])).toEqual([
      ['peak', '44.00', '14.08'],
      ['off-peak', '699.00', '80.385'],
    ]);
    expect(standing).toEqual({ count: '31', per: 'day', cost: '12.4' });
    expect(total).toBe('106.87');
  });

  it('of time that was not heard says so', () => {
    const statement = statementOf({ ...request, points: request.points.slice(0, 1000) });
    expect(statement).toMatchObject({ quality: 'missing', closing: { dial: null } });
    expect(Number(statement.consumption)).toBeGreaterThan(100);
    expect(statementOf({ ...request, points: [] })).toMatchObject({
      quality: 'missing',
      consumption: '0.00',
    });
  });

  it('without a scale has counts alone', () => {
    const statement = statementOf({ ...request, dial: { ...DIAL, scale: null } });
    expect(statement).toMatchObject({ counts: 74_300, consumption: null, unit: null, bills: [] });
  });

  it('is made by the tariffs that name the meter', () => {
    const tariff = tariffOf({ meters: ['10000001'] });
    expect(isFor(tariff, METER, 'consumption')).toBe(true);
    expect(isFor(tariff, METER, 'net')).toBe(false);
    expect(isFor(tariffOf({ meters: ['ert-10000001'] }), METER, 'consumption')).toBe(true);
    expect(isFor(tariffOf({ meters: ['garage', '1'] }), METER, 'consumption')).toBe(false);
  });

  it('totals are by currency', () => {
    const [bill] = statementOf(request).bills;
    const bills = [bill!, { ...bill!, total: '-6.87' }, { ...bill!, currency: 'EUR' }];
    expect([...totalsOf(bills)]).toEqual([
      ['USD', '100.00'],
      ['EUR', '106.87'],
    ]);
  });
});
