import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../src/readings/entry.js';
import { InfluxSink } from '../../src/sinks/influxdb/influxdb.js';
import { PostgresSink } from '../../src/sinks/postgres/postgres.js';
import { SinkGroup } from '../../src/sinks/sink-group.js';
import { WebhookSink } from '../../src/sinks/webhook/webhook.js';
import { hasTinyDisk, TinyDisk } from '../tiny-disk.js';
import { directoryPerTest, testSink } from './database-fixture.js';
import { meterEvent, registerReading } from './entry-fixture.js';
import { HttpTarget } from './http-target.js';
import { hasMosquitto, Mosquitto } from './mqtt/mosquitto.js';
import { mqttSink, Subscriber, Wire } from './mqtt/mqtt-fixture.js';
import { hasPostgres, PostgresServer, unprivileged } from './postgres/postgres-server.js';
import { HEARD_MS } from './reading-fixture.js';
import { DEFAULTS, Ears, PATIENCE } from './sink-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Readings of a register that goes up by one a second, from number `from` on. */
const readings = (from: number, count: number): Entry[] =>
  Array.from({ length: count }, (_, i) =>
    registerReading({ timeMs: HEARD_MS + (from + i) * 1000, counts: 123_456 + from + i }),
  );
const countsOf = (messages: readonly string[]) => messages.map((text) => JSON.parse(text).counts - 123_456);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

function tinyDisk(...args: ConstructorParameters<typeof TinyDisk>): TinyDisk {
  const disk = new TinyDisk(...args);
  cleanups.push(() => disk.remove());
  return disk;
}

async function runningBroker(lines: readonly string[]): Promise<Mosquitto> {
  const broker = await Mosquitto.prepare(['allow_anonymous true', ...lines]);
  cleanups.push(() => broker.remove());
  await broker.run();
  return broker;
}

async function wireTo({ port }: Mosquitto): Promise<Wire> {
  const wire = await Wire.to(port);
  cleanups.push(() => wire.stop());
  return wire;
}

async function subscriberOf({ url }: Mosquitto): Promise<Subscriber> {
  const subscriber = new Subscriber(url);
  cleanups.push(() => subscriber.stop());
  await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
  return subscriber;
}

/** A database with ertd's tables, for an outbox. */
async function database(): Promise<string> {
  const { sink } = testSink(pathOf('outbox.db'));
  await sink.start();
  await sink.stop();
  return pathOf('outbox.db');
}

describe.runIf(hasMosquitto && hasTinyDisk)('a broker whose disk is full', { timeout: 30_000 }, () => {
  it('passes on what it can, and has the rest when it can be started again', async () => {
    const disk = tinyDisk(64);
    const persistence = ['persistence true', `persistence_location ${disk.folder}/`];
    const broker = await runningBroker([...persistence, 'autosave_on_changes true', 'autosave_interval 1']);
    const [subscriber, wire] = [await subscriberOf(broker), await wireTo(broker)];
    const { sink, troubles } = mqttSink({ url: wire.url }, { databasePath: await database() });
    await sink.start();
    cleanups.push(() => sink.stop());
    disk.fill();
    for (const entry of readings(0, 100)) sink.write(entry);
    await vi.waitFor(() => expect(subscriber.on('/reading')).toHaveLength(100), PATIENCE);
    expect(troubles).toEqual([]);
    // What it has on its disk is spoilt: it does not start until somebody has made room and cleared up.
    wire.isOff = true;
    await broker.kill();
    for (const entry of readings(100, 100)) sink.write(entry);
    await vi.waitFor(() => expect(troubles).toHaveLength(1), PATIENCE);
    disk.empty();
    for (const file of ['mosquitto.db', 'mosquitto.db.new']) rmSync(join(disk.folder, file), { force: true });
    await broker.run();
    await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
    wire.isOff = false;
    await vi.waitFor(() => expect(subscriber.on('/reading')).toHaveLength(200), PATIENCE);
    expect(countsOf(subscriber.on('/reading'))).toEqual(upTo(200));
    const late = new Subscriber(broker.url, 'ertd/meter/+/state');
    cleanups.push(() => late.stop());
    await vi.waitFor(() => expect(late.arrivals).toHaveLength(1), PATIENCE);
    expect(troubles).toHaveLength(1);
  });
});

describe.runIf(hasMosquitto)('a broker without room', { timeout: 30_000 }, () => {
  it('is tried again less and less often, and given the rest once there is room', async () => {
    const ample = ['allow_anonymous true', 'max_queued_messages 0'];
    const broker = await runningBroker([...ample, 'memory_limit 200000']);
    const wire = await wireTo(broker);
    const { sink, troubles, recoveries } = mqttSink({ url: wire.url }, { databasePath: await database() });
    await sink.start();
    cleanups.push(() => sink.stop());
    // The broker keeps what nobody fetches.
    const absent = new Subscriber(broker.url);
    await vi.waitFor(() => expect(absent.on('/status')).toEqual(['online']), PATIENCE);
    await absent.stop();
    for (const entry of readings(0, 1000)) sink.write(entry);
    await vi.waitFor(() => expect(troubles).toHaveLength(1), PATIENCE);
    expect(troubles[0]).toContain(
      ': the connection was cut; see what it logs, and whether it has room for more.',
    );
    const before = wire.connections;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // 20, 40, 80 … ms; without back-off there would be dozens.
    expect(wire.connections - before).toBeLessThan(8);
    expect(sink.status).toMatchObject({ dropped: 0, trouble: expect.stringContaining('cut') });
    expect(recoveries).toEqual([]);
    wire.isOff = true;
    await broker.kill();
    await broker.run(ample);
    const subscriber = await subscriberOf(broker);
    wire.isOff = false;
    await vi.waitFor(() => expect(sink.status).toMatchObject({ queued: 0, trouble: null }), PATIENCE);
    await vi.waitFor(() => expect(countsOf(subscriber.on('/reading')).at(-1)).toBe(999), PATIENCE);
    const [first, ...others] = countsOf(subscriber.on('/reading'));
    expect(first).toBeGreaterThan(0);
    expect(others).toEqual(upTo(999 - first).map((i) => first + 1 + i));
    expect([troubles.length, recoveries.length]).toEqual([1, 1]);
  });
});

describe.runIf(hasPostgres && hasTinyDisk)('a PostgreSQL whose disk is full', { timeout: 60_000 }, () => {
  it('is one line, and a wait; the others have everything meanwhile', async () => {
    const disk = tinyDisk(1024, unprivileged());
    const server = await PostgresServer.start();
    cleanups.push(() => server.remove());
    await server.query(`CREATE TABLESPACE tiny LOCATION '${disk.folder}'`);
    await server.query('ALTER DATABASE ertd SET default_tablespace = tiny');
    const [full, well] = [await HttpTarget.start(), await HttpTarget.start()];
    cleanups.push(
      () => full.stop(),
      () => well.stop(),
    );
    full.answers = [507];
    const [postgresEars, influxEars, webhookEars] = [new Ears(), new Ears(), new Ears()];
    const postgres = new PostgresSink(
      { ...DEFAULTS.postgres, url: server.url, user: 'ertd', batchIntervalMs: 5 },
      postgresEars,
    );
    const influx = new InfluxSink({ ...DEFAULTS.influxdb, url: full.url, batchIntervalMs: 5 }, influxEars);
    const webhook = new WebhookSink({ ...DEFAULTS.webhook, url: well.url }, webhookEars);
    const sinks = new SinkGroup([postgres, influx, webhook]);
    await sinks.start(new AbortController().signal);
    cleanups.push(() => sinks.stop());
    sinks.write(registerReading());
    await vi.waitFor(() => expect(postgres.status.sent).toBe(1), PATIENCE);
    disk.fill();
    for (const entry of readings(1, 3000)) sinks.write(entry);
    for (let i = 0; i < 20; i++) sinks.write(meterEvent({ id: String(i) }));
    await vi.waitFor(() => expect(postgresEars.troubles).toHaveLength(1), PATIENCE);
    expect(postgresEars.troubles[0]).toMatch(
      /^Cannot write to \S+: its disk is full; free some space there\. Entries that wait: \d+\.$/,
    );
    await vi.waitFor(() => expect(influxEars.troubles).toHaveLength(1), PATIENCE);
    expect(influxEars.troubles[0]).toContain('its disk is full (507); free some space there. Entries');
    await vi.waitFor(() => expect(well.received).toHaveLength(20), PATIENCE);
    expect(webhookEars.troubles).toEqual([]);
    expect(postgres.status).toMatchObject({ dropped: 0, trouble: expect.stringContaining('full') });
    disk.empty();
    full.answers = [204];
    await vi.waitFor(() => expect(postgres.status).toMatchObject({ queued: 0, trouble: null }), PATIENCE);
    const [{ rows }] = await server.query('SELECT count(*)::int AS rows FROM ertd_readings');
    expect(rows).toBe(3001);
    await vi.waitFor(() => expect(influx.status).toMatchObject({ sent: 3021, trouble: null }), PATIENCE);
    expect([postgresEars.troubles.length, influxEars.troubles.length]).toEqual([1, 1]);
  });
});
