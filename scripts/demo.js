// `npm run demo`: replays the recordings of fixtures/iq, makes up ten seconds of a street, keeps what its meters said in a
// database, and shows it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START = '2026-01-01T00:00:00Z';
const STREET = '--seconds 10 --meters 13 --period 2500ms..4s --hop 912.2M..913M --snr 15..30'.split(' ');
const ertd = new URL('../bin/ertd.js', import.meta.url).pathname;
const fixtures = new URL('../fixtures/iq/', import.meta.url).pathname;

function run(...args) {
  console.log(`\n$ ertd ${args.join(' ').replaceAll(fixtures, 'fixtures/iq/')}`);
  const { status } = spawnSync(process.execPath, [ertd, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const folder = mkdtempSync(join(tmpdir(), 'ertd-demo-'));
const database = join(folder, 'demo.db');
const street = join(folder, 'street_912.6M_1024k.cu8');
const recordings = readdirSync(fixtures)
  .filter((name) => /\.(cu8|cs8|cs16|cf32|raw|sigmf-meta)$/.test(name))
  // First those with a packet of every kind.
  .sort((a, b) => Number(b.includes('_1024k')) - Number(a.includes('_1024k')))
  .map((name) => join(fixtures, name));
try {
  run('replay', '--output', 'table', '--start', START, ...recordings);
  run('synth', street, ...STREET);
  run('replay', '--output', 'none', '--start', START, '--unknown', 'store', '--db', database, street);
  run('meters', '--output', 'table', '--db', database);
  run('readings', '--output', 'table', '--db', database);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
