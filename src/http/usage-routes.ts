import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { toldOf } from '../readings/interval-feed.js';
import { type Interval, intervalsOf } from '../readings/intervals.js';
import { gridOf, HOUR_MS, type IntervalLength } from '../readings/time-grid.js';
import { type RegisterInfo, UsageReader } from '../sinks/sqlite-usage.js';
import type { Bindings } from './guard.js';
import type { House } from './house.js';
import { Key, Moment, NOT_FOUND, unknown } from './meter-routes.js';
import { json, REFUSALS, UsageSchema } from './schemas.js';

/** Intervals of one answer: a leap year of hours. */
const MOST_INTERVALS = 8784;

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
      register: z.enum(['consumption', 'generation', 'net']).default('consumption'),
    }),
  },
  responses: { 200: json(UsageSchema, 'Each interval says how it is known.'), ...REFUSALS, ...NOT_FOUND },
});

/** What was used when. */
export function addUsageRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(route, (context) => {
    const { key } = context.req.valid('param');
    const { length, from, to, register } = context.req.valid('query');
    const reader = house.reader();
    const usage = reader === null ? null : new UsageReader(reader.db);
    const found = usage?.registers(key).find((one) => one.register === register);
    if (usage === null || found === undefined) return context.json(unknown(key), 404);
    const intervals = usageOf(usage, found, length, from, to, house.zone);
    const view = intervals.map((interval) => intervalView(interval, found));
    return context.json({ key, register, length, unit: found.scale?.unit ?? null, intervals: view }, 200);
  });
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
  zone: string,
): Interval[] {
  const grid = gridOf(length, fromMs, toMs, zone).slice(0, MOST_INTERVALS + 1);
  const [first, last] = [grid[0], grid.at(-1)];
  if (first === undefined || last === undefined) return [];
  const known = intervalsOf(reader.points(register, first - HOUR_MS, last + HOUR_MS), grid);
  const byStart = new Map(known.map((interval) => [interval.startMs, interval]));
  return grid.slice(0, -1).map((startMs, index) => {
    const missing = { startMs, endMs: grid[index + 1]!, thousandths: 0, quality: 'missing' as const };
    return byStart.get(startMs) ?? missing;
  });
}

function intervalView(interval: Interval, { scale }: RegisterInfo) {
  const { startMs, endMs, counts, value, quality } = toldOf(interval, scale);
  return { startMs, endMs, counts, value, quality };
}
