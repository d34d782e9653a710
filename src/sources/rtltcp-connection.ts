import { connect, type Socket } from 'node:net';
import { Fault, systemErrorCode } from '../errors.js';
import {
  addressOf,
  HEADER_BYTES,
  looksLikeHeader,
  noHeader,
  tunerIn,
  tuningCommands,
  unreachable,
  wrongHeader,
} from './rtltcp-protocol.js';
import type { Tuning } from './source.js';

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** Longest wait for the server's header, ms. */
  readonly headerTimeoutMs: number;
  /** Longest silence of a server that should be sending samples, ms. */
  readonly stallMs: number;
  /** Takes samples as they arrive; the bytes are valid during the call only. */
  readonly onSamples: (bytes: Uint8Array) => void;
  /** Cuts the connection. */
  readonly signal: AbortSignal;
}

const READ_BUFFER_BYTES = 256 * 1024;

/** One connection to an rtl_tcp server, from its header to its end. */
export class RtlTcpConnection {
  /** Resolves, with the reason, when the connection is over; never rejects. */
  readonly ended: Promise<Fault>;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerBytes = 0;
  #receivedBytes = 0;
  #tuning: Tuning | null = null;
  #resolveEnded: (why: Fault) => void = () => {};
  #resolveOpened: () => void = () => {};
  readonly #cut = (): void =>
    this.#end(new Fault('SOURCE_LOST', 'The connection was closed from this side.'));

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);
    const callback = (length: number) => {
      this.#receive(buffer.subarray(0, length));
      return true;
    };
    const { host, port, signal } = options;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      onread: { buffer, callback },
    });
    // Not by the socket's own signal option: it leaves a listener behind for each attempt that failed.
    signal.addEventListener('abort', this.#cut, { once: true });
    this.#socket.on('error', (error) => this.#end(this.#faultOf(error)));
    this.#socket.on('close', () => this.#end(this.#closedByServer()));
    this.#socket.on('timeout', () => this.#checkStall());
  }

  /**
   * Connects and waits for the server's header.
   * @throws Fault `SOURCE_NOT_FOUND`: what is wrong at the other end, and what to try.
   */
  static async open(options: ConnectionOptions): Promise<RtlTcpConnection> {
    const { host, port, headerTimeoutMs } = options;
    const connection = new RtlTcpConnection(options);
    const opened = new Promise<null>((resolve) => {
      connection.#resolveOpened = () => resolve(null);
    });
    const silent = () => connection.#end(noHeader(host, port, `was silent for ${headerTimeoutMs / 1000} s`));
    const deadline = setTimeout(silent, headerTimeoutMs);
    const why = await Promise.race([opened, connection.ended]);
    clearTimeout(deadline);
    if (why !== null) throw why;
    return connection;
  }

  /** Sets the dongle, as far as it is not set so already. The server does not tell whether it could. */
  tune(tuning: Tuning): void {
    const commands = tuningCommands(tuning, this.#tuning);
    this.#tuning = tuning;
    if (commands.length > 0) this.#socket.write(commands);
  }

  /** The tuner's chip, as the header tells it. */
  get tuner(): string | null {
    return this.#hasHeader ? tunerIn(this.#header) : null;
  }

  get #hasHeader(): boolean {
    return this.#headerBytes === HEADER_BYTES;
  }

  /** The first reason counts; what the socket says after it is a consequence. */
  #end(why: Fault): void {
    this.#resolveEnded(why);
    this.#socket.destroy();
    this.#options.signal.removeEventListener('abort', this.#cut);
  }

  #receive(bytes: Uint8Array): void {
    this.#receivedBytes += bytes.length;
    const headerPart = bytes.subarray(0, HEADER_BYTES - this.#headerBytes);
    if (headerPart.length > 0) this.#receiveHeader(headerPart);
    if (this.#socket.destroyed) return;
    if (bytes.length > headerPart.length) this.#options.onSamples(bytes.subarray(headerPart.length));
  }

  #receiveHeader(part: Uint8Array): void {
    this.#header.set(part, this.#headerBytes);
    this.#headerBytes += part.length;
    const received = this.#header.subarray(0, this.#headerBytes);
    if (!looksLikeHeader(received)) {
      this.#end(wrongHeader(this.#options.host, this.#options.port, received));
    } else if (this.#hasHeader) {
      this.#socket.setTimeout(this.#options.stallMs);
      this.#resolveOpened();
    }
  }

  #checkStall(): void {
    const before = this.#receivedBytes;
    // Where it was this process that was held up, the samples are there and only unread: look once more.
    setImmediate(() => {
      if (this.#receivedBytes !== before) return;
      const { host, port, stallMs } = this.#options;
      const message = `No samples from rtl_tcp at ${addressOf(host, port)} for ${stallMs / 1000} s: connecting again.`;
      this.#end(new Fault('SOURCE_STALLED', message, { retryable: true }));
    });
  }

  #faultOf(error: Error): Fault {
    const { host, port } = this.#options;
    if (!this.#hasHeader) return unreachable(host, port, error);
    return this.#lost(systemErrorCode(error) ?? error.message, error);
  }

  #closedByServer(): Fault {
    const { host, port } = this.#options;
    if (!this.#hasHeader) return noHeader(host, port, 'closed the connection');
    return this.#lost('the server closed the connection');
  }

  #lost(why: string, cause?: unknown): Fault {
    const address = addressOf(this.#options.host, this.#options.port);
    const message = `Lost rtl_tcp at ${address} (${why}): connecting again until it answers.`;
    return new Fault('SOURCE_LOST', message, { retryable: true, cause });
  }
}
