import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { Fault } from '../errors.js';
import { toldOf } from '../readings/interval-feed.js';
import { type Interval, intervalsOf } from '../readings/intervals.js';
import type { RollupRules } from '../readings/rollup.js';
import { gridOf, HOUR_MS, type IntervalLength } from '../readings/time-grid.js';
import { type RegisterInfo, UsageReader } from '../sinks/sqlite-usage.js';
import type { Bindings } from './guard.js';
import type { House } from './house.js';
import { Key, Moment, NOT_FOUND, readerOf, unknown } from './meter-routes.js';
import { json, REFUSALS, RegisterName, UsageSchema } from './schemas.js';

const DAY_MS = 24 * HOUR_MS;
/** What one answer tells at most: some 9000 intervals, or ten years of days. */
const MOST_DAYS: Readonly<Record<IntervalLength, number>> = { '5m': 31, '15m': 93, '1h': 366, '1d': 3660 };

const route = createRoute({
  method: 'get',
  path: '/api/v1/meters/{key}/usage',
  summary: 'What was used, by intervals of 5 or 15 minutes, hours or days',
  request: {
    params: z.object({ key: Key }),
    query: z.object({
      length: z.enum(['5m', '15m', '1h', '1d']).default('1h'),
      from: Moment,
      to: Moment,
      register: RegisterName.default('consumption'),
    }),
  },
  responses: { 200: json(UsageSchema, 'Each interval says how it is known.'), ...REFUSALS, ...NOT_FOUND },
});

/** What was used when. */
export function addUsageRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(route, (context) => {
    const { key } = context.req.valid('param');
    const { length, from, to, register } = context.req.valid('query');
    checkLength(from, to, MOST_DAYS[length]);
    const usage = usageReaderOf(house, key);
    const found = usage?.registers(key).find((one) => one.register === register);
    if (usage === null || found === undefined) return context.json(unknown(key), 404);
    const intervals = usageOf(usage, found, length, from, to, house.usage);
    const view = intervals.map((interval) => intervalView(interval, found));
    return context.json({ key, register, length, unit: found.scale?.unit ?? null, intervals: view }, 200);
  });
}

/** Reads what a meter used; null where it may not be told of. */
export function usageReaderOf(house: House, key: string): UsageReader | null {
  const reader = readerOf(house, key);
  return reader === null ? null : new UsageReader(reader.db);
}

/** @throws Fault `USAGE` where a stretch of time is longer than is told at once */
export function checkLength(fromMs: number, untilMs: number, mostDays: number): void {
  if (untilMs - fromMs <= (mostDays + 1) * DAY_MS) return;
  throw new Fault('USAGE', `That is too long for one answer: ask for ${mostDays} days or less.`);
}

/**
 * What was used between the moments of a grid; what is not known stands there as missing, so that all are as long as
 * their grid.
 */
function usageOf(
  reader: UsageReader,
  register: RegisterInfo,
  length: IntervalLength,
  fromMs: number,
  toMs: number,
  rules: RollupRules,
): Interval[] {
  const grid = gridOf(length, fromMs, toMs, rules.zone);
  const known = knownOf(reader, register, length, grid, rules);
  const byStart = new Map(known.map((interval) => [interval.startMs, interval]));
  return grid.slice(0, -1).map((startMs, index) => {
    const missing = { startMs, endMs: grid[index + 1]!, thousandths: 0, quality: 'missing' as const };
    return byStart.get(startMs) ?? missing;
  });
}

/** Hours and days are kept for ever; shorter intervals are made from the readings. */
function knownOf(
  reader: UsageReader,
  register: RegisterInfo,
  length: IntervalLength,
  grid: readonly number[],
  rules: RollupRules,
): readonly Interval[] {
  const [first, last] = [grid[0], grid.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (length === '1d') return reader.days(register, first, last, rules);
  if (length === '1h') return reader.hours(register, first, last);
  return intervalsOf(reader.points(register, first - HOUR_MS, last + HOUR_MS), grid);
}

function intervalView(interval: Interval, { scale }: RegisterInfo) {
  const { startMs, endMs, counts, value, quality } = toldOf(interval, scale);
  return { startMs, endMs, counts, value, quality };
}
