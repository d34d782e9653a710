import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../src/config/layers.js';
import { Collector } from '../../../src/daemon/fleet/collector.js';
import { createLogger } from '../../../src/log.js';
import { Ledger } from '../../../src/readings/ledger.js';
import { Random } from '../../../src/synth/random.js';
import { ErtdProcess } from '../../ertd-process.js';
import { hasMosquitto, Mosquitto } from '../../sinks/mqtt/mosquitto.js';
import { hasPostgres, PostgresServer } from '../../sinks/postgres/postgres-server.js';
import { fleetPacket } from './fleet-fixture.js';

const PATIENCE = { timeout: 30_000, interval: 50 };
const STATIONS = 3;
const METERS = 20;
const STEPS = 14;

interface Told {
  readonly signals: readonly { readonly receiver: string }[];
}

describe.runIf(hasMosquitto && hasPostgres)('ertd collect', () => {
  let [broker, server]: [Mosquitto, PostgresServer] = [null!, null!];
  beforeAll(async () => {
    broker = await Mosquitto.prepare(['allow_anonymous true', 'max_queued_messages 0']);
    [server] = await Promise.all([PostgresServer.start(), broker.run()]);
  }, 60_000);
  afterAll(async () => {
    await broker.remove();
    await server.remove();
  });

  const environment = (member: string) => ({
    ERTD_MQTT_URL: broker.url,
    ERTD_POSTGRES_URL: server.url,
    ERTD_POSTGRES_USER: 'ertd',
    ERTD_READINGS_UNKNOWN: 'store',
    ERTD_COLLECT_MEMBER: member,
    ERTD_LOG_LEVEL: 'error',
    HOME: '/nonexistent',
  });

  /** What every station heard, step by step, some of it not. */
  function* street(random: Random) {
    for (let step = 0; step < STEPS; step++)
      for (let station = 0; station < STATIONS; station++) {
        const heard = Array.from({ length: METERS }, (_, index) => fleetPacket(station, index, step));
        yield { station, packets: heard.filter(() => random.uniform() < 0.8) };
      }
  }

  /** A collector in a process of its own, once it has a session at the broker. */
  async function spawned(member: string): Promise<ErtdProcess> {
    const child = new ErtdProcess(['collect', '--log-level', 'info'], 'pipe', environment(member));
    await child.says('Collecting from');
    return child;
  }

  it('keeps each transmission once, with all who heard it, though its collectors are killed', {
    timeout: 120_000,
  }, async () => {
    const random = new Random(7);
    // Both have a session that the broker keeps, before anything is published.
    const members = new Map<string, ErtdProcess>();
    for (const member of ['one', 'two']) members.set(member, await spawned(member));
    const publisher = await mqtt.connectAsync(broker.url);
    const heardBy = new Map<string, Set<string>>();
    const restarts: Promise<unknown>[] = [];
    let bundles = 0;
    for (const { station, packets } of street(random)) {
      for (const { id, consumption } of packets) {
        const name = `ert-${id} ${consumption}`;
        heardBy.set(name, (heardBy.get(name) ?? new Set()).add(`station${station}/radio`));
      }
      await publisher.publishAsync(`station${station}/packets`, JSON.stringify(packets), { qos: 1 });
      bundles += 1;
      if (bundles % 7 !== 0) continue;
      const [member, child] = [...members][random.below(members.size)];
      await child.end('SIGKILL');
      restarts.push(spawned(member).then((again) => members.set(member, again)));
      members.delete(member);
      if (members.size === 0) await Promise.all(restarts);
    }
    await Promise.all(restarts);
    const told = () =>
      server.query<Told & { name: string }>(
        "SELECT endpoint || ' ' || consumption AS name, signals FROM ertd_transmissions",
      );
    const signals = [...heardBy.values()].reduce((sum, set) => sum + set.size, 0);
    await vi.waitFor(async () => {
      const rows = await told();
      expect(rows.reduce((sum, row) => sum + row.signals.length, 0)).toBe(signals);
    }, PATIENCE);
    const rows = await told();
    expect(rows).toHaveLength(heardBy.size);
    for (const row of rows)
      expect(new Set(row.signals.map(({ receiver }) => receiver))).toEqual(heardBy.get(row.name));
    await publisher.endAsync();
    for (const child of members.values()) expect(await child.end()).toBe(0);
    const readings = await server.query<{ meter: string; counts: string }>(
      'SELECT meter, counts FROM ertd_readings',
    );
    const names = readings.map(({ meter, counts }) => `${meter} ${counts}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !heardBy.has(name))).toEqual([]);
    // Collectors that share the work may be ahead of each other; the last that was sent is believed in any case.
    const latest = (all: Iterable<string>) => {
      const pairs = [...all].map((name) => name.split(' '));
      return Object.fromEntries(pairs.sort((a, b) => Number(a[1]) - Number(b[1])));
    };
    expect(latest(names)).toEqual(latest(heardBy.keys()));
  });

  it('waits for a database that is away, and says so in one line', { timeout: 60_000 }, async () => {
    const member = { ...environment('four'), ERTD_COLLECT_GROUP: 'patient', ERTD_LOG_LEVEL: 'info' };
    const { config } = loadConfig({ env: member });
    let said = '';
    const collector = new Collector(
      config,
      createLogger(config.log, { write: (line) => (said += line) }),
      20,
    );
    const stop = new AbortController();
    const run = collector.run(stop.signal);
    await vi.waitFor(() => expect(said).toContain('Collecting from'), PATIENCE);
    const publisher = await mqtt.connectAsync(broker.url);
    await vi.waitFor(async () => {
      await publisher.publishAsync('hill/packets', '[]', { qos: 1 });
      expect(collector.counts.messages).toBeGreaterThan(0);
    }, PATIENCE);
    await server.kill();
    const packets = Array.from({ length: 40 }, (_, step) => fleetPacket(0, 500, step));
    for (const packet of packets)
      await publisher.publishAsync('hill/packets', JSON.stringify([packet]), { qos: 1 });
    await vi.waitFor(() => expect(said).toContain('The broker keeps what is published.'), PATIENCE);
    await server.run();
    await vi.waitFor(() => expect(collector.counts.transmissions).toBe(40), PATIENCE);
    stop.abort();
    await run;
    await publisher.endAsync();
    const rows = await server.query('SELECT 1 FROM ertd_transmissions WHERE endpoint = $$ert-10000501$$');
    expect(rows).toHaveLength(40);
    expect(said.match(/Cannot write to/g)).toHaveLength(1);
    expect(said).toContain('can be written again. Collecting goes on.');
  });

  it('believes as ertd run does', { timeout: 60_000 }, async () => {
    await server.query('TRUNCATE ertd_transmissions, ertd_readings, ertd_endpoints, ertd_events');
    const packets = Array.from({ length: 12 }, (_, step) => fleetPacket(0, 3, step));
    // One that is far from the others, which the gate holds back.
    const heard = [
      ...packets.slice(0, 6),
      { ...fleetPacket(0, 3, 5), timeMs: packets[5].timeMs! + 9000, consumption: 9_999_999 },
      ...packets.slice(6),
    ];
    const ledger = new Ledger({ unknown: 'store' });
    const believed = heard.flatMap((packet) => ledger.take(packet)).filter(({ kind }) => kind === 'reading');
    const { config } = loadConfig({ env: { ...environment('three'), ERTD_COLLECT_GROUP: 'another' } });
    const collector = new Collector(config, createLogger(config.log), 20);
    const stop = new AbortController();
    const run = collector.run(stop.signal);
    const publisher = await mqtt.connectAsync(broker.url);
    await vi.waitFor(async () => {
      await publisher.publishAsync('roof/packets', JSON.stringify([heard[0]]), { qos: 1 });
      expect(collector.counts.messages).toBeGreaterThan(0);
    }, PATIENCE);
    await publisher.publishAsync('roof/packets', 'nonsense', { qos: 1 });
    for (const packet of heard)
      await publisher.publishAsync('roof/packets', JSON.stringify([packet]), { qos: 1 });
    await vi.waitFor(() => expect(collector.counts.transmissions).toBe(heard.length), PATIENCE);
    expect(collector.counts.refused).toBeGreaterThanOrEqual(1);
    stop.abort();
    await run;
    await publisher.endAsync();
    const rows = await server.query<{ counts: string; time: Date }>(
      'SELECT counts, time FROM ertd_readings ORDER BY time',
    );
    expect(rows.map(({ counts, time }) => [Number(counts), time.getTime()])).toEqual(
      believed.map((entry) => (entry.kind === 'reading' ? [entry.counts, entry.timeMs] : [])),
    );
    expect(rows.length).toBeGreaterThan(10);
  });

  it('gives up what the database does not take, and nothing that came with it', async () => {
    const { config } = loadConfig({ env: { ...environment('five'), ERTD_COLLECT_GROUP: 'strict' } });
    const collector = new Collector(config, createLogger(config.log), 20);
    const stop = new AbortController();
    const run = collector.run(stop.signal);
    const publisher = await mqtt.connectAsync(broker.url);
    await vi.waitFor(async () => {
      await publisher.publishAsync('dale/packets', '[]', { qos: 1 });
      expect(collector.counts.messages).toBeGreaterThan(0);
    }, PATIENCE);
    const packets = Array.from({ length: 60 }, (_, step) => fleetPacket(0, 600, step));
    // PostgreSQL has no text with a zero in it.
    const odd = { ...fleetPacket(0, 601, 0), fields: { text: 'a\u0000b' } };
    await Promise.all(
      [...packets.slice(0, 30), odd, ...packets.slice(30)].map((packet) =>
        publisher.publishAsync('dale/packets', JSON.stringify([packet]), { qos: 1 }),
      ),
    );
    await vi.waitFor(
      () => expect(collector.counts).toMatchObject({ transmissions: 60, refused: 1 }),
      PATIENCE,
    );
    stop.abort();
    await run;
    await publisher.endAsync();
    const rows = await server.query('SELECT 1 FROM ertd_transmissions WHERE endpoint = $$ert-10000601$$');
    expect(rows).toHaveLength(60);
  });

  it('takes many messages at a time, and believes of all of them what it would of each', {
    timeout: 60_000,
  }, async () => {
    const { config } = loadConfig({ env: { ...environment('six'), ERTD_COLLECT_GROUP: 'busy' } });
    const session = async (work: (collector: Collector) => Promise<void>): Promise<void> => {
      let said = '';
      const logger = createLogger({ ...config.log, level: 'info' }, { write: (line) => (said += line) });
      const collector = new Collector(config, logger, 20);
      const stop = new AbortController();
      const run = collector.run(stop.signal);
      await vi.waitFor(() => expect(said).toContain('Collecting from'), PATIENCE);
      await work(collector);
      stop.abort();
      await run;
    };
    // The broker is to know the session, and to have everything before any of it is taken.
    await session(async () => {});
    const publisher = await mqtt.connectAsync(broker.url);
    const [many, bundle] = [1200, 30];
    for (let step = 0; step < 2; step++)
      for (let first = 0; first < many; first += bundle) {
        const packets = Array.from({ length: bundle }, (_, i) => fleetPacket(0, 1000 + first + i, step));
        await publisher.publishAsync('city/packets', JSON.stringify(packets), { qos: 1 });
      }
    await publisher.endAsync();
    await session(async (collector) => {
      await vi.waitFor(() => expect(collector.counts.packets).toBe(2 * many), PATIENCE);
      expect(collector.counts).toMatchObject({ transmissions: 2 * many, readings: 2 * many, refused: 0 });
    });
  });

  it('needs a broker and a database', () => {
    const { config } = loadConfig({ env: { HOME: '/nonexistent' } });
    const logger = createLogger(config.log, { write: () => {} });
    expect(() => new Collector(config, logger)).toThrow('There is no broker to collect from: set mqtt.url.');
    const withBroker = { ...config, mqtt: { ...config.mqtt, url: broker.url } };
    expect(() => new Collector(withBroker, logger)).toThrow(
      'There is no database to collect into: set postgres.url.',
    );
  });
});
