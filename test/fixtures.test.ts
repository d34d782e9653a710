import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { differences, linesOf, type Row } from '../scripts/fixture-check.js';
import { runErtd } from '../src/commands/program.js';
import { testContext } from './commands/test-context.js';
import { directoryPerTest, rowsOf } from './sinks/database-fixture.js';

const DIRECTORY = fileURLToPath(new URL('../fixtures/iq/', import.meta.url));
const NAMES = readdirSync(DIRECTORY).filter((name) => !name.startsWith('.'));
const EXPECTED = '.expected.jsonl';
const SIDE_FILE = /\.(expected\.jsonl|sigmf-data|md)$/;
/** What there is to replay, and the lines it should give. */
const FIXTURES = NAMES.filter((name) => !SIDE_FILE.test(name)).map(
  (name) => [name, name.replace(/\.[a-z][a-z0-9-]*$/, EXPECTED)] as const,
);

const at = directoryPerTest();

/** Replays a fixture into a database: what is printed, what is stored, and the summary. */
async function replay(name: string): Promise<{ printed: Row[]; stored: Row[]; summary: string }> {
  const context = testContext({
    env: { ERTD_DATABASE_STORE_PACKETS: 'true', ERTD_READINGS_UNKNOWN: 'store' },
  });
  const args = ['replay', join(DIRECTORY, name), '--output', 'jsonl', '--db', at('db')];
  expect(await runErtd(args, context), context.err()).toBe(0);
  const rows = rowsOf(
    at('db'),
    `SELECT number AS id, sample, protocol, type, consumption, fields, carrier_hz AS "carrierHz"
     FROM packets ORDER BY packets.id`,
  ) as { readonly fields: string }[];
  const stored = rows.map(({ fields, ...row }) => ({ ...row, ...JSON.parse(fields) }));
  return { printed: linesOf(context.out()), stored, summary: context.err() };
}

function storedPartOf(row: Row): Row {
  const { time, seconds, receiver, commodity, meaning, snrDb, correctedBits, confidence, ...rest } = row;
  return rest;
}

describe('fixtures/iq', () => {
  it('has expected lines for every recording, and a line in README.md', () => {
    expect(FIXTURES).toHaveLength(12);
    expect(NAMES.filter((name) => name.endsWith(EXPECTED)).sort()).toEqual(
      FIXTURES.map(([, expected]) => expected).sort(),
    );
    const readme = readFileSync(join(DIRECTORY, 'README.md'), 'utf8');
    for (const [name] of FIXTURES)
      expect(readme).toContain(`\`${name.replace(/^relayed\.sigmf-meta$/, '.sigmf-meta')}\``);
  });

  it('stays under 12 MB', () => {
    const bytes = NAMES.map((name) => statSync(join(DIRECTORY, name)).size);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(12e6);
  });

  it.each(FIXTURES)('%s: every packet and nothing else, printed and stored', async (name, expected) => {
    const { printed, stored, summary } = await replay(name);
    const lines = linesOf(readFileSync(join(DIRECTORY, expected), 'utf8'));
    expect(lines.length).toBeGreaterThan(0);
    expect(differences(lines, printed)).toEqual([]);
    expect(stored).toEqual(printed.map(storedPartOf));
    expect(summary).toContain(`${lines.length} packets from`);
    expect(/ 0\.00 % clipped/.test(summary)).toBe(!name.startsWith('clipped'));
  });
});

describe('fixtures/iq with the plain kernel', () => {
  // Ten times slower: the long ones are left out.
  const short = FIXTURES.filter(([name]) => !/^(street|band)_/.test(name));

  it.each(short)('%s: the same packets', async (name, expected) => {
    const context = testContext();
    const args = ['replay', join(DIRECTORY, name), '--output', 'jsonl', '--kernel', 'reference'];
    expect(await runErtd(args, context), context.err()).toBe(0);
    const lines = linesOf(readFileSync(join(DIRECTORY, expected), 'utf8'));
    expect(differences(lines, linesOf(context.out()))).toEqual([]);
  });
});

describe('a comparison', () => {
  const row = {
    time: null,
    seconds: 0.1,
    id: 10_000_001,
    consumption: 5,
    intervals: [1, 2],
    carrierHz: 912_600_000,
  };

  it('takes estimates that are near', () => {
    expect(differences([row], [{ ...row, seconds: 0.100_02, carrierHz: 912_605_000, snrDb: 3 }])).toEqual([]);
  });

  it.each([
    ['another count', [{ ...row, consumption: 6 }], 2],
    ['another interval', [{ ...row, intervals: [1, 3] }], 2],
    ['a packet too many', [row, row], 1],
    ['a packet too few', [], 1],
    ['another time', [{ ...row, seconds: 0.100_05 }], 2],
    ['another channel', [{ ...row, carrierHz: 912_620_000 }], 2],
  ])('sees %s', (_what, heard, wrong) => {
    expect(differences([row], heard)).toHaveLength(wrong);
  });
});
