import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { Credentials } from '../../src/http/credentials.js';
import { LiveStreams } from '../../src/http/live-routes.js';
import { Pages } from '../../src/http/pages.js';
import { HttpServer } from '../../src/http/server.js';
import { hasOpenssl, makeCertificates } from '../certificates.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { FakeHouse } from './fake-house.js';

const PASSWORD = 'correct horse battery';
const pathOf = directoryPerTest();
let server: HttpServer | null = null;

afterEach(async () => {
  await server?.stop();
  server = null;
});

async function started(certificate: string, key: string): Promise<HttpServer> {
  const house = new FakeHouse();
  const credentials = new Credentials(pathOf('auth.json'));
  await credentials.setPassword(PASSWORD);
  server = new HttpServer({
    ...{ house, credentials, version: '1', names: [], listen: { host: '127.0.0.1', port: 0 } },
    ...{ live: new LiveStreams(house), log: pino({ level: 'silent' }) },
    pages: new Pages(join(pathOf('.'), 'pages')),
    tls: { certificate: pathOf(certificate), key: pathOf(key) },
  });
  await server.start();
  return server;
}

function logIn(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    const ca = readFileSync(pathOf('ca.pem'));
    const asked = request(`${url}/api/v1/login`, { method: 'POST', headers, ca, agent: false }, resolve);
    asked.once('error', reject).end(JSON.stringify({ password: PASSWORD }));
  });
}

describe.skipIf(!hasOpenssl)('with a certificate', () => {
  it('talks HTTPS, and gives cookies to that only', async () => {
    makeCertificates(pathOf);
    const { url } = await started('good.pem', 'good.key');
    expect(url).toMatch(/^https:/);
    const answer = await logIn(url);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Secure/);
    await expect(fetch(url.replace('https', 'http'))).rejects.toThrow();
  });

  it('says what is wrong with its files', async () => {
    makeCertificates(pathOf);
    await expect(started('good.pem', 'none.key')).rejects.toThrow(/HTTPS cannot be had with .* \(ENOENT\)/);
    await expect(started('good.pem', 'ca.key')).rejects.toMatchObject({ code: 'CONFIG' });
  });
});
