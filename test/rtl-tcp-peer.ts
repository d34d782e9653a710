import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One five-byte command of the client; `value` as the signed number it carries. */
export interface PeerCommand {
  readonly op: number;
  readonly value: number;
}

export interface PlayOptions {
  /** Speed of the air, bytes a second; as fast as the client takes them where absent. */
  readonly bytesPerSecond?: number;
  readonly signal?: AbortSignal;
}

/** What an R820T dongle announces: "RTL0", tuner type 5, 29 gains. */
export const R820T_HEADER = Uint8Array.from(Buffer.from('RTL0\0\0\0\x05\0\0\0\x1d', 'latin1'));

/** A client this far behind loses samples, as rtl_tcp's own queue makes it lose them. */
const MOST_UNSENT_BYTES = 8 * 1024 * 1024;

/**
 * An rtl_tcp server without a dongle: the real byte protocol on a real socket, one client at a time, and
 * whatever bytes are played as its air. It can be killed and listen again on the same port.
 */
export class RtlTcpPeer {
  /** The commands of each client so far, the present one's last. */
  readonly clients: PeerCommand[][] = [];
  /** Bytes of samples that a client was sent, and that were played while none was there. */
  sentBytes = 0;
  lostBytes = 0;
  readonly #header: Uint8Array | null;
  #server: Server | null = null;
  #client: Socket | null = null;
  #port = 0;
  #wake: (() => void) | null = null;

  /** @param header what each client is sent first; null for a server that says nothing. */
  constructor(header: Uint8Array | null = R820T_HEADER) {
    this.#header = header;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens on the port it had, or a free one at first. @returns the port */
  async listen(port = this.#port): Promise<number> {
    const server = createServer((socket) => this.#accept(socket));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    return this.#port;
  }

  /** Cuts the client off and listens no more; `listen` revives it on the same port. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.dropClient();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  /** Cuts the client off, but goes on listening. */
  dropClient(): void {
    this.#client?.destroy();
    this.#client = null;
  }

  /**
   * Plays `chunks` on the air. With a speed, what is played while no client is there is lost, as on a real
   * band; without one, each chunk waits until there is a client that takes it.
   */
  async play(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { bytesPerSecond, signal }: PlayOptions = {},
  ): Promise<void> {
    const startMs = performance.now();
    let playedBytes = 0;
    for await (const chunk of chunks) {
      playedBytes += chunk.length;
      if (bytesPerSecond === undefined) {
        await this.#deliver(chunk, signal);
      } else {
        const waitMs = startMs + (playedBytes / bytesPerSecond) * 1000 - performance.now();
        if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
        if (!signal?.aborted) this.#broadcast(chunk);
      }
      if (signal?.aborted) return;
    }
  }

  #accept(socket: Socket): void {
    if (this.#server === null) {
      socket.destroy(); // accepted in the very moment of being killed
      return;
    }
    const commands: PeerCommand[] = [];
    this.clients.push(commands);
    this.#client = socket;
    let rest = Buffer.alloc(0);
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      for (; rest.length >= 5; rest = rest.subarray(5)) {
        commands.push({ op: rest.readUInt8(0), value: rest.readInt32BE(1) });
      }
    });
    socket.on('error', () => {}); // 'close' follows
    socket.on('drain', () => this.#wake?.());
    socket.on('close', () => {
      if (this.#client === socket) this.#client = null;
      this.#wake?.();
    });
    if (this.#header !== null) socket.write(this.#header);
    this.#wake?.();
  }

  #broadcast(chunk: Uint8Array): void {
    if (this.#client === null || this.#client.writableLength > MOST_UNSENT_BYTES) {
      this.lostBytes += chunk.length;
      return;
    }
    // A copy, since the caller may use its buffer again before it is on its way.
    this.#client.write(Uint8Array.from(chunk));
    this.sentBytes += chunk.length;
  }

  async #deliver(chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
    const wake = () => this.#wake?.();
    signal?.addEventListener('abort', wake);
    while (!signal?.aborted && (this.#client === null || this.#client.writableNeedDrain)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    signal?.removeEventListener('abort', wake);
    if (!signal?.aborted) this.#broadcast(chunk);
  }
}
