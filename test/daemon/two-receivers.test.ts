import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { ErtdProcess } from '../ertd-process.js';
import { directoryPerTest, rowsOf } from '../sinks/database-fixture.js';

const pathOf = directoryPerTest();
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function start(...args: string[]): ErtdProcess {
  const ertd = new ErtdProcess(args, 'pipe', { RUNTIME_DIRECTORY: pathOf('run') });
  cleanups.push(() => ertd.end('SIGKILL'));
  return ertd;
}

interface Line {
  readonly id: number;
  readonly consumption: number;
  readonly receiver: string;
  readonly alsoHeard?: readonly { readonly receiver: string; readonly snrDb: number }[];
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

it('hears each transmission once with two receivers whose windows overlap', { timeout: 60_000 }, async () => {
  const street = ['--meters', '12', '--hop', '912.3M..912.9M', '--period', '1s..2s', '--snr', '20..30'];
  const air = start('synth', 'serve', '0', ...street, '--truth', pathOf('sent.jsonl'));
  await air.says('Serving 12 meters');
  const [, address] = /listen with: ertd run --source (\S+)/.exec(air.err) ?? [];
  const radios = ['--source', `${address}`, '--more-sources', `${address}@912.7M`];
  const output = [
    '--db',
    pathOf('ertd.db'),
    '--unknown',
    'store',
    '--store-packets',
    'true',
    '--output',
    'jsonl',
  ];
  const ertd = start('run', ...radios, '--center', '912.5M', '--rate', '1.024M', ...output);
  await vi.waitFor(() => expect(linesOf(ertd.out).length).toBeGreaterThan(30), 40_000);
  expect(await ertd.end('SIGTERM')).toBe(0);
  expect(await air.end('SIGTERM')).toBe(0);

  const heard = linesOf(ertd.out).map(({ id, consumption }) => `${id} ${consumption}`);
  const sent = linesOf(readFileSync(pathOf('sent.jsonl'), 'utf8')).map(
    (line) => `${line.id} ${line.consumption}`,
  );
  const countIn = (list: readonly string[], key: string) => list.filter((each) => each === key).length;
  for (const key of new Set(heard)) expect(countIn(heard, key), key).toBeLessThanOrEqual(countIn(sent, key));
  const twice = linesOf(ertd.out).filter(({ alsoHeard }) => alsoHeard !== undefined);
  expect(twice.length).toBeGreaterThan(heard.length / 2);
  for (const { receiver, alsoHeard } of twice)
    expect([receiver, ...(alsoHeard ?? []).map((other) => other.receiver)].sort()).toHaveLength(2);
  const packets = rowsOf(pathOf('ertd.db'), 'SELECT * FROM packets');
  expect(packets).toHaveLength(heard.length);
  expect(rowsOf(pathOf('ertd.db'), 'SELECT * FROM sessions')).toHaveLength(2);
});
