import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { parseListenAddress } from '../../src/commands/synth-serve-options.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { type TestContext, testContext } from './test-context.js';

const at = directoryPerTest();
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Running extends TestContext {
  readonly ended: Promise<number>;
  readonly stop: () => Promise<number>;
}

function start(args: readonly string[]): Running {
  const stop = new AbortController();
  const context = testContext({ signal: stop.signal, env: { HOME: at('home') } });
  const ended = runErtd(args, context);
  const running = {
    ...context,
    ended,
    stop: () => {
      stop.abort();
      return ended;
    },
  };
  cleanups.push(running.stop);
  return running;
}

/** A port that is free, or was a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const says = (context: TestContext, what: RegExp) =>
  vi.waitFor(() => expect(context.err()).toMatch(what), { timeout: 20_000, interval: 20 });

const packetsIn = (lines: string) =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ protocol, id, consumption, checksum }) => `${protocol} ${id} ${consumption} ${checksum}`);

const RADIO = ['--center', '912.6M', '--rate', '1.024M'];
const STREET = ['--meters', '12', '--hop', '912.2M..913M', '--period', '400ms..800ms', '--snr', '20..30'];

describe('ertd synth serve', { timeout: 60_000 }, () => {
  it('is what ertd run listens to, and tells what it could hear', async () => {
    const port = String(await freePort());
    const truth = at('sent.jsonl');
    const serving = start(['synth', 'serve', port, ...STREET, '--interferers', '1', '--truth', truth]);
    await says(serving, new RegExp(`Serving 12 meters on 127.0.0.1:${port}`));
    const daemon = start([
      'run',
      '--source',
      `rtltcp://127.0.0.1:${port}`,
      ...RADIO,
      '--db',
      '',
      '--output',
      'jsonl',
    ]);
    await says(serving, /listens at 912\.6 MHz, 1\.024 MS\/s, 28 dB of gain, 0 ppm corrected/);
    await vi.waitFor(() => expect(daemon.out().split('\n').length).toBeGreaterThan(15), { timeout: 20_000 });
    expect(await daemon.stop()).toBe(0);
    expect(await serving.stop()).toBe(0);
    const heard = packetsIn(daemon.out());
    const all = packetsIn(readFileSync(truth, 'utf8'));
    // The daemon was stopped behind the air by as much as the machine is slow.
    const sent = all.slice(0, 1 + Math.max(...heard.map((packet) => all.lastIndexOf(packet))));
    expect(new Set(sent.map((packet) => packet.split(' ')[0])).size).toBeGreaterThan(3);
    // One may have been in the air when the daemon was stopped, two may have met on one channel.
    expect(heard.filter((key) => sent.includes(key)).length).toBeGreaterThan(heard.length - 2);
    expect(sent.filter((key) => heard.includes(key)).length).toBeGreaterThan(0.75 * sent.length);
  });

  it('lets faults happen, those that are asked for and those it makes up', async () => {
    const faults = ['--fault', 'stall@100ms+50ms', '--fault', 'garbage@200ms+50ms', '--fault-every', '200ms'];
    const serving = start(['synth', 'serve', String(await freePort()), ...faults]);
    await says(serving, /Fault: stall for 0\.1 s\.\n(.*\n)*ertd: Fault: garbage for 0\.1 s\./);
    await vi.waitFor(() => expect(serving.err().match(/Fault: /g)?.length).toBeGreaterThan(4), {
      timeout: 10_000,
    });
    expect(await serving.stop()).toBe(0);
  });

  it('says in one sentence that another program listens there', async () => {
    const port = String(await freePort());
    await says(start(['synth', 'serve', port]), /Serving/);
    const second = start(['synth', 'serve', port]);
    expect(await second.ended).toBe(69);
    expect(second.err()).toBe(
      `ertd: 127.0.0.1:${port} cannot be listened on (another program listens there): name another address.\n`,
    );
  });

  it.each([
    [['here'], '"here" is no address to listen on; write it like 127.0.0.1:1234 or 1234.'],
    [['70000'], '"70000" is no address to listen on; write it like 127.0.0.1:1234 or 1234.'],
    [['--fault', 'fire@3s'], 'It must be one of stall, disconnect, garbage, slow, when,'],
    [['--hop', '100M..200M'], 'No channel of the meters lies from 100 MHz to 200 MHz;'],
    [['--speed', '0'], 'It must be a number from 0.01 to 100.'],
    [['--interferers', '-1'], 'It must be a number from 0 to 10000.'],
  ])('%j is refused in one sentence', async (args, sentence) => {
    const serving = start(['synth', 'serve', ...args]);
    expect(await serving.ended).toBe(64);
    expect(serving.err()).toContain(sentence);
    expect(serving.err().trim().split('\n')).toHaveLength(1);
  });

  it('overwrites no file', async () => {
    writeFileSync(at('sent.jsonl'), 'mine');
    const serving = start(['synth', 'serve', '0', '--truth', at('sent.jsonl')]);
    expect(await serving.ended).toBe(64);
    expect(readFileSync(at('sent.jsonl'), 'utf8')).toBe('mine');
  });
});

it.each([
  ['1234', { host: '127.0.0.1', port: 1234 }],
  ['0.0.0.0:5', { host: '0.0.0.0', port: 5 }],
  ['[::1]:1234', { host: '::1', port: 1234 }],
  ['localhost:1234', { host: 'localhost', port: 1234 }],
])('the address %s', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});
