import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.js';
import { Fault } from '../errors.js';
import type { House } from '../http/house.js';
import type { HttpServer } from '../http/server.js';
import type { Logger } from '../log.js';

const PAGES = fileURLToPath(new URL('../http/dashboard', import.meta.url));

/** Where `ertd auth` and the dashboard keep the password. @throws Fault `CONFIG` where no place is known */
export function authFileOf({ http, database }: Pick<Config, 'http' | 'database'>): string {
  if (http.authFile !== '') return http.authFile;
  if (database.path !== '') return join(dirname(database.path), 'auth.json');
  throw new Fault('CONFIG', 'There is no place for a password: set http.authFile, or a database.');
}

/**
 * The dashboard, where one is wanted. Its packages are loaded only then.
 * @throws Fault `CONFIG` where it may not or cannot listen as configured
 */
export async function startWeb(
  config: Config,
  house: House,
  version: string,
  logger: Logger,
): Promise<HttpServer | null> {
  const { http } = config;
  if (http.listen === '') return null;
  const [{ HttpServer }, { Credentials }, { LiveStreams }, { Pages }, { listenAddressOf }] =
    await Promise.all([
      import('../http/server.js'),
      import('../http/credentials.js'),
      import('../http/live-routes.js'),
      import('../http/pages.js'),
      import('../http/listen-address.js'),
    ]);
  const log = logger.child({ component: 'http' });
  const server = new HttpServer({
    house,
    listen: listenAddressOf(http.listen),
    credentials: new Credentials(authFileOf(config)),
    live: new LiveStreams(house),
    pages: new Pages(PAGES),
    names: http.names,
    tls: http.tlsCertificate === '' ? null : { certificate: http.tlsCertificate, key: http.tlsKey },
    version,
    log,
  });
  await server.start();
  log.info(`The dashboard is at ${server.url}`);
  return server;
}
