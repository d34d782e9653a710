import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { ErtdProcess } from '../ertd-process.js';
import { LiveAir, RADIO } from '../live-air.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PATIENCE = { timeout: 20_000, interval: 50 };

async function status(...args: string[]) {
  const context = testContext({ env: { RUNTIME_DIRECTORY: pathOf('run'), XDG_RUNTIME_DIR: pathOf('user') } });
  const exit = await runErtd(['status', ...args], context);
  return { exit, out: context.out(), err: context.err() };
}

async function daemonOn(air: LiveAir): Promise<ErtdProcess> {
  cleanups.push(() => air.stop());
  const source = `rtltcp://127.0.0.1:${await air.start()}`;
  const args = ['run', '--source', source, '--rate', String(RADIO.sampleRateHz), '--db', pathOf('ertd.db')];
  const ertd = new ErtdProcess(args, 'pipe', { RUNTIME_DIRECTORY: pathOf('run') });
  cleanups.push(() => ertd.end('SIGKILL'));
  await ertd.says('Listening to ');
  await vi.waitFor(() => expect(existsSync(pathOf(`run/${ertd.child.pid}.sock`))).toBe(true), PATIENCE);
  return ertd;
}

const NONE = {
  exit: 69,
  out: '',
  err: 'ertd: No ertd runs on this machine that this user may ask: start it with ertd run or sudo systemctl start ertd.\n',
};

describe('ertd status', { timeout: 60_000 }, () => {
  it('tells that none runs', async () => {
    expect(await status()).toEqual(NONE);
    expect(await status('--output', 'json')).toMatchObject({ exit: 69, out: '[]\n' });
  });

  it('tells what a running one hears, by text, JSON and exit status', async () => {
    const air = new LiveAir();
    const ertd = await daemonOn(air);
    await air.pass(0.2);
    await air.send([10_000_001, 10_000_002]);
    await vi.waitFor(async () => expect((await status()).out).toContain('2 packets of 2 meters'), PATIENCE);
    const { exit, out, err } = await status();
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(
      new RegExp(`^ertd, process ${ertd.child.pid}, for \\d+ s\n  127.0.0.1:\\d+: receiving\n`),
    );
    expect(out).toMatch(/\(R820T\), 912\.6 MHz, 1\.024 MS\/s, gain 28\.0 dB, noise -2\d\.\d dBFS\n/);
    const [daemon] = JSON.parse((await status('--output', 'json')).out);
    expect(daemon).toMatchObject({
      pid: ertd.child.pid,
      healthy: true,
      receivers: [{ state: 'receiving', outages: 0, packets: 2, meters: 2 }],
      database: { path: pathOf('ertd.db'), dropped: 0, trouble: null },
    });
  });

  it('tells of an outage while it lasts, and that one has ended', async () => {
    const air = new LiveAir();
    const ertd = await daemonOn(air);
    await air.peer.kill();
    await ertd.says('Lost rtl_tcp');
    const { exit, out, err } = await status();
    expect(exit).toBe(69);
    expect(out).toMatch(/127\.0\.0\.1:\d+: recovering, for \d s\n {4}\S/);
    expect(err).toMatch(/^ertd: 127\.0\.0\.1:\d+ is recovering: .+ \(0 packets so far\)\n$/);
    await air.peer.listen();
    await ertd.says('Samples flow again');
    expect(await status()).toMatchObject({ exit: 0, out: expect.stringContaining('1 outages') });
    expect(await ertd.end('SIGTERM')).toBe(0);
    expect(await status()).toEqual(NONE);
  });

  it('says that one of another version has to be started again', async () => {
    const path = pathOf('run/1.sock');
    mkdirSync(pathOf('run'));
    const server = createServer((socket) => socket.end('{"format":1}')).listen(path);
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    const { exit, err } = await status();
    expect({ exit, err }).toEqual({
      exit: 74,
      err: `ertd: The ertd behind ${path} is of another version: start it again, then it can be asked.\n`,
    });
  });

  it('tells one that hangs from one that was killed, whose socket the next removes', async () => {
    const ertd = await daemonOn(new LiveAir());
    ertd.child.kill('SIGSTOP');
    expect(await status()).toMatchObject({ exit: 69, err: expect.stringContaining('does not answer') });
    ertd.child.kill('SIGKILL');
    await ertd.ended;
    expect(await status()).toEqual(NONE);
    const socket = pathOf(`run/${ertd.child.pid}.sock`);
    expect(existsSync(socket)).toBe(true);
    await daemonOn(new LiveAir());
    await vi.waitFor(() => expect(existsSync(socket)).toBe(false), PATIENCE);
    expect((await status()).exit).toBe(0);
  });
});
