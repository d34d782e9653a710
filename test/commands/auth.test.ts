import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { authCommand } from '../../src/commands/auth.js';
import { Credentials } from '../../src/http/credentials.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();

async function auth(args: readonly string[], typed = ''): Promise<string> {
  const stdin = new PassThrough();
  stdin.end(typed);
  const context = testContext({ stdin });
  await authCommand(context).parseAsync([...args, '--db', at('ertd.db')], { from: 'user' });
  return context.out();
}

it('sets a password beside the database, by the first line it is given', async () => {
  await auth(['password'], 'correct horse battery\nanother line\n');
  const credentials = new Credentials(at('auth.json'));
  expect(await credentials.isPassword('correct horse battery')).toBe(true);
});

it('takes no password for an answer, but not for a password', async () => {
  await expect(auth(['password'])).rejects.toThrow(/No password was given/);
  await expect(auth(['password'], 'short\n')).rejects.toThrow(/needs 10 characters/);
});

it('makes tokens, lists them by name and removes them, for a daemon that runs too', async () => {
  const running = new Credentials(at('auth.json'));
  const token = (await auth(['token', 'grafana'])).trim();
  expect(token).toMatch(/^ertd_[\w-]{32}$/);
  expect(running.isToken(token)).toBe(true);
  expect(await auth(['list'])).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}grafana\n$/);
  await auth(['remove', 'grafana']);
  expect(running.isToken(token)).toBe(false);
  await expect(auth(['remove', 'grafana'])).rejects.toThrow(/no token grafana/);
});
