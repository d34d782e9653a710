import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { Credentials } from './credentials.js';
import { type Bindings, remoteAddressOf, SESSION_COOKIE } from './guard.js';
import { type GuessLimiter, tooManyGuesses } from './guess-limiter.js';
import { ErrorSchema, json } from './schemas.js';

export interface SessionTools {
  readonly credentials: Credentials;
  readonly limiter: GuessLimiter;
  readonly now: () => number;
  /** Whether browsers reach us by HTTPS; by HTTP they would not send such a cookie back. */
  readonly secure: boolean;
}

const login = createRoute({
  method: 'post',
  path: '/api/v1/login',
  summary: 'Log a browser in',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ password: z.string().max(1000) }) } },
    },
  },
  responses: {
    204: { description: 'A cookie has been set.' },
    401: json(ErrorSchema, 'The password is wrong.'),
    429: json(ErrorSchema, 'Too many guesses.'),
  },
});

const logout = createRoute({
  method: 'post',
  path: '/api/v1/logout',
  summary: 'Log a browser out',
  responses: { 204: { description: 'The cookie is gone.' } },
});

/** Logging in and out; before the guard, as those who are not logged in have to get here. */
export function addSessionRoutes(app: OpenAPIHono<Bindings>, tools: SessionTools): void {
  const { credentials, limiter, now } = tools;
  app.openapi(login, async (context) => {
    const address = remoteAddressOf(context);
    const waitMs = limiter.take(address, now());
    if (waitMs > 0) return context.json(tooManyGuesses(context, waitMs), 429);
    if (!(await credentials.isPassword(context.req.valid('json').password))) {
      return context.json({ error: 'The password is wrong.' }, 401);
    }
    limiter.forgive(address);
    const { cookie, seconds } = credentials.newSession(now());
    const secure = tools.secure || context.req.header('x-forwarded-proto') === 'https';
    setCookie(context, SESSION_COOKIE, cookie, {
      ...{ httpOnly: true, sameSite: 'Strict', secure, path: '/', maxAge: seconds },
    });
    return context.body(null, 204);
  });
  app.openapi(logout, (context) => {
    deleteCookie(context, SESSION_COOKIE, { path: '/' });
    return context.body(null, 204);
  });
}
