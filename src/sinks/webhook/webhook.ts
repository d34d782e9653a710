import { createHmac } from 'node:crypto';
import type { Config } from '../../config.js';
import type { Entry } from '../../readings/entry.js';
import { Courier } from '../delivery/courier.js';
import { post } from '../delivery/http-post.js';
import { RateControl } from '../delivery/rate-control.js';
import { secretOf } from '../delivery/secret.js';
import type { Voice } from '../delivery/voice.js';
import { eventRecord, intervalRecord, type JsonRecord, readingRecord } from '../records.js';
import type { Sink, SinkStatus } from '../sink.js';

const MAX_QUEUED = 10_000;

/**
 * The signature of a body: HMAC with SHA-256 over the time, a point and the body, in hexadecimal digits.
 * @param time seconds since 1970, as sent beside it
 */
export function signatureOf(secret: string, time: string, body: string): string {
  return createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
}

/** Posts readings, intervals or events as JSON, one a request, in order; what the server does not take comes again. */
export class WebhookSink implements Sink {
  readonly name = 'webhook';
  readonly #settings: Config['webhook'];
  readonly #rate: RateControl;
  readonly #courier: Courier<JsonRecord>;

  constructor(settings: Config['webhook'], voice: Voice) {
    this.#settings = settings;
    this.#rate = new RateControl(settings);
    this.#courier = new Courier({
      ...{
        name: this.name,
        target: new URL(settings.url).origin,
        batchSize: 1,
        batchMs: 0,
        maxQueued: MAX_QUEUED,
      },
      deliver: ([record], signal) => this.#deliver(record, signal),
      ...voice,
    });
  }

  get status(): SinkStatus {
    return this.#courier.status;
  }

  /** @throws Fault `CONFIG` where the file with the secret cannot be read */
  async start(): Promise<void> {
    this.#secret();
    this.#courier.start();
  }

  write(entry: Entry): void {
    if (entry.kind === 'packet' || entry.kind === 'history') return;
    if (!this.#settings.kinds.includes(entry.kind)) return;
    if (!this.#rate.passes(entry)) return;
    this.#courier.add({ kind: entry.kind, ...recordOf(entry) });
  }

  async stop(): Promise<void> {
    await this.#courier.stop();
  }

  #secret(): string {
    return secretOf(this.#settings.secret, this.#settings.secretFile, 'webhook.secretFile');
  }

  async #deliver(record: JsonRecord, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(record);
    const time = String(Math.floor(Date.now() / 1000));
    const secret = this.#secret();
    const headers = {
      'Content-Type': 'application/json',
      'X-Ertd-Time': time,
      ...(secret !== '' && { 'X-Ertd-Signature': `sha256=${signatureOf(secret, time, body)}` }),
    };
    const { url, timeoutMs } = this.#settings;
    const settings = { credentials: 'webhook.url, webhook.secret', address: 'webhook.url' };
    await post({ url, headers, body, timeoutMs, ...settings }, signal);
  }
}

function recordOf(entry: Exclude<Entry, { kind: 'packet' | 'history' }>): JsonRecord {
  if (entry.kind === 'reading') return readingRecord(entry);
  return entry.kind === 'interval' ? intervalRecord(entry) : eventRecord(entry);
}
