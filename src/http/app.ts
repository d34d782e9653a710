import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { secureHeaders } from 'hono/secure-headers';
import { Fault } from '../errors.js';
import type { Logger } from '../log.js';
import type { Credentials } from './credentials.js';
import { addEventRoutes } from './event-routes.js';
import { addFindRoutes } from './find-routes.js';
import { authGuard, type Bindings, forgeryGuard, hostGuard } from './guard.js';
import { DIAL_GUESSES, GuessLimiter, PASSWORD_GUESSES } from './guess-limiter.js';
import type { House } from './house.js';
import { KeptAnswers } from './kept-answers.js';
import { addLiveRoutes, type LiveStreams } from './live-routes.js';
import { addMeterRoutes } from './meter-routes.js';
import type { Page, Pages } from './pages.js';
import { addQuarantineRoutes } from './quarantine-routes.js';
import { addSessionRoutes } from './session-routes.js';
import { addStatementRoutes } from './statement-routes.js';
import { addStatusRoutes } from './status-routes.js';
import { inTurns } from './turns.js';
import { addUsageRoutes } from './usage-routes.js';

export interface AppOptions {
  readonly house: House;
  readonly credentials: Credentials;
  readonly live: LiveStreams;
  readonly pages: Pages;
  /** Names by which browsers may reach us, besides those of this machine. */
  readonly names: readonly string[];
  readonly secure: boolean;
  /** Whether others than this machine can reach us. */
  readonly exposed: boolean;
  readonly version: string;
  readonly log: Logger;
  /** What Prometheus is told; absent where nothing counts for it. */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> } | undefined;
  readonly now?: () => number;
}

/** Nothing that we take is longer, bytes. */
const MOST_BODY_BYTES = 64 << 10;

/** Answers that are often long; short ones are sooner sent than compressed. */
const LONG = ['/api/v1/meters/:key/usage', '/api/v1/meters/:key/readings.csv', '/api/v1/openapi.json'];

/** Answers that depend on nothing but the database. */
const OF_THE_DATABASE = [
  ...['readings', 'usage', 'registers', 'statement', 'totals'].map((what) => `/api/v1/meters/:key/${what}`),
  ...['/api/v1/events/past', '/api/v1/quarantine'],
];
/** What flows now is told by the clock too, ms. */
const NOW_MS = 60_000;

/** Only our own scripts and styles, no frames, nothing from elsewhere. */
const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/**
 * All that is answered: the pages, which hold no data and are for everybody, and behind the guard the interface they ask.
 */
export function httpApp(options: AppOptions): OpenAPIHono<Bindings> {
  const { house, credentials, pages, metrics, log, now = Date.now } = options;
  const app = new OpenAPIHono<Bindings>({
    defaultHook: (result, context) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      return context.json({ error: `${issue?.path.join('.') ?? 'input'}: ${issue?.message}.` }, 400);
    },
  });
  app.onError((error, context) => {
    if (error instanceof Fault)
      return context.json({ error: error.message }, error.code === 'USAGE' ? 400 : 503);
    if ('getResponse' in error) return (error as { getResponse(): Response }).getResponse();
    log.error({ err: error }, 'A request failed');
    return context.json({ error: 'This is a bug in ertd; its log says more.' }, 500);
  });
  app.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}.` }, 404));
  app.use(inTurns());
  app.use(hostGuard(options.names));
  app.use(
    secureHeaders({
      contentSecurityPolicy: POLICY,
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
    }),
  );
  app.use(forgeryGuard);
  // Of what only reads no body is looked at, and to ask whether there is one costs more than all of the rest.
  app.on(
    ['POST', 'PUT', 'PATCH', 'DELETE'],
    '*',
    bodyLimit({
      maxSize: MOST_BODY_BYTES,
      onError: (context) => context.json({ error: 'That is too long.' }, 413),
    }),
  );
  addSessionRoutes(app, {
    credentials,
    limiter: new GuessLimiter(PASSWORD_GUESSES),
    now,
    secure: options.secure,
  });
  app.get('*', async (context, next) => {
    const page = pages.find(context.req.path);
    return page === null
      ? next()
      : answer(page, context.req.header('if-none-match'), context.req.header('accept-encoding'));
  });
  app.use(authGuard(credentials, options.exposed, now));
  addLiveRoutes(app, options.live);
  keepAnswers(app, house, now);
  for (const path of LONG) app.use(path, compress());
  addStatusRoutes(app, house);
  addMeterRoutes(app, house);
  addFindRoutes(app, house, new GuessLimiter(DIAL_GUESSES));
  addUsageRoutes(app, house);
  addStatementRoutes(app, house);
  addEventRoutes(app, house);
  addQuarantineRoutes(app, house);
  if (metrics !== undefined) {
    app.get('/metrics', async (context) =>
      context.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
    );
  }
  app.doc31('/api/v1/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'ertd',
      version: options.version,
      description: 'Readings of utility meters, and how they are received.',
    },
  });
  return app;
}

/** Those that are asked for again and again. */
function keepAnswers(app: OpenAPIHono<Bindings>, house: House, now: () => number): void {
  const kept = new KeptAnswers();
  const version = (): string | null => house.reader()?.version.toString() ?? null;
  for (const path of OF_THE_DATABASE) app.use(path, kept.of(version));
  app.use(
    '/api/v1/meters',
    kept.of(() => `${version()} ${house.latest.version} ${Math.floor(now() / NOW_MS)}`),
  );
}

function answer({ type, etag, plain, gzipped, lasting }: Page, known = '', encodings = ''): Response {
  const headers: Record<string, string> = {
    'Content-Type': type,
    'Cache-Control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
  };
  if (known === etag) return new Response(null, { status: 304, headers });
  if (!/\bgzip\b/.test(encodings)) return new Response(plain, { headers });
  return new Response(gzipped, { headers: { ...headers, 'Content-Encoding': 'gzip' } });
}
