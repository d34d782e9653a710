import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Fault, systemErrorCode } from '../../errors.js';
import type { Sink } from '../sink.js';

/** What there is to tell. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Tells metrics at `/metrics`, and nothing else. */
export class MetricsServer implements Pick<Sink, 'start' | 'stop'> {
  readonly #metrics: MetricsText;
  readonly #listen: string;
  readonly #server: Server;

  /** @param listen such as `127.0.0.1:9464` or `[::1]:9464` */
  constructor(metrics: MetricsText, listen: string) {
    this.#metrics = metrics;
    this.#listen = listen;
    this.#server = createServer({ requestTimeout: 10_000 }, ({ method, url }, response) => {
      const wanted = method === 'GET' && url?.replace(/\?.*/, '') === '/metrics';
      if (!wanted) return void response.writeHead(404).end('Metrics are at /metrics.\n');
      void this.#metrics.text().then(
        (text) => response.writeHead(200, { 'Content-Type': this.#metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    });
  }

  /** The port it listens on. */
  get port(): number {
    const address = this.#server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** @throws Fault `CONFIG` where it cannot listen there */
  async start(): Promise<void> {
    const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(this.#listen) ?? [];
    try {
      this.#server.listen(Number(port), host.replace(/^\[(.*)\]$/, '$1'));
      await once(this.#server, 'listening');
    } catch (cause) {
      const code = systemErrorCode(cause);
      const why = { EADDRINUSE: 'another program listens there' }[code ?? ''] ?? code ?? 'it is no address';
      throw new Fault(
        'CONFIG',
        `Metrics cannot be told at ${this.#listen}: ${why}; correct prometheus.listen.`,
        { cause },
      );
    }
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
