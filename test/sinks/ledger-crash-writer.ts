import { rowsOf, startedLedger } from './database-fixture.js';
import { HEARD_MS } from './reading-fixture.js';

/** The last round that all meters were heard in. */
const LAST_ROUND = `
  SELECT CASE count(*) WHEN 40 THEN min(last) ELSE 0 END AS last
  FROM (SELECT max(counts) AS last FROM readings GROUP BY register_id)`;

// Hears rounds of 40 meters for ever, each commit a reading, and prints how many rounds are stored. After a start it
// hears the round again that was cut short, in which no reading may count twice.
const path = process.argv[2];
const { hear } = await startedLedger(path, { commitIntervalMs: 0, now: () => HEARD_MS });
const [{ last }] = rowsOf(path, LAST_ROUND) as { last: number }[];
process.stdin.on('end', () => process.exit()).resume();
for (let round = last + 1; ; round++) {
  for (let id = 1; id <= 40; id++) hear({ id, consumption: round, timeMs: HEARD_MS + round * 600_000 });
  process.stdout.write(`${round}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
