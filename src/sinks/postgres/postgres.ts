import type { Config } from '../../config.js';
import type { Entry } from '../../readings/entry.js';
import { Courier } from '../delivery/courier.js';
import { RateControl } from '../delivery/rate-control.js';
import type { Voice } from '../delivery/voice.js';
import type { Sink, SinkStatus } from '../sink.js';
import { PostgresConnection } from './connection.js';
import { writeEntries } from './entry-rows.js';

const BATCH_SIZE = 2000;
const MAX_QUEUED = 100_000;

/** Keeps readings, intervals and events in PostgreSQL, in hypertables where it has TimescaleDB. */
export class PostgresSink implements Sink {
  readonly name = 'postgres';
  readonly #rate: RateControl;
  readonly #connection: PostgresConnection;
  readonly #courier: Courier<Entry>;

  constructor(settings: Config['postgres'], voice: Voice) {
    this.#rate = new RateControl(settings);
    this.#connection = new PostgresConnection(settings);
    this.#courier = new Courier({
      ...{ name: this.name, target: settings.url, batchSize: BATCH_SIZE, maxQueued: MAX_QUEUED },
      batchMs: settings.batchIntervalMs,
      deliver: (entries) => this.#connection.transaction((transaction) => writeEntries(transaction, entries)),
      ...voice,
    });
  }

  get status(): SinkStatus {
    return this.#courier.status;
  }

  /** @throws Fault `CONFIG` where a file that the configuration names cannot be read */
  async start(): Promise<void> {
    this.#connection.check();
    this.#courier.start();
  }

  write(entry: Entry): void {
    if (entry.kind === 'packet' || entry.kind === 'history' || !this.#rate.passes(entry)) return;
    this.#courier.add(entry);
  }

  async stop(): Promise<void> {
    await this.#courier.stop();
    await this.#connection.close();
  }
}
