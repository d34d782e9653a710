import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '../readings/entry.js';
import type { Reading } from '../readings/reading.js';
import { type PacketFormat, packetWriter } from './formats/packet-format.js';
import type { RowWriter } from './layout.js';
import type { PacketFilter } from './packet-filter.js';
import type { Sink } from './sink.js';

/** How packets are printed; `none` prints nothing. */
export type StdoutFormat = PacketFormat | 'none';

export interface StdoutSinkOptions {
  readonly stream: Writable;
  readonly format: StdoutFormat;
  /** Which packets are printed; all where absent. */
  readonly filter?: PacketFilter | undefined;
  /** Lines held for a reader that is slower than the air; beyond them new ones are dropped and counted. */
  readonly maxQueuedLines?: number;
}

/** How long a reader that stopped reading may hold up a shutdown that was asked for, ms. */
const ABORTED_GRACE_MS = 500;

/**
 * Prints packets, one line each, to standard output or any other stream. It never blocks: a live receiver
 * that outruns its reader loses lines, a replay waits for `drained()` and loses none. When the reader goes
 * away (`| head`), the sink is `closed` and takes the rest quietly.
 */
export class StdoutSink implements Sink {
  readonly name = 'stdout';
  readonly #stream: Writable;
  readonly #maxQueuedLines: number;
  readonly #writer: RowWriter<Reading> | null;
  readonly #filter: PacketFilter | undefined;
  readonly #queue: string[] = [];
  readonly #waiting = new Set<() => void>();
  #full = false;
  #closed = false;
  #dropped = 0;
  #signal: AbortSignal | null = null;

  constructor(options: StdoutSinkOptions) {
    this.#stream = options.stream;
    this.#maxQueuedLines = options.maxQueuedLines ?? 10_000;
    this.#writer = options.format === 'none' ? null : packetWriter(options.format);
    this.#filter = options.filter;
  }

  /** True once nobody reads any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Lines lost because the reader was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Prints the header, if the format has one. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    signal.addEventListener('abort', this.#wake);
    this.#stream.on('drain', this.#onDrain);
    this.#stream.on('error', this.#onClosed);
    this.#stream.on('close', this.#onClosed);
    if (this.#writer !== null && this.#writer.header !== '') this.#print(this.#writer.header);
  }

  write(entry: Entry): void {
    if (this.#writer === null || entry.kind !== 'packet') return;
    if (this.#filter?.accepts(entry.packet) !== false) this.#print(this.#writer.line(entry.packet));
  }

  /** Resolves when every line has left, at once where nobody reads any more or a shutdown was asked for. */
  async drained(): Promise<void> {
    if (this.#full && !this.#closed && !this.#signal?.aborted) await this.#woken();
  }

  /** Waits for the reader, though not for long after the signal was aborted; leaves the stream open. */
  async stop(): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.#flushed(), this.#outOfPatience(over.signal)]);
    over.abort();
    this.#signal?.removeEventListener('abort', this.#wake);
    this.#stream.off('drain', this.#onDrain);
    this.#stream.off('close', this.#onClosed);
    // The listener for errors stays: a reader that goes away now is no reason to crash.
  }

  #print(line: string): void {
    if (this.#closed) return;
    if (!this.#full) this.#full = !this.#stream.write(line);
    else if (this.#queue.length < this.#maxQueuedLines) this.#queue.push(line);
    else this.#dropped += 1;
  }

  readonly #onDrain = (): void => {
    this.#full = false;
    if (this.#queue.length > 0) this.#full = !this.#stream.write(this.#queue.splice(0).join(''));
    if (!this.#full) this.#wake();
  };

  readonly #onClosed = (): void => {
    this.#closed = true;
    this.#queue.length = 0;
    this.#wake();
  };

  readonly #wake = (): void => {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  };

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  async #flushed(): Promise<void> {
    while (this.#full && !this.#closed) await this.#woken();
    if (!this.#closed) await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
  }

  /** Resolves a while after a shutdown was asked for; rejects when `over` is aborted. */
  async #outOfPatience(over: AbortSignal): Promise<void> {
    if (this.#signal?.aborted === false) await once(this.#signal, 'abort', { signal: over });
    await delay(ABORTED_GRACE_MS, undefined, { signal: over });
  }
}
