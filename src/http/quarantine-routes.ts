import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type Case, decideCase, readCases } from '../sinks/sqlite-quarantine.js';
import type { Bindings } from './guard.js';
import type { House } from './house.js';
import { ErrorSchema, json, REFUSALS, SuspectSchema } from './schemas.js';

/** Cases of one answer. */
const MOST = 200;

const SuspectsSchema = z.object({
  suspects: z.array(SuspectSchema),
  hidden: z.number().openapi({ description: 'Those of other people’s meters, of whom nothing is told.' }),
});

const list = createRoute({
  method: 'get',
  path: '/api/v1/quarantine',
  summary: 'Packets that are not believed yet, and what became of the latest ones',
  responses: {
    200: json(SuspectsSchema, 'Those that wait come first.'),
    ...REFUSALS,
  },
});

const decide = createRoute({
  method: 'post',
  path: '/api/v1/quarantine/{id}',
  summary: 'Believe packets that wait, or drop them',
  request: {
    params: z.object({ id: z.coerce.number().int().min(1) }),
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ decision: z.enum(['accept', 'drop']) }) } },
    },
  },
  responses: {
    204: { description: 'It is done with the next commit.' },
    404: json(ErrorSchema, 'Nothing of that number waits.'),
    ...REFUSALS,
  },
});

/** What waits to be believed. */
export function addQuarantineRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(list, (context) => {
    const reader = house.reader();
    if (reader === null) return context.json({ suspects: [], hidden: 0 }, 200);
    const cases = readCases(reader.db, MOST);
    const own = new Set(reader.meters().flatMap(({ name, key }) => (name === null ? [] : [key])));
    const shown = cases.filter(({ endpoint }) => house.showsUnknown || own.has(endpoint));
    return context.json({ suspects: shown.map(viewOf), hidden: cases.length - shown.length }, 200);
  });
  app.openapi(decide, (context) => {
    const { id } = context.req.valid('param');
    const { decision } = context.req.valid('json');
    const waits = house.change((db) => decideCase(db, id, decision));
    return waits
      ? context.body(null, 204)
      : context.json({ error: `Nothing of the number ${id} waits.` }, 404);
  });
}

function viewOf({ id, endpoint, doubt, sightings, firstMs, lastMs, outcome, decision }: Case) {
  const state = outcome === 'waiting' && decision !== null ? `to ${decision}` : outcome;
  return { id, endpoint, doubt, sightings, firstMs, lastMs, outcome: state };
}
