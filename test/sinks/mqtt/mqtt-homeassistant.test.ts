import mqtt from 'mqtt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { directoryPerTest, startedSink, testSink } from '../database-fixture.js';
import { HOUSE, meterEvent, registerReading, STOVE, WATER } from '../entry-fixture.js';
import { HEARD_MS } from '../reading-fixture.js';
import { hasMosquitto, Mosquitto } from './mosquitto.js';
import { mqttSink, retained, Subscriber } from './mqtt-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PATIENCE = { timeout: 10_000, interval: 10 };
const GARDEN = 'homeassistant/device/ertd_ert-10000042/config';

async function home() {
  const mosquitto = await Mosquitto.prepare();
  await mosquitto.run();
  cleanups.push(() => mosquitto.remove());
  return mosquitto;
}

async function started(url: string, given: Parameters<typeof mqttSink>[1] = {}) {
  const { sink } = mqttSink({ url }, given);
  await sink.start();
  cleanups.push(() => sink.stop());
  return sink;
}

describe.runIf(hasMosquitto)('Home Assistant, by MQTT', { timeout: 30_000 }, () => {
  it('is told of a meter before its state, and of it again when it starts anew', async () => {
    const { url } = await home();
    const subscriber = new Subscriber(url);
    cleanups.push(() => subscriber.stop());
    await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
    const sink = await started(url);
    sink.write(registerReading());
    await vi.waitFor(() => expect(subscriber.on('/state')).toHaveLength(1), PATIENCE);
    const topics = subscriber.arrivals.map(({ topic }) => topic);
    expect(topics.indexOf(GARDEN)).toBeLessThan(topics.indexOf('ertd/meter/ert-10000042/state'));
    const client = await mqtt.connectAsync(url);
    await client.publishAsync('homeassistant/status', 'online');
    await vi.waitFor(() => expect(subscriber.on(GARDEN)).toHaveLength(2), PATIENCE);
    await vi.waitFor(() => expect(subscriber.on('/state')).toHaveLength(2), PATIENCE);
    await client.endAsync();
  });

  it('finds all of it again after restarts of a broker that forgets, and of ertd', async () => {
    const { sink: tables } = testSink(pathOf('ertd.db'));
    await tables.start();
    await tables.stop();
    const mosquitto = await home();
    const sink = await started(mosquitto.url, { databasePath: pathOf('ertd.db') });
    sink.write(registerReading());
    await vi.waitFor(() => expect(sink.status.sent).toBeGreaterThanOrEqual(3), PATIENCE);
    await mosquitto.kill();
    await mosquitto.run();
    await vi.waitFor(async () => expect(await retained(mosquitto.url, GARDEN)).toHaveLength(1), PATIENCE);
    await mosquitto.kill();
    await sink.stop();
    await mosquitto.run();
    await started(mosquitto.url, { databasePath: pathOf('ertd.db') });
    await vi.waitFor(async () => expect(await retained(mosquitto.url, GARDEN)).toHaveLength(1), PATIENCE);
    const state = 'ertd/meter/ert-10000042/state';
    await vi.waitFor(async () => expect(await retained(mosquitto.url, state)).toHaveLength(1), PATIENCE);
  });

  it('keeps registers after a restart that are not heard yet', async () => {
    const { sink: tables } = testSink(pathOf('ertd.db'));
    await tables.start();
    await tables.stop();
    const { url } = await home();
    const first = await started(url, { databasePath: pathOf('ertd.db') });
    first.write(registerReading({ meter: HOUSE }));
    first.write(registerReading({ meter: HOUSE, register: 'generation', value: '17.5', counts: 175 }));
    await vi.waitFor(() => expect(first.status.sent).toBeGreaterThanOrEqual(4), PATIENCE);
    await first.stop();
    const second = await started(url, { databasePath: pathOf('ertd.db') });
    const now = { value: '12345.7', counts: 123_457, timeMs: HEARD_MS + 60_000 };
    second.write(registerReading({ meter: HOUSE, ...now }));
    await vi.waitFor(async () => {
      const [state] = (await retained(url, `ertd/meter/${HOUSE.key}/state`)).map((text) => JSON.parse(text));
      expect(state).toMatchObject({ consumption: '12345.7', generation: '17.5', generationCounts: 175 });
    }, PATIENCE);
    const [config] = await retained(url, `homeassistant/device/ertd_${HOUSE.key}/config`);
    expect(Object.keys(JSON.parse(config).components)).toEqual(
      expect.arrayContaining(['consumption', 'generation', 'flow', 'leak']),
    );
  });

  it('knows after a restart that a leak goes on, and when it is over', async () => {
    const path = pathOf('ertd.db');
    const { url } = await home();
    const { sink: database } = await startedSink(path);
    const first = await started(url, { databasePath: path });
    const leak = meterEvent();
    const street = meterEvent({ id: 'street', type: 'outage', meter: null });
    for (const meter of [WATER, HOUSE]) first.write(registerReading({ meter }));
    for (const event of [leak, street]) {
      database.write(event);
      first.write(event);
    }
    await database.flush();
    await first.stop();
    const second = await started(url, { databasePath: path });
    const later = { timeMs: HEARD_MS + 60_000, counts: 123_460 };
    const stateOf = async (key: string, what: string) =>
      (await retained(url, `ertd/meter/${key}/state`))
        .map((text) => JSON.parse(text))
        .filter(({ consumptionCounts }) => consumptionCounts === later.counts)
        .map((state) => state[what]);
    for (const meter of [WATER, HOUSE]) second.write(registerReading({ meter, ...later }));
    await vi.waitFor(async () => expect(await stateOf(WATER.key, 'leak')).toEqual(['ON']), PATIENCE);
    await vi.waitFor(async () => expect(await stateOf(HOUSE.key, 'outage')).toEqual(['ON']), PATIENCE);
    expect(await stateOf(WATER.key, 'outage')).toEqual(['OFF']);
    second.write({ ...leak, endMs: HEARD_MS + 90_000 });
    await vi.waitFor(async () => expect(await stateOf(WATER.key, 'leak')).toEqual(['OFF']), PATIENCE);
    await database.stop();
  });

  it('knows that an outage of the street is over of a meter that is heard only then', async () => {
    const path = pathOf('ertd.db');
    const { url } = await home();
    const { sink: database } = await startedSink(path);
    const street = meterEvent({ id: 'street', type: 'outage', meter: null });
    database.write(street);
    await database.stop();
    const sink = await started(url, { databasePath: path });
    sink.write({ ...street, endMs: HEARD_MS + 90_000 });
    sink.write(registerReading({ meter: HOUSE, timeMs: HEARD_MS + 120_000 }));
    await vi.waitFor(async () => {
      const states = await retained(url, `ertd/meter/${HOUSE.key}/state`);
      expect(states.map((text) => JSON.parse(text).outage)).toEqual(['OFF']);
    }, PATIENCE);
  });

  it('forgets a meter that loses its name, and one that is no longer known at the next start', async () => {
    const { url } = await home();
    const sink = await started(url);
    sink.write(registerReading());
    sink.write(registerReading({ meter: STOVE }));
    await vi.waitFor(async () => expect(await retained(url, GARDEN)).toHaveLength(1), PATIENCE);
    sink.write(registerReading({ meter: { ...WATER, name: null } }));
    await vi.waitFor(async () => expect(await retained(url, GARDEN)).toEqual([]), PATIENCE);
    const state = 'ertd/meter/ert-10000042/state';
    await vi.waitFor(async () => expect(await retained(url, state)).toEqual([]), PATIENCE);
    await sink.stop();
    const stove = 'homeassistant/device/ertd_ert-10000002/config';
    expect(await retained(url, stove)).toHaveLength(1);
    await started(url, { isKnown: (key) => key !== STOVE.key });
    await vi.waitFor(async () => expect(await retained(url, stove)).toEqual([]), PATIENCE);
  });
});
