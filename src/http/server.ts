import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Fault, systemErrorCode } from '../errors.js';
import { type AppOptions, httpApp } from './app.js';
import { isLoopback, type ListenAddress, urlOf } from './listen-address.js';

export interface HttpServerOptions extends Omit<AppOptions, 'secure' | 'exposed'> {
  readonly listen: ListenAddress;
  /** Files with certificate and key, for HTTPS. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
}

/** A request has to be complete within this, ms; and connections at once. */
const REQUEST_MS = 15_000;
const MOST_CONNECTIONS = 200;

/** The dashboard and its interface, on one address. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  #server: ReturnType<typeof createServer> | null = null;

  /** @throws Fault `CONFIG` where others could reach it and nobody would have to log in */
  constructor(options: HttpServerOptions) {
    const { listen, credentials } = options;
    if (!isLoopback(listen.host) && !credentials.exist) {
      const address = `http.listen is ${listen.host}:${listen.port}, which others can reach`;
      throw new Fault(
        'CONFIG',
        `${address}, but no password is set; run "ertd auth password" first, or listen on 127.0.0.1.`,
      );
    }
    this.#options = options;
  }

  /** Where it listens; once it does. */
  get url(): string {
    const { listen, tls } = this.#options;
    const port = (this.#server?.address() as AddressInfo | null)?.port ?? listen.port;
    return urlOf({ ...listen, port }, tls === null ? 'http' : 'https');
  }

  /** @throws Fault `CONFIG` where the certificate cannot be used; retryable, where it cannot listen there now */
  async start(): Promise<void> {
    const { listen, tls } = this.#options;
    const app = httpApp({ ...this.#options, secure: tls !== null, exposed: !isLoopback(listen.host) });
    const listener = getRequestListener(app.fetch);
    const server = tls === null ? createServer(listener) : secureServer(tls, listener);
    server.requestTimeout = REQUEST_MS;
    server.maxConnections = MOST_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(cannotListen(listen, cause)));
      server.listen(listen.port, listen.host, resolve);
    });
    // The daemon ends when its work does, whoever still looks.
    server.unref();
    this.#server = server;
  }

  async stop(): Promise<void> {
    this.#options.live.stop();
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }
}

function secureServer(
  { certificate, key }: { readonly certificate: string; readonly key: string },
  listener: Parameters<typeof createServer>[1] & {},
) {
  try {
    const [cert, privateKey] = [readFileSync(certificate), readFileSync(key)];
    return createSecureServer({ cert, key: privateKey, minVersion: 'TLSv1.2' }, listener);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    throw new Fault('CONFIG', `HTTPS cannot be had with ${certificate} and ${key} (${code}).`, { cause });
  }
}

function cannotListen({ host, port }: ListenAddress, cause: Error): Fault {
  const why =
    {
      EADDRINUSE: 'another program listens there',
      EACCES: 'that needs more rights; choose a port from 1024 up',
    }[systemErrorCode(cause) ?? ''] ?? cause.message;
  const message = `http.listen ${host}:${port} cannot be had: ${why}.`;
  return new Fault('CONFIG', message, { cause, retryable: true });
}
