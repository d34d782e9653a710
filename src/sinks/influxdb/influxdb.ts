import type { Config } from '../../config.js';
import type { Entry } from '../../readings/entry.js';
import { Courier } from '../delivery/courier.js';
import { post } from '../delivery/http-post.js';
import { RateControl } from '../delivery/rate-control.js';
import { secretOf } from '../delivery/secret.js';
import type { Voice } from '../delivery/voice.js';
import type { Sink, SinkStatus } from '../sink.js';
import { influxLine } from './line-protocol.js';

const BATCH_SIZE = 5000;
const MAX_QUEUED = 100_000;
const TIMEOUT_MS = 20_000;

/** Writes readings, intervals and events to InfluxDB 2 or 3 as line protocol. Written twice, a line is there once. */
export class InfluxSink implements Sink {
  readonly name = 'influxdb';
  readonly #settings: Config['influxdb'];
  readonly #rate: RateControl;
  readonly #courier: Courier<string>;

  constructor(settings: Config['influxdb'], voice: Voice) {
    this.#settings = settings;
    this.#rate = new RateControl(settings);
    this.#courier = new Courier({
      ...{ name: this.name, target: settings.url, batchSize: BATCH_SIZE, maxQueued: MAX_QUEUED },
      batchMs: settings.batchIntervalMs,
      deliver: (lines, signal) => this.#deliver(lines, signal),
      ...voice,
    });
  }

  get status(): SinkStatus {
    return this.#courier.status;
  }

  /** @throws Fault `CONFIG` where the file with the token cannot be read */
  async start(): Promise<void> {
    this.#token();
    this.#courier.start();
  }

  write(entry: Entry): void {
    if (entry.kind === 'packet' || entry.kind === 'history' || !this.#rate.passes(entry)) return;
    const line = influxLine(entry, this.#settings.measurement);
    if (line !== null) this.#courier.add(line);
  }

  async stop(): Promise<void> {
    await this.#courier.stop();
  }

  #token(): string {
    return secretOf(this.#settings.token, this.#settings.tokenFile, 'influxdb.tokenFile');
  }

  async #deliver(lines: readonly string[], signal: AbortSignal): Promise<void> {
    const { version } = this.#settings;
    const token = this.#token();
    const scheme = version === 2 ? 'Token' : 'Bearer';
    const headers = {
      'Content-Type': 'text/plain; charset=utf-8',
      ...(token !== '' && { Authorization: `${scheme} ${token}` }),
    };
    const body = `${lines.join('\n')}\n`;
    const settings = {
      credentials: 'influxdb.token, influxdb.tokenFile',
      address:
        version === 2 ? 'influxdb.url, influxdb.org, influxdb.bucket' : 'influxdb.url, influxdb.bucket',
    };
    await post({ url: this.#address(), headers, body, timeoutMs: TIMEOUT_MS, ...settings }, signal);
  }

  #address(): string {
    const { url, version, org, bucket } = this.#settings;
    const base = url.replace(/\/+$/, '');
    return version === 2
      ? `${base}/api/v2/write?${new URLSearchParams({ org, bucket, precision: 'ms' })}`
      : `${base}/api/v3/write_lp?${new URLSearchParams({ db: bucket, precision: 'millisecond' })}`;
  }
}
