import type { Socket } from 'node:net';
import { Random } from './random.js';
import { CommandReader, header } from './rtl-tcp-commands.js';
import type { VirtualRadio } from './virtual-radio.js';

/** A client this far behind loses samples, as the queue of rtl_tcp makes it lose them. */
const MOST_UNSENT_BYTES = 4 * 1024 * 1024;
/** How the samples get to a client. */
export type Delivery = 'whole' | 'stall' | 'garbage' | 'slow';

/** Share of the samples that gets through. */
const SHARE: Readonly<Record<Delivery, number>> = { whole: 1, stall: 0, garbage: 0, slow: 0.3 };

/** One client of the virtual band: a dongle of its own, which it tunes by commands. */
export class BandClient {
  readonly address: string;
  readonly radio: VirtualRadio;
  readonly #socket: Socket;
  readonly #garbage: Random;
  /** Samples that it lost because it did not take them in time. */
  lostSamples = 0;

  /**
   * @param onTuned is told after commands that changed something
   * @param garbage begin with other bytes than a header
   */
  constructor(socket: Socket, radio: VirtualRadio, onTuned: () => void, garbage: boolean, seed: number) {
    this.address = `${socket.remoteAddress}:${socket.remotePort}`;
    this.radio = radio;
    this.#socket = socket;
    this.#garbage = new Random(seed);
    const commands = new CommandReader();
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      const before = radio.tuning;
      if (radio.tune(commands.read(bytes)) !== before) onTuned();
    });
    socket.write(garbage ? this.#nonsense(12) : header());
  }

  /**
   * Sends what the radio receives up to a time of the band, or what is left of it on the way.
   * @param lateSeconds air that is sent late at most: what a server that was held up would have had to send is lost
   */
  sendUntil(seconds: number, delivery: Delivery, lateSeconds: number): void {
    const { radio } = this;
    radio.skip(seconds - lateSeconds - radio.seconds);
    const due = radio.samplesUntil(seconds);
    const behind = this.#socket.writableLength > MOST_UNSENT_BYTES;
    if (behind) this.lostSamples += due;
    const samples = behind ? 0 : Math.floor(SHARE[delivery] * due);
    if (samples > 0) this.#send(samples);
    if (delivery === 'garbage' && !behind) this.#socket.write(this.#nonsense(2 * due));
    if (samples < due) radio.skip(seconds - radio.seconds);
  }

  end(): void {
    this.#socket.destroy();
  }

  #send(samples: number): void {
    // Its own for each call: the socket keeps it until it is sent.
    const bytes = Buffer.allocUnsafe(2 * samples);
    this.radio.receive(bytes);
    this.#socket.write(bytes);
  }

  #nonsense(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#garbage.int32() & 0xff);
  }
}
