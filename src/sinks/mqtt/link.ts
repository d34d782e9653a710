import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { networkTrouble } from '../delivery/network-trouble.js';
import type { Trouble } from '../trouble.js';

/** A message as it is published. */
export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** An answer that takes longer than this never comes, ms. */
const ANSWER_MS = 20_000;

/** Why a connection to a broker could not be made or did not last. */
export class LinkFailure extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble.reason, { cause });
    this.trouble = trouble;
  }
}

/** What a broker says when it will not have us, by the code of its answer. */
const REFUSALS: Readonly<Record<number, Trouble>> = {
  1: { reason: 'it does not speak MQTT 3.1.1', advice: 'use another broker' },
  2: { reason: 'it does not like the client ID', advice: 'see what it logs' },
  3: { reason: 'it is not available now', advice: 'see what it logs' },
  4: {
    reason: 'user name or password is wrong',
    advice: 'correct mqtt.user, mqtt.password or mqtt.passwordFile',
  },
  5: {
    reason: 'it does not let this user in',
    advice: 'correct mqtt.user, mqtt.password or mqtt.passwordFile',
  },
};

/** One connection to a broker, from its beginning to its end; what comes after is another one. */
export class MqttLink {
  readonly #client: MqttClient;
  readonly #qos: 0 | 1 | 2;
  /** Resolves when the connection is no more, to why. */
  readonly closed: Promise<LinkFailure>;
  /** Those who wait for an answer: a promise that lives as long as the connection would keep all that ever waited. */
  readonly #waiting = new Set<(failure: LinkFailure) => void>();
  #open = true;

  private constructor(client: MqttClient, qos: 0 | 1 | 2) {
    this.#client = client;
    this.#qos = qos;
    this.closed = new Promise((resolve) => {
      const end = (error?: unknown): void => {
        if (!this.#open) return;
        this.#open = false;
        const failure = failureOf(error);
        resolve(failure);
        for (const tell of this.#waiting) tell(failure);
      };
      client.on('error', end);
      client.on('close', () => end());
    });
  }

  /**
   * @param options address, credentials and will
   * @throws LinkFailure where it cannot be made
   */
  static async open(options: IClientOptions, qos: 0 | 1 | 2, signal: AbortSignal): Promise<MqttLink> {
    const client = connect({
      ...options,
      reconnectPeriod: 0,
      connectTimeout: ANSWER_MS,
      queueQoSZero: false,
    });
    const link = new MqttLink(client, qos);
    const stop = (): void => void client.end(true);
    signal.addEventListener('abort', stop);
    const connected = new Promise<null>((resolve) => client.once('connect', () => resolve(null)));
    const failure = await Promise.race([connected, link.closed]);
    signal.removeEventListener('abort', stop);
    if (failure === null) return link;
    client.end(true);
    throw failure;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Messages of these topics from here on, retained ones at once. */
  async subscribe(
    topics: readonly string[],
    onMessage: (topic: string, payload: string) => void,
  ): Promise<void> {
    this.#client.on('message', (topic, payload) => onMessage(topic, payload.toString()));
    await this.#answered(this.#client.subscribeAsync([...topics], { qos: 0 }));
  }

  /**
   * Publishes in this order.
   * @returns how many of the first ones the broker has; all of them, unless the connection ended
   */
  async publish(publications: readonly Publication[]): Promise<number> {
    const arrived = publications.map(() => false);
    const all = publications.map(async ({ topic, payload, retain }, index) => {
      await this.#client.publishAsync(topic, payload, { qos: this.#qos, retain });
      arrived[index] = true;
    });
    // What fails after another did is of no interest.
    for (const one of all) one.catch(() => {});
    if (this.#open) await this.#answered(Promise.all(all)).catch(() => this.#abandon());
    const missing = arrived.indexOf(false);
    return missing === -1 ? publications.length : missing;
  }

  /** Takes leave: the will is not published. */
  async end(): Promise<void> {
    if (this.#open) await this.#answered(this.#client.endAsync()).catch(() => {});
    this.#abandon();
  }

  #abandon(): void {
    this.#client.end(true);
  }

  async #answered<Result>(answer: Promise<Result>): Promise<Result> {
    let fail: (failure: LinkFailure) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.#waiting.add(fail);
    const timer = setTimeout(() => fail(new LinkFailure(SILENT)), ANSWER_MS);
    try {
      return await Promise.race([answer, failed]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(fail);
    }
  }
}

const SILENT: Trouble = {
  reason: 'it does not answer',
  advice: 'see what it logs, and whether it has room for more',
};
const CUT: Trouble = {
  reason: 'the connection was cut',
  advice: 'see what it logs, and whether it has room for more',
};

function failureOf(error: unknown): LinkFailure {
  return new LinkFailure(linkTrouble(error), error);
}

/** Why a connection to a broker ended. @param error of its client; none where it was cut without a word */
export function linkTrouble(error: unknown): Trouble {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'number' && code in REFUSALS) return REFUSALS[code];
  const trouble = networkTrouble(error);
  if (trouble !== null) return trouble;
  if (!(error instanceof Error)) return CUT;
  return /timeout/.test(error.message) ? SILENT : { reason: error.message, advice: '' };
}
