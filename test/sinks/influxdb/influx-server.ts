import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Point, pointOf } from './line-protocol-reader.js';

/** An answer as InfluxDB gives it; null for 204. */
type Refusal = readonly [status: number, body: object] | null;

/** Where each version takes lines, and how it wants its questions asked. */
const VERSIONS = {
  2: { path: '/api/v2/write', scheme: 'Token', database: 'bucket', precision: 'ms' },
  3: { path: '/api/v3/write_lp', scheme: 'Bearer', database: 'db', precision: 'millisecond' },
} as const;

/**
 * As much of InfluxDB as takes lines: it looks at path, token, organization, bucket and precision, reads every line
 * strictly, holds a field to the type that it had first, and has a point that is written twice once.
 */
export class InfluxServer {
  readonly points = new Map<string, Point>();
  requests = 0;
  readonly #version: 2 | 3;
  readonly #types = new Map<string, string>();
  readonly #server: Server;

  constructor(version: 2 | 3) {
    this.#version = version;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests += 1;
        const [status, body] = this.#answer(request, Buffer.concat(chunks).toString()) ?? [204, null];
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(body === null ? '' : JSON.stringify(body));
      });
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  #answer({ method, url = '', headers }: IncomingMessage, body: string): Refusal {
    const { path, scheme, database, precision } = VERSIONS[this.#version];
    const { pathname, searchParams } = new URL(url, 'http://influx');
    const refusal = (status: number, message: string): Refusal => [
      status,
      this.#version === 2 ? { code: 'refused', message } : { error: message },
    ];
    if (pathname !== path || method !== 'POST') return refusal(404, 'path not found');
    if (headers.authorization !== `${scheme} secret`) return refusal(401, 'unauthorized access');
    if (searchParams.get(database) !== 'meters') return refusal(404, 'bucket not found');
    if (this.#version === 2 && searchParams.get('org') !== 'home') return refusal(404, 'org not found');
    if (searchParams.get('precision') !== precision) return refusal(400, 'invalid precision');
    if (!/^text\/plain/.test(headers['content-type'] ?? '')) return refusal(415, 'unsupported media type');
    if (!body.endsWith('\n')) return refusal(400, 'the last line does not end');
    try {
      for (const line of body.slice(0, -1).split('\n')) this.#take(pointOf(line));
    } catch (error) {
      return refusal(400, `partial write: ${error instanceof Error ? error.message : error}`);
    }
    return null;
  }

  #take(point: Point): void {
    const { measurement, tags, fields, timeMs } = point;
    for (const [name, value] of Object.entries(fields)) {
      const [key, type] = [`${measurement} ${name}`, typeof value];
      if ((this.#types.get(key) ?? type) !== type) throw new Error(`field type conflict: ${key} is ${type}`);
      this.#types.set(key, type);
    }
    const series = JSON.stringify([measurement, Object.entries(tags).sort(), timeMs]);
    const before = this.points.get(series);
    this.points.set(series, { ...point, fields: { ...before?.fields, ...fields } });
  }
}
