import assert from 'node:assert';
import { Fault } from '../errors.js';
import { BlockQueue } from './block-queue.js';
import { type Clock, systemClock } from './clock.js';
import { type ConnectionOptions, RtlTcpConnection } from './rtltcp-connection.js';
import { addressOf, nearestTuning } from './rtltcp-protocol.js';
import type { SampleBlock, SampleSource, SourceEvent, Tuning } from './source.js';
import { StreamClock } from './stream-clock.js';

export interface RtlTcpOptions {
  readonly host: string;
  readonly port: number;
  /** Is told of each outage twice: when it begins, and when samples flow again. */
  readonly onEvent?: ((event: SourceEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** Samples of every block but the last of a connection; 16 ms where absent. */
  readonly blockSamples?: number | undefined;
  /** What may wait for a slow consumer, ms of signal; 1000 where absent. */
  readonly queueMs?: number | undefined;
  /** Longest wait for the server's header, ms; 5000 where absent. */
  readonly headerTimeoutMs?: number | undefined;
  /** Silence after which the connection is given up, ms; 3000 where absent. */
  readonly stallMs?: number | undefined;
}

/** Short, since a packet waits for its block. */
const BLOCK_MS = 16;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;
/** An outage is noticed to be over by at most half its length late. */
const RETRY_GROWTH = 1.5;
/** Samples that flowed for less than this were none: a server that fails at once is not asked four times a second. */
const STEADY_FLOW_MS = 1000;

/**
 * A dongle behind an rtl_tcp server. Once open it is there until closed: a connection that drops or falls
 * silent is made anew, after 0.25 s, 0.375 s, … 30 s, and set as wanted every time; the waits begin anew once
 * samples have flowed for a second. The samples of an outage show as a jump of `firstSample`, as do those dropped
 * when blocks are not fetched in time.
 */
export class RtlTcpSource implements SampleSource {
  readonly id: string;
  readonly live = true;
  readonly lengthSamples = null;
  readonly #options: RtlTcpOptions;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #queue: BlockQueue | null = null;
  #keeper: Promise<void> | null = null;
  #retryMs = FIRST_RETRY_MS;
  #outage: { code: SourceEvent['code']; sinceMs: number } | null = null;
  #outages = 0;
  /** When samples began to flow after the last outage, and when the last came. */
  #flow = { sinceMs: 0, lastMs: 0 };

  constructor(options: RtlTcpOptions) {
    this.id = addressOf(options.host, options.port);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  get droppedSamples(): number {
    return this.#queue?.droppedSamples ?? 0;
  }

  /** Outages since `open`, one under way included. */
  get outages(): number {
    return this.#outages;
  }

  /**
   * Connects and sets the dongle.
   * @returns `wanted` as far as the protocol can say it; a server does not tell what the dongle made of it.
   * @throws Fault `SOURCE_NOT_FOUND`; the signal's reason when aborted.
   */
  async open(wanted: Tuning, signal?: AbortSignal): Promise<Tuning> {
    assert(this.#queue === null, 'a source is opened once');
    const tuning = nearestTuning(wanted);
    this.#queue = this.#newQueue(tuning.sampleRateHz);
    const giveUp = () => this.#closing.abort();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const connection = await this.#connect(this.#queue, tuning);
      this.#keeper = this.#keepConnected(this.#queue, tuning, connection);
      return tuning;
    } catch (fault) {
      signal?.throwIfAborted();
      throw fault;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock, void, undefined> {
    assert(this.#queue !== null, 'open comes first');
    const stop = () => void this.close();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (;;) {
        const block = await this.#queue.take();
        if (block === null) return;
        yield block;
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#queue?.end();
    await this.#keeper;
  }

  #newQueue(sampleRateHz: number): BlockQueue {
    const { queueMs = 1000 } = this.#options;
    const blockSamples = this.#options.blockSamples ?? Math.round((BLOCK_MS / 1000) * sampleRateHz);
    const capacity = Math.max(1, Math.round(((queueMs / 1000) * sampleRateHz) / blockSamples));
    const clock = new StreamClock(this.#clock, sampleRateHz);
    return new BlockQueue({ format: 'cu8', blockSamples, capacity, clock });
  }

  async #connect(queue: BlockQueue, tuning: Tuning): Promise<RtlTcpConnection> {
    const { host, port, headerTimeoutMs = 5000, stallMs = 3000 } = this.#options;
    const onSamples: ConnectionOptions['onSamples'] = (bytes) => {
      this.#noteFlow();
      queue.write(bytes);
    };
    const { signal } = this.#closing;
    const connection = await RtlTcpConnection.open({
      host,
      port,
      headerTimeoutMs,
      stallMs,
      onSamples,
      signal,
    });
    connection.tune(tuning);
    return connection;
  }

  /** Replaces each connection that ends by the next, until closed. */
  async #keepConnected(queue: BlockQueue, tuning: Tuning, first: RtlTcpConnection): Promise<void> {
    const { signal } = this.#closing;
    let connection: RtlTcpConnection | null = first;
    while (!signal.aborted) {
      if (connection !== null) {
        const why = await connection.ended;
        if (signal.aborted) return;
        queue.interrupt();
        if (this.#flow.lastMs - this.#flow.sinceMs >= STEADY_FLOW_MS) this.#retryMs = FIRST_RETRY_MS;
        this.#noteOutage(why);
      }
      await this.#clock.sleep(this.#retryMs, signal);
      this.#retryMs = Math.min(RETRY_GROWTH * this.#retryMs, LONGEST_RETRY_MS);
      if (signal.aborted) return;
      connection = await this.#connect(queue, tuning).catch((error: unknown) => {
        if (error instanceof Fault) return null;
        throw error;
      });
    }
  }

  #noteOutage(why: Fault): void {
    if (this.#outage !== null) return; // a connection without samples did not end the outage
    const code = why.code === 'SOURCE_STALLED' ? why.code : 'SOURCE_LOST';
    this.#outage = { code, sinceMs: this.#clock.monotonicMs() };
    this.#outages += 1;
    this.#options.onEvent?.({ kind: 'lost', code, message: why.message });
  }

  #noteFlow(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#flow.lastMs = nowMs;
    if (this.#outage === null) return;
    const { code, sinceMs } = this.#outage;
    const seconds = ((nowMs - sinceMs) / 1000).toFixed(1);
    this.#outage = null;
    this.#flow.sinceMs = nowMs;
    const message = `Samples flow again from rtl_tcp at ${this.id}, ${seconds} s later.`;
    this.#options.onEvent?.({ kind: 'restored', code, message });
  }
}
