import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../src/errors.js';
import { Credentials } from '../../src/http/credentials.js';
import { LiveStreams } from '../../src/http/live-routes.js';
import { Pages } from '../../src/http/pages.js';
import { HttpServer } from '../../src/http/server.js';
import type { MeterEvent } from '../../src/readings/entry.js';
import type { KeptSurvey } from '../../src/survey/kept-survey.js';
import { FakeHouse } from './fake-house.js';

const PASSWORD = 'correct horse battery';
const EVENT: MeterEvent = {
  ...{ kind: 'event', id: '1', type: 'leak', meter: null, timeMs: 1, endMs: null, severity: 'alarm' },
  ...{ message: '<img src=x onerror=alert(1)>', evidence: {} },
};

let folder: string;
let house: FakeHouse;
let server: HttpServer | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ertd-http-'));
  house = new FakeHouse();
});

afterEach(async () => {
  await server?.stop();
  server = null;
  rmSync(folder, { recursive: true });
});

function made(credentials: Credentials, host = '127.0.0.1'): HttpServer {
  return new HttpServer({
    ...{ house, credentials, version: '1', names: [], tls: null, listen: { host, port: 0 } },
    ...{
      live: new LiveStreams(house),
      pages: new Pages(join(folder, 'pages')),
      log: pino({ level: 'silent' }),
    },
  });
}

/** A server that listens; with a password where one is wanted. */
async function started(password: string | null = null): Promise<string> {
  const credentials = new Credentials(join(folder, 'auth.json'));
  if (password !== null) await credentials.setPassword(password);
  server = made(credentials);
  await server.start();
  return server.url;
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

async function sentenceOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: string }).error;
}

const SURVEY: KeptSurvey = {
  ...{ endedMs: 1_700_000_000_000, seconds: 60, sampleRateHz: 2.4e6, packets: 9, meters: 2, carriers: [] },
  ...{ windows: [], channels: [], best: { centerHz: 912.6e6, packetsPerHour: 100, meters: 2 } },
};

/** Every route that answers with data. */
const ROUTES = [
  '/healthz',
  '/api/v1/status',
  '/api/v1/config',
  '/api/v1/events',
  '/api/v1/spectra',
  '/api/v1/openapi.json',
  '/api/v1/meters',
  '/api/v1/meters/ert-10000001/readings',
  '/api/v1/meters/ert-10000001/readings.csv',
  '/api/v1/meters/ert-10000001/usage',
  '/api/v1/meters/ert-10000001/registers',
  '/api/v1/meters/ert-10000001/statement',
  '/api/v1/meters/ert-10000001/totals',
  '/api/v1/events/past',
  '/api/v1/quarantine',
  '/api/v1/survey',
  '/api/v1/meters/find',
  '/api/v1/anything',
  '/metrics',
];

describe('without a password', () => {
  it('tells how the daemon fares, and why it does not', async () => {
    const url = await started();
    expect(await (await fetch(`${url}/api/v1/status`)).json()).toEqual(house.view);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const [receiver] = house.view.receivers;
    house.view = { ...house.view, receivers: [{ ...receiver!, state: 'recovering', why: 'No dongle.' }] };
    const sick = await fetch(`${url}/healthz`);
    expect(sick.status).toBe(503);
    expect(await sick.json()).toEqual({ healthy: false, reasons: ['roof is recovering: No dongle.'] });
  });

  it('tells of the band: what a survey found, and what is heard now', async () => {
    const url = await started();
    const ask = async () => (await fetch(`${url}/api/v1/survey`)).json();
    expect(await ask()).toEqual({ survey: null, channels: [] });
    house.kept = SURVEY;
    house.use.push({ carrierHz: 912.6e6, seconds: 60, packetsPerMinute: 3, busyShare: 0.1 });
    expect(await ask()).toEqual({ survey: SURVEY, channels: house.use });
  });

  it('describes every route in the document that clients are made from', async () => {
    const { paths } = (await (await fetch(`${await started()}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        ...['/healthz', '/api/v1/status', '/api/v1/survey', '/api/v1/config', '/api/v1/quarantine/{id}'],
        ...['/api/v1/meters', '/api/v1/meters/find', '/api/v1/meters/found', '/api/v1/meters/{key}/usage'],
      ]),
    );
  });

  it('is only for this machine', () => {
    const credentials = new Credentials(join(folder, 'auth.json'));
    expect(() => made(credentials, '0.0.0.0')).toThrow(Fault);
    expect(() => made(credentials, '0.0.0.0')).toThrow(/no password is set; run "ertd auth password" first/);
  });

  it('is for nobody where others can reach it and its password was taken away', async () => {
    const credentials = new Credentials(join(folder, 'auth.json'));
    await credentials.setPassword(PASSWORD);
    server = made(credentials, '0.0.0.0');
    await server.start();
    rmSync(join(folder, 'auth.json'));
    const { port } = new URL(server.url);
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/status`)).status).toBe(401);
  });

  it('refuses names that are not ours, which a page from elsewhere could have lead here', async () => {
    const url = new URL(await started());
    const answer = await rawRequest(
      url,
      'GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 421 /);
    expect(answer).not.toContain('receivers');
  });

  it('lets nothing in between headers and nothing out of its folder', async () => {
    const url = new URL(await started());
    writeFileSync(join(folder, 'secret.html'), 'secret');
    for (const path of [
      '/../secret.html',
      '/%2e%2e/secret.html',
      '/..%2fsecret.html',
      '/%00',
      '/a%0d%0aX-Bad:%201',
    ]) {
      const answer = await rawRequest(
        url,
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1.1 4\d\d /);
      expect(answer).not.toMatch(/secret\n|\r\nX-Bad/);
    }
  });

  it('sends pages no script of anybody else can run in', async () => {
    const response = await fetch(`${await started()}/healthz`);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('with a password', () => {
  it('tells nothing to who is not logged in', async () => {
    const url = await started(PASSWORD);
    for (const route of ROUTES) {
      const response = await fetch(url + route);
      expect([route, response.status]).toEqual([route, 401]);
      expect(await sentenceOf(response)).toMatch(/^Log in first/);
    }
  });

  it('tells nothing by any route that there is', async () => {
    const url = await started(PASSWORD);
    const login = await post(`${url}/api/v1/login`, { password: PASSWORD });
    const headers = { Cookie: login.headers.getSetCookie()[0]!.split(';')[0]! };
    const { paths } = (await (await fetch(`${url}/api/v1/openapi.json`, { headers })).json()) as {
      paths: Record<string, Record<string, object>>;
    };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );
    const open = ['/api/v1/login', '/api/v1/logout'];
    const closed = routes.filter(({ path }) => !open.includes(path));
    expect(closed.length).toBeGreaterThan(15);
    for (const { method, path } of closed) {
      const body = method === 'GET' ? {} : { body: '{}', headers: { 'Content-Type': 'application/json' } };
      const answer = await fetch(url + path.replace(/\{.*?\}/g, '1'), { method, ...body });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  it('logs in, and out', async () => {
    const url = await started(PASSWORD);
    const login = await post(`${url}/api/v1/login`, { password: PASSWORD });
    expect(login.status).toBe(204);
    const [cookie] = login.headers.getSetCookie();
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    const headers = { Cookie: cookie!.split(';')[0]! };
    expect((await fetch(`${url}/api/v1/status`, { headers })).status).toBe(200);
    const forged = { Cookie: headers.Cookie.replace(/\d/, '9') };
    expect((await fetch(`${url}/api/v1/status`, { headers: forged })).status).toBe(401);
    const logout = await post(`${url}/api/v1/logout`, {}, headers);
    expect(logout.headers.getSetCookie()[0]).toMatch(/ertd_session=; Max-Age=0/);
  });

  it('takes tokens, until they are removed', async () => {
    const url = await started(PASSWORD);
    const credentials = new Credentials(join(folder, 'auth.json'));
    const token = credentials.addToken('grafana', 1);
    await server?.stop();
    server = made(credentials);
    await server.start();
    const headers = { Authorization: `Bearer ${token}` };
    expect((await fetch(`${server.url}/api/v1/status`, { headers })).status).toBe(200);
    credentials.removeToken('grafana');
    expect((await fetch(`${server.url}/api/v1/status`, { headers })).status).toBe(401);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('gives only so many guesses', { timeout: 60_000 }, async () => {
    const url = await started(PASSWORD);
    const guesses = await Promise.all(
      Array.from({ length: 8 }, (_, i) => post(`${url}/api/v1/login`, { password: `guess ${i}` })),
    );
    const statuses = guesses.map(({ status }) => status).sort();
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const right = await post(`${url}/api/v1/login`, { password: PASSWORD });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('does nothing for other pages, however they ask', async () => {
    const url = await started(PASSWORD);
    const login = { password: PASSWORD };
    for (const headers of [
      { Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null' },
    ]) {
      expect((await post(`${url}/api/v1/login`, login, headers as Record<string, string>)).status).toBe(403);
    }
    expect((await post(`${url}/api/v1/login`, login, { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await post(`${url}/api/v1/login`, login, { Origin: url })).status).toBe(204);
  });

  it('has one sentence for what it cannot read', async () => {
    const url = await started(PASSWORD);
    const bad = await post(`${url}/api/v1/login`, '{"password": ');
    expect(bad.status).toBe(400);
    const wrong = await post(`${url}/api/v1/login`, { password: 7 });
    expect([wrong.status, await sentenceOf(wrong)]).toEqual([400, expect.stringMatching(/^password: /)]);
    const long = await post(`${url}/api/v1/login`, { password: 'x'.repeat(100_000) });
    expect(long.status).toBe(413);
    // One that does not say how long it is, and is not ended either.
    const { host, hostname, port } = new URL(url);
    const head = `POST /api/v1/login HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const endless = await rawRequest(
      { hostname, port } as URL,
      `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunk}${chunk}`,
    );
    expect(endless).toMatch(/^HTTP\/1.1 413 /);
    const deep = await post(`${url}/api/v1/login`, '['.repeat(60_000));
    expect(deep.status).toBe(400);
    const header = await fetch(`${url}/healthz`, { headers: { 'X-Long': 'x'.repeat(20_000) } });
    expect(header.status).toBe(431);
  });
});

describe('events', () => {
  it('are told as they happen, as text that cannot end an event early', async () => {
    const url = await started();
    const over = new AbortController();
    const response = await fetch(`${url}/api/v1/events`, { signal: over.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const text = readUntil(response, 'onerror');
    await until(() => house.listeners.size > 0);
    for (const listener of house.listeners)
      listener({ ...EVENT, message: `${EVENT.message}\n\nevent: forged` });
    expect(await text).toMatch(
      /event: status\ndata: .*\n\nevent: event\ndata: \{.*onerror.*\\n\\nevent: forged.*\}\n\n$/,
    );
    over.abort();
    await until(() => house.listeners.size === 0);
  });

  it('let go of who does not read, and of a crowd', async () => {
    const url = await started();
    const over = new AbortController();
    const slow = await fetch(`${url}/api/v1/spectra`, { signal: over.signal });
    await until(() => house.watchers.size === 1);
    const dbfs = new Float32Array(256).fill(-50);
    for (let i = 0; i < 40_000 && house.watchers.size > 0; i++) {
      for (const watcher of house.watchers) watcher({ receiver: 'roof', centerHz: 1, sampleRateHz: 1, dbfs });
      if (i % 1000 === 0) await delay(1);
    }
    expect(house.watchers.size).toBe(0);
    await expect(slow.text()).rejects.toThrow();
    const crowd = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/api/v1/events`, { signal: over.signal })),
    );
    expect(crowd.filter(({ status }) => status === 200)).toHaveLength(16);
    expect(crowd.filter(({ status }) => status === 503)).toHaveLength(4);
    over.abort();
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await delay(10);
  expect(condition()).toBe(true);
}

/** What has come, once it ends with an event that holds the text. */
async function readUntil(response: Response, wanted: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of response.body!) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes(wanted) && text.endsWith('\n\n')) break;
  }
  return text;
}

/** An answer to a request that no well-behaved client would send. */
function rawRequest({ hostname, port }: URL, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
