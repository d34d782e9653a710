import { writeFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { tomlOf } from '../src/commands/config.js';
import { loadConfig } from '../src/config/layers.js';
import { Fault } from '../src/errors.js';
import { directoryPerTest } from './sinks/database-fixture.js';

const at = directoryPerTest();

const HOME = `
[[tariffs]]
name = "home"
meters = ["house", "10000002"]
unit = "kwh"
currency = "USD"
prices = { peak = "0.32", off-peak = 0.115 }
seasons = { summer = "06-01..09-30", winter = "10-01..05-31" }
holidays = ["07-04", "2026-11-26"]
otherwise = "off-peak"
standingCharge = "12.50"

[[tariffs.periods]]
rate = "peak"
season = "summer"
days = ["mon-wed", "fri"]
from = "14:00"
until = "19:30"

[[tariffs.periods]]
rate = "peak"
season = "winter"
days = ["sat-mon"]
from = "00:00"
until = "24:00"
`;

function load(text: string) {
  writeFileSync(at('config.toml'), text);
  return loadConfig({ file: at('config.toml'), env: {} });
}

function refusalOf(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof Fault) return error.message.replaceAll(at('config.toml'), 'FILE').split('\n');
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('[[tariffs]]', () => {
  it('is read', () => {
    expect(load(HOME).config.tariffs).toEqual([
      {
        name: 'home',
        meters: ['house', '10000002'],
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
        otherwise: 'off-peak',
        standingCharge: { amount: '12.50', per: 'month' },
        periods: [
          {
            rate: 'peak',
            season: 'summer',
            days: ['mon', 'tue', 'wed', 'fri'],
            fromMinute: 840,
            untilMinute: 1170,
          },
          { rate: 'peak', season: 'winter', days: ['sat', 'sun', 'mon'], fromMinute: 0, untilMinute: 1440 },
        ],
      },
    ]);
  });

  it('is shown as it would be read again', () => {
    const loaded = load(HOME);
    expect(load(tomlOf(loaded)).config).toEqual(loaded.config);
    expect(parse(tomlOf(loaded)).tariffs).toEqual(parse(HOME).tariffs);
  });

  it.each([
    [
      'currency = "USD"',
      '',
      'tariffs.currency (FILE, from line 2) is missing; it must be a currency, such as "USD".',
    ],
    [
      '0.115 }',
      '"cheap" }',
      'tariffs.prices.off-peak (FILE, from line 2) is "cheap"; it must be a number such as "0.125".',
    ],
    [
      '"kwh"',
      '"horses"',
      'tariffs.unit (FILE, from line 2) is "horses"; it must be one of kWh, kW, m³, L, ft³, CCF, gal.',
    ],
    [
      '"mon-wed"',
      '"monday"',
      'tariffs.periods.days (FILE, from line 2) is "monday"; it must be a list of days, such as ["mon-fri"] or ["sat", "sun", "holiday"].',
    ],
    [
      '"19:30"',
      '"25:00"',
      'tariffs.periods.until (FILE, from line 2) is "25:00"; it must be a time of day from "00:00" to "24:00".',
    ],
    [
      '"06-01..09-30"',
      '"06-31..09-30"',
      'tariffs.seasons.summer (FILE, from line 2) is "06-31..09-30"; it must be two days, such as "06-01..09-30".',
    ],
    [
      'otherwise = "off-peak"',
      'other = "off-peak"',
      'There is no setting "tariffs.other" (FILE, from line 2); there are name, meters, register, unit, currency, prices, seasons, holidays, periods, otherwise, standingCharge, standingPer.',
    ],
    [
      'otherwise = "off-peak"',
      'otherwise = "night"',
      'Tariff "home": the rate "night" has no price; its rates are "peak", "off-peak". (FILE, from line 2)',
    ],
  ])('%s → %s is refused in one sentence', (right, wrong, sentence) => {
    expect(refusalOf(HOME.replace(right, wrong))).toEqual([sentence]);
  });

  it('is refused where it leaves gaps, with the days and times', () => {
    const lines = refusalOf(HOME.replace('otherwise = "off-peak"', ''));
    expect(lines).toContain(
      '  Tariff "home": Mondays, Tuesdays, Wednesdays, Fridays in "summer": 00:00–14:00 has no rate; add a period, or "otherwise" for the rest. (FILE, from line 2)',
    );
  });

  it('is refused where it is no list', () => {
    expect(refusalOf('[tariffs]\nname = "home"')).toEqual([
      'tariffs (FILE) must be a list of tables, [[tariffs]].',
    ]);
    expect(refusalOf('tariffs = ["home"]')).toEqual([
      'tariffs (FILE) must be a list of tables, [[tariffs]].',
    ]);
  });
});

it('a time zone that does not exist is refused', () => {
  expect(refusalOf('[usage]\nzone = "Middle/Earth"')).toEqual([
    'usage.zone (FILE, line 2) is "Middle/Earth"; it must be the name of a time zone, such as "America/New_York", or "".',
  ]);
});
