import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import pg from 'pg';
import { loadConfig } from '../src/config/layers.js';
import { Collector } from '../src/daemon/fleet/collector.js';
import { createLogger } from '../src/log.js';
import { fleetPacket } from '../test/daemon/fleet/fleet-fixture.js';
import { Mosquitto } from '../test/sinks/mqtt/mosquitto.js';
import { PostgresServer } from '../test/sinks/postgres/postgres-server.js';
import { table } from './table.js';

/**
 * What a collector can take: 10 receivers, 1000 meters each, a packet of each every 30 s, through a real broker into a
 * real PostgreSQL. Once every receiver hears a street of its own, once all hear the same.
 */
const RECEIVERS = 10;
const METERS = 1000;
const AIR_S = 60;
const PERIOD_S = 30;
const PER_MESSAGE = Math.round(METERS / PERIOD_S);
const MESSAGES = RECEIVERS * (AIR_S / PERIOD_S) * Math.ceil(METERS / PER_MESSAGE);

interface Run {
  readonly packets: number;
  readonly wallS: number;
  /** Of the collector, and of the database. */
  readonly collectorS: number;
  readonly databaseS: number;
  readonly readings: number;
  /** How often the collector waited for the database. */
  readonly waits: number;
}

/** Counts queries that are sent while none is unanswered: each of them is a way to the database and back. */
function countWaits(): () => number {
  let [unanswered, waits] = [0, 0];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function counted(this: pg.Client, ...args: unknown[]) {
    if (unanswered++ === 0) waits += 1;
    const answer: Promise<unknown> = Reflect.apply(query, this, args);
    const answered = () => {
      unanswered -= 1;
    };
    answer.then(answered, answered);
    return answer;
  } as typeof query;
  return () => waits;
}
const waitsSoFar = countWaits();

/** The messages of one receiver: those of a second each. */
function* messagesOf(receiver: number, firstMeter: number): Generator<string> {
  for (let step = 0; step < AIR_S / PERIOD_S; step++)
    for (let first = 0; first < METERS; first += PER_MESSAGE) {
      const count = Math.min(PER_MESSAGE, METERS - first);
      const packets = Array.from({ length: count }, (_, i) =>
        fleetPacket(receiver, firstMeter + first + i, step),
      );
      yield JSON.stringify(packets);
    }
}

async function publishAll(url: string, firstMeterOf: (receiver: number) => number): Promise<void> {
  const client = await mqtt.connectAsync(url);
  const streams = Array.from({ length: RECEIVERS }, (_, receiver) =>
    messagesOf(receiver, firstMeterOf(receiver)),
  );
  for (let isMore = true; isMore; ) {
    const messages = streams.map((stream) => stream.next().value as string | undefined);
    isMore = messages.some((message) => message !== undefined);
    const sent = messages.map((message, receiver) =>
      message === undefined ? null : client.publishAsync(`receiver${receiver}/packets`, message, { qos: 1 }),
    );
    await Promise.all(sent);
  }
  await client.endAsync();
}

async function measured(firstMeterOf: (receiver: number) => number): Promise<Run> {
  const broker = await Mosquitto.prepare(['allow_anonymous true', 'max_queued_messages 0']);
  const [server] = await Promise.all([PostgresServer.start(['fsync=on']), broker.run()]);
  const env = {
    ...{ ERTD_MQTT_URL: broker.url, ERTD_POSTGRES_URL: server.url, ERTD_POSTGRES_USER: 'ertd' },
    ...{ ERTD_READINGS_UNKNOWN: 'store', HOME: '/nonexistent' },
  };
  const { config } = loadConfig({ env });
  const session = async (work: (collector: Collector) => Promise<void>): Promise<Collector> => {
    let said = '';
    const logger = createLogger(config.log, { write: (line) => (said += line) });
    const collector = new Collector(config, logger, 20);
    const stop = new AbortController();
    const run = collector.run(stop.signal);
    while (!said.includes('Collecting from')) await sleep(20);
    await work(collector);
    stop.abort();
    await run;
    return collector;
  };
  // The broker is to know the session, and to have everything before the clock starts.
  await session(async () => {});
  await publishAll(broker.url, firstMeterOf);
  const packets = RECEIVERS * METERS * (AIR_S / PERIOD_S);
  const [startMs, before] = [performance.now(), process.cpuUsage()];
  const [databaseBefore, waitsBefore] = [server.processorSeconds(), waitsSoFar()];
  let [wallS, collectorS, databaseS, waits] = [0, 0, 0, 0];
  const { counts } = await session(async (collector) => {
    while (collector.counts.packets < packets) await sleep(20);
    const { user, system } = process.cpuUsage(before);
    wallS = (performance.now() - startMs) / 1000;
    collectorS = (user + system) / 1e6;
    databaseS = server.processorSeconds() - databaseBefore;
    waits = waitsSoFar() - waitsBefore;
  });
  await broker.remove();
  await server.remove();
  return { packets, wallS, collectorS, databaseS, readings: counts.readings, waits };
}

const workOf = ({ collectorS, databaseS }: Run): number => collectorS + databaseS;

const best = async (firstMeterOf: (receiver: number) => number): Promise<Run> => {
  const runs = [await measured(firstMeterOf), await measured(firstMeterOf)];
  return runs.reduce((a, b) => (workOf(b) < workOf(a) ? b : a));
};

const rows = [
  ['each its own street', await best((receiver) => receiver * METERS)],
  ['all the same street', await best(() => 0)],
] as const;
const printed = table(
  [
    '10 receivers hear',
    ...['packets', 'readings', 'collector', 'database', 'waits for it a message'],
    ...['headroom by processor time', 'by the clock'],
  ],
  rows.map(([name, run]) => [
    name,
    String(run.packets),
    String(run.readings),
    `${((100 * run.collectorS) / AIR_S).toFixed(1)} %`,
    `${((100 * run.databaseS) / AIR_S).toFixed(1)} %`,
    (run.waits / MESSAGES).toFixed(1),
    `${(AIR_S / workOf(run)).toFixed(1)}×`,
    `${(AIR_S / run.wallS).toFixed(1)}×`,
  ]),
);
process.stdout.write(`${printed}\n`);
