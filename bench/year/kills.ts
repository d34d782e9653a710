import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { rollupProblems } from '../../src/sinks/sqlite-rollup-check.js';
import type { Random } from '../../src/synth/random.js';

const WRITER = fileURLToPath(new URL('../../test/sinks/ledger-crash-writer.ts', import.meta.url));

/** What is wrong with a database after its writer was killed; [] where nothing is. */
export async function killWriterOf(path: string, random: Random): Promise<string[]> {
  const writer = spawn(process.execPath, ['--import', 'tsx', WRITER, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exit = once(writer, 'exit');
  const rounds = 1 + random.below(8);
  let [said, heard] = [0, 0];
  for await (const line of createInterface({ input: writer.stdout })) {
    said = Number(line);
    heard += 1;
    // It goes on writing meanwhile, so that the signal falls anywhere in a round or a commit.
    if (heard === rounds) setTimeout(() => writer.kill('SIGKILL'), random.uniform(0, 20));
  }
  await exit;
  return faultsOf(path, said);
}

function faultsOf(path: string, said: number): string[] {
  const db = new Sqlite(path, { readonly: true });
  try {
    const integrity = db.pragma('integrity_check', { simple: true });
    const strays = db.pragma('foreign_key_check') as unknown[];
    const lost = db.prepare(LOST).pluck().get({ said });
    const untrue = db.prepare(UNTRUE).pluck().get();
    return [
      ...(integrity === 'ok' ? [] : [`integrity: ${integrity}`]),
      ...(strays.length === 0 ? [] : [`${strays.length} rows refer to none`]),
      ...(lost === 0 ? [] : [`${lost} registers lack what was stored`]),
      ...(untrue === 0 ? [] : [`${untrue} readings are lost, double or of a wrong total`]),
      ...rollupProblems(db),
    ];
  } finally {
    db.close();
  }
}

const LOST = `
  SELECT count(*) FROM registers WHERE (SELECT max(counts) FROM readings WHERE register_id = registers.id) < @said`;

/** Each register counts one a round, from 1 on: a row a round, and a total that is one less. */
const UNTRUE = `
  SELECT (SELECT count(*) FROM readings WHERE total_counts <> counts - 1 OR begins_anew <> 0)
    + (SELECT count(*) FROM (SELECT 1 FROM readings GROUP BY register_id HAVING count(*) <> max(counts)))`;
