import { DAY_KINDS, type DayKind, isInSeason, type RatePeriod, type Season, type Tariff } from './tariff.js';
import { isConvertible } from './unit.js';

/** A day of either sort of year, so that 29 February is looked at too. */
const YEAR_DAYS: readonly string[] = Array.from({ length: 366 }, (_, day) =>
  new Date(Date.UTC(2028, 0, 1 + day)).toISOString().slice(5, 10),
);

const DAY_NAMES: Readonly<Record<DayKind, string>> = {
  mon: 'Mondays',
  tue: 'Tuesdays',
  wed: 'Wednesdays',
  thu: 'Thursdays',
  fri: 'Fridays',
  sat: 'Saturdays',
  sun: 'Sundays',
  holiday: 'holidays',
};

const MINUTES_OF_DAY = 1440;
/** Ends of periods lie on ends of intervals. */
const STEP_MINUTES = 5;

/**
 * What is wrong with a tariff, a sentence each; [] where every moment of every year has one rate.
 */
export function tariffProblems(tariff: Tariff): string[] {
  const problems = [...nameProblems(tariff), ...timeProblems(tariff), ...seasonProblems(tariff)];
  // Without sound names and times, gaps and overlaps would be told of that are none.
  const found = problems.length > 0 ? problems : coverageProblems(tariff);
  return found.map((problem) => `Tariff "${tariff.name}": ${problem}`);
}

function nameProblems({ rates, seasons, periods, otherwise, unit }: Tariff): string[] {
  const problems: string[] = [];
  const [rateNames, seasonNames] = [rates.map(({ name }) => name), seasons.map(({ name }) => name)];
  for (const name of twice(rateNames)) problems.push(`the rate "${name}" has two prices.`);
  for (const name of twice(seasonNames)) problems.push(`there are two seasons "${name}"; write one of them.`);
  for (const name of new Set([
    ...periods.map(({ rate }) => rate),
    ...(otherwise === null ? [] : [otherwise]),
  ])) {
    if (!rateNames.includes(name))
      problems.push(`the rate "${name}" has no price; ${listed('rates', rateNames)}`);
  }
  for (const name of new Set(periods.map(({ season }) => season))) {
    if (name !== null && !seasonNames.includes(name)) {
      problems.push(`there is no season "${name}"; ${listed('seasons', seasonNames)}`);
    }
  }
  if (isConvertible(unit, 'kW')) problems.push('kW are not consumed; prices are for kWh.');
  return problems;
}

function listed(what: string, names: readonly string[]): string {
  return names.length === 0
    ? `it has no ${what}.`
    : `its ${what} are ${names.map((name) => `"${name}"`).join(', ')}.`;
}

function twice(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function timeProblems({ periods }: Tariff): string[] {
  return periods.flatMap(({ rate, fromMinute, untilMinute }) => {
    const span = `${clock(fromMinute)}–${clock(untilMinute)}`;
    if (fromMinute % STEP_MINUTES !== 0 || untilMinute % STEP_MINUTES !== 0) {
      return [`"${rate}" is from ${span}; its ends must be whole five minutes.`];
    }
    const advice = 'where it goes over midnight, write one period until 24:00 and one from 00:00';
    return fromMinute < untilMinute ? [] : [`"${rate}" is from ${span}, which is no time; ${advice}.`];
  });
}

function seasonProblems({ seasons }: Tariff): string[] {
  if (seasons.length === 0) return [];
  const problems: string[] = [];
  const sets = YEAR_DAYS.map((day) => seasons.filter((season) => isInSeason(season, day)));
  for (const [first, last, found] of runsOf(sets, (one) => one.map(({ name }) => name).join())) {
    const [from, until] = [YEAR_DAYS[first], YEAR_DAYS[last]];
    if (found.length === 0) problems.push(`${from} to ${until} is in no season.`);
    if (found.length > 1)
      problems.push(`${from} to ${until} is in ${found.map(({ name }) => `"${name}"`).join(' and ')}.`);
  }
  return problems;
}

/** Gaps and overlaps; days that have the same one are told together. */
function coverageProblems(tariff: Tariff): string[] {
  const seasons: readonly (Season | null)[] = tariff.seasons.length === 0 ? [null] : tariff.seasons;
  return seasons.flatMap((season) => {
    const daysOf = new Map<string, DayKind[]>();
    for (const kind of DAY_KINDS.filter((one) => one !== 'holiday' || tariff.holidays.length > 0)) {
      for (const problem of dayProblems(tariff, season, kind)) {
        daysOf.set(problem, [...(daysOf.get(problem) ?? []), kind]);
      }
    }
    const part = season === null ? '' : ` in "${season.name}"`;
    return [...daysOf].map(([problem, kinds]) => {
      const days = kinds.map((kind) => DAY_NAMES[kind]).join(', ');
      return `${days}${part}: ${problem}`;
    });
  });
}

function dayProblems(tariff: Tariff, season: Season | null, kind: DayKind): string[] {
  const periods = tariff.periods.filter(
    (period) => period.days.includes(kind) && (period.season === null || period.season === season?.name),
  );
  const steps = Array.from({ length: MINUTES_OF_DAY / STEP_MINUTES }, (_, step) =>
    covering(periods, step * STEP_MINUTES),
  );
  const runs = runsOf(steps, (one) => one.map((period) => periods.indexOf(period)).join());
  return runs.flatMap(([first, last, found]) => {
    const span = `${clock(first * STEP_MINUTES)}–${clock((last + 1) * STEP_MINUTES)}`;
    const rates = found.map(({ rate }) => `"${rate}"`).join(' and ');
    if (found.length > 1) return [`${rates} overlap, ${span}.`];
    const isGap = found.length === 0 && tariff.otherwise === null;
    return isGap ? [`${span} has no rate; add a period, or "otherwise" for the rest.`] : [];
  });
}

function covering(periods: readonly RatePeriod[], minute: number): RatePeriod[] {
  return periods.filter(({ fromMinute, untilMinute }) => fromMinute <= minute && minute < untilMinute);
}

/** Stretches of neighbours that are alike: first and last index, and what they are. */
function runsOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): [number, number, Item][] {
  const runs: [number, number, Item][] = [];
  for (const [index, item] of items.entries()) {
    const run = runs.at(-1);
    if (run !== undefined && keyOf(run[2]) === keyOf(item)) run[1] = index;
    else runs.push([index, index, item]);
  }
  return runs;
}

/** `17:05`; 1440 is `24:00`. */
function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
