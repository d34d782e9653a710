// What keeping a history costs: bytes written a day by a busy street, the size of a year, and how long questions take.
// npm run bench:history [-- DAYS], a year by default.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DatabaseReader } from '../src/sinks/sqlite-read.js';
import { table, verdict } from './table.js';
import { keepInDatabase } from './year/database.js';
import { Scene } from './year/scene.js';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const STREET = { seed: 1, meters: 50, startMs: START_MS, spikes: 1e-5, noisePerDay: 5 };
/** Of a question, the best of so many. */
const ATTEMPTS = 7;

/** Bytes that this process had the kernel write, by `/proc/self/io`. */
function bytesWritten(): number {
  return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** Processor time of the quickest of several, ms. */
function quickest(question: () => number): { readonly ms: number; readonly rows: number } {
  let [ms, rows] = [Number.POSITIVE_INFINITY, 0];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const began = process.cpuUsage();
    rows = question();
    const { user, system } = process.cpuUsage(began);
    ms = Math.min(ms, (user + system) / 1000);
  }
  return { ms, rows };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Wear: every packet is heard, ten a second. */
async function wear(folder: string): Promise<string[]> {
  const hours = 3;
  const scene = new Scene({ ...STREET, days: 10, loss: 0, periodMs: 5000 });
  const path = join(folder, 'wear.db');
  const { packets, writtenBytes } = await keepInDatabase(
    scene,
    path,
    bytesWritten,
    START_MS + hours * 3_600_000,
  );
  const perDay = (writtenBytes * 24) / hours;
  const rate = (packets / (hours * 3600)).toFixed(1);
  return [
    `written a day, ${rate} packets/s of 50 meters`,
    megabytes(perDay),
    '< 200 MB',
    verdict(perDay < 200e6),
  ];
}

const days = Number(process.argv[2] ?? 365);
const folder = mkdtempSync(join(tmpdir(), 'ertd-history-'));
try {
  const rows = [await wear(folder)];
  const path = join(folder, 'year.db');
  const scene = new Scene({ ...STREET, days, loss: 0.7, periodMs: 60_000 });
  const { packets, seconds } = await keepInDatabase(scene, path, bytesWritten);
  const size = statSync(path).size;
  rows.push([`size of ${days} days of 50 meters`, megabytes(size), '< 200 MB', verdict(size < 200e6)]);
  const reader = DatabaseReader.open(path);
  const monthMs = START_MS + (days / 2) * DAY_MS;
  const month = quickest(() => {
    const query = { meter: '10000001', sinceMs: monthMs, untilMs: monthMs + 30 * DAY_MS, limit: null };
    return [...reader.readings(query)].length;
  });
  reader.close();
  rows.push([
    `readings of a month, ${month.rows} rows`,
    `${month.ms.toFixed(1)} ms`,
    '≤ 200 ms',
    verdict(month.ms <= 200),
  ]);
  const db = new Sqlite(path, { readonly: true });
  const daily = db.prepare(`
    SELECT m.name, d.start_ms, d.thousandths FROM days AS d JOIN registers AS r ON r.id = d.register_id
    JOIN endpoints AS e ON e.id = r.endpoint_id JOIN meters AS m ON m.id = e.meter_id
    WHERE m.key = 'ert-10000001' ORDER BY d.start_ms`);
  const totals = quickest(() => daily.all().length);
  rows.push([
    `totals of ${totals.rows} days`,
    `${totals.ms.toFixed(1)} ms`,
    '≤ 100 ms',
    verdict(totals.ms <= 100),
  ]);
  const stored = db.prepare('SELECT count(*) FROM readings').pluck().get();
  db.close();
  console.log(table(['what', 'measured', 'target', ''], rows));
  const rate = ((seconds * 1e6) / packets).toFixed(0);
  console.log(
    `${packets} packets, ${stored} rows of readings; ${rate} µs of processor time a packet, all told`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
