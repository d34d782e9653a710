import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runErtd } from '../../src/commands/program.js';
import { directoryPerTest } from '../sinks/database-fixture.js';
import { testContext } from './test-context.js';

const at = directoryPerTest();

async function run(args: readonly string[]) {
  const context = testContext({ env: { HOME: at('home') } });
  const status = await runErtd(['run', '--db', '', '--output', 'jsonl', ...args], context);
  return { status, out: context.out(), err: context.err() };
}

function idsIn(lines: string): number[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id);
}

it('ertd run --record-bursts saves the air around packets of chosen meters, for ertd replay', async () => {
  const street = at('x_912.6M_1024k.cu8');
  const args = [
    '--seconds',
    '2',
    '--period',
    '200ms..400ms',
    '--snr',
    '20..30',
    '--start',
    '2026-11-20T15:00Z',
  ];
  expect(await runErtd(['synth', street, ...args], testContext())).toBe(0);
  const plain = await run(['--source', street]);
  const ids = idsIn(plain.out);
  const bursts = [
    '--record-bursts',
    at('bursts'),
    '--record-meters',
    `${ids[3]}`,
    '--record-kinds',
    'meters',
  ];
  const recorded = await run(['--source', street, ...bursts]);
  expect(recorded.status).toBe(0);
  expect(idsIn(recorded.out)).toEqual(ids);
  const saved = readdirSync(at('bursts')).filter((name) => name.endsWith('.sigmf-meta'));
  expect(saved).toHaveLength(ids.filter((id) => id === ids[3]).length);
  const replay = testContext();
  expect(await runErtd(['replay', at(`bursts/${saved[0]}`), '--output', 'jsonl'], replay)).toBe(0);
  expect(replay.out()).toContain(`"id":${ids[3]},`);
}, 30_000);

it('says in one sentence what a setting of it may be', async () => {
  expect(await run(['--record-bursts', at('bursts'), '--record-limit', 'big'])).toMatchObject({
    status: 64,
    err: expect.stringContaining('It must be a size from 1M up, such as "500M".'),
  });
  expect(await run(['--record-meters', 'mine'])).toMatchObject({
    status: 64,
    err: expect.stringContaining('It must be a list of IDs, such as [10000001].'),
  });
});
