// A database whose writer is killed a hundred times at random while it writes. npm run bench:kills
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../src/synth/random.js';
import { killWriterOf } from './year/kills.js';

const kills = Number(process.argv[2] ?? 100);
const folder = mkdtempSync(join(tmpdir(), 'ertd-kills-'));
const random = new Random(1);
let bad = 0;
for (let kill = 1; kill <= kills; kill++) {
  const faults = await killWriterOf(join(folder, 'kills.db'), random);
  if (faults.length > 0) bad += 1;
  for (const fault of faults) console.log(`kill ${kill}: ${fault}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${kills} kills, ${bad} of them did harm`);
