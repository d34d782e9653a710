/**
 * Compares ertd with the rtl_433 of this machine: strong made-up packets of each kind that both read, every field. Tells
 * where they differ and why; what differs for no reason known makes it fail.
 *
 *   npm run compare:rtl_433 [-- packets-of-each]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { table } from '../bench/table.js';
import { MESSAGE_NAMES } from '../src/synth/message.js';
import { findRtl433 } from './rtl-433.js';
import { compareKind } from './rtl-433-air.js';
import type { Comparison } from './rtl-433-comparison.js';
import { type KnownDifference, PAIRS, REASONS } from './rtl-433-fields.js';

const PACKETS = 50;

function printed({ message, packets, fields, bothMessages, unexplained }: Comparison): string {
  const rows = [...fields].map(([name, { same, known, unexplained, reason }]) => [
    name,
    String(same),
    known > 0 ? `${known} (${reason})` : '0',
    String(unexplained),
  ]);
  const twice =
    bothMessages > 0
      ? [`${bothMessages} frames printed by rtl_433 as the other message too (both messages)`]
      : [];
  return [
    `\n${message}, ${packets} packets`,
    table(['field', 'same', 'known difference', 'unexplained'], rows),
    ...twice,
    ...unexplained.map((what) => `UNEXPLAINED: ${what}`),
  ].join('\n');
}

function reasonsIn(comparisons: readonly Comparison[]): KnownDifference[] {
  const reasons = comparisons.flatMap(({ fields, bothMessages }): (KnownDifference | null)[] => [
    ...[...fields.values()].map(({ reason }) => reason),
    bothMessages > 0 ? 'both messages' : null,
  ]);
  return [...new Set(reasons)].filter((reason) => reason !== null);
}

const packets = Number(process.argv[2] ?? PACKETS);
const rtl433 = findRtl433();
if (!Number.isInteger(packets) || packets < 1) {
  console.error('How many packets of each? Write a whole number, as in: npm run compare:rtl_433 -- 20');
  process.exit(64);
}
if (rtl433 === null) {
  console.error('rtl_433 cannot be started: install it first, on Debian with apt install rtl-433.');
  process.exit(69);
}
const both = MESSAGE_NAMES.filter((name) => name in PAIRS && rtl433.decoders.has(name));
const directory = mkdtempSync(join(tmpdir(), 'ertd-rtl-433-'));
const comparisons: Comparison[] = [];
try {
  for (const name of both) comparisons.push(await compareKind(rtl433, name, packets, directory));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
console.log(`ertd and rtl_433 ${rtl433.version} on the same recordings`);
for (const comparison of comparisons) console.log(printed(comparison));
console.log('\nWhy they differ:');
for (const reason of reasonsIn(comparisons)) console.log(`  ${reason}: ${REASONS[reason]}`);
const rest = MESSAGE_NAMES.filter((name) => !both.includes(name));
console.log(`Not compared, as this rtl_433 does not read them: ${rest.join(', ')}.`);
const failed = comparisons.some(({ unexplained }) => unexplained.length > 0);
console.log(
  failed ? '\nThere are differences that nobody knows the reason of.' : '\nEvery difference is explained.',
);
process.exitCode = failed ? 1 : 0;
