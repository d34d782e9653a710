import { afterEach, expect, it, vi } from 'vitest';
import { ErtdProcess } from './ertd-process.js';
import { FakeDongles } from './fake-dongles.js';
import { directoryPerTest } from './sinks/database-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const SOCKET = '1-1.3';

function start(machine: FakeDongles): ErtdProcess {
  const args = ['run', '--root', machine.root, '--source', 'rtlsdr:0042', '--db', pathOf('ertd.db')];
  const ertd = new ErtdProcess(args, 'pipe', { ...machine.env, RUNTIME_DIRECTORY: pathOf('run') });
  cleanups.push(() => ertd.end('SIGKILL'));
  return ertd;
}

/** Time that something takes, s. */
async function lengthOf(event: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await event;
  return (performance.now() - began) / 1000;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const dead = (pid: number) =>
  vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000, interval: 5 });

it('is back soon after rtl_tcp or ertd itself is killed', { timeout: 60_000 }, async () => {
  const machine = new FakeDongles(pathOf('machine'));
  machine.plug({ serial: '00000042', port: SOCKET });
  const first = start(machine);
  const startSeconds = await lengthOf(first.says('Listening to rtlsdr:0042'));
  await vi.waitFor(() => expect(machine.commandsOf(SOCKET)).toHaveLength(6), { timeout: 10_000 });

  process.kill(machine.holderOf(SOCKET) ?? 0, 'SIGKILL');
  const toldSeconds = await lengthOf(first.says('ended by SIGKILL'));
  const backSeconds = toldSeconds + (await lengthOf(first.says('Samples flow again')));

  const rtlTcp = machine.holderOf(SOCKET) ?? 0;
  first.child.kill('SIGKILL');
  const goneSeconds = await lengthOf(dead(rtlTcp));
  const second = start(machine);
  const againSeconds = await lengthOf(second.says('Listening to rtlsdr:0042'));
  expect(await second.end('SIGTERM')).toBe(0);
  expect(machine.holderOf(SOCKET)).toBeNull();

  expect(toldSeconds).toBeLessThan(1);
  expect(backSeconds).toBeLessThan(5);
  expect(goneSeconds).toBeLessThan(5);
  for (const seconds of [startSeconds, againSeconds]) expect(seconds).toBeLessThan(10);
  const figures = { startSeconds, toldSeconds, backSeconds, goneSeconds, againSeconds };
  console.info(
    Object.entries(figures)
      .map(([name, value]) => `${name} ${value.toFixed(2)}`)
      .join(', '),
  );
});
