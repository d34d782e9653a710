import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { directoryPerTest, testSink } from '../database-fixture.js';
import { HOUSE, intervalEntry, meterEvent, registerReading, WATER } from '../entry-fixture.js';
import { HEARD_MS, scmReading } from '../reading-fixture.js';
import { hasMosquitto, Mosquitto } from './mosquitto.js';
import { mqttSink, Subscriber, Wire } from './mqtt-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PATIENCE = { timeout: 10_000, interval: 10 };

async function broker(lines?: readonly string[]): Promise<Mosquitto> {
  const mosquitto = await Mosquitto.prepare(lines);
  cleanups.push(() => mosquitto.remove());
  await mosquitto.run();
  return mosquitto;
}

async function subscriberOf({ url }: Mosquitto): Promise<Subscriber> {
  const subscriber = new Subscriber(url);
  cleanups.push(() => subscriber.stop());
  await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
  return subscriber;
}

async function started(...args: Parameters<typeof mqttSink>) {
  const test = mqttSink(...args);
  await test.sink.start();
  cleanups.push(() => test.sink.stop());
  return test;
}

/** A database with ertd's tables. */
async function database(): Promise<string> {
  const { sink } = testSink(pathOf('ertd.db'));
  await sink.start();
  await sink.stop();
  return pathOf('ertd.db');
}

describe.runIf(hasMosquitto)('MqttSink', { timeout: 30_000 }, () => {
  it('publishes readings, intervals, events, states, and that it is there', async () => {
    const mosquitto = await broker();
    const subscriber = await subscriberOf(mosquitto);
    const { sink } = await started({ url: mosquitto.url });
    sink.write(registerReading());
    sink.write(intervalEntry());
    sink.write(meterEvent());
    sink.write(meterEvent({ id: 'x', meter: null, type: 'street.silent', message: 'Nobody is heard.' }));
    sink.write({ kind: 'packet', packet: scmReading() });
    await vi.waitFor(() => expect(subscriber.on('ertd/event')).toHaveLength(1), PATIENCE);
    const [reading] = subscriber.on('ertd/meter/ert-10000042/reading').map((text) => JSON.parse(text));
    expect(reading).toMatchObject({
      time: '2026-11-20T10:41:07.123Z',
      value: '12345.6',
      unit: 'gal',
      name: 'Garden',
    });
    expect(JSON.parse(subscriber.on('/interval')[0])).toMatchObject({ value: '1.2', quality: 'measured' });
    expect(JSON.parse(subscriber.on('ert-10000042/event')[0])).toMatchObject({ type: 'leak', end: null });
    await vi.waitFor(
      () => expect(JSON.parse(subscriber.on('/state').at(-1)!)).toMatchObject({ leak: 'ON' }),
      PATIENCE,
    );
    expect(subscriber.on('ertd/status')).toEqual(['online']);
    expect(subscriber.on('ertd/packets')).toEqual([]);
    await sink.stop();
    await vi.waitFor(() => expect(subscriber.on('ertd/status')).toEqual(['online', 'offline']), PATIENCE);
    const late = new Subscriber(mosquitto.url, 'ertd/#');
    cleanups.push(() => late.stop());
    await vi.waitFor(() => expect(late.arrivals).toHaveLength(2), PATIENCE);
    expect(late.arrivals.map(({ topic, retained }) => [topic, retained])).toEqual(
      expect.arrayContaining([
        ['ertd/status', true],
        ['ertd/meter/ert-10000042/state', true],
      ]),
    );
  });

  it('has the broker tell when it is gone without a word, and comes back', async () => {
    const mosquitto = await broker();
    const subscriber = await subscriberOf(mosquitto);
    const wire = await Wire.to(mosquitto.port);
    cleanups.push(() => wire.stop());
    const { sink, troubles, recoveries } = await started({ url: wire.url });
    await vi.waitFor(() => expect(subscriber.on('ertd/status')).toEqual(['online']), PATIENCE);
    wire.cut();
    await vi.waitFor(
      () => expect(subscriber.on('ertd/status')).toEqual(['online', 'offline', 'online']),
      PATIENCE,
    );
    expect(troubles).toEqual([
      `Cannot write to ${wire.url}: the connection was cut; see what it logs, and whether it has room for more. Messages that wait: 0.`,
    ]);
    await vi.waitFor(() => expect(recoveries).toHaveLength(1), PATIENCE);
    expect(sink.status).toMatchObject({ name: 'mqtt', queued: 0, trouble: null });
  });

  it('tells an outage of the street of each electric meter', async () => {
    const mosquitto = await broker();
    const subscriber = await subscriberOf(mosquitto);
    const { sink } = await started({ url: mosquitto.url });
    sink.write(registerReading());
    sink.write(registerReading({ meter: HOUSE }));
    sink.write(meterEvent({ id: 'o', type: 'outage', meter: null }));
    const latest = (key: string) => JSON.parse(subscriber.on(`${key}/state`).at(-1) ?? '{}').outage;
    await vi.waitFor(() => expect(latest(HOUSE.key)).toBe('ON'), PATIENCE);
    expect(latest(WATER.key)).toBe('OFF');
  });

  it('leaves out meters without a name, unless told otherwise, and packets', async () => {
    const mosquitto = await broker();
    const subscriber = await subscriberOf(mosquitto);
    const stranger = registerReading({ meter: { ...WATER, name: null } });
    const named = await started({ url: mosquitto.url, topic: 'one' });
    const all = await started({ url: mosquitto.url, topic: 'two', meters: 'all', packets: true });
    for (const { sink } of [named, all]) {
      sink.write(stranger);
      sink.write(intervalEntry({ meter: stranger.meter }));
      sink.write(meterEvent({ meter: stranger.meter }));
      sink.write({ kind: 'packet', packet: scmReading() });
    }
    await vi.waitFor(() => expect(subscriber.on('two/packets')).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect(subscriber.on('/state')).toHaveLength(1), PATIENCE);
    const topics = subscriber.arrivals.map(({ topic }) => topic);
    expect(topics.filter((topic) => topic.startsWith('one'))).toEqual(['one/status']);
    expect(topics.filter((topic) => topic.startsWith('homeassistant'))).toEqual([]);
  });

  it('keeps what waits in the database from one run to the next', async () => {
    const path = await database();
    const mosquitto = await Mosquitto.prepare();
    cleanups.push(() => mosquitto.remove());
    const first = await started({ url: mosquitto.url }, { databasePath: path });
    for (let i = 0; i < 50; i++)
      first.sink.write(registerReading({ timeMs: HEARD_MS + i * 1000, counts: 123_456 + i }));
    await vi.waitFor(() => expect(first.troubles).toHaveLength(1), PATIENCE);
    expect(first.troubles[0]).toBe(
      `Cannot write to ${mosquitto.url}: nobody answers at that port; start the server, or correct the address. Messages that wait: 50.`,
    );
    await first.sink.stop();
    await mosquitto.run();
    const subscriber = await subscriberOf(mosquitto);
    const second = await started({ url: mosquitto.url }, { databasePath: path });
    second.sink.write(registerReading({ timeMs: HEARD_MS + 50_000, counts: 123_506 }));
    await vi.waitFor(() => expect(subscriber.on('/reading')).toHaveLength(51), PATIENCE);
    expect(subscriber.on('/reading').map((text) => JSON.parse(text).counts)).toEqual(
      Array.from({ length: 51 }, (_, i) => 123_456 + i),
    );
    expect(second.sink.status).toMatchObject({ queued: 0, dropped: 0, trouble: null });
  });

  it('logs in, and tells a wrong password in one line', async () => {
    const mosquitto = await Mosquitto.prepare(['allow_anonymous false', 'password_file FOLDER/passwords']);
    cleanups.push(() => mosquitto.remove());
    spawnSync('mosquitto_passwd', ['-b', '-c', join(mosquitto.folder, 'passwords'), 'ertd', 'right']);
    await mosquitto.run();
    const { troubles } = await started({ url: mosquitto.url, user: 'ertd', password: 'wrong' });
    await vi.waitFor(() => expect(troubles).toHaveLength(1), PATIENCE);
    expect(troubles[0]).toMatch(/: it does not let this user in; correct mqtt\.user, mqtt\.password/);
    writeFileSync(pathOf('password'), 'right\n');
    const right = await started({ url: mosquitto.url, user: 'ertd', passwordFile: pathOf('password') });
    right.sink.write(registerReading());
    await vi.waitFor(() => expect(right.sink.status.sent).toBeGreaterThan(0), PATIENCE);
  });

  it('refuses to start where a file that is named is not there', async () => {
    const { sink } = mqttSink({ url: 'mqtts://127.0.0.1:1', caFile: pathOf('none.pem') });
    await expect(sink.start()).rejects.toThrow(
      'none.pem cannot be read: it does not exist; correct mqtt.caFile.',
    );
  });

  it('publishes on the topics of rtlamr2mqtt too', async () => {
    const mosquitto = await broker();
    const subscriber = await subscriberOf(mosquitto);
    const { sink } = await started({ url: mosquitto.url, compatibility: 'rtlamr2mqtt' });
    sink.write(registerReading());
    await vi.waitFor(() => expect(subscriber.on('rtlamr/10000042/attributes')).toHaveLength(1), PATIENCE);
    expect(JSON.parse(subscriber.on('rtlamr/10000042/state')[0])).toEqual({
      reading: '12345.6',
      lastseen: expect.stringMatching(/^2026-11-20T\d\d:41:07\.123/),
    });
    expect(JSON.parse(subscriber.on('rtlamr/10000042/attributes')[0])).toMatchObject({
      protocol: 'SCM',
      Type: 11,
    });
    expect(subscriber.on('rtlamr/status')).toEqual(['online']);
  });
});
