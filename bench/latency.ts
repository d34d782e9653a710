/**
 * From the end of a packet on the air to its row in SQLite: a daemon fed in real time by an rtl_tcp server.
 *
 *   npm run bench:latency [-- commit-interval]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { LiveAir, RADIO } from '../test/live-air.js';

const PACKETS = 30;
const FIRST_ID = 10_000_001;
const POLL_MS = 5;

/** Milliseconds until the database has a packet of a meter. */
async function untilKnown(database: string, id: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (existsSync(database)) {
      const db = new Sqlite(database, { readonly: true });
      const known = isReady(db) && db.prepare('SELECT 1 FROM packets WHERE number = ?').get(id) !== undefined;
      db.close();
      if (known) return performance.now() - began;
    }
    await delay(POLL_MS);
  }
}

function isReady(db: Sqlite.Database): boolean {
  return Number(db.pragma('user_version', { simple: true })) > 0;
}

const interval = process.argv[2] ?? '250ms';
const folder = mkdtempSync(join(tmpdir(), 'ertd-latency-'));
const database = join(folder, 'latency.db');
const air = new LiveAir();
const port = await air.start();
const ertd = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../bin/ertd.js', import.meta.url)),
    ...['run', '--source', `rtltcp://127.0.0.1:${port}`, '--rate', String(RADIO.sampleRateHz)],
    ...['--db', database, '--commit-interval', interval, '--log-level', 'warn'],
    ...['--unknown', 'store', '--store-packets', 'true'],
  ],
  { stdio: 'inherit' },
);
await air.pass(2);
const delays: number[] = [];
for (let i = 0; i < PACKETS; i++) {
  await air.send([FIRST_ID + i]);
  delays.push(await untilKnown(database, FIRST_ID + i));
}
ertd.kill('SIGTERM');
await air.stop();
rmSync(folder, { recursive: true, force: true });
delays.sort((a, b) => a - b);
const median = delays[PACKETS >> 1].toFixed(0);
const longest = delays[PACKETS - 1].toFixed(0);
console.log(
  `${PACKETS} packets, commit interval ${interval}, air at half speed: row visible after ${median} ms (median), ${longest} ms (longest)`,
);
