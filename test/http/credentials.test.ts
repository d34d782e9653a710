import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Credentials } from '../../src/http/credentials.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ertd-auth-'));
  path = join(folder, 'auth.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

it('knows a password again, and keeps only its hash', async () => {
  const credentials = new Credentials(path);
  expect(credentials.exist).toBe(false);
  expect(await credentials.isPassword('')).toBe(false);
  await credentials.setPassword('correct horse battery');
  const again = new Credentials(path);
  expect(await again.isPassword('correct horse battery')).toBe(true);
  expect(await again.isPassword('correct horse batterz')).toBe(false);
  expect(readFileSync(path, 'utf8')).not.toContain('horse');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('asks for a long one', async () => {
  await expect(new Credentials(path).setPassword('short')).rejects.toThrow(/needs 10 characters/);
});

it('forgets who was logged in when the password changes, and after a month', async () => {
  const credentials = new Credentials(path);
  await credentials.setPassword('correct horse battery');
  const { cookie } = credentials.newSession(1000);
  expect(new Credentials(path).isSession(cookie, 2000)).toBe(true);
  expect(credentials.isSession(cookie, 1000 + 31 * 86_400_000)).toBe(false);
  expect(credentials.isSession(`9${cookie}`, 2000)).toBe(false);
  expect(credentials.isSession('', 2000)).toBe(false);
  await credentials.setPassword('another horse battery');
  expect(credentials.isSession(cookie, 2000)).toBe(false);
});

it('keeps tokens by name, and shows each once', () => {
  const credentials = new Credentials(path);
  const token = credentials.addToken('grafana', 5);
  expect(new Credentials(path).isToken(token)).toBe(true);
  expect(credentials.isToken(`${token}x`)).toBe(false);
  expect(readFileSync(path, 'utf8')).not.toContain(token);
  expect(credentials.tokens).toEqual([{ name: 'grafana', createdMs: 5 }]);
  expect(() => credentials.addToken('grafana', 6)).toThrow(/already/);
  credentials.removeToken('grafana');
  expect(credentials.isToken(token)).toBe(false);
  expect(() => credentials.removeToken('grafana')).toThrow(/no token grafana/);
});

it('does not take another file for its own', () => {
  writeFileSync(path, '{"key": 1}');
  expect(() => new Credentials(path)).toThrow(/is not a file of ertd auth; move it away/);
});

it('knows what another program has changed a moment ago, however fast', () => {
  const [running, other] = [new Credentials(path), new Credentials(path)];
  for (let i = 0; i < 50; i++) {
    const token = other.addToken('grafana', i);
    expect([i, running.isToken(token)]).toEqual([i, true]);
    other.removeToken('grafana');
    expect([i, running.isToken(token)]).toEqual([i, false]);
  }
});
