import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { toldOf } from '../readings/interval-feed.js';
import { type Interval, intervalsOf } from '../readings/intervals.js';
import { gridOf, HOUR_MS, type IntervalLength } from '../readings/time-grid.js';
import type { DatabaseReader, ReadingRow } from '../sinks/sqlite-read.js';
import { type RegisterInfo, UsageReader } from '../sinks/sqlite-usage.js';
import type { Bindings } from './guard.js';
import type { House } from './house.js';
import { meterViews } from './meter-view.js';
import { ErrorSchema, json, MeterSchema, ReadingSchema, REFUSALS, UsageSchema } from './schemas.js';

/** Intervals of one answer: a leap year of hours. */
const MOST_INTERVALS = 8784;

const Key = z.string().regex(/^(ert|neptune)-\d{1,16}$/).openapi({ example: 'ert-10000001' });
const Moment = z.coerce.number().int().min(0).max(8.64e15).openapi({ description: 'Milliseconds since 1970.' });
const NOT_FOUND = { 404: json(ErrorSchema, 'There is no such meter.') };

const meters = createRoute({
  method: 'get',
  path: '/api/v1/meters',
  summary: 'Every meter that is believed to be there',
  responses: { 200: json(z.object({ meters: z.array(MeterSchema) }), 'Those with names first.'), ...REFUSALS },
});

const name = createRoute({
  method: 'post',
  path: '/api/v1/meters/{key}/name',
  summary: 'Name a meter: from then on it is one of the user’s own',
  request: {
    params: z.object({ key: Key }),
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ name: z.string().trim().min(1).max(60) }) } },
    },
  },
  responses: { 204: { description: 'It has the name.' }, ...REFUSALS, ...NOT_FOUND },
});

const readings = createRoute({
  method: 'get',
  path: '/api/v1/meters/{key}/readings',
  summary: 'Readings of a meter, newest first',
  request: {
    params: z.object({ key: Key }),
    query: z.object({ limit: z.coerce.number().int().min(1).max(5000).default(100), from: Moment.optional(), to: Moment.optional() }),
  },
  responses: { 200: json(z.object({ readings: z.array(ReadingSchema) }), 'As the dial shows.'), ...REFUSALS, ...NOT_FOUND },
});

const usage = createRoute({
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

/** Meters, and what they say. */
export function addMeterRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(meters, (context) => {
    const reader = house.reader();
    return context.json({ meters: reader === null ? [] : meterViews(reader, Date.now()) }, 200);
  });
  app.openapi(name, (context) => {
    const { key } = context.req.valid('param');
    if (house.reader()?.knows(key) !== true) return context.json(unknown(key), 404);
    house.nameMeter(key, context.req.valid('json').name);
    return context.body(null, 204);
  });
  app.openapi(readings, (context) => {
    const { key } = context.req.valid('param');
    const { limit, from = null, to = null } = context.req.valid('query');
    const reader = house.reader();
    if (reader?.knows(key) !== true) return context.json(unknown(key), 404);
    const rows = [...reader.readings({ meter: key, sinceMs: from, untilMs: to, limit })];
    return context.json({ readings: rows.reverse().map(readingView) }, 200);
  });
  app.openapi(usage, (context) => {
    const { key } = context.req.valid('param');
    const { length, from, to, register } = context.req.valid('query');
    const reader = house.reader();
    const found = reader === null ? undefined : registerOf(reader, key, register);
    if (reader === null || found === undefined) return context.json(unknown(key), 404);
    const intervals = usageOf(new UsageReader(reader.db), found, length, from, to, house.usage.zone);
    const view = intervals.map((interval) => intervalView(interval, found));
    return context.json({ key, register, length, unit: found.scale?.unit ?? null, intervals: view }, 200);
  });
}

function unknown(key: string) {
  return { error: `No meter ${key} is known.` };
}

function registerOf(reader: DatabaseReader, key: string, register: string): RegisterInfo | undefined {
  return new UsageReader(reader.db).registers(key).find((one) => one.register === register);
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

function readingView({ timeMs, register, counts, value, unit, totalCounts, beginsAnew }: ReadingRow) {
  return { timeMs, register, counts, value, unit, totalCounts, beginsAnew };
}
