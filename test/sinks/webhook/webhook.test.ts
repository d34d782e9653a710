import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebhookSink } from '../../../src/sinks/webhook/webhook.js';
import { freePort } from '../../free-port.js';
import { intervalEntry, meterEvent, registerReading, WATER } from '../entry-fixture.js';
import { HttpTarget } from '../http-target.js';
import { DEFAULTS, Ears, PATIENCE } from '../sink-fixture.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function webhook(settings: Partial<ConstructorParameters<typeof WebhookSink>[0]> = {}) {
  const target = await HttpTarget.start();
  cleanups.push(() => target.stop());
  const ears = new Ears();
  const sink = new WebhookSink({ ...DEFAULTS.webhook, url: `${target.url}/hook?key=k`, ...settings }, ears);
  await sink.start();
  cleanups.push(() => sink.stop());
  return { target, ears, sink };
}

describe('WebhookSink', { timeout: 30_000 }, () => {
  it('posts events as JSON, signed', async () => {
    const { target, sink } = await webhook({ secret: 'hush' });
    sink.write(meterEvent());
    sink.write(registerReading());
    sink.write(meterEvent({ meter: { ...WATER, name: null } }));
    await vi.waitFor(() => expect(sink.status).toMatchObject({ sent: 1, queued: 0 }), PATIENCE);
    const [{ url, headers, body }] = target.received;
    expect(url).toBe('/hook?key=k');
    expect(JSON.parse(body)).toMatchObject({ kind: 'event', type: 'leak', name: 'Garden' });
    const expected = createHmac('sha256', 'hush').update(`${headers['x-ertd-time']}.${body}`).digest('hex');
    expect(headers['x-ertd-signature']).toBe(`sha256=${expected}`);
  });

  it('posts readings and intervals where they are wanted, unsigned without a secret', async () => {
    const { target, sink } = await webhook({ kinds: ['reading', 'interval'] });
    sink.write(meterEvent());
    sink.write(registerReading());
    sink.write(registerReading());
    sink.write(intervalEntry());
    await vi.waitFor(() => expect(sink.status.sent).toBe(2), PATIENCE);
    expect(target.received.map(({ body }) => JSON.parse(body).kind)).toEqual(['reading', 'interval']);
    expect(target.received[0].headers).not.toHaveProperty('x-ertd-signature');
  });

  it('keeps the order over failures, and does not wait for ever', async () => {
    const { target, ears, sink } = await webhook({ timeoutMs: 1500 });
    target.answers = ['silent', 503, 200];
    for (let i = 0; i < 5; i++) sink.write(meterEvent({ id: String(i) }));
    await vi.waitFor(() => expect(sink.status.sent).toBe(5), PATIENCE);
    expect(target.received.map(({ body }) => JSON.parse(body).id)).toEqual(['0', '1', '2', '3', '4']);
    expect(ears.troubles).toEqual([
      `Cannot write to ${target.url}: it does not answer in time; see what it logs. Entries that wait: 5.`,
    ]);
  });

  it('says that nobody answers', async () => {
    const { ears, sink } = await webhook({ url: `http://127.0.0.1:${await freePort()}/` });
    sink.write(meterEvent());
    await vi.waitFor(() => expect(ears.troubles).toHaveLength(1), PATIENCE);
    expect(ears.troubles[0]).toMatch(
      /: nobody answers at that port; start the server, or correct the address\. /,
    );
  });
});
