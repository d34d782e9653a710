import type { Reading } from '../../readings/reading.js';

/** A bundle goes after this time, ms, or with so many packets. */
const BUNDLE_MS = 1000;
const MOST = 200;

/** Packets of a second as one message: who collects them from many receivers is spared the many messages. */
export class PacketBundle {
  readonly #send: (payload: string) => void;
  #packets: Reading[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param send given a JSON list of packets */
  constructor(send: (payload: string) => void) {
    this.#send = send;
  }

  add(packet: Reading): void {
    this.#packets.push(packet);
    if (this.#packets.length >= MOST) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), BUNDLE_MS);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#packets.length === 0) return;
    this.#send(JSON.stringify(this.#packets));
    this.#packets = [];
  }
}
