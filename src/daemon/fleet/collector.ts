import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Config } from '../../config.js';
import { Fault } from '../../errors.js';
import type { Logger } from '../../log.js';
import { ownMetersOf } from '../../readings/describe-meter.js';
import type { TimedReading } from '../../readings/reading.js';
import { BackOff } from '../../sinks/delivery/back-off.js';
import { DeliveryFailure } from '../../sinks/delivery/courier.js';
import { connectionOptions } from '../../sinks/mqtt/connection.js';
import { linkTrouble } from '../../sinks/mqtt/link.js';
import { PostgresConnection } from '../../sinks/postgres/connection.js';
import { type Trouble, TroubleReport } from '../../sinks/trouble.js';
import { type FleetRules, takeIntoStore } from './fleet-store.js';
import { Inbox, type Message } from './inbox.js';
import { packetsOf } from './packet-list.js';

/** What a collector did so far. */
export interface CollectorCounts {
  readonly messages: number;
  readonly packets: number;
  readonly transmissions: number;
  readonly readings: number;
  /** Messages, or parts of them, that are no packets. */
  readonly refused: number;
}

const LAP_MS = 600_000;
/**
 * Packets of one transaction, unless a message alone has more: of newcomers that wait to be heard again a ledger keeps
 * 500 at a time, and an endpoint may have several.
 */
const PORTION = 250;
const ENDING = /\/?packets$/;

/**
 * Takes what the receivers of a fleet publish into one PostgreSQL. A message is confirmed to the broker once what is in it
 * is committed: killed at any moment, nothing is lost, and what comes again is there already.
 */
export class Collector {
  readonly #config: Config;
  readonly #log: Logger;
  readonly #database: PostgresConnection;
  readonly #rules: FleetRules;
  readonly #troubles: { readonly broker: TroubleReport; readonly database: TroubleReport };
  readonly #firstWaitMs: number | undefined;
  #counts: CollectorCounts = { messages: 0, packets: 0, transmissions: 0, readings: 0, refused: 0 };

  /** @throws Fault `CONFIG` where broker or database are missing, or a meter is described wrongly */
  constructor(config: Config, logger: Logger, firstWaitMs?: number) {
    const { mqtt: broker, postgres, meters, readings } = config;
    if (broker.url === '') throw new Fault('CONFIG', 'There is no broker to collect from: set mqtt.url.');
    if (postgres.url === '')
      throw new Fault('CONFIG', 'There is no database to collect into: set postgres.url.');
    this.#config = config;
    this.#log = logger.child({ component: 'collect' });
    this.#database = new PostgresConnection(postgres);
    this.#rules = { own: ownMetersOf(meters, []), unknown: readings.unknown };
    this.#firstWaitMs = firstWaitMs;
    const say = {
      trouble: (message: string) => this.#log.warn(message),
      recovered: (message: string) => this.#log.info(message),
    };
    const report = () => new TroubleReport(say, () => performance.now());
    this.#troubles = { broker: report(), database: report() };
  }

  get counts(): CollectorCounts {
    return this.#counts;
  }

  /** Collects until the signal aborts. @throws Fault `CONFIG` where a file that is named cannot be read */
  async run(signal: AbortSignal): Promise<void> {
    this.#options();
    this.#database.check();
    const laps = setInterval(() => this.#log.info(this.#counts, 'Collected so far'), LAP_MS);
    const backOff = new BackOff(this.#firstWaitMs);
    while (!signal.aborted) {
      const failure = await this.#session(signal, backOff);
      if (signal.aborted) break;
      if (failure !== null)
        this.#troubles.broker.began(this.#config.mqtt.url, failure, 'It keeps what is published.');
      await backOff.wait(signal);
    }
    clearInterval(laps);
    await this.#database.close();
    this.#log.info(this.#counts, 'Stopped; collected in all');
  }

  #options(): IClientOptions {
    const { group, member } = this.#config.collect;
    // The broker keeps what is published for a session that it knows again.
    const session = { clientId: `ertd-collect-${group}-${member}`, clean: false };
    return {
      ...connectionOptions(this.#config.mqtt, undefined),
      ...session,
      keepalive: 60,
      reconnectPeriod: 0,
    };
  }

  /** One connection to the broker. @returns why it ended, or null where it was not the broker's doing */
  async #session(signal: AbortSignal, backOff: BackOff): Promise<Trouble | null> {
    const client = mqtt.connect(this.#options());
    let isOurs = false;
    const leave = (): void => {
      isOurs = true;
      client.end(true);
    };
    const take = async (messages: readonly Message[]): Promise<void> => {
      await this.#take(messages);
      backOff.reset();
    };
    const inbox = new Inbox(client, take, leave);
    client.on('connect', () => void this.#subscribe(client));
    signal.addEventListener('abort', leave);
    const ended = await new Promise<unknown>((resolve) => {
      client.once('error', resolve);
      client.once('close', () => resolve(null));
    });
    signal.removeEventListener('abort', leave);
    await inbox.idle();
    client.end(true);
    return isOurs ? null : linkTrouble(ended);
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const { topics, group } = this.#config.collect;
    const shared = topics.map((topic) => `$share/${group}/${topic}`);
    await client.subscribeAsync(shared, { qos: 1 }).catch(() => {});
    this.#troubles.broker.ended(this.#config.mqtt.url, 'Collecting goes on.');
    this.#log.info(`Collecting from ${this.#config.mqtt.url}: ${topics.join(', ')}`);
  }

  /** @throws Error where the messages have to come again */
  async #take(messages: readonly Message[]): Promise<void> {
    const contents = messages.map(({ topic, payload }) => packetsOf(payload, topic.replace(ENDING, '')));
    const refused = contents.reduce((sum, content) => sum + content.refused, 0);
    this.#count({ messages: messages.length, refused });
    for (const lists of portionsOf(contents.map(({ packets }) => packets))) {
      if (await this.#store(lists.flat(), lists.length === 1)) continue;
      // One of them is not what the database takes; the others are not to suffer from that.
      for (const packets of lists) await this.#store(packets, true);
    }
  }

  /**
   * @param isAlone what the database does not take is given up
   * @returns false where the database does not take it, and it is not given up
   * @throws DeliveryFailure where it cannot be done now
   */
  async #store(packets: readonly TimedReading[], isAlone: boolean): Promise<boolean> {
    const { url } = this.#config.postgres;
    try {
      const taken = await this.#database.transaction((transaction) =>
        takeIntoStore(transaction, packets, this.#rules),
      );
      this.#troubles.database.ended(url, 'Collecting goes on.');
      this.#count({ packets: packets.length, ...taken });
      return true;
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      const { trouble, retryable } = error;
      if (!retryable && !isAlone) return false;
      const consequence = retryable
        ? 'The broker keeps what is published.'
        : `Given up: ${packets.length} packets.`;
      this.#troubles.database.began(url, trouble, consequence);
      if (retryable) throw error;
      this.#count({ refused: packets.length });
      return true;
    }
  }

  #count(more: Partial<CollectorCounts>): void {
    const sum = (name: keyof CollectorCounts): number => this.#counts[name] + (more[name] ?? 0);
    this.#counts = {
      messages: sum('messages'),
      packets: sum('packets'),
      transmissions: sum('transmissions'),
      readings: sum('readings'),
      refused: sum('refused'),
    };
  }
}

/** The same lists in the same order, so many together as a transaction is to have. */
function portionsOf(lists: readonly (readonly TimedReading[])[]): (readonly TimedReading[])[][] {
  const portions: (readonly TimedReading[])[][] = [];
  let room = 0;
  for (const list of lists) {
    room -= list.length;
    if (portions.length > 0 && room >= 0) portions[portions.length - 1].push(list);
    else {
      portions.push([list]);
      room = PORTION - list.length;
    }
  }
  return portions;
}
