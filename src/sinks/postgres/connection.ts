import { rootCertificates } from 'node:tls';
import pg, { type Client } from 'pg';
import type { Config } from '../../config.js';
import { DeliveryFailure } from '../delivery/courier.js';
import { networkTrouble } from '../delivery/network-trouble.js';
import { readNamed, secretOf } from '../delivery/secret.js';
import { prepareSchema } from './schema.js';
import { Transaction } from './transaction.js';

const TIMEOUT_MS = 20_000;

type Settings = Config['postgres'];

/** By PostgreSQL's code: what happened, and what to try. */
const TROUBLES: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  '28P01': ['user name or password is wrong', 'correct postgres.user, postgres.password'],
  '28000': ['it does not let this user in', 'correct postgres.user, or pg_hba.conf there'],
  '3D000': ['it has no such database', 'make it with createdb, or correct postgres.url'],
  '3F000': [
    'it has no schema that this user may use',
    'CREATE SCHEMA public there, and GRANT ALL ON SCHEMA public TO the user',
  ],
  '42501': ['this user may not write there', 'GRANT CREATE ON SCHEMA public TO the user'],
  '53100': ['its disk is full', 'free some space there'],
  '53300': ['it has too many connections', 'see who has them'],
  '57P03': ['it is starting or stopping', 'wait'],
  '57P01': ['it was stopped', 'start it again'],
  '25006': ['it is read-only', 'name the server that can be written to'],
  '42P01': ['its tables are gone', 'they are made anew'],
};

/** One connection at a time to a database with ertd's tables in it; made when it is needed, anew after each failure. */
export class PostgresConnection {
  readonly #settings: Settings;
  #client: Client | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Reads what the configuration names. @throws Fault `CONFIG` where a file cannot be read */
  check(): void {
    this.#options();
  }

  /**
   * Does something in one transaction.
   * @throws DeliveryFailure where it could not be done: nothing of it is
   */
  async transaction<Result>(work: (transaction: Transaction) => Result | Promise<Result>): Promise<Result> {
    try {
      const transaction = new Transaction(this.#client ?? (await this.#connect()));
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      await this.close();
      throw failureOf(error);
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<Client> {
    const client = new pg.Client(this.#options());
    // A connection that breaks while nobody uses it is found out at the next use.
    client.on('error', () => {
      if (this.#client === client) this.#client = null;
    });
    this.#client = client;
    await client.connect();
    await prepareSchema(client);
    return client;
  }

  #options() {
    const { url, user, password, passwordFile, caFile } = this.#settings;
    const { hostname, port, pathname, searchParams } = new URL(url);
    const secret = secretOf(password, passwordFile, 'postgres.passwordFile');
    const isSecure = searchParams.get('sslmode') === 'verify-full' || caFile !== '';
    const ca =
      caFile === '' ? {} : { ca: [...rootCertificates, readNamed(caFile, 'postgres.caFile').toString()] };
    return {
      host: searchParams.get('host') ?? hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port) || 5432,
      database: decodeURIComponent(pathname.slice(1)),
      ...(user !== '' && { user }),
      ...(secret !== '' && { password: secret }),
      ...(isSecure && { ssl: ca }),
      pipeline: true,
      ...{ connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS, application_name: 'ertd' },
    };
  }
}

function failureOf(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const { code, message } = error as { code?: string; message?: string };
  const [reason, advice] = TROUBLES[code ?? ''] ?? [];
  if (reason !== undefined) return new DeliveryFailure({ reason, advice: advice ?? '' });
  const trouble = networkTrouble(error);
  if (trouble !== null && !/^[0-9A-Z]{5}$/.test(code ?? '')) return new DeliveryFailure(trouble);
  return new DeliveryFailure({ reason: message ?? String(error), advice: '' }, !isOurFault(code));
}

/** Data that the tables do not take: the same would be refused again. */
function isOurFault(code: string | undefined): boolean {
  return code !== undefined && /^(22|23)/.test(code);
}
