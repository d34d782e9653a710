import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { tuningCommands } from '../../src/sources/rtltcp-protocol.js';
import { BandServer, type BandServerOptions } from '../../src/synth/band-server.js';
import type { HeardPacket } from '../../src/synth/virtual-radio.js';
import { DONGLE, packetsIn, streetBand, WINDOW } from './band-fixture.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(
  options: Partial<BandServerOptions> = {},
): Promise<{ server: BandServer; port: number }> {
  const server = new BandServer({ band: streetBand(), dongle: DONGLE, seed: 1, ...options });
  cleanups.push(() => server.close());
  return { server, port: await server.listen('127.0.0.1', 0) };
}

/** A client that keeps what it is sent. */
class Client {
  bytes = Buffer.alloc(0);
  closed = false;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => {
      this.bytes = Buffer.concat([this.bytes, data]);
    });
    socket.on('close', () => {
      this.closed = true;
    });
    cleanups.push(() => socket.destroy());
  }

  static async on(port: number): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new Client(socket);
  }

  tune(centerHz = WINDOW.centerHz): void {
    this.#socket.write(tuningCommands({ ...WINDOW, centerHz, gainDb: 'auto', ppm: 0 }));
  }

  /** Bytes that come in a while. */
  async during(ms: number): Promise<Buffer> {
    const before = this.bytes.length;
    await sleep(ms);
    return this.bytes.subarray(before);
  }
}

const rateOf = (bytes: Uint8Array, ms: number) => bytes.length / 2 / (ms / 1000);
const spreadOf = (bytes: Uint8Array) =>
  bytes.reduce((sum, byte) => sum + Math.abs(byte - 127.5), 0) / bytes.length;

describe('BandServer', () => {
  it('sends a header, and samples at the speed they have on air', async () => {
    const { port } = await serve();
    const client = await Client.on(port);
    client.tune();
    await sleep(200);
    expect(client.bytes.subarray(0, 4).toString()).toBe('RTL0');
    const rate = rateOf(await client.during(1000), 1000);
    expect(rate).toBeGreaterThan(0.7 * WINDOW.sampleRateHz);
    expect(rate).toBeLessThan(1.3 * WINDOW.sampleRateHz);
  });

  it('sends the packets of the window that each client is tuned to', async () => {
    const told = new Map<string, HeardPacket[]>();
    const { port } = await serve({
      speed: 2,
      onHeard: (packet, { address }) => told.set(address, [...(told.get(address) ?? []), packet]),
    });
    const clients = [await Client.on(port), await Client.on(port)];
    clients[0].tune();
    clients[1].tune(916e6);
    // A packet is told of when its samples are sent, and has come when they have.
    const haveCome = (): HeardPacket[][] =>
      [...told.values()].map((each, i) =>
        each.filter(({ endSample }) => endSample <= (clients[i].bytes.length - 12) / 2),
      );
    await vi.waitFor(() => expect(haveCome().map((each) => each.length > 12)).toEqual([true, true]), {
      timeout: 20_000,
    });
    for (const [i, heard] of haveCome().entries()) {
      const window = { ...WINDOW, centerHz: i === 0 ? WINDOW.centerHz : 916e6 };
      const packets = await packetsIn(clients[i].bytes.subarray(12), window);
      const ids = new Set(packets.map(({ meterId }) => meterId));
      const found = heard.filter(({ sending }) => ids.has(sending.message.fields.id));
      expect(found.length).toBeGreaterThan(0.8 * heard.length);
      expect(heard.every(({ carrierHz }) => Math.abs(carrierHz - window.centerHz) < 0.5e6)).toBe(true);
    }
  });

  it('stalls: the connection stays, and nothing comes', async () => {
    const { server, port } = await serve();
    const client = await Client.on(port);
    client.tune();
    await sleep(100);
    const over = server.inject({ kind: 'stall', lengthMs: 500 });
    await sleep(100);
    expect(await client.during(300)).toHaveLength(0);
    expect(client.closed).toBe(false);
    await over;
    expect((await client.during(200)).length).toBeGreaterThan(100_000);
  });

  it('disconnects: nobody answers for a while, then the same port does', async () => {
    const { server, port } = await serve();
    const client = await Client.on(port);
    const over = server.inject({ kind: 'disconnect', lengthMs: 300 });
    await vi.waitFor(() => expect(client.closed).toBe(true));
    await expect(Client.on(port)).rejects.toThrow('ECONNREFUSED');
    await over;
    const again = await Client.on(port);
    expect((await again.during(200)).subarray(0, 4).toString()).toBe('RTL0');
  });

  it('sends garbage, to those who connect meanwhile from the first byte on', async () => {
    const { server, port } = await serve();
    const client = await Client.on(port);
    client.tune();
    await sleep(200);
    expect(spreadOf(await client.during(100))).toBeLessThan(20);
    void server.inject({ kind: 'garbage', lengthMs: 600 });
    await sleep(100);
    expect(spreadOf(await client.during(200))).toBeGreaterThan(50);
    const other = await Client.on(port);
    expect((await other.during(100)).subarray(0, 4).toString('latin1')).not.toBe('RTL0');
  });

  it('slows down: most samples are lost', async () => {
    const { server, port } = await serve();
    const client = await Client.on(port);
    client.tune();
    await sleep(100);
    void server.inject({ kind: 'slow', lengthMs: 1000 });
    await sleep(50);
    expect(rateOf(await client.during(800), 800)).toBeLessThan(0.4 * WINDOW.sampleRateHz);
  });

  it('tells only packets that got through in full', async () => {
    const heard: HeardPacket[] = [];
    const { server, port } = await serve({ onHeard: (packet) => heard.push(packet) });
    const client = await Client.on(port);
    client.tune();
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(2), { timeout: 5000 });
    for (const kind of ['slow', 'garbage', 'stall'] as const) {
      void server.inject({ kind, lengthMs: 400 });
      await sleep(50);
      const before = heard.length;
      await sleep(300);
      expect(heard).toHaveLength(before);
      await sleep(100);
    }
  });
});
