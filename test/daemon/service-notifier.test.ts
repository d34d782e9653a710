import { afterEach, describe, expect, it, vi } from 'vitest';
import { ServiceNotifier } from '../../src/daemon/service-notifier.js';
import { ErtdProcess } from '../ertd-process.js';
import { LiveAir, RADIO } from '../live-air.js';
import { canPlaySystemd, NotifySocket } from '../notify-socket.js';
import { directoryPerTest } from '../sinks/database-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  vi.unstubAllEnvs();
});

const PATIENCE = { timeout: 20_000, interval: 50 };

async function systemd(): Promise<NotifySocket> {
  const socket = new NotifySocket(pathOf('notify'));
  cleanups.push(() => socket.close());
  await socket.listening();
  return socket;
}

describe('ServiceNotifier', () => {
  it('does nothing where no systemd listens', async () => {
    const warn = vi.fn();
    vi.stubEnv('PATH', '/nonexistent');
    await new ServiceNotifier({}, warn).ready('Receiving');
    expect(warn).not.toHaveBeenCalled();
  });

  it('says once that systemd cannot be told', async () => {
    const warn = vi.fn();
    vi.stubEnv('PATH', '/nonexistent');
    const notifier = new ServiceNotifier({ NOTIFY_SOCKET: pathOf('notify') }, warn);
    await notifier.ready('Receiving');
    await notifier.tell('Receiving', true);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('systemd cannot be told how ertd fares')]]);
  });

  it('gives a sign of life three times in the time that systemd waits for one', () => {
    const intervalOf = (WATCHDOG_USEC?: string) =>
      new ServiceNotifier({ WATCHDOG_USEC }, () => {}).intervalMs;
    expect([intervalOf('30000000'), intervalOf()]).toEqual([10_000, 30_000]);
  });

  it.runIf(canPlaySystemd)('tells what there is, and does not keep alive what hangs', async () => {
    const { path, messages } = await systemd();
    vi.stubEnv('NOTIFY_SOCKET', path);
    const notifier = new ServiceNotifier({ NOTIFY_SOCKET: path }, (message) => expect.fail(message));
    await notifier.ready('Receiving, 0 packets');
    await notifier.tell('two\nlines', true);
    await notifier.tell('it hangs', false);
    await notifier.stopping();
    await vi.waitFor(() => expect(messages).toHaveLength(4), PATIENCE);
    expect(messages).toEqual([
      ['READY=1', 'STATUS=Receiving, 0 packets'],
      ['WATCHDOG=1', 'STATUS=two lines'],
      ['STATUS=it hangs'],
      ['STOPPING=1', 'STATUS=Stopping'],
    ]);
  });
});

describe.runIf(canPlaySystemd)('ertd run as a service', { timeout: 60_000 }, () => {
  it('tells systemd when it receives, that it is alive also in an outage, and when it stops', async () => {
    const { path, messages } = await systemd();
    const air = new LiveAir();
    cleanups.push(() => air.stop());
    const source = `rtltcp://127.0.0.1:${await air.start()}`;
    const args = ['run', '--source', source, '--rate', String(RADIO.sampleRateHz), '--db', pathOf('ertd.db')];
    const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '600000', RUNTIME_DIRECTORY: pathOf('run') };
    const ertd = new ErtdProcess(args, 'pipe', env);
    cleanups.push(() => ertd.end('SIGKILL'));
    const hears = (...variables: unknown[]) =>
      vi.waitFor(() => expect(messages).toContainEqual(variables), PATIENCE);

    await hears('READY=1', 'STATUS=Receiving, 0 packets so far');
    await hears('WATCHDOG=1', 'STATUS=Receiving, 0 packets so far');
    await air.pass(0.2);
    await air.send([10_000_001]);
    await hears('WATCHDOG=1', 'STATUS=Receiving, 1 packets so far');
    await air.peer.kill();
    await hears('WATCHDOG=1', expect.stringMatching(/^STATUS=\S+ is recovering: .+ \(1 packets so far\)$/));
    expect(await ertd.end('SIGTERM')).toBe(0);
    await hears('STOPPING=1', 'STATUS=Stopping');
  });
});
