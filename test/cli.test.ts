import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/ertd.js', import.meta.url));
const ENV = { ...process.env, XDG_CONFIG_HOME: '/nonexistent' };

/** Runs the built `ertd` as a process. */
async function ertd(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [BIN, ...args], { env: { ...ENV, ...env } });
  child.stdin.end();
  const [out, err, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { status, out, err };
}

describe('the ertd process', { timeout: 20_000 }, () => {
  it('exits with 0 and prints to stdout', async () => {
    expect(await ertd(['--version'])).toEqual({
      status: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    });
  });

  it('exits with 64 for a usage error', async () => {
    expect(await ertd(['config', 'show', '--gain', 'loud'])).toMatchObject({
      status: 64,
      out: '',
      err: expect.stringMatching(/^ertd: option '--gain <dB>' argument 'loud' is invalid\. .+\n$/),
    });
  });

  it('exits with the number of a fault and tells it in one sentence', async () => {
    expect(await ertd(['config', 'check'], { ERTD_LOG_LEVEL: 'loud' })).toMatchObject({
      status: 78,
      out: '',
      err: expect.stringMatching(/^ertd: ERTD_LOG_LEVEL is "loud"; it must be one of .+\n$/),
    });
  });

  it('ends quietly when the reader of its output goes away', async () => {
    const child = spawn(process.execPath, [BIN, 'config', 'schema'], { env: ENV });
    child.stdout.destroy();
    const [err, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
  });

  it.runIf(process.platform === 'linux')('exits with 74 when its output cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [BIN, 'config', 'schema'], {
      env: ENV,
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    const [err, [status]] = await Promise.all([text(child.stderr!), once(child, 'close')]);
    expect(status).toBe(74);
    expect(err).toMatch(/^ertd: Standard output cannot be written: ENOSPC.*\n$/);
  });
});
