import { existsSync } from 'node:fs';
import { scalarOf, startedLedger } from './database-fixture.js';

// Hears five meters for ever, ten minutes at a time, and prints the time up to which all is stored.
const [path, startMs] = [process.argv[2]!, Number(process.argv[3])];
const storedMs = existsSync(path) ? Number(scalarOf(path, 'SELECT max(time_ms) FROM readings')) : startMs;
const { sink, hear } = await startedLedger(path);
process.stdin.on('end', () => process.exit()).resume();
for (let timeMs = Math.max(storedMs, startMs) + 60_000; ; timeMs += 600_000) {
  for (let minute = 0; minute < 10; minute++) {
    const heardMs = timeMs + minute * 60_000;
    for (let meter = 0; meter < 5; meter++) {
      const consumption = 1000 + Math.floor((heardMs - startMs) / (60_000 * (meter + 1)));
      hear({ id: 10_000_001 + meter, timeMs: heardMs + meter, consumption });
    }
  }
  await sink.flush();
  process.stdout.write(`${timeMs + 540_000}\n`);
}
