import type { IPublishPacket, MqttClient } from 'mqtt';

/** A message as it came. */
export interface Message {
  readonly topic: string;
  readonly payload: string;
}

interface Waiting extends Message {
  /** Absent where the broker wants no answer. */
  readonly messageId: number | undefined;
}

/** Messages taken together at most; beyond them nothing more is read. */
const MOST = 20;

/** Has the client go on to the next message without an answer to this one: that comes later. */
const LATER = new Error('taken with others');

/**
 * The messages of one connection. While some are taken others gather, and are taken together the next time: a database
 * that is slow to commit has fewer commits to do. The broker has its answer once what is in a message is taken; how many
 * it sends before that is its own choice (mosquitto: 20).
 */
export class Inbox {
  readonly #client: MqttClient;
  readonly #take: (messages: readonly Message[]) => Promise<void>;
  readonly #onFailure: () => void;
  readonly #waiting: Waiting[] = [];
  #goOn: (() => void) | null = null;
  #working: Promise<void> | null = null;

  /**
   * @param take      rejects where they have to come again: then nothing more is taken, and they have no answer
   * @param onFailure is to end the connection
   */
  constructor(
    client: MqttClient,
    take: (messages: readonly Message[]) => Promise<void>,
    onFailure: () => void,
  ) {
    this.#client = client;
    this.#take = take;
    this.#onFailure = onFailure;
    client.handleMessage = (packet, done) => this.#receive(packet as IPublishPacket, () => done(LATER));
  }

  /** Resolves once nothing is being taken. */
  async idle(): Promise<void> {
    await this.#working;
  }

  #receive({ topic, payload, messageId }: IPublishPacket, goOn: () => void): void {
    this.#waiting.push({ topic, payload: payload.toString(), messageId });
    this.#working ??= Promise.resolve()
      .then(() => this.#work())
      .finally(() => {
        this.#working = null;
      });
    // The client may hand over the next one before this returns.
    if (this.#waiting.length < MOST) goOn();
    else this.#goOn = goOn;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#client.disconnecting) {
      const messages = this.#waiting.splice(0);
      const goOn = this.#goOn;
      this.#goOn = null;
      goOn?.();
      try {
        await this.#take(messages);
      } catch {
        this.#onFailure();
        return;
      }
      for (const { messageId } of messages) if (messageId !== undefined) this.#answer(messageId);
    }
  }

  #answer(messageId: number): void {
    // biome-ignore lint/complexity/useLiteralKeys: private, as the client has no public way to answer later than it goes on
    this.#client['_sendPacket']({ cmd: 'puback', messageId });
  }
}
