import { dirname, join } from 'node:path';
import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import type { House } from '../http/house.js';
import type { HttpServer } from '../http/server.js';
import type { Logger } from '../log.js';
import { packagePath, packageVersion } from '../package.js';
import type { MetricsText } from '../sinks/prometheus/metrics-server.js';

const PAGES = packagePath('dist/http/dashboard');
/** How long an address that another program has is waited for, ms. */
const RETRY_MS = 30_000;

/** Where `ertd auth` and the dashboard keep the password. @throws Fault `CONFIG` where no place is known */
export function authFileOf({ http, database }: Pick<Config, 'http' | 'database'>): string {
  if (http.authFile !== '') return http.authFile;
  if (database.path !== '') return join(dirname(database.path), 'auth.json');
  throw new Fault('CONFIG', 'There is no place for a password: set http.authFile, or a database.');
}

/** The dashboard, where one is wanted: an address that is taken is no reason to receive nothing. */
export class Web {
  readonly #config: Config;
  readonly #house: House;
  readonly #log: Logger;
  readonly #metrics: MetricsText | undefined;
  #server: HttpServer | null = null;
  #retry: NodeJS.Timeout | null = null;

  /** @param metrics what Prometheus is told, where something counts for it */
  constructor(config: Config, house: House, logger: Logger, metrics?: MetricsText) {
    this.#metrics = metrics;
    this.#config = config;
    this.#house = house;
    this.#log = logger.child({ component: 'http' });
  }

  /** Where it is, or null. */
  get url(): string | null {
    return this.#server?.url ?? null;
  }

  /** @throws Fault `CONFIG` where it may not listen as configured, or its files cannot be used */
  async start(): Promise<void> {
    if (this.#config.http.listen === '') return;
    const server = await newServer(this.#config, this.#house, this.#log, this.#metrics);
    await this.#listen(server);
  }

  async stop(): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry);
    await this.#server?.stop();
  }

  async #listen(server: HttpServer): Promise<void> {
    try {
      await server.start();
      this.#server = server;
      this.#log.info(`The dashboard is at ${server.url}`);
    } catch (failure) {
      if (!(failure instanceof Fault && failure.retryable)) throw failure;
      this.#log.warn(`${failure.message} It is tried again every ${RETRY_MS / 1000} s.`);
      this.#retry = setTimeout(() => void this.#listen(server), RETRY_MS).unref();
    }
  }
}

/** Its packages are loaded only where they are wanted. */
async function newServer(
  config: Config,
  house: House,
  log: Logger,
  metrics?: MetricsText,
): Promise<HttpServer> {
  const { http } = config;
  const [{ HttpServer }, { Credentials }, { LiveStreams }, { Pages }, { listenAddressOf }] =
    await Promise.all([
      import('../http/server.js'),
      import('../http/credentials.js'),
      import('../http/live-routes.js'),
      import('../http/pages.js'),
      import('../http/listen-address.js'),
    ]);
  return new HttpServer({
    house,
    listen: listenAddressOf(http.listen),
    credentials: new Credentials(authFileOf(config)),
    live: new LiveStreams(house),
    pages: new Pages(PAGES),
    names: http.names,
    tls: http.tlsCertificate === '' ? null : { certificate: http.tlsCertificate, key: http.tlsKey },
    version: packageVersion(),
    metrics,
    log,
  });
}
