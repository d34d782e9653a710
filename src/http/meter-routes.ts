import { Readable } from 'node:stream';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { METER, type MeterSettings } from '../config/meter-schema.js';
import { Fault } from '../errors.js';
import { ownMeterOf, parseLabel } from '../readings/describe-meter.js';
import type { EndpointKey } from '../readings/endpoint.js';
import type { OwnMeter } from '../readings/own-meter.js';
import { readOwnMeters, writeOwnMeter } from '../sinks/sqlite-own-meters.js';
import type { DatabaseReader, ReadingRow } from '../sinks/sqlite-read.js';
import type { Bindings } from './guard.js';
import type { House } from './house.js';
import { meterViews } from './meter-view.js';
import { ErrorSchema, json, MeterSchema, MeterUnit, REFUSALS, ReadingSchema } from './schemas.js';

/** Names a meter in an address. */
export const Key = z
  .string()
  .regex(/^(ert|neptune)-\d{1,16}$/)
  .openapi({ example: 'ert-10000001' });
export const Moment = z.coerce
  .number()
  .int()
  .min(0)
  .max(8.64e15)
  .openapi({ description: 'Milliseconds since 1970.' });
export const NOT_FOUND = { 404: json(ErrorSchema, 'There is no such meter.') };

const MetersSchema = z.object({
  meters: z.array(MeterSchema),
  hidden: z
    .number()
    .openapi({ description: 'Meters of other people, of whom nothing is told: see readings.unknown.' }),
});

const meters = createRoute({
  method: 'get',
  path: '/api/v1/meters',
  summary: 'Every meter that is believed to be there',
  responses: {
    200: json(MetersSchema, 'Those with names first.'),
    ...REFUSALS,
  },
});

const NewMeterSchema = z.object({
  id: z
    .string()
    .trim()
    .min(1)
    .max(20)
    .openapi({ description: 'ID, or the label with its type.', example: '07 10000001' }),
  name: z.string().trim().min(1).max(60),
  unit: MeterUnit.optional(),
  scale: z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/)
    .optional()
    .openapi({ description: 'Units a count.', example: '0.01' }),
});

const add = createRoute({
  method: 'post',
  path: '/api/v1/meters',
  summary: 'Tell which meter is yours',
  request: { body: { required: true, content: { 'application/json': { schema: NewMeterSchema } } } },
  responses: {
    200: json(z.object({ key: z.string() }), 'From now on it is yours.'),
    ...REFUSALS,
  },
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
    query: z.object({
      limit: z.coerce.number().int().min(1).max(5000).default(100),
      from: Moment.optional(),
      to: Moment.optional(),
    }),
  },
  responses: {
    200: json(z.object({ readings: z.array(ReadingSchema) }), 'As the dial shows.'),
    ...REFUSALS,
    ...NOT_FOUND,
  },
});

/** Meters, and what they say. */
export function addMeterRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(meters, (context) => {
    const reader = house.reader();
    return context.json(
      reader === null ? { meters: [], hidden: 0 } : meterViews(reader, house, Date.now()),
      200,
    );
  });
  app.openapi(add, (context) => {
    const meter = ownMeterOf(settingsOf(context.req.valid('json')));
    house.change((db) => writeOwnMeter(db, meter));
    return context.json({ key: meter.key }, 200);
  });
  app.openapi(name, (context) => {
    const { key } = context.req.valid('param');
    if (house.reader()?.knows(key) !== true) return context.json(unknown(key), 404);
    const { name: wanted } = context.req.valid('json');
    house.change((db) => writeOwnMeter(db, namedMeter(readOwnMeters(db), key as EndpointKey, wanted)));
    return context.body(null, 204);
  });
  app.openapi(readings, (context) => {
    const { key } = context.req.valid('param');
    const { limit, from = null, to = null } = context.req.valid('query');
    const reader = readerOf(house, key);
    if (reader === null) return context.json(unknown(key), 404);
    const rows = [...reader.readings({ meter: key, sinceMs: from, untilMs: to, limit })];
    return context.json({ readings: rows.reverse().map(readingView) }, 200);
  });
  app.get('/api/v1/meters/:key/readings.csv', (context) => {
    const key = context.req.param('key');
    const reader = Key.safeParse(key).success ? readerOf(house, key) : null;
    if (reader === null) return context.json(unknown(key), 404);
    const rows = Readable.toWeb(Readable.from(csvOf(reader, key))) as ReadableStream;
    return context.body(rows, 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${key}.csv"`,
    });
  });
}

/** @throws Fault `USAGE` for what a configuration could not say either */
function settingsOf(told: z.infer<typeof NewMeterSchema>): MeterSettings {
  // It has a better sentence for what is no ID.
  parseLabel(told.id);
  const settings = METER.safeParse(told);
  if (settings.success) return settings.data;
  const [issue] = settings.error.issues;
  throw new Fault('USAGE', `${issue?.path.join('.') ?? 'meter'}: ${issue?.message ?? 'it makes no sense'}.`);
}

/** The database, where it knows a meter that may be told of: one of the user's, or any if the user chose to see them. */
export function readerOf(house: House, key: string): DatabaseReader | null {
  const reader = house.reader();
  return reader?.knows(key, !house.showsUnknown) === true ? reader : null;
}

/** What is answered where there is no such meter. */
export function unknown(key: string) {
  return { error: `No meter ${key} is known.` };
}

/** All readings of a meter as CSV, as they are read. */
function* csvOf(reader: DatabaseReader, key: string): Generator<string, void, undefined> {
  yield 'time,register,counts,value,unit\r\n';
  for (const row of reader.readings({ meter: key, sinceMs: null, untilMs: null, limit: null })) {
    const { timeMs, register, counts, value, unit } = row;
    yield `${new Date(timeMs).toISOString()},${register},${counts},${value ?? ''},${unit ?? ''}\r\n`;
  }
}

/** The meter with a name; what was said of it before stays. */
export function namedMeter(own: readonly OwnMeter[], key: EndpointKey, name: string): OwnMeter {
  const blank = { key, commodity: null, scale: null, modulus: null, maxPerHour: null, siblings: new Map() };
  return { ...(own.find((one) => one.key === key) ?? blank), name };
}

function readingView({ timeMs, register, counts, value, unit, totalCounts, beginsAnew }: ReadingRow) {
  return { timeMs, register, counts, value, unit, totalCounts, beginsAnew };
}
