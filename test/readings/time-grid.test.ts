import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import {
  endOf,
  gridOf,
  HOUR_MS,
  isZone,
  localTime,
  monthAfter,
  startOf,
  startOfDay,
  startOfMonth,
} from '../../src/readings/time-grid.js';

/** The calendar date of a moment. */
const dateOf = (timeMs: number, zone: string) => DateTime.fromMillis(timeMs, { zone }).toISODate() ?? '';

const DAY_HOURS = [
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['America/New_York', '2026-07-04', 24],
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2026-10-25', 25],
  ['Australia/Lord_Howe', '2026-04-05', 24.5],
  ['America/Havana', '2026-03-08', 23],
  ['America/Havana', '2026-11-01', 25],
  ['America/Santiago', '2026-09-06', 23],
  ['America/St_Johns', '2026-03-08', 23],
  ['America/Phoenix', '2026-03-08', 24],
  ['UTC', '2028-02-29', 24],
] as const;

describe('a day', () => {
  it.each(DAY_HOURS)('in %s, %s, has %d hours', (zone, date, hours) => {
    const noonMs = Date.parse(`${date}T12:00Z`);
    const startMs = startOfDay(noonMs + (dateOf(noonMs, zone) < date ? 12 * HOUR_MS : 0), zone);
    const endMs = endOf('1d', startMs, zone);
    expect(dateOf(startMs, zone)).toBe(date);
    expect(dateOf(startMs - 1, zone)).not.toBe(date);
    expect(dateOf(endMs - 1, zone)).toBe(date);
    expect(dateOf(endMs, zone)).not.toBe(date);
    expect((endMs - startMs) / HOUR_MS).toBe(hours);
  });

  it('is one of 366 in a leap year, each met once', () => {
    for (const zone of ['America/New_York', 'America/Havana', 'Pacific/Auckland', 'UTC']) {
      const grid = gridOf('1d', Date.parse('2028-01-01T18:00Z'), Date.parse('2028-12-31T18:00Z'), zone);
      expect(new Set(grid.map((timeMs) => dateOf(timeMs, zone))).size, zone).toBe(grid.length);
      expect(grid.map((timeMs) => dateOf(timeMs, zone))).toContain('2028-02-29');
      expect(grid.length - 1, zone).toBe(zone === 'Pacific/Auckland' ? 365 + 1 : 366);
    }
  });
});

describe('shorter intervals', () => {
  it('begin at whole multiples of UTC and are the same length through every change of clocks', () => {
    const fromMs = Date.parse('2026-11-01T05:07:00Z');
    expect(
      gridOf('1h', fromMs, fromMs + 3 * HOUR_MS, 'America/New_York').map((timeMs) =>
        localTime(timeMs, 'America/New_York'),
      ),
    ).toEqual([
      '2026-11-01T01:00:00-04:00',
      '2026-11-01T01:00:00-05:00',
      '2026-11-01T02:00:00-05:00',
      '2026-11-01T03:00:00-05:00',
      '2026-11-01T04:00:00-05:00',
    ]);
    expect(startOf('5m', fromMs, 'UTC')).toBe(fromMs - 120_000);
    expect(startOf('15m', fromMs, 'UTC')).toBe(fromMs - 420_000);
  });

  it('are none in no time', () => {
    expect(gridOf('1h', 5, 5, 'UTC')).toEqual([]);
    expect(gridOf('1h', 6, 5, 'UTC')).toEqual([]);
    expect(gridOf('1h', 0, 1, 'UTC')).toEqual([0, HOUR_MS]);
  });
});

describe('a month', () => {
  it('follows another', () => {
    const zone = 'Europe/Berlin';
    let startMs = startOfMonth(Date.parse('2027-12-31T23:30Z'), zone);
    const dates = Array.from({ length: 15 }, () => {
      const date = dateOf(startMs, zone);
      startMs = monthAfter(startMs, zone);
      return date;
    });
    expect(dates[0]).toBe('2028-01-01');
    expect(dates[2]).toBe('2028-03-01');
    expect(dates.at(-1)).toBe('2029-03-01');
  });
});

it('time zones are known by name', () => {
  expect(['America/Chicago', 'UTC', 'Middle/Earth', ''].map(isZone)).toEqual([true, true, false, false]);
});
