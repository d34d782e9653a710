import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Credentials } from './credentials.js';

/** What the Node.js server gives with a request. */
export interface Bindings {
  readonly Bindings: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse };
}

export const SESSION_COOKIE = 'ertd_session';

/** Names that always mean this machine. */
const OWN_NAMES = ['localhost', 'localhost.localdomain'];

/** Where a request came from. */
export function remoteAddressOf(context: Context<Bindings>): string {
  return context.env?.incoming?.socket?.remoteAddress ?? 'unknown';
}

/**
 * Refuses requests for a name that is not ours. A page from elsewhere can have its own name lead to this machine, and
 * would then be let in as a page of ours (DNS rebinding); it cannot do so with an address.
 * @param names besides those of this machine
 */
export function hostGuard(names: readonly string[]): MiddlewareHandler {
  const ours = new Set([...OWN_NAMES, ...names].map((name) => name.toLowerCase()));
  return async (context, next) => {
    const name = hostNameOf(context.req.header('host') ?? '');
    if (isIP(name) === 0 && !ours.has(name)) {
      return context.json(
        { error: `This server does not go by the name ${name}; add it to http.names.` },
        421,
      );
    }
    return next();
  };
}

function hostNameOf(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/**
 * Lets in who shows a token or a session; everybody, where nobody can log in and only this machine gets here.
 * @param exposed whether others get here too: a password that is taken away then opens nothing
 */
export function authGuard(
  credentials: Credentials,
  exposed: boolean,
  now: () => number,
): MiddlewareHandler<Bindings> {
  return async (context, next) => {
    const isOpen = !exposed && !credentials.exist;
    if (isOpen || hasToken(context, credentials) || hasSession(context, credentials, now())) {
      return next();
    }
    context.header('WWW-Authenticate', 'Bearer realm="ertd"');
    return context.json({ error: 'Log in first, or send a token: Authorization: Bearer TOKEN.' }, 401);
  };
}

/**
 * Refuses changes that a page from elsewhere asks a logged-in browser for. Browsers tell where a request comes from and
 * cannot be made not to; programs show a token, or come without either.
 */
export const forgeryGuard: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  if (method === 'GET' || method === 'HEAD') return next();
  const site = context.req.header('sec-fetch-site');
  const origin = context.req.header('origin');
  const fromElsewhere =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && originHostOf(origin) !== context.req.header('host')?.toLowerCase());
  if (fromElsewhere) return context.json({ error: 'Changes are accepted from our own pages only.' }, 403);
  if (!(context.req.header('content-type') ?? '').startsWith('application/json')) {
    return context.json({ error: 'Send JSON: Content-Type: application/json.' }, 415);
  }
  return next();
};

function originHostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function hasToken(context: Context, credentials: Credentials): boolean {
  const [, token] = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '') ?? [];
  return token !== undefined && credentials.isToken(token);
}

function hasSession(context: Context, credentials: Credentials, nowMs: number): boolean {
  const cookie = getCookie(context, SESSION_COOKIE);
  return cookie !== undefined && credentials.isSession(cookie, nowMs);
}
