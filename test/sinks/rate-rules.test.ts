import { afterEach, expect, it, vi } from 'vitest';
import type { RateRules } from '../../src/sinks/delivery/rate-control.js';
import { InfluxSink } from '../../src/sinks/influxdb/influxdb.js';
import { PostgresSink } from '../../src/sinks/postgres/postgres.js';
import type { Sink } from '../../src/sinks/sink.js';
import { WebhookSink } from '../../src/sinks/webhook/webhook.js';
import { meterEvent, registerReading, WATER } from './entry-fixture.js';
import { HttpTarget } from './http-target.js';
import { pointOf } from './influxdb/line-protocol-reader.js';
import { hasMosquitto, Mosquitto } from './mqtt/mosquitto.js';
import { mqttSink, Subscriber } from './mqtt/mqtt-fixture.js';
import { hasPostgres, PostgresServer } from './postgres/postgres-server.js';
import { HEARD_MS } from './reading-fixture.js';
import { DEFAULTS, Ears, PATIENCE } from './sink-fixture.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const RULES: RateRules = {
  meters: 'named',
  onlyChanges: true,
  atMostEveryMs: 60_000,
  atLeastEveryMs: 300_000,
};

/** A sink, and when the readings were, s, that arrived at its server. */
interface Subject {
  readonly sink: Sink;
  readonly arrived: () => Promise<number[]> | number[];
}

const secondsOf = (time: string | number | Date) => (new Date(time).getTime() - HEARD_MS) / 1000;

async function target(): Promise<HttpTarget> {
  const made = await HttpTarget.start();
  cleanups.push(() => made.stop());
  return made;
}

async function influx(): Promise<Subject> {
  const server = await target();
  const sink = new InfluxSink(
    { ...DEFAULTS.influxdb, ...RULES, url: server.url, batchIntervalMs: 5 },
    new Ears(),
  );
  const points = () => server.received.flatMap(({ body }) => body.trimEnd().split('\n').map(pointOf));
  const ofReadings = () => points().filter(({ measurement }) => measurement === 'ertd_reading');
  return { sink, arrived: () => ofReadings().map(({ timeMs }) => secondsOf(timeMs)) };
}

async function webhook(): Promise<Subject> {
  const server = await target();
  const settings = { ...DEFAULTS.webhook, ...RULES, url: server.url, kinds: ['reading' as const] };
  const arrived = () => server.received.map(({ body }) => secondsOf(JSON.parse(body).time));
  return { sink: new WebhookSink(settings, new Ears()), arrived };
}

async function postgres(): Promise<Subject> {
  const server = await PostgresServer.start();
  cleanups.push(() => server.remove());
  const settings = { ...DEFAULTS.postgres, ...RULES, url: server.url, user: 'ertd', batchIntervalMs: 5 };
  const arrived = async () =>
    (await server.query<{ time: Date }>('SELECT time FROM ertd_readings ORDER BY time')).map(({ time }) =>
      secondsOf(time),
    );
  return { sink: new PostgresSink(settings, new Ears()), arrived };
}

async function mqtt(): Promise<Subject> {
  const broker = await Mosquitto.prepare();
  cleanups.push(() => broker.remove());
  await broker.run();
  const subscriber = new Subscriber(broker.url);
  cleanups.push(() => subscriber.stop());
  await vi.waitFor(() => expect(subscriber.connected).toBe(true), PATIENCE);
  const { sink } = mqttSink({ ...RULES, url: broker.url });
  return { sink, arrived: () => subscriber.on('/reading').map((text) => secondsOf(JSON.parse(text).time)) };
}

const SUBJECTS = [
  ['influxdb', true, influx],
  ['webhook', true, webhook],
  ['postgres', hasPostgres, postgres],
  ['mqtt', hasMosquitto, mqtt],
] as const;

it.each(SUBJECTS.filter(([, has]) => has))(
  '%s is told what changed, no more often than it wants and no less',
  async (_name, _has, make) => {
    const { sink, arrived } = await make();
    await sink.start(new AbortController().signal);
    cleanups.push(() => sink.stop());
    const heard = [
      ...[
        [0, 5],
        [30, 5],
        [60, 6],
        [90, 7],
      ], // too early, though changed
      ...[
        [200, 7],
        [300, 7],
        [400, 7],
      ], // nothing new
      ...[
        [500, 7],
        [510, 8],
        [570, 8],
      ],
    ] as const;
    for (const [seconds, counts] of heard)
      sink.write(registerReading({ timeMs: HEARD_MS + seconds * 1000, counts }));
    sink.write(registerReading({ meter: { ...WATER, name: null } }));
    sink.write(meterEvent());
    await vi.waitFor(async () => expect((await arrived()).at(-1)).toBe(570), PATIENCE);
    expect(await arrived()).toEqual([0, 60, 200, 500, 570]);
  },
  60_000,
);
