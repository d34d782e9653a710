import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { ChildProgram, findProgram } from '../../src/sources/child-program.js';

const PARENT = fileURLToPath(new URL('child-parent.ts', import.meta.url));
const hasSetpriv = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0;

const shell = (script: string, lines: string[] = []) =>
  new ChildProgram('/bin/sh', ['-c', script], { onLine: (line) => lines.push(line) });

describe('ChildProgram', { timeout: 30_000 }, () => {
  it('tells how a program ended, and what it said last', async () => {
    const lines: string[] = [];
    const child = shell('echo one >&2; echo two >&2; exit 3', lines);
    expect(await child.ended).toBe('exit status 3');
    expect([child.lastLine, lines]).toEqual(['two', ['one', 'two']]);
    expect(await child.stop()).toBe(true);
  });

  it('asks a program to end, and kills one that does not', async () => {
    const polite = shell('sleep 60 & trap "kill $!; exit 7" TERM; echo ready >&2; wait');
    await vi.waitFor(() => expect(polite.lastLine).toBe('ready'));
    expect(await polite.stop()).toBe(true);
    expect(await polite.ended).toBe('exit status 7');
    const deaf = shell('trap "" TERM; echo ready >&2; while :; do sleep 0.1; done');
    await vi.waitFor(() => expect(deaf.lastLine).toBe('ready'));
    const began = performance.now();
    expect(await deaf.stop()).toBe(true);
    expect(await deaf.ended).toBe('ended by SIGKILL');
    expect(performance.now() - began).toBeLessThan(2500);
  });

  it.runIf(hasSetpriv)('ends with a process that was killed', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', PARENT, '/bin/sleep', '1000']);
    const [data] = await once(parent.stdout, 'data');
    const pid = Number(String(data));
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(true));
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 10_000);
  });
});

it('finds programs as the shell does', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('/bin/sh')).toBe('/bin/sh');
  expect(findProgram('no-such-program')).toBeNull();
  expect(findProgram('/etc')).toBeNull();
});
