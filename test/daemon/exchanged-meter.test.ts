import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { loadConfig } from '../../src/config/layers.js';
import { Daemon } from '../../src/daemon.js';
import { createLogger } from '../../src/log.js';
import { Recorder, testContext } from '../commands/test-context.js';
import { RtlTcpPeer } from '../rtl-tcp-peer.js';
import { directoryPerTest, startedLedger } from '../sinks/database-fixture.js';
import { HOUSE, registerReading, STOVE } from '../sinks/entry-fixture.js';
import { hasMosquitto, Mosquitto } from '../sinks/mqtt/mosquitto.js';
import { mqttSink, retained } from '../sinks/mqtt/mqtt-fixture.js';
import { HEARD_MS } from '../sinks/reading-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PATIENCE = { timeout: 20_000, interval: 20 };
const [OLD, NEW] = [10_000_001, 10_000_099];
const announcementOf = (key: string) => `homeassistant/device/ertd_${key}/config`;

/** A database in which the new meter goes on as the old one. */
async function exchanged(): Promise<void> {
  const { hear, sink } = await startedLedger(pathOf('ertd.db'));
  for (const [place, id] of [OLD, OLD, NEW, NEW].entries())
    hear({ id, type: 7, commodity: 'electric', timeMs: HEARD_MS + place * 60_000, consumption: 100 + place });
  await sink.stop();
  const context = testContext({ env: { ERTD_DATABASE_PATH: pathOf('ertd.db') } });
  expect(await runErtd(['meters', 'exchange', String(OLD), String(NEW)], context)).toBe(0);
}

/** A daemon that hears nothing, whose configuration knows the meter by its new ID. */
async function listening(url: string): Promise<void> {
  const peer = new RtlTcpPeer();
  cleanups.push(() => peer.kill());
  await peer.listen();
  const file = pathOf('config.toml');
  writeFileSync(file, `[[meters]]\nid = ${NEW}\nname = "House"\n`);
  const env = {
    ERTD_RECEIVER_SOURCE: `rtltcp://127.0.0.1:${peer.port}`,
    ERTD_DATABASE_PATH: pathOf('ertd.db'),
    ERTD_MQTT_URL: url,
    HOME: pathOf('home'),
  };
  const { config } = loadConfig({ file, env });
  const logger = createLogger(config.log, { write: () => {} });
  const stop = new AbortController();
  const run = new Daemon({ config, logger, stdout: new Recorder() }).run(stop.signal);
  cleanups.push(() => {
    stop.abort();
    return run;
  });
}

describe.runIf(hasMosquitto)('a meter that was exchanged', { timeout: 60_000 }, () => {
  it('stays in Home Assistant where it is described by its new ID', async () => {
    const mosquitto = await Mosquitto.prepare();
    cleanups.push(() => mosquitto.remove());
    await mosquitto.run();
    const { url } = mosquitto;
    await exchanged();
    const { sink: before } = mqttSink({ url });
    await before.start();
    for (const meter of [HOUSE, STOVE]) before.write(registerReading({ meter }));
    const [house, stove] = [announcementOf(HOUSE.key), announcementOf(STOVE.key)];
    await vi.waitFor(async () => expect(await retained(url, stove)).toHaveLength(1), PATIENCE);
    await before.stop();
    await listening(url);
    // Nobody knows the stove any more.
    await vi.waitFor(async () => expect(await retained(url, stove)).toEqual([]), PATIENCE);
    expect(await retained(url, house)).toHaveLength(1);
  });
});
