import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { topCommand } from '../../src/commands/top.js';
import { Fault } from '../../src/errors.js';
import { Credentials } from '../../src/http/credentials.js';
import { LiveStreams } from '../../src/http/live-routes.js';
import { Pages } from '../../src/http/pages.js';
import { HttpServer } from '../../src/http/server.js';
import { FakeHouse } from '../http/fake-house.js';
import { directoryPerTest, failureOf } from '../sinks/database-fixture.js';
import { scmPacket } from '../sinks/reading-fixture.js';
import { Recorder, testContext } from './test-context.js';

const at = directoryPerTest();
let house: FakeHouse;
let server: HttpServer;
let credentials: Credentials;

beforeEach(async () => {
  house = new FakeHouse();
  credentials = new Credentials(at('auth.json'));
  server = new HttpServer({
    ...{ house, credentials, version: '1', names: [], tls: null, listen: { host: '127.0.0.1', port: 0 } },
    ...{ live: new LiveStreams(house), pages: new Pages(at('pages')), log: pino({ level: 'silent' }) },
  });
  await server.start();
});

afterEach(() => server.stop());

function run(context: ReturnType<typeof testContext>, ...args: string[]): Promise<unknown> {
  return topCommand(context).parseAsync([...args], { from: 'user' });
}

describe('ertd top', () => {
  it('prints one screen where nobody looks at it', async () => {
    const context = testContext();
    await run(context, server.url);
    expect(context.out()).toMatch(/^roof: receiving\n {2}912\.6000 MHz, gain 28\.0 dB/);
  });

  it('shows packets as they come, and leaves the terminal as it was', async () => {
    const over = new AbortController();
    const stdout = Object.assign(new Recorder(), { isTTY: true, columns: 100, rows: 40 });
    const running = run(testContext({ stdout, signal: over.signal }), server.url);
    while (house.listeners.size === 0) await delay(5);
    for (const listener of house.listeners) listener(scmPacket({ id: 10_000_042, consumption: 4711 }));
    while (!stdout.text.includes('4711')) await delay(5);
    over.abort();
    await running;
    expect(stdout.text).toMatch(/10000042, .* water +4711/);
    expect(stdout.text.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
  });

  it('needs a token where there is a password', async () => {
    const token = credentials.addToken('top', 1);
    const refused = await failureOf(run(testContext(), server.url));
    expect(refused).toBeInstanceOf(Fault);
    expect((refused as Fault).message).toMatch(/asks for a token: make one with ertd auth token/);
    const context = testContext();
    await run(context, server.url, '--token', token);
    expect(context.out()).toContain('roof: receiving');
  });

  it('says what to do where nobody answers', async () => {
    const { url } = server;
    await server.stop();
    const failure = await failureOf(run(testContext(), url));
    expect((failure as Fault).code).toBe('SOURCE_NOT_FOUND');
    expect((failure as Fault).message).toMatch(/is http\.listen set, and does ertd run\?$/);
  });
});
