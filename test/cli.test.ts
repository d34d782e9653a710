import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ErtdProcess } from './ertd-process.js';
import { RtlTcpPeer } from './rtl-tcp-peer.js';

const BIN = fileURLToPath(new URL('../bin/ertd.js', import.meta.url));
const ENV = { ...process.env, XDG_CONFIG_HOME: '/nonexistent' };

/** util-linux's program that gives a command a terminal. */
const HAS_SCRIPT = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

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

describe('a process that runs on', { timeout: 60_000 }, () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A daemon that waits for samples. */
  async function listening(
    args: readonly string[] = [],
    stdout: 'pipe' | number = 'pipe',
  ): Promise<ErtdProcess> {
    const peer = new RtlTcpPeer();
    cleanups.push(() => peer.kill());
    const source = `rtltcp://127.0.0.1:${await peer.listen()}`;
    const daemon = new ErtdProcess(['run', '--source', source, '--db', '', ...args], stdout);
    cleanups.push(() => daemon.end('SIGKILL'));
    await daemon.says('Listening to ');
    return daemon;
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('puts away what it has and exits with 0 on %s', async (signal) => {
    const daemon = await listening();
    expect(await daemon.end(signal)).toBe(0);
    expect(daemon.err.trimEnd().split('\n').at(-1)).toContain('Stopped');
  });

  it('goes on after a SIGHUP where it has no terminal', async () => {
    const daemon = await listening();
    daemon.child.kill('SIGHUP');
    daemon.child.kill('SIGUSR2');
    await daemon.says('There is no database');
    expect(daemon.err).not.toContain('Stopped');
    expect(await daemon.end()).toBe(0);
  });

  it.runIf(HAS_SCRIPT)('puts away what it has when its terminal is closed', async () => {
    const peer = new RtlTcpPeer();
    cleanups.push(() => peer.kill());
    const log = join(mkdtempSync(join(tmpdir(), 'ertd-cli-')), 'log');
    cleanups.push(async () => rmSync(join(log, '..'), { recursive: true }));
    const source = `rtltcp://127.0.0.1:${await peer.listen()}`;
    const command = `'${process.execPath}' '${BIN}' run --source ${source} --db '' 2> '${log}'`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { env: ENV });
    cleanups.push(async () => void terminal.kill('SIGKILL'));
    const logged = (what: string) =>
      vi.waitFor(() => expect(readFileSync(log, 'utf8')).toContain(what), { timeout: 10_000 });
    await logged('Listening to ');
    terminal.kill('SIGKILL');
    await logged('Stopped');
  });

  it('takes a signal that arrives twice for one', async () => {
    const daemon = await listening();
    daemon.child.kill('SIGINT');
    expect(await daemon.end('SIGINT')).toBe(0);
  });

  it('goes on when it is told to write things out', async () => {
    const daemon = await listening();
    daemon.child.kill('SIGUSR2');
    await daemon.says('There is no database');
    expect(await daemon.end()).toBe(0);
  });

  it.runIf(process.platform === 'linux')('is not held up by a reader that does not read', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ertd-cli-'));
    cleanups.push(async () => rmSync(directory, { recursive: true }));
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const full = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    expect(() => {
      for (;;) writeSync(full, Buffer.alloc(1024));
    }).toThrow('EAGAIN');
    const daemon = await listening(['--output', 'csv'], full);
    closeSync(full);
    expect(await daemon.end()).toBe(0);
  });
});
