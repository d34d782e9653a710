import { createTransport } from 'nodemailer';
import type { Config } from '../../config.js';
import type { Entry, MeterEvent } from '../../readings/entry.js';
import { Courier, DeliveryFailure } from '../delivery/courier.js';
import { networkTrouble } from '../delivery/network-trouble.js';
import { secretOf } from '../delivery/secret.js';
import type { Voice } from '../delivery/voice.js';
import type { Sink, SinkStatus } from '../sink.js';
import { digestMail, type Mail, urgentMail } from './digest.js';

const HOUR_MS = 3_600_000;
const MAX_QUEUED = 100;
/** Events kept for a digest at most; of more only the number is. */
const MAX_COLLECTED = 500;
const TIMEOUT_MS = 20_000;

export interface EmailSinkOptions extends Voice {
  /** Time that only grows, ms. */
  readonly now?: () => number;
}

/**
 * Tells of events by e-mail: alarms at once, so many an hour at most, everything else (and the alarms beyond that) in a
 * digest.
 */
export class EmailSink implements Sink {
  readonly name = 'email';
  readonly #settings: Config['email'];
  readonly #now: () => number;
  readonly #courier: Courier<Mail>;
  #urgentMs: number[] = [];
  #collected: MeterEvent[] = [];
  #untold = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(settings: Config['email'], { now = () => performance.now(), ...voice }: EmailSinkOptions) {
    this.#settings = settings;
    this.#now = now;
    this.#courier = new Courier({
      ...{
        name: this.name,
        target: new URL(settings.server).host,
        batchSize: 1,
        batchMs: 0,
        maxQueued: MAX_QUEUED,
      },
      deliver: ([mail]) => this.#deliver(mail),
      ...voice,
    });
  }

  get status(): SinkStatus {
    return this.#courier.status;
  }

  /** @throws Fault `CONFIG` where the file with the password cannot be read */
  async start(): Promise<void> {
    this.#password();
    this.#courier.start();
  }

  write(entry: Entry): void {
    if (entry.kind !== 'event') return;
    if (this.#settings.meters === 'named' && entry.meter !== null && entry.meter.name === null) return;
    if (entry.severity === 'alarm' && this.#mayBeUrgent()) this.#courier.add(urgentMail(entry));
    else this.#collect(entry);
  }

  /** Sends the digest that there would be. */
  async stop(): Promise<void> {
    this.#sendDigest();
    await this.#courier.stop();
  }

  #mayBeUrgent(): boolean {
    const nowMs = this.#now();
    this.#urgentMs = this.#urgentMs.filter((sentMs) => nowMs - sentMs < HOUR_MS);
    if (this.#urgentMs.length >= this.#settings.mostAnHour) return false;
    this.#urgentMs.push(nowMs);
    return true;
  }

  #collect(event: MeterEvent): void {
    if (this.#collected.length < MAX_COLLECTED) this.#collected.push(event);
    else this.#untold += 1;
    this.#timer ??= setTimeout(() => this.#sendDigest(), this.#settings.digestIntervalMs);
  }

  #sendDigest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#collected.length === 0) return;
    this.#courier.add(digestMail(this.#collected, this.#untold));
    this.#collected = [];
    this.#untold = 0;
  }

  #password(): string {
    return secretOf(this.#settings.password, this.#settings.passwordFile, 'email.passwordFile');
  }

  async #deliver(mail: Mail): Promise<void> {
    const { server, user, from, to } = this.#settings;
    const { protocol, hostname, port } = new URL(server);
    const transport = createTransport({
      host: hostname,
      port: Number(port) || (protocol === 'smtps:' ? 465 : 587),
      secure: protocol === 'smtps:',
      ...(user !== '' && { auth: { user, pass: this.#password() } }),
      ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    });
    try {
      await transport.sendMail({ from, to: [...to], ...mail });
    } catch (error) {
      throw failureOf(error);
    } finally {
      transport.close();
    }
  }
}

function failureOf(error: unknown): DeliveryFailure {
  const { code, responseCode, response } = error as {
    code?: string;
    responseCode?: number;
    response?: string;
  };
  if (code === 'EAUTH')
    return new DeliveryFailure({
      reason: 'it does not let us in',
      advice: 'correct email.user, email.password',
    });
  const trouble = networkTrouble(error);
  if (responseCode === undefined) {
    const reason = error instanceof Error ? error.message : String(error);
    return new DeliveryFailure(trouble ?? { reason, advice: '' });
  }
  const said = (response ?? '').replace(/\s+/g, ' ').slice(0, 200);
  if (responseCode < 500)
    return new DeliveryFailure({ reason: `it cannot now: ${said}`, advice: 'see what it logs' });
  const advice = 'correct email.from, email.to';
  return new DeliveryFailure({ reason: `it refuses the message: ${said}`, advice }, false);
}
