import type { ClientBase, QueryResultRow } from 'pg';

/**
 * The statements of one transaction, on a connection that takes the next before it has answered the last. Whoever needs no
 * answer does not wait for one: what a transaction lasts is the number of times it waits, where the server is elsewhere or
 * has much to do.
 */
export class Transaction {
  readonly #client: ClientBase;
  readonly #sent: Promise<unknown>[] = [];
  #failure: { readonly error: unknown } | null = null;

  constructor(client: ClientBase) {
    this.#client = client;
    this.send('BEGIN');
  }

  /** A statement whose rows are of no interest; what goes wrong with it fails the commit. */
  send(text: string, values?: unknown[]): void {
    this.#sent.push(this.rows(text, values).catch(() => {}));
  }

  /** A statement and its rows; several may be asked for before the first is waited for. */
  async rows<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> {
    try {
      return (await this.#client.query<Row>(text, values)).rows;
    } catch (error) {
      // What follows fails too, as the transaction has: only the first says why.
      this.#failure ??= { error };
      throw this.#failure.error;
    }
  }

  /** @throws what the first statement threw that failed: then nothing of the transaction is done */
  async commit(): Promise<void> {
    // After a failure that the server saw, COMMIT is a rollback; what failed before it got there, it knows nothing of.
    this.send(this.#failure === null ? 'COMMIT' : 'ROLLBACK');
    await Promise.all(this.#sent);
    if (this.#failure !== null) throw this.#failure.error;
  }
}
