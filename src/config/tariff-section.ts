import * as z from 'zod';
import { parseDecimal } from '../readings/decimal.js';
import { DAY_KINDS, type DayKind, type RatePeriod, type Tariff } from '../readings/tariff.js';
import { tariffProblems } from '../readings/tariff-check.js';
import { UNITS, unitOf } from '../readings/unit.js';
import { oneOf, setting } from './setting-schema.js';

const MONTHS_OF_31 = '0[13578]|1[02]';
const YEAR_DAY = `(?:(?:${MONTHS_OF_31})-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|[12]\\d))`;
const CLOCK = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const NAME = z.string().min(1);

/** Text or number; a number is taken as it is written, not as the binary fraction next to it. */
function decimal(description: string) {
  const schema = z.union([z.string(), z.number()]).transform((given, context) => {
    try {
      return parseDecimal(String(given));
    } catch {
      context.addIssue({ code: 'invalid_type', expected: 'string', input: given });
      return z.NEVER;
    }
  });
  return setting(schema, 'a number such as "0.125"', description);
}

const clock = (description: string) =>
  setting(z.string().regex(CLOCK).transform(minuteOf), 'a time of day from "00:00" to "24:00"', description);

function minuteOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return hours! * 60 + minutes!;
}

const DAY = `(?:${DAY_KINDS.join('|')})`;

const period = z
  .strictObject({
    rate: setting(NAME, 'the name of a rate', 'The rate that counts.'),
    season: setting(NAME.optional(), 'the name of a season', 'In which season; without one all the year.'),
    days: setting(
      z
        .array(z.string().regex(new RegExp(`^${DAY}(-${DAY})?$`)))
        .min(1)
        .prefault(['mon-sun', 'holiday']),
      'a list of days, such as ["mon-fri"] or ["sat", "sun", "holiday"]',
      'On which days; a holiday is no other day.',
    ),
    from: clock('From then on.'),
    until: clock('Until then.'),
  })
  .transform(
    ({ rate, season, days, from, until }): RatePeriod => ({
      ...{ rate, season: season ?? null, days: [...new Set(days.flatMap(daysOf))] },
      ...{ fromMinute: from, untilMinute: until },
    }),
  );

/** `mon-fri`, `sat`; a span may go over the end of the week. */
function daysOf(text: string): DayKind[] {
  const [first, last = first] = text.split('-').map((name) => DAY_KINDS.indexOf(name as DayKind));
  const length = first! <= last! ? last! - first! + 1 : 7 - first! + last! + 1;
  return Array.from({ length }, (_, i) => DAY_KINDS[first! <= last! ? first! + i : (first! + i) % 7]!);
}

const season = new RegExp(`^${YEAR_DAY}\\.\\.${YEAR_DAY}$`);
const holiday = new RegExp(`^(\\d{4}-)?${YEAR_DAY}$`);

/** One `[[tariffs]]`. */
export const TARIFF = z
  .strictObject({
    name: setting(NAME, 'a name', 'What statements call it.'),
    meters: setting(
      z.array(NAME).min(1),
      'a list of meters, by name or by ID, such as ["house"]',
      'Which meters it is for.',
    ),
    register: oneOf(['consumption', 'generation', 'net'], 'consumption', 'Which of their registers.'),
    unit: setting(
      z.string().transform((text, context) => {
        const unit = unitOf(text);
        if (unit !== null) return unit;
        context.addIssue({ code: 'invalid_type', expected: 'string', input: text });
        return z.NEVER;
      }),
      `one of ${UNITS.join(', ')}`,
      'What prices are for.',
    ),
    currency: setting(NAME, 'a currency, such as "USD"', 'What prices are in.'),
    prices: setting(
      z.record(NAME, decimal('What a unit costs at a rate.')),
      'a table of prices by rate, such as { peak = "0.32", off-peak = "0.11" }',
      'What a unit costs at each rate.',
    ),
    seasons: setting(
      z
        .record(
          NAME,
          setting(z.string().regex(season), 'two days, such as "06-01..09-30"', 'First and last day.'),
        )
        .prefault({}),
      'a table of seasons, such as { summer = "06-01..09-30", winter = "10-01..05-31" }',
      'Parts of the year, both days included.',
    ),
    holidays: setting(
      z.array(z.string().regex(holiday)).prefault([]),
      'a list of days, such as ["07-04", "2026-11-26"]',
      'Days that are holidays, each year or once.',
    ),
    periods: setting(
      z.array(period).prefault([]),
      'a list of periods, [[tariffs.periods]]',
      'When which rate counts.',
    ),
    otherwise: setting(NAME.optional(), 'the name of a rate', 'The rate wherever no period is.'),
    standingCharge: decimal('What is to be paid whatever is used.').prefault('0'),
    standingPer: oneOf(['day', 'month'], 'month', 'For how long that is.'),
  })
  .transform((given, context): Tariff => {
    const tariff = tariffOf(given);
    for (const message of tariffProblems(tariff)) context.addIssue({ code: 'custom', message });
    return tariff;
  });

type Given = Omit<Tariff, 'rates' | 'seasons' | 'otherwise' | 'standingCharge'> & {
  readonly prices: Readonly<Record<string, string>>;
  readonly seasons: Readonly<Record<string, string>>;
  readonly otherwise?: string | undefined;
  readonly standingCharge: string;
  readonly standingPer: 'day' | 'month';
};

function tariffOf({ prices, seasons, otherwise, standingCharge, standingPer, ...rest }: Given): Tariff {
  return {
    ...rest,
    rates: Object.entries(prices).map(([name, price]) => ({ name, price })),
    seasons: Object.entries(seasons).map(([name, days]) => {
      const [from, until] = days.split('..');
      return { name, from: from!, until: until! };
    }),
    otherwise: otherwise ?? null,
    standingCharge: Number(standingCharge) === 0 ? null : { amount: standingCharge, per: standingPer },
  };
}
