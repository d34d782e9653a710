import { join } from 'node:path';
import { pino } from 'pino';
import { EntryRelay } from '../../src/daemon/entry-relay.js';
import { WebHouse } from '../../src/daemon/web-house.js';
import { Credentials } from '../../src/http/credentials.js';
import { LiveStreams } from '../../src/http/live-routes.js';
import { Pages } from '../../src/http/pages.js';
import { HttpServer } from '../../src/http/server.js';
import type { Tariff } from '../../src/readings/tariff.js';
import { STATUS } from './fake-house.js';

/** What a daemon with a database tells, at an address, without a radio. */
export class ServedHouse {
  readonly house: WebHouse;
  readonly #server: HttpServer;

  /** @param pathOf where its files are, as `directoryPerTest` has it; the database is `ertd.db` */
  constructor(pathOf: (name: string) => string, showsUnknown: boolean, tariffs: readonly Tariff[] = []) {
    this.house = new WebHouse({
      ...{ status: () => STATUS, relay: new EntryRelay(), stations: [], settings: [] },
      ...{ path: pathOf('ertd.db'), tariffs, showsUnknown },
      usage: { zone: 'America/New_York', demandInterval: '15m', billingDay: 1 },
    });
    this.#server = new HttpServer({
      ...{ house: this.house, version: '1', names: [], tls: null, listen: { host: '127.0.0.1', port: 0 } },
      ...{ credentials: new Credentials(pathOf('auth.json')), live: new LiveStreams(this.house) },
      ...{ pages: new Pages(join(pathOf('.'), 'pages')), log: pino({ level: 'silent' }) },
      metrics: { contentType: 'text/plain; version=0.0.4', text: async () => 'ertd_up 1\n' },
    });
  }

  /** @returns where it is */
  async start(): Promise<string> {
    await this.#server.start();
    return this.#server.url;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    this.house.close();
  }
}
