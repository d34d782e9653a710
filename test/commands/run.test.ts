import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { recordingFacts } from '../../src/commands/run.js';
import { type FlagValue, loadConfig } from '../../src/config/layers.js';
import type { SettingName } from '../../src/config/settings.js';
import { ErtdProcess } from '../ertd-process.js';
import { LiveAir, RADIO } from '../live-air.js';
import { RtlTcpPeer } from '../rtl-tcp-peer.js';
import { directoryPerTest, rowsOf, scalarOf } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const KEEP_ALL = ['--unknown', 'store', '--store-packets', 'true'];
const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const PATIENCE = { timeout: 30_000, interval: 50 };

async function ertdRun(...args: string[]) {
  const context = testContext({ env: { HOME: pathOf('home'), XDG_RUNTIME_DIR: pathOf('run') } });
  const status = await runErtd(['run', '--db', pathOf('ertd.db'), ...args], context);
  return { status, out: context.out(), err: context.err() };
}

/** A server that says this to everyone. @returns its address */
async function serverThatSays(text: string): Promise<string> {
  const server = createServer((socket) => socket.on('error', () => {}).end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address nobody listens at. */
async function deserted(): Promise<string> {
  const peer = new RtlTcpPeer();
  await peer.listen();
  await peer.kill();
  return `127.0.0.1:${peer.port}`;
}

describe('ertd run', () => {
  it('exits with 69 and one sentence where no server answers', async () => {
    const address = await deserted();
    expect(await ertdRun('--source', `rtltcp://${address}`)).toEqual({
      status: 69,
      out: '',
      err: `ertd: No rtl_tcp server answers at ${address}: start one there (rtl_tcp -a ADDRESS), or correct the address.\n`,
    });
  });

  it('exits with 69 and one sentence where the server is another', async () => {
    const address = await serverThatSays('SSH-2.0-OpenSSH_9.6\r\n');
    expect(await ertdRun('--source', `rtltcp://${address}`)).toEqual({
      status: 69,
      out: '',
      err: expect.stringMatching(
        /^ertd: What answers at [\d.:]+ is not rtl_tcp, it began with "SSH-.*: check the port\.\n$/,
      ),
    });
  });

  it.each([
    ['a wrong value', { ERTD_RECEIVER_GAIN_DB: 'loud' }, [], /^ertd: ERTD_RECEIVER_GAIN_DB is "loud"; .+\n$/],
    [
      'a source of no kind',
      {},
      ['--source', 'hackrf://0'],
      /^ertd: There is no kind of source called hackrf:.+\n$/,
    ],
    ['a file that is missing', {}, ['--config', '/nonexistent.toml'], /^ertd: .+ does not exist; .+\n$/],
    ['a database that cannot be', {}, ['--db', '/nonexistent/folder/db'], /^ertd: .+ cannot be made: .+\n$/],
  ])('exits with 78 and one sentence for %s in the configuration', async (_what, env, args, err) => {
    const context = testContext({ env });
    expect(await runErtd(['run', '--db', pathOf('ertd.db'), ...args], context)).toBe(78);
    expect(context.err()).toMatch(err);
  });

  it('exits with 66 where the recording does not exist', async () => {
    expect(await ertdRun('--source', '/nonexistent.cu8')).toMatchObject({
      status: 66,
      err: 'ertd: /nonexistent.cu8 does not exist: check the path.\n',
    });
  });

  it('shows how to use it', async () => {
    const { status, out } = await ertdRun('--help');
    expect(status).toBe(0);
    for (const flag of ['--source', '--gain', '--ppm', '--db', '--output', '--config', '--log-level'])
      expect(out).toContain(flag);
    expect(out.match(/^ {2}ertd run\b/gm)?.length).toBeGreaterThan(4);
  });
});

describe('what the configuration says of a recording', () => {
  type Flags = ReadonlyMap<SettingName, FlagValue>;
  const source: [SettingName, FlagValue] = ['receiver.source', { flag: '--source', value: 'x.cu8' }];
  const rate: [SettingName, FlagValue] = ['receiver.sampleRateHz', { flag: '--rate', value: 2_400_000 }];
  const facts = (env: Record<string, string>, flags: Flags) =>
    recordingFacts(loadConfig({ env: { HOME: pathOf('home'), ...env }, flags }));

  it('is nothing by default', () => {
    expect(facts({}, new Map([source]))).toEqual({});
  });

  it('counts where it is set beside the recording', () => {
    expect(facts({}, new Map([source, rate]))).toEqual({ sampleRateHz: 2_400_000 });
    const env = {
      ERTD_RECEIVER_SOURCE: '/run/radio',
      ERTD_RECEIVER_FORMAT: 'cs16',
      ERTD_RECEIVER_CENTER_HZ: '915M',
    };
    expect(facts(env, new Map([rate]))).toEqual({
      format: 'cs16',
      sampleRateHz: 2_400_000,
      centerHz: 915_000_000,
    });
  });

  it('does not count where it was meant for another source', () => {
    expect(facts({ ERTD_RECEIVER_SAMPLE_RATE_HZ: '2.4M' }, new Map([source]))).toEqual({});
  });
});

describe('the process of ertd run', { timeout: 60_000 }, () => {
  const RATE = ['--rate', String(RADIO.sampleRateHz)];

  function processOn(address: string, ...args: string[]): ErtdProcess {
    const ertd = new ErtdProcess([
      'run',
      '--source',
      `rtltcp://${address}`,
      ...RATE,
      '--db',
      pathOf('ertd.db'),
      ...args,
    ]);
    cleanups.push(() => ertd.end('SIGKILL'));
    return ertd;
  }

  it('keeps what is on air, writes it when asked to, and all of it when it ends', async () => {
    const air = new LiveAir();
    cleanups.push(() => air.stop());
    const port = await air.start();
    const ertd = processOn(`127.0.0.1:${port}`, '--output', 'jsonl', '--commit-interval', '1h', ...KEEP_ALL);
    const heard = (ids: number[]) =>
      vi.waitFor(() => expect(ertd.out.match(/(?<="id":)\d+/g)?.map(Number)).toEqual(ids), PATIENCE);
    const stored = () => scalarOf(pathOf('ertd.db'), 'SELECT count(*) FROM packets');

    await ertd.says('Listening to ');
    await air.pass(0.2);
    await air.send([10_000_001, 10_000_002]);
    await heard([10_000_001, 10_000_002]);
    ertd.child.kill('SIGUSR2');
    await ertd.says('Everything is in the database');
    expect(stored()).toBe(2);

    await air.send([10_000_003]);
    await heard([10_000_001, 10_000_002, 10_000_003]);
    expect(stored()).toBe(2);
    expect(await ertd.end('SIGTERM')).toBe(0);
    expect(rowsOf(pathOf('ertd.db'), 'SELECT number FROM packets ORDER BY number')).toEqual([
      { number: 10_000_001 },
      { number: 10_000_002 },
      { number: 10_000_003 },
    ]);
    expect(scalarOf(pathOf('ertd.db'), 'SELECT ended_ms FROM sessions')).not.toBeNull();
    for (const line of ertd.err.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('component');
  });

  it('stores what it has and ends when the reader of its output goes away', async () => {
    const air = new LiveAir();
    cleanups.push(() => air.stop());
    const ertd = processOn(
      `127.0.0.1:${await air.start()}`,
      ...['--output', 'jsonl', '--commit-interval', '1h', ...KEEP_ALL],
    );
    await ertd.says('Listening to ');
    await air.pass(0.2);
    ertd.child.stdout?.destroy();
    await air.send([10_000_001]);
    expect(await ertd.ended).toBe(0);
    expect(rowsOf(pathOf('ertd.db'), 'SELECT number FROM packets')).toEqual([{ number: 10_000_001 }]);
  });

  it('exits with 78 where another one has the database, and names it', async () => {
    const peer = new RtlTcpPeer();
    cleanups.push(() => peer.kill());
    const address = `127.0.0.1:${await peer.listen()}`;
    const first = processOn(address);
    await first.says('Listening to ');
    const second = processOn(address);
    expect(await second.ended).toBe(78);
    expect(second.err).toMatch(
      new RegExp(`^ertd: .*/ertd\\.db is in use by ertd run \\(pid ${first.child.pid} on .+\\); .+\\n$`),
    );
    expect(await first.end('SIGINT')).toBe(0);
  });

  it('ends with 0 while the server is away', async () => {
    const peer = new RtlTcpPeer();
    const ertd = processOn(`127.0.0.1:${await peer.listen()}`);
    await ertd.says('Listening to ');
    await peer.kill();
    await ertd.says('Lost rtl_tcp');
    expect(await ertd.end('SIGTERM')).toBe(0);
  });
});
