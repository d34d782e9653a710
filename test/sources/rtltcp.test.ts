import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type RtlTcpOptions, RtlTcpSource } from '../../src/sources/rtltcp.js';
import type { SampleBlock, SourceEvent, Tuning } from '../../src/sources/source.js';
import { R820T_HEADER, RtlTcpPeer } from '../rtl-tcp-peer.js';
import { FakeClock } from './fake-clock.js';
import { bytesOf, collect, countingBytes, failureOf } from './temporary-files.js';

const RATE_HZ = 1_000_000;
const SAMPLES = 1000;
const BYTES = 2 * SAMPLES;
const wanted: Tuning = { centerHz: 912_600_000, sampleRateHz: RATE_HZ, gainDb: 28, ppm: 7 };
const COMMANDS = [
  { op: 5, value: 7 },
  { op: 2, value: RATE_HZ },
  { op: 1, value: 912_600_000 },
  { op: 3, value: 1 },
  { op: 4, value: 280 },
  { op: 8, value: 0 },
];

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listeningPeer(header?: Uint8Array | null): Promise<RtlTcpPeer> {
  const peer = new RtlTcpPeer(header);
  await peer.listen();
  cleanups.push(() => peer.kill());
  return peer;
}

/** A source for `port` with short blocks, and what it says of outages. */
function newSource(port: number, options: Partial<RtlTcpOptions> = {}) {
  const events: SourceEvent[] = [];
  const source = new RtlTcpSource({
    host: '127.0.0.1',
    port,
    blockSamples: SAMPLES,
    onEvent: (event) => events.push(event),
    ...options,
  });
  cleanups.push(() => source.close());
  return { source, events };
}

/** A reader of `source` that fetches as many blocks as asked for. */
function reader(source: RtlTcpSource) {
  const blocks = source.blocks(new AbortController().signal)[Symbol.asyncIterator]();
  return async (count: number): Promise<SampleBlock[]> => {
    const fetched: SampleBlock[] = [];
    while (fetched.length < count) {
      const { value } = await blocks.next();
      if (!value) throw new Error('the source ended');
      fetched.push({ ...value, bytes: Uint8Array.from(value.bytes) });
    }
    return fetched;
  };
}

describe('RtlTcpSource', () => {
  it('sets the dongle and delivers what it sends, in blocks', async () => {
    const clock = new FakeClock();
    const peer = await listeningPeer();
    const { source, events } = newSource(peer.port, { clock });
    expect([source.id, source.live, source.lengthSamples]).toEqual([`127.0.0.1:${peer.port}`, true, null]);
    expect(await source.open({ ...wanted, gainDb: 28.04, ppm: 6.9 })).toEqual(wanted);
    const bytes = countingBytes(3 * BYTES);
    await peer.play([bytes]);
    const blocks = await reader(source)(3);
    expect(bytesOf(blocks)).toEqual(bytes);
    expect(blocks.map(({ firstSample, format }) => [firstSample, format])).toEqual([
      [0, 'cu8'],
      [SAMPLES, 'cu8'],
      [2 * SAMPLES, 'cu8'],
    ]);
    expect(blocks[0]?.timeMs).toBe(clock.wallMs() - (SAMPLES / RATE_HZ) * 1000);
    await vi.waitFor(() => expect(peer.clients).toEqual([COMMANDS]));
    expect([events, source.droppedSamples, source.outages]).toEqual([[], 0, 0]);
  });

  it('joins a header and samples that arrive in pieces', async () => {
    const peer = await listeningPeer(null);
    const { source } = newSource(peer.port);
    const opened = source.open(wanted);
    const bytes = countingBytes(BYTES);
    async function* pieces() {
      const all = Buffer.concat([R820T_HEADER, bytes]);
      for (const [from, to] of [
        [0, 3],
        [3, 13],
        [13, 14],
        [14, 101],
        [101, all.length],
      ]) {
        yield all.subarray(from, to);
        await sleep(5);
      }
    }
    await peer.play(pieces());
    await opened;
    expect(bytesOf(await reader(source)(1))).toEqual(bytes);
  });

  it('drops whole blocks when they are not fetched, counts them and leaves a gap', async () => {
    const peer = await listeningPeer();
    const { source } = newSource(peer.port, { queueMs: 4 });
    await source.open(wanted);
    await peer.play([countingBytes(100 * BYTES)]);
    await vi.waitFor(() => expect(source.droppedSamples).toBe(96 * SAMPLES));
    const read = reader(source);
    expect((await read(4)).map(({ firstSample }) => firstSample / SAMPLES)).toEqual([0, 1, 2, 3]);
    await peer.play([countingBytes(BYTES)]);
    expect((await read(1))[0]?.firstSample).toBe(100 * SAMPLES);
  });
});

describe('RtlTcpSource in an outage', () => {
  it('connects again, sets the dongle again, counts on by the time passed and tells once', async () => {
    const clock = new FakeClock();
    const peer = await listeningPeer();
    const { source, events } = newSource(peer.port, { clock });
    await source.open(wanted);
    const read = reader(source);
    const startMs = clock.wallMs() - 1;

    await peer.play([countingBytes(BYTES + 501)]); // one block, a quarter of one and half a sample
    expect((await read(1)).map(({ firstSample }) => firstSample)).toEqual([0]);
    await vi.waitFor(() => expect(peer.clients).toEqual([COMMANDS]));
    clock.advance(10_000);
    peer.dropClient();
    expect((await read(1)).map(({ firstSample, bytes }) => [firstSample, bytes.length])).toEqual([
      [1000, 500],
    ]);

    await vi.waitFor(() => expect(peer.clients).toEqual([COMMANDS, COMMANDS]));
    await peer.play([countingBytes(BYTES)]);
    const [block] = await read(1);
    expect(block).toMatchObject({ firstSample: 10.25 * RATE_HZ, timeMs: startMs + 10_250 });
    expect(bytesOf([block as SampleBlock])).toEqual(countingBytes(BYTES));
    expect(clock.sleeps).toEqual([250]);
    expect(events).toEqual([
      { kind: 'lost', code: 'SOURCE_LOST', message: expect.stringContaining(source.id) },
      { kind: 'restored', code: 'SOURCE_LOST', message: expect.stringContaining('0.3 s later') },
    ]);
    expect(source.outages).toBe(1);
  });

  it('tries ever more rarely while the server is gone, and from anew after it was back', async () => {
    const warned = vi.fn(); // by Node.js, when every attempt leaves a listener behind
    process.on('warning', warned);
    cleanups.push(async () => process.off('warning', warned));
    const clock = new FakeClock();
    const peer = await listeningPeer();
    const { source, events } = newSource(peer.port, { clock });
    await source.open(wanted);
    const read = reader(source);
    for (let outage = 1; outage <= 2; outage++) {
      clock.sleeps.length = 0;
      await peer.kill();
      await vi.waitFor(() => expect(clock.sleeps.length).toBeGreaterThan(15));
      expect(clock.sleeps.slice(0, 4)).toEqual([250, 375, 562.5, 843.75]);
      expect(clock.sleeps.slice(12, 15)).toEqual([30_000, 30_000, 30_000]);
      await peer.listen();
      await peer.play([countingBytes(BYTES)]);
      expect(bytesOf(await read(1))).toEqual(countingBytes(BYTES));
      expect(events.map(({ kind }) => kind)).toEqual(Array(outage).fill(['lost', 'restored']).flat());
      clock.advance(1000);
      await peer.play([countingBytes(BYTES)]);
      expect(bytesOf(await read(1))).toEqual(countingBytes(BYTES));
    }
    expect(warned).not.toHaveBeenCalled();
  });

  it('tries ever more rarely where samples come but never for long', async () => {
    const clock = new FakeClock();
    const peer = await listeningPeer();
    const { source } = newSource(peer.port, { clock });
    await source.open(wanted);
    const read = reader(source);
    for (let outage = 0; outage < 4; outage++) {
      await peer.play([countingBytes(BYTES)]);
      expect(bytesOf(await read(1))).toEqual(countingBytes(BYTES));
      peer.dropClient();
      await vi.waitFor(() => expect(peer.clients.length).toBe(outage + 2));
    }
    expect(clock.sleeps).toEqual([250, 375, 562.5, 843.75]);
  });

  it('connects again where the server falls silent, again and again, and tells once', async () => {
    const peer = await listeningPeer();
    const { source, events } = newSource(peer.port, { stallMs: 30, clock: new FakeClock() });
    await source.open(wanted);
    await vi.waitFor(() => expect(peer.clients.length).toBeGreaterThan(3));
    expect(events).toEqual([
      { kind: 'lost', code: 'SOURCE_STALLED', message: expect.stringContaining('No samples') },
    ]);
    const air = new AbortController();
    const played = peer.play(endless(countingBytes(BYTES)), { bytesPerSecond: 1e6, signal: air.signal });
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: 'restored', code: 'SOURCE_STALLED' }));
    air.abort();
    await played;
  });

  it('goes on trying where something else has taken the port', async () => {
    const peer = await listeningPeer();
    const clock = new FakeClock();
    const { source, events } = newSource(peer.port, { clock });
    await source.open(wanted);
    await peer.kill();
    const impostor = new RtlTcpPeer(Buffer.from('SSH-2.0-x\r\n'));
    await impostor.listen(peer.port);
    await vi.waitFor(() => expect(impostor.clients.length).toBeGreaterThan(2));
    await impostor.kill();
    await peer.listen();
    await peer.play([countingBytes(BYTES)]);
    expect(bytesOf(await reader(source)(1))).toEqual(countingBytes(BYTES));
    expect(events.map(({ kind }) => kind)).toEqual(['lost', 'restored']);
  });
});

function* endless(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (;;) yield chunk;
}

describe('RtlTcpSource cannot open', () => {
  const refused = async (port: number, message: RegExp, retryable: boolean) => {
    const { source } = newSource(port, { headerTimeoutMs: 50 });
    const failure = await failureOf(source.open(wanted));
    expect(failure).toMatchObject({ code: 'SOURCE_NOT_FOUND', exitCode: 69, retryable });
    expect((failure as Error).message).toMatch(message);
  };

  it('a port where nobody listens', async () => {
    const peer = await listeningPeer();
    await peer.kill();
    await refused(peer.port, /No rtl_tcp server answers at 127.0.0.1:\d+/, true);
  });

  it('a server that sends no header', async () => {
    await refused((await listeningPeer(null)).port, /silent for 0.05 s .*one at a time/, true);
  });

  it('a server that closes at once', async () => {
    const server = createServer((socket) => socket.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(async () => server.close());
    await refused((server.address() as AddressInfo).port, /closed the connection .*one at a time/, true);
  });

  it('a server that is not rtl_tcp', async () => {
    const peer = await listeningPeer(Buffer.from('SSH-2.0-OpenSSH_9\r\n'));
    await refused(peer.port, /is not rtl_tcp, it began with "SSH-2.0-Open": check the port/, false);
  });
});

describe('RtlTcpSource aborted', () => {
  it('while it opens, fails with the reason', async () => {
    const peer = await listeningPeer(null);
    const { source } = newSource(peer.port);
    const abort = new AbortController();
    const opened = failureOf(source.open(wanted, abort.signal));
    await vi.waitFor(() => expect(peer.clients.length).toBe(1));
    abort.abort(new Error('enough'));
    expect(await opened).toMatchObject({ message: 'enough' });
  });

  it('before it opens, does not connect', async () => {
    const peer = await listeningPeer();
    const { source } = newSource(peer.port);
    expect(await failureOf(source.open(wanted, AbortSignal.abort(new Error('no'))))).toMatchObject({
      message: 'no',
    });
    expect(peer.clients).toEqual([]);
  });

  it('ends the iteration and the connection', async () => {
    const peer = await listeningPeer();
    const { source, events } = newSource(peer.port);
    await source.open(wanted);
    const abort = new AbortController();
    const all = collect(source.blocks(abort.signal));
    await peer.play([countingBytes(BYTES)]);
    abort.abort();
    expect((await all).length).toBeLessThanOrEqual(1);
    await source.close();
    expect(events).toEqual([]);
  });

  it('while it waits to connect again, ends at once', async () => {
    const peer = await listeningPeer();
    const { source, events } = newSource(peer.port); // the real clock: back-off up to 30 s
    await source.open(wanted);
    await peer.kill();
    await vi.waitFor(() => expect(events.length).toBe(1));
    const abort = new AbortController();
    const all = collect(source.blocks(abort.signal));
    abort.abort();
    expect(await all).toEqual([]);
    await source.close();
  });
});
