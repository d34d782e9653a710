import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type EventRow, eventsOf } from '../sinks/sqlite-events.js';
import type { Bindings } from './guard.js';
import type { House } from './house.js';
import { Key, Moment } from './meter-routes.js';
import { EventSchema, json, REFUSALS } from './schemas.js';

const route = createRoute({
  method: 'get',
  path: '/api/v1/events/past',
  summary: 'What happened to meters and to the receiver, newest first',
  request: {
    query: z.object({
      meter: Key.optional(),
      type: z.string().max(60).optional().openapi({ example: 'tamper.*' }),
      from: Moment.optional(),
      to: Moment.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
  },
  responses: { 200: json(z.object({ events: z.array(EventSchema) }), 'Newest first.'), ...REFUSALS },
});

/** What happened. */
export function addEventRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(route, (context) => {
    const { meter = null, type = null, from = null, to = null, limit } = context.req.valid('query');
    const reader = house.reader();
    const all = reader === null ? [] : eventsOf(reader.db, { meter, type, sinceMs: from, untilMs: to });
    const shown = all.filter((event) => event.meter === null || event.name !== null || house.showsUnknown);
    return context.json({ events: shown.slice(-limit).reverse().map(viewOf) }, 200);
  });
}

function viewOf({ id, type, meter, timeMs, endMs, severity, message }: EventRow) {
  return { id, type, meter, timeMs, endMs, severity, message };
}
