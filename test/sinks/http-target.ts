import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

export interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that keeps what it is sent, and answers as it is told to. */
export class HttpTarget {
  readonly received: Received[] = [];
  /** Status of the next answers; the last one stays. `silent` never answers. */
  answers: (number | 'silent')[] = [204];
  /** What a status of 400 comes with. */
  reason = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const answer = this.answers.length > 1 ? this.answers.shift()! : this.answers[0];
        if (answer === 'silent') return;
        if (answer < 300) this.received.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(answer).end(this.reason);
      });
    });
  }

  static async start(): Promise<HttpTarget> {
    const target = new HttpTarget();
    target.#server.listen(0, '127.0.0.1');
    await once(target.#server, 'listening');
    return target;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
