import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Band } from './band.js';
import { BandClient, type Delivery } from './band-client.js';
import type { Dongle } from './dongle.js';
import type { TransportFault, TransportFaultKind } from './transport-fault.js';
import { type HeardPacket, VirtualRadio } from './virtual-radio.js';

export interface BandServerOptions {
  readonly band: Band;
  /** Every client has such a one. */
  readonly dongle: Dongle;
  /** Of the noise of each client. */
  readonly seed: number;
  /** How much faster than the clock the air goes by; 1 where absent. */
  readonly speed?: number;
  /** Is told what happens, a sentence each. */
  readonly onEvent?: (message: string) => void;
  /** Is told of each packet that a client was sent in full. */
  readonly onHeard?: (packet: HeardPacket, client: BandClient) => void;
}

/** How often samples are sent, ms. */
const TICK_MS = 16;
/** A server that was held up for longer loses samples, as a dongle does that nobody asks for them; s of the clock. */
const MOST_LATE_SECONDS = 0.5;

/**
 * A server of rtl_tcp's protocol with the band of {@link Band} for its air. All its clients hear the same air at the same
 * time, each with a dongle of its own. Faults can be injected: they happen to all clients.
 */
export class BandServer {
  readonly clients = new Set<BandClient>();
  readonly #options: BandServerOptions;
  readonly #startMs = performance.now();
  readonly #faultUntilMs = new Map<TransportFaultKind, number>();
  #server: Server | null = null;
  #address: { readonly host: string; readonly port: number } | null = null;
  #ticks: NodeJS.Timeout | null = null;
  #served = 0;
  #closed = false;

  constructor(options: BandServerOptions) {
    this.#options = options;
  }

  /** Time of the band. */
  get seconds(): number {
    return ((performance.now() - this.#startMs) / 1000) * (this.#options.speed ?? 1);
  }

  /**
   * Begins to serve.
   * @param port 0: any that is free
   * @returns the port
   * @throws the system's error where it cannot listen there
   */
  async listen(host: string, port: number): Promise<number> {
    const server = createServer((socket) => this.#accept(socket));
    server.listen(port, host);
    await once(server, 'listening');
    this.#server = server;
    this.#address = { host, port: (server.address() as AddressInfo).port };
    this.#ticks ??= setInterval(() => this.#tick(), TICK_MS);
    return this.#address.port;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#ticks !== null) clearInterval(this.#ticks);
    await this.#hangUp();
  }

  /** Lets a fault happen now. Resolves when it is over. */
  async inject({ kind, lengthMs }: TransportFault): Promise<void> {
    this.#options.onEvent?.(`Fault: ${kind} for ${(lengthMs / 1000).toFixed(1)} s.`);
    const untilMs = performance.now() + lengthMs;
    this.#faultUntilMs.set(kind, Math.max(untilMs, this.#faultUntilMs.get(kind) ?? 0));
    if (kind === 'disconnect') await this.#hangUp();
    while (this.#suffers(kind) && !this.#closed) await sleep(10, undefined, { ref: false });
    if (kind === 'disconnect') await this.#listenAgain();
  }

  #suffers(kind: TransportFaultKind): boolean {
    return performance.now() < (this.#faultUntilMs.get(kind) ?? 0);
  }

  get #delivery(): Delivery {
    if (this.#suffers('stall')) return 'stall';
    if (this.#suffers('garbage')) return 'garbage';
    return this.#suffers('slow') ? 'slow' : 'whole';
  }

  #tick(): void {
    const { seconds } = this;
    const delivery = this.#delivery;
    const lateSeconds = MOST_LATE_SECONDS * (this.#options.speed ?? 1);
    for (const client of this.clients) client.sendUntil(seconds, delivery, lateSeconds);
  }

  #accept(socket: Socket): void {
    if (this.#server === null) {
      socket.destroy(); // accepted in the very moment of hanging up
      return;
    }
    const { band, dongle, seed, onEvent, onHeard } = this.#options;
    this.#served++;
    const radio = new VirtualRadio(band, dongle, this.seconds, seed + this.#served);
    const onTuned = () => onEvent?.(`${client.address} listens ${wordsOf(radio)}.`);
    const client = new BandClient(socket, radio, onTuned, this.#suffers('garbage'), seed + this.#served);
    radio.onHeard = (packet) => onHeard?.(packet, client);
    this.clients.add(client);
    onEvent?.(`${client.address} is connected.`);
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => {
      this.clients.delete(client);
      onEvent?.(`${client.address} is gone.`);
    });
  }

  /** Cuts off all clients and listens no more. */
  async #hangUp(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const client of this.clients) client.end();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  async #listenAgain(): Promise<void> {
    while (!this.#closed && this.#server === null && this.#address !== null) {
      const { host, port } = this.#address;
      // Somebody else may have the port for a moment.
      await this.listen(host, port).catch(() => sleep(100, undefined, { ref: false }));
    }
  }
}

function wordsOf({ tuning: { centerHz, sampleRateHz, gainDb, ppm } }: VirtualRadio): string {
  const gain = gainDb === 'auto' ? 'automatic gain' : `${gainDb} dB of gain`;
  const rate = `${Number((sampleRateHz / 1e6).toFixed(6))} MS/s`;
  return `at ${centerHz / 1e6} MHz, ${rate}, ${gain}, ${ppm} ppm corrected`;
}
