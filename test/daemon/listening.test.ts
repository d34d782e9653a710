import { afterEach, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/layers.js';
import { Listening, StationPlan } from '../../src/daemon/listening.js';
import { Station } from '../../src/daemon/station.js';
import { Daemon } from '../../src/daemon.js';
import { ERT_CHANNELS_HZ } from '../../src/listening/channel-plans.js';
import { Scheduler } from '../../src/listening/scheduler.js';
import { coveringCenters } from '../../src/listening/windows.js';
import { createLogger } from '../../src/log.js';
import { ownMetersOf } from '../../src/readings/describe-meter.js';
import { Band } from '../../src/synth/band.js';
import { BandServer } from '../../src/synth/band-server.js';
import { VirtualRadio } from '../../src/synth/virtual-radio.js';
import { VirtualSource } from '../../src/synth/virtual-source.js';
import { Recorder } from '../commands/test-context.js';
import { DONGLE, streetBand } from '../synth/band-fixture.js';

const RATE_HZ = 1.024e6;
const SECONDS = 22;
/** Where the meters keep to. */
const PART = { lowHz: 916.2e6, highHz: 916.9e6 };

function band(): Band {
  const { meters } = streetBand({ meters: 20, periodSeconds: { least: 0.4, most: 0.8 } });
  const isIn = (channel: number): boolean =>
    ERT_CHANNELS_HZ[channel] > PART.lowHz && ERT_CHANNELS_HZ[channel] < PART.highHz;
  const kept = meters.map((meter) => ({ ...meter, hops: meter.hops.filter(isIn) }));
  return new Band({ meters: kept, interferersPerSecond: 0, wanderHz: 0, seed: 1 });
}

it('finds the part of the band where the meters are, and stays there', { timeout: 60_000 }, async () => {
  const radio = new VirtualRadio(band(), DONGLE, 0, 1);
  const sent: { id: number; carrierHz: number; seconds: number }[] = [];
  radio.onHeard = ({ sending, carrierHz }) =>
    sent.push({ id: sending.message.fields.id, carrierHz, seconds: sending.seconds });
  const scheduler = new Scheduler({
    ...{ sampleRateHz: RATE_HZ, receivers: 1, meters: [] },
    turnSeconds: { discovery: 0.4, worth: 1, foreseen: 1 },
  });
  const env = {
    ERTD_RECEIVER_SAMPLE_RATE_HZ: String(RATE_HZ),
    ERTD_DECODE_PROTOCOLS: 'scm',
    ERTD_LOG_LEVEL: 'silent',
  };
  const { config } = loadConfig({ env });
  const station = new Station(
    config,
    new VirtualSource(radio, SECONDS, 0),
    createLogger(config.log, { write: () => {} }),
    new StationPlan(scheduler, 0),
  );
  const signal = new AbortController().signal;
  await station.open(signal);
  const heard: { id: number; carrierHz: number; seconds: number }[] = [];
  await station.run(signal, {
    heard: ({ packet, centerHz, startMs }) =>
      heard.push({
        id: packet.meterId,
        carrierHz: centerHz + packet.carrierHz,
        seconds: startMs / 1000 + packet.firstSample / RATE_HZ,
      }),
    worked: async () => {},
    droppedLines: () => 0,
  });

  for (const { id, carrierHz, seconds } of heard) {
    const same = sent.filter((each) => each.id === id && Math.abs(each.seconds - seconds) < 0.01);
    expect(same.length, `${id} at ${seconds} s`).toBe(1);
    expect(Math.abs(same[0].carrierHz - carrierHz), `${id}`).toBeLessThan(40e3);
  }
  const { listening, centerHz, lostSamples } = station.status;
  expect(listening?.moves).toBeGreaterThan(10);
  expect(listening?.windows.length).toBeGreaterThan(10);
  expect(listening?.blankedShare).toBeLessThan(0.3);
  expect(lostSamples).toBe(0);
  const [most] = listening?.windows ?? [];
  expect(Math.abs(most.centerHz - 916.55e6)).toBeLessThan(RATE_HZ / 2 - 60e3);
  expect(centerHz).toBeGreaterThan(909e6);
  const late = sent.filter(({ seconds }) => seconds > 10);
  const found = heard.filter(({ seconds }) => seconds > 10);
  expect(found.length).toBeGreaterThan(100);
  expect(found.length).toBeGreaterThan(0.85 * late.length);
});

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A daemon that listens by itself. */
function autoDaemon(source: string) {
  const env = {
    ERTD_RECEIVER_SOURCE: source,
    ERTD_RECEIVER_LISTEN: 'auto',
    ERTD_RECEIVER_SAMPLE_RATE_HZ: String(RATE_HZ),
    ERTD_DATABASE_PATH: '',
  };
  const { config } = loadConfig({ env });
  const said: string[] = [];
  const logger = createLogger(config.log, { write: (line: string) => void said.push(JSON.parse(line).msg) });
  const daemon = new Daemon({ config, logger, stdout: new Recorder(), recording: { format: 'cu8' } });
  const stop = new AbortController();
  const run = daemon.run(stop.signal).catch(() => {});
  cleanups.push(() => {
    stop.abort();
    return run;
  });
  return { daemon, said };
}

it('moves a live radio about, and knows how late it is', { timeout: 60_000 }, async () => {
  const server = new BandServer({ band: band(), dongle: DONGLE, seed: 1 });
  cleanups.push(() => server.close());
  const port = await server.listen('127.0.0.1', 0);
  const { daemon } = autoDaemon(`rtltcp://127.0.0.1:${port}`);
  await vi.waitFor(
    () => {
      const [receiver] = daemon.status.receivers;
      // A server that is behind does what it is told in air that was due before.
      expect(receiver.listening?.delayMs).toBeGreaterThanOrEqual(0);
      expect(coveringCenters(RATE_HZ)).toContain(receiver.centerHz);
    },
    { timeout: 30_000, interval: 100 },
  );
});

it('says that a program cannot be moved about, and stays', { timeout: 60_000 }, async () => {
  const { daemon, said } = autoDaemon('exec:cat /dev/zero');
  await vi.waitFor(() => expect(said.join()).toContain('stays at 912.6 MHz'), { timeout: 30_000 });
  await vi.waitFor(() => expect(daemon.status.receivers[0].centerHz).toBe(912.6e6), { timeout: 30_000 });
  expect(daemon.status.receivers[0].listening).toBeNull();
});

it("listens for the meters that are the user's, unless others are named", () => {
  const own = ownMetersOf([{ id: 10_000_001, name: 'house' }], []);
  const heardOf = (listenFor: readonly number[]): number => {
    const named = listenFor.length === 0 ? {} : { ERTD_RECEIVER_LISTEN_FOR: listenFor.join(',') };
    const { config } = loadConfig({ env: { ERTD_RECEIVER_LISTEN: 'auto', ...named } });
    const listening = Listening.of(config, 1);
    const plan = listening?.plan(0);
    listening?.own(own);
    plan?.next(0);
    for (const id of [10_000_001, 10_000_002, 10_000_003]) plan?.heard(id, 912e6, 0);
    return plan?.status.meters ?? -1;
  };
  expect([heardOf([]), heardOf([10_000_002, 10_000_003])]).toEqual([1, 2]);
});
