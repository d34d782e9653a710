import type { IClientOptions } from 'mqtt';
import { BackOff } from '../delivery/back-off.js';
import { Bell } from '../delivery/bell.js';
import type { Outbox } from '../outbox.js';
import { sentence, TroubleReport } from '../trouble.js';
import { LinkFailure, MqttLink, type Publication } from './link.js';
import type { Retained } from './retained.js';

export interface PublisherOptions {
  /** The broker's address, without secrets. */
  readonly target: string;
  readonly qos: 0 | 1 | 2;
  /** How to connect; asked anew each time. @throws Fault `CONFIG` where a file cannot be read */
  readonly connection: () => IClientOptions;
  readonly outbox: Outbox;
  readonly retained: Retained;
  /** What is published first on every connection, and last where there is time to take leave. */
  readonly greeting: readonly Publication[];
  readonly farewell: Publication;
  /** What is listened to. */
  readonly topics: readonly string[];
  readonly onMessage: (topic: string, payload: string) => void;
  readonly onTrouble: (message: string) => void;
  readonly onRecovered: (message: string) => void;
  /** The first wait before a broker is tried again, ms. */
  readonly firstWaitMs?: number | undefined;
}

/** Messages that are under way at once: what a broker that dies may have taken without saying so. */
const WINDOW = 16;
/** How often messages that wait are put on the disk while the broker is away, ms. */
const SPILL_MS = 10_000;
/** How long what waits may hold up the end, ms. */
const FAREWELL_MS = 3000;

/** Publishes what is in an outbox, and what is to be retained, over one connection after the other. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #report: TroubleReport;
  readonly #bell = new Bell();
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #spilling: NodeJS.Timeout | undefined;
  #connected = false;
  #sent = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    const say = { trouble: options.onTrouble, recovered: options.onRecovered };
    this.#report = new TroubleReport(say, () => performance.now());
  }

  /** Messages that the broker has. */
  get sent(): number {
    return this.#sent;
  }

  /** Why nothing can be published now, or null. */
  get trouble(): string | null {
    const trouble = this.#report.current;
    return trouble === null ? null : sentence(trouble);
  }

  start(): void {
    this.#spilling = setInterval(() => this.#connected || this.#options.outbox.spill(), SPILL_MS);
    this.#running = this.#run(this.#stopping.signal);
  }

  /** There is something to publish. */
  wake(): void {
    this.#bell.ring();
  }

  /** Publishes what waits, though not for long, and takes leave. */
  async stop(): Promise<void> {
    if (this.#running === null) return;
    clearInterval(this.#spilling);
    const patience = setTimeout(() => this.#stopping.abort(), this.#connected ? FAREWELL_MS : 0);
    while (this.#connected && this.#options.outbox.length > 0 && !this.#stopping.signal.aborted) {
      this.#bell.ring();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    clearTimeout(patience);
    this.#stopping.abort();
    this.#bell.ring();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { connection, qos, outbox, firstWaitMs } = this.#options;
    const backOff = new BackOff(firstWaitMs);
    while (!signal.aborted) {
      try {
        await this.#serve(await MqttLink.open(connection(), qos, signal), signal, backOff);
      } catch (failure) {
        if (signal.aborted) return;
        this.#failed(failure);
      }
      outbox.spill();
      await backOff.wait(signal);
    }
  }

  #failed(failure: unknown): void {
    const trouble =
      failure instanceof LinkFailure
        ? failure.trouble
        : { reason: failure instanceof Error ? failure.message : String(failure), advice: '' };
    this.#report.began(this.#options.target, trouble, this.#waiting);
  }

  get #waiting(): string {
    return `Messages that wait: ${this.#options.outbox.length}.`;
  }

  /** Publishes over one connection until it ends. @throws LinkFailure why it ended */
  async #serve(link: MqttLink, signal: AbortSignal, backOff: BackOff): Promise<void> {
    void link.closed.then(() => this.#bell.ring());
    await this.#greet(link);
    this.#connected = true;
    try {
      while (link.open && !signal.aborted) {
        const isAtRest = !(await this.#publishSome(link));
        // A broker without room lets us in, and cuts the connection at the first message.
        if (link.open) {
          backOff.reset();
          this.#report.ended(this.#options.target, this.#waiting);
        }
        if (isAtRest) await this.#bell.heard();
      }
    } finally {
      this.#connected = false;
    }
    if (!link.open) throw await link.closed;
    await link.publish([this.#options.farewell]);
    await link.end();
  }

  async #greet(link: MqttLink): Promise<void> {
    const { greeting, retained, topics, onMessage } = this.#options;
    await link.publish(greeting);
    retained.renew();
    if (topics.length > 0) await link.subscribe(topics, onMessage);
  }

  /** @returns whether there was something to publish */
  async #publishSome(link: MqttLink): Promise<boolean> {
    const { outbox, retained } = this.#options;
    const states = retained.take(WINDOW);
    const letters = outbox.first(WINDOW);
    const events = letters.map((letter) => ({ ...letter, retain: false }));
    const arrived = await link.publish([...events, ...states]);
    outbox.delivered(Math.min(arrived, letters.length));
    retained.published(states, Math.max(0, arrived - letters.length));
    this.#sent += arrived;
    return letters.length + states.length > 0;
  }
}
