import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../src/config/layers.js';
import { Daemon } from '../src/daemon.js';
import { createLogger } from '../src/log.js';
import { Recorder } from './commands/test-context.js';
import { FakeDongles } from './fake-dongles.js';
import { LiveAir, RADIO, recordingOf } from './live-air.js';
import { RtlTcpPeer } from './rtl-tcp-peer.js';
import { directoryPerTest, failureOf, rowsOf } from './sinks/database-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PATIENCE = { timeout: 30_000, interval: 50 };

async function liveAir(): Promise<LiveAir> {
  const air = new LiveAir();
  cleanups.push(() => air.stop());
  await air.start();
  return air;
}

/** A server that sends nothing but its header, or not even that. */
async function silentPeer(header?: null): Promise<RtlTcpPeer> {
  const peer = new RtlTcpPeer(header);
  cleanups.push(() => peer.kill());
  await peer.listen();
  return peer;
}

interface LogLine {
  readonly level: string;
  readonly component: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A daemon that has been started. @param settings as the environment would give them */
function daemonOn(source: string, settings: Readonly<Record<string, string>> = {}, machineRoot = '/') {
  const env = {
    ERTD_RECEIVER_SOURCE: source,
    ERTD_RECEIVER_SAMPLE_RATE_HZ: String(RADIO.sampleRateHz),
    ERTD_DATABASE_PATH: pathOf('ertd.db'),
    ERTD_DATABASE_COMMIT_INTERVAL: '100ms',
    ERTD_DATABASE_STORE_PACKETS: 'true',
    ERTD_READINGS_UNKNOWN: 'store',
    ERTD_OUTPUT_FORMAT: 'jsonl',
    HOME: pathOf('home'),
    ...settings,
  };
  const { config } = loadConfig({ env });
  const log: LogLine[] = [];
  const logger = createLogger(config.log, { write: (line) => log.push(JSON.parse(line)) });
  const stdout = new Recorder();
  const daemon = new Daemon({ config, logger, stdout, machineRoot });
  const stop = new AbortController();
  const run = daemon.run(stop.signal);
  const over = run.catch(() => {});
  cleanups.push(() => {
    stop.abort();
    return over;
  });
  const printedIds = (): number[] =>
    stdout.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line).id);
  return {
    daemon,
    log,
    run,
    printedIds,
    stop: () => {
      stop.abort();
      return run;
    },
    says: (what: string) =>
      vi.waitFor(
        () => expect(log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining(what)),
        PATIENCE,
      ),
  };
}

function storedIds(): number[] {
  const rows = rowsOf(pathOf('ertd.db'), 'SELECT number AS id FROM packets ORDER BY packets.id');
  return (rows as { id: number }[]).map(({ id }) => id);
}

/** Waits until the database has exactly these packets. */
async function stored(ids: readonly number[]): Promise<void> {
  await vi.waitFor(() => expect(storedIds()).toEqual(ids), PATIENCE);
}

/** Waits until the server's n-th client has tuned it. */
async function tuned({ clients }: RtlTcpPeer, client: number, commands: number): Promise<void> {
  await vi.waitFor(() => expect(clients[client - 1]).toHaveLength(commands), PATIENCE);
}

const meters = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

describe('Daemon on rtl_tcp', { timeout: 60_000 }, () => {
  it('loses nothing but what was on air while the server was away', async () => {
    const air = await liveAir();
    const { log, printedIds, stop } = daemonOn(`rtltcp://127.0.0.1:${air.peer.port}`, {
      ERTD_RECEIVER_GAIN_DB: '28',
      ERTD_RECEIVER_PPM: '-3',
    });
    const heard: number[] = [];
    for (const round of [1, 2, 3]) {
      await tuned(air.peer, round, 6);
      if (round === 1) await air.pass(0.2); // a radio that has just been switched on does not know its noise
      const now = meters(10_000_000 + 100 * round, 6);
      await air.send(now);
      heard.push(...now);
      await stored(heard);
      if (round === 3) break;
      await air.peer.kill();
      await air.send(meters(10_009_000 + 100 * round, 2));
      await air.peer.listen();
    }
    await stop();

    expect(storedIds()).toEqual(heard);
    expect(printedIds()).toEqual(heard);
    expect(
      log.filter(({ component }) => component === 'source').map(({ msg }) => msg.split(' ', 1)[0]),
    ).toEqual(['Lost', 'Samples', 'Lost', 'Samples']);
    expect(air.peer.clients).toEqual(
      [1, 2, 3].map(() => [
        { op: 5, value: -3 },
        { op: 2, value: RADIO.sampleRateHz },
        { op: 1, value: RADIO.centerHz },
        { op: 3, value: 1 },
        { op: 4, value: 280 },
        { op: 8, value: 0 },
      ]),
    );
    expect(log.at(-1)).toMatchObject({ msg: 'Stopped; received in all', packets: 18, meters: 18 });
    const [session, ...others] = rowsOf(pathOf('ertd.db'), 'SELECT * FROM sessions') as Record<
      string,
      number
    >[];
    expect(others).toEqual([]);
    expect(session).toMatchObject({ center_hz: RADIO.centerHz, packets: 18 });
    expect(session.ended_ms).toBeGreaterThan(session.started_ms);
    expect(session.lost_samples).toBeGreaterThan(0);
    expect(session.samples).toBeGreaterThan(session.lost_samples);
  });

  it('keeps decoding while the database cannot be written, and stores what it kept', async () => {
    const air = await liveAir();
    // SQLite wants to make a file here: nobody, not even root, writes to the database like this.
    mkdirSync(pathOf('ertd.db-wal'));
    const { says, printedIds, stop } = daemonOn(`rtltcp://127.0.0.1:${air.peer.port}`);
    await says('Cannot write to ');
    await tuned(air.peer, 1, 6);
    await air.pass(0.2);
    await air.send([10_000_001, 10_000_002]);
    await vi.waitFor(() => expect(printedIds()).toEqual([10_000_001, 10_000_002]), PATIENCE);
    rmdirSync(pathOf('ertd.db-wal'));
    await says('can be written again');
    await stored([10_000_001, 10_000_002]);
    await stop();
  });

  it('tells which readings are lost where the database could not be written to the end', async () => {
    const air = await liveAir();
    mkdirSync(pathOf('ertd.db-wal'));
    const { printedIds, stop } = daemonOn(`rtltcp://127.0.0.1:${air.peer.port}`);
    await tuned(air.peer, 1, 6);
    await air.pass(0.2);
    await air.send([10_000_001]);
    await vi.waitFor(() => expect(printedIds()).toEqual([10_000_001]), PATIENCE);
    expect(await failureOf(stop())).toMatchObject({
      exitCode: 74,
      message: expect.stringContaining('1 reading could not be stored'),
    });
  });

  it('writes to the database when asked to, and what is left when it stops', async () => {
    const air = await liveAir();
    const { daemon, says, printedIds, stop } = daemonOn(`rtltcp://127.0.0.1:${air.peer.port}`, {
      ERTD_DATABASE_COMMIT_INTERVAL: '1h',
    });
    await tuned(air.peer, 1, 6);
    await air.pass(0.2);
    await air.send([10_000_001]);
    await vi.waitFor(() => expect(printedIds()).toEqual([10_000_001]), PATIENCE);
    await daemon.flush();
    expect(storedIds()).toEqual([10_000_001]);
    await says('Everything is in the database');
    await air.send([10_000_002]);
    await vi.waitFor(() => expect(printedIds()).toHaveLength(2), PATIENCE);
    expect(storedIds()).toEqual([10_000_001]);
    await stop();
    expect(storedIds()).toEqual([10_000_001, 10_000_002]);
  });

  it('says once that it cannot keep up, and goes on', async () => {
    const peer = await silentPeer();
    const { says, log, stop } = daemonOn(`rtltcp://127.0.0.1:${peer.port}`);
    await tuned(peer, 1, 6);
    // Ten seconds of air in one go are more than may wait.
    await peer.play(Array.from({ length: 40 }, () => new Uint8Array(RADIO.sampleRateHz / 2).fill(128)));
    await says('This machine does not keep up with 1.024 MS/s');
    await stop();
    expect(log.filter(({ msg }) => msg.includes('does not keep up'))).toHaveLength(1);
    expect(log.at(-1)?.droppedSamples).toBeGreaterThan(0);
  });

  it.each([
    ['connecting', null],
    ['waiting for samples', undefined],
  ])('stops while it is %s', async (_when, header) => {
    const peer = await silentPeer(header);
    const { stop } = daemonOn(`rtltcp://127.0.0.1:${peer.port}`);
    await vi.waitFor(() => expect(peer.clients).toHaveLength(1), PATIENCE);
    await stop();
    expect(storedIds()).toEqual([]);
  });

  it('stops while it waits for a server to come back', async () => {
    const peer = await silentPeer();
    const { says, stop } = daemonOn(`rtltcp://127.0.0.1:${peer.port}`);
    await tuned(peer, 1, 6);
    await peer.kill();
    await says('Lost rtl_tcp');
    await sleep(500);
    await stop();
  });

  it('does not start without a server, and lets go of the database', async () => {
    const peer = await silentPeer();
    await peer.kill();
    for (let attempt = 1; attempt <= 2; attempt++) {
      const { run } = daemonOn(`rtltcp://127.0.0.1:${peer.port}`);
      expect(await failureOf(run)).toMatchObject({ code: 'SOURCE_NOT_FOUND', exitCode: 69 });
    }
  });
});

describe('Daemon on a dongle', { timeout: 60_000 }, () => {
  afterEach(() => vi.unstubAllEnvs());

  it('goes on with the same dongle when its rtl_tcp is killed, and says so in two lines', async () => {
    const machine = new FakeDongles(pathOf('machine'));
    for (const [name, value] of Object.entries(machine.env)) vi.stubEnv(name, value);
    machine.plug({ serial: 'A', port: '1-1' }, { serial: 'B', port: '1-2' });
    const settings = { ERTD_RECEIVER_BIAS_TEE: 'true' };
    const { daemon, log, says, stop } = daemonOn('rtlsdr:B', settings, machine.root);
    await says('Listening to rtlsdr:B');
    for (const times of [1, 2]) {
      await vi.waitFor(() => expect(machine.commandsOf('1-2')).toHaveLength(7 * times), PATIENCE);
      expect(machine.commandsOf('1-2').at(-1)).toBe('14 1');
      if (times === 1) process.kill(machine.holderOf('1-2') ?? 0, 'SIGKILL');
    }
    await says('Samples flow again from the dongle B');
    expect(daemon.status).toMatchObject({ healthy: true, receivers: [{ source: 'rtlsdr:B', outages: 1 }] });
    await stop();
    expect(log.filter(({ component }) => component === 'source').map(({ msg }) => msg)).toEqual([
      'The dongle B sends no samples: rtl_tcp ended (ended by SIGKILL).',
      expect.stringMatching(/^Samples flow again from the dongle B, \d\.\d s later\.$/),
    ]);
    expect([machine.holderOf('1-1'), machine.commandsOf('1-1')]).toEqual([null, []]);
  });
});

describe('Daemon on a recording', { timeout: 60_000 }, () => {
  const ids = meters(10_000_001, 3);

  function recording(name: string): string {
    writeFileSync(pathOf(name), recordingOf(ids));
    return pathOf(name);
  }

  const timesOf = () =>
    (rowsOf(pathOf('ertd.db'), 'SELECT time_ms AS at FROM packets ORDER BY id') as { at: number }[]).map(
      ({ at }) => at,
    );

  it('ends with it, and dates readings by the start it tells', async () => {
    const { run, printedIds } = daemonOn(recording('street_20260102_030405Z_912.6M_1024k.cu8'));
    await run;
    expect(printedIds()).toEqual(ids);
    const start = Date.UTC(2026, 0, 2, 3, 4, 5);
    for (const at of timesOf()) expect(Math.abs(at - start - 300)).toBeLessThan(300);
    expect(rowsOf(pathOf('ertd.db'), 'SELECT started_ms, ended_ms FROM sessions')).toEqual([
      { started_ms: start, ended_ms: start + Math.round((481_000 / 1_024_000) * 1000) },
    ]);
  });

  it('dates readings as if it began now where it tells no start', async () => {
    const before = Date.now();
    const { run, log } = daemonOn(recording('street_912.6M_1024k.cu8'));
    await run;
    expect(storedIds()).toEqual(ids);
    expect(Math.min(...timesOf())).toBeGreaterThan(before);
    expect(log.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('does not tell when it began'));
  });

  it('says that readings go nowhere where nothing takes them', async () => {
    const { run, says, printedIds } = daemonOn(recording('street_912.6M_1024k.cu8'), {
      ERTD_DATABASE_PATH: '',
      ERTD_OUTPUT_FORMAT: 'none',
    });
    await run;
    await says('readings go nowhere');
    expect(printedIds()).toEqual([]);
  });
});

describe('Daemon', () => {
  it('refuses what is no source as a mistake in the configuration', () => {
    expect(() => daemonOn('hackrf://0')).toThrow(
      expect.objectContaining({
        exitCode: 78,
        message: expect.stringContaining('no kind of source called hackrf://'),
      }),
    );
  });
});
