import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Bindings } from './guard.js';
import type { House, StatusView } from './house.js';
import { HealthSchema, json, REFUSALS, SettingSchema, StatusSchema, SurveySchema } from './schemas.js';

const health = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether samples flow and readings are kept',
  responses: { 200: json(HealthSchema, 'All is well.'), 503: json(HealthSchema, 'Something is wrong.') },
});

const status = createRoute({
  method: 'get',
  path: '/api/v1/status',
  summary: 'How the receivers and the database fare',
  responses: { 200: json(StatusSchema, 'As of now.'), ...REFUSALS },
});

const survey = createRoute({
  method: 'get',
  path: '/api/v1/survey',
  summary: 'The band: what a survey found in it, and how its channels are used',
  responses: { 200: json(SurveySchema, 'Of meters no more than how many there are.'), ...REFUSALS },
});

const config = createRoute({
  method: 'get',
  path: '/api/v1/config',
  summary: 'Every setting, with where its value comes from',
  responses: {
    200: json(z.object({ settings: z.array(SettingSchema) }), 'Secrets are masked.'),
    ...REFUSALS,
  },
});

/** How the daemon fares and how it is set. */
export function addStatusRoutes(app: OpenAPIHono<Bindings>, house: House): void {
  app.openapi(health, (context) => {
    const reasons = troublesOf(house.status());
    const healthy = reasons.length === 0;
    return healthy ? context.json({ healthy, reasons }, 200) : context.json({ healthy, reasons }, 503);
  });
  app.openapi(status, (context) => context.json(plain(house.status()), 200));
  app.openapi(survey, (context) =>
    context.json({ survey: house.survey(), channels: [...house.channels()] }, 200),
  );
  app.openapi(config, (context) => context.json({ settings: [...house.settings()] }, 200));
}

/** What is wrong, a sentence each. */
export function troublesOf({ receivers, database }: StatusView): string[] {
  const reasons = receivers
    .filter(({ state }) => state !== 'receiving')
    .map(({ name, state, why }) => `${name} is ${state}${why === null ? '.' : `: ${why}`}`);
  if (database?.trouble != null) reasons.push(`The database cannot be written: ${database.trouble}`);
  return reasons;
}

function plain(view: StatusView) {
  return { ...view, receivers: view.receivers.map((receiver) => ({ ...receiver })) };
}
