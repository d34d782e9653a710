/**
 * What a register counts that does not say so. An endpoint with several IDs (ERT types 4 and 8) sends a register on
 * each: energy that has been used, as of now or by rate of a tariff; the greatest demand since a reset; the date of that
 * reset, MMDDYY in decimal digits. How they behave tells them apart:
 *
 *   energy   goes on, never back, no faster than a house can use it
 *   demand   stays for hours, goes up, and falls when it is reset
 *   date     is one, not long ago, and becomes a later one once in a billing period
 *
 * Sources: Itron's manuals of the CENTRON R300 and of the 53ESS modules (filings SK9C1A-3 and SK9AMI-2 with the FCC); the
 * form of the date from published packets.
 */
export const ROLES = ['energy', 'demand', 'date'] as const;
export type Role = (typeof ROLES)[number];

/** How well what was heard fits each role: ln of the probability of exactly that. */
export type Likelihoods = Readonly<Record<Role, number>>;

/** What registers count to before they begin anew. */
const REGISTER_SIZE = 1e7;
/** The most that a house uses: 100 kW in hundredths of a kWh. */
const MOST_COUNTS_PER_HOUR = 1e4;
/** The greatest demand, 200 kW in ten-thousandths. */
const MOST_DEMAND = 2e6;
/** How old the date of the last reset may be, and by how much a meter's clock may be ahead, days. */
const OLDEST_DAYS = 1100;
const AHEAD_DAYS = 2;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** What a role does not do; not impossible, as a meter may have been exchanged or set. */
const NEVER = 1e-9;

/** How a register has behaved so far. */
export interface Behaviour {
  readonly value: number;
  /** First and last heard with this value, ms since 1970. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** How well all that led to this value fits. */
  readonly likelihoods: Likelihoods;
}

/** Adds a value to what a register did. @param before null for the first one */
export function behaviourWith(before: Behaviour | null, value: number, timeMs: number): Behaviour {
  if (before === null) {
    return { value, sinceMs: timeMs, untilMs: timeMs, likelihoods: firstValue(value, timeMs) };
  }
  // However often it is heard, that it stands still is one fact.
  if (value === before.value) return { ...before, untilMs: Math.max(before.untilMs, timeMs) };
  const so = likelihoodsOf(before);
  const step = nextValue(before, value, timeMs);
  return { value, sinceMs: timeMs, untilMs: timeMs, likelihoods: mapped((role) => so[role] + step[role]) };
}

/** How well each role fits all that was heard. */
export function likelihoodsOf({ sinceMs, untilMs, likelihoods }: Behaviour): Likelihoods {
  const still = stillness((untilMs - sinceMs) / HOUR_MS);
  return mapped((role) => likelihoods[role] + Math.log(still[role]));
}

function mapped(of: (role: Role) => number): Likelihoods {
  return { energy: of('energy'), demand: of('demand'), date: of('date') };
}

function firstValue(value: number, timeMs: number): Likelihoods {
  return {
    energy: Math.log(1 / REGISTER_SIZE),
    // A demand register that is not used, or has just been reset, is zero.
    demand: Math.log(value === 0 ? 0.1 : value < MOST_DEMAND ? 1 / MOST_DEMAND : NEVER / REGISTER_SIZE),
    date: Math.log(isRecentDate(value, timeMs) ? 1 / OLDEST_DAYS : NEVER / REGISTER_SIZE),
  };
}

/** The probability that a value stays for so long. */
function stillness(hours: number): Readonly<Record<Role, number>> {
  return {
    // An empty house stands still for long; so does energy by a rate that does not hold, or of a self-read.
    energy: 0.1 + 0.9 * Math.exp(-2 * hours),
    demand: 0.3 + 0.7 * Math.exp(-hours / 24),
    date: 0.5 + 0.5 * Math.exp(-hours / 720),
  };
}

function nextValue({ value: before, untilMs }: Behaviour, value: number, timeMs: number): Likelihoods {
  const hours = Math.max(0, timeMs - untilMs) / HOUR_MS;
  const still = stillness(hours);
  const steps = {
    energy: energyStep(before, value, hours),
    demand: demandStep(before, value),
    date: dateStep(before, value, timeMs),
  };
  return mapped((role) => Math.log(Math.max((1 - still[role] + NEVER) * steps[role], NEVER / REGISTER_SIZE)));
}

/** Which value it becomes, given that it becomes another. */
function energyStep(before: number, value: number, hours: number): number {
  const used = (value - before + REGISTER_SIZE) % REGISTER_SIZE;
  const most = Math.min(REGISTER_SIZE, Math.ceil(MOST_COUNTS_PER_HOUR * (hours + 0.1)));
  return used <= most ? 1 / most : 0;
}

function demandStep(before: number, value: number): number {
  if (value >= MOST_DEMAND) return 0;
  if (value < before) return 0.4 / before;
  // A new peak is not far above the one before, as a rule.
  return value <= 2 * before ? 0.4 / before : 0.2 / MOST_DEMAND;
}

function dateStep(before: number, value: number, timeMs: number): number {
  const [earlier, later] = [dateMs(before), dateMs(value)];
  const isLater = earlier !== null && later !== null && later > earlier;
  return isLater && isRecentDate(value, timeMs) ? 1 / 60 : 0;
}

/** Whether the digits are a date MMDDYY of the years before a time. */
export function isRecentDate(value: number, timeMs: number): boolean {
  const atMs = dateMs(value);
  return atMs !== null && atMs > timeMs - OLDEST_DAYS * DAY_MS && atMs < timeMs + AHEAD_DAYS * DAY_MS;
}

/** The date that decimal digits MMDDYY are, ms since 1970; null where they are none. */
export function dateMs(value: number): number | null {
  const [month, day, year] = [
    Math.floor(value / 10_000),
    Math.floor(value / 100) % 100,
    2000 + (value % 100),
  ];
  const atMs = Date.UTC(year, month - 1, day);
  const date = new Date(atMs);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? atMs : null;
}
