/**
 * Feeds what nobody should send to the decoders and to the readers of recordings. It is well where nothing crashes, no
 * burst and no file takes long, memory stays where it is, no packet has an impossible field, and everything that is
 * refused is refused in one sentence. Pieces add up in a file of figures, and those in it are not done again.
 *
 *   npm run bench:fuzz -- [bursts|files|all] [how many of each] [figures.jsonl] [--jobs processes]
 *
 *   bursts  soft symbols: packets damaged in eight ways, random ones, noise, NaN and infinity, of wrong lengths
 *   files   recordings: odd names, samples and SigMF metadata, with odd settings
 *
 *   npm run bench:fuzz -- bursts 1e8
 *   npm run bench:fuzz -- files 1e6
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { addFigures, progressOf, readFigures } from './figures-file.js';
import type { BurstFigures, Tally } from './fuzz-bursts.js';
import type { FileFigures } from './fuzz-files.js';
import { COUNT_OF_PIECE, FUZZED, type Fuzzed, type FuzzFigures, type FuzzPiece } from './fuzz-piece.js';
import { eachPiece } from './piece-jobs.js';
import { table, verdict } from './table.js';

const PROGRAM = new URL('fuzz-job.ts', import.meta.url);
/** The most processor time that a few bursts, or a file, may take; ms. */
const LONGEST_MS: Readonly<Record<Fuzzed, number>> = { bursts: 200, files: 5000 };
/** The largest that a process may become, MB. */
const LARGEST_MB = 600;

function missing(what: readonly Fuzzed[], count: number, figures: readonly FuzzFigures[]): FuzzPiece[] {
  const done = new Set(figures.map((one) => `${one.what} ${one.seed}`));
  return what
    .flatMap((kind) =>
      Array.from({ length: Math.ceil(count / COUNT_OF_PIECE[kind]) }, (_, i) => ({
        what: kind,
        seed: i + 1,
      })),
    )
    .filter((piece) => !done.has(`${piece.what} ${piece.seed}`));
}

function sum<T>(list: readonly T[], value: (one: T) => number): number {
  return list.reduce((total, one) => total + value(one), 0);
}

/** What became of the bursts, by protocol and origin. */
function burstTable(figures: readonly BurstFigures[]): string {
  const keys = [...new Set(figures.flatMap(({ tallies }) => Object.keys(tallies)))].sort();
  const rows = keys.map((key) => {
    const tallies = figures.flatMap(({ tallies }): Tally[] => (key in tallies ? [tallies[key]] : []));
    return [
      key,
      String(sum(tallies, (one) => one.bursts)),
      String(sum(tallies, (one) => one.right)),
      String(sum(tallies, (one) => one.notSent)),
      sum(tallies, (one) => one.expectedWrong).toFixed(2),
    ];
  });
  return table(['protocol, origin', 'bursts', 'as sent', 'not sent', 'expected by confidence'], rows);
}

function fileTable(figures: readonly FileFigures[]): string {
  const codes = [...new Set(figures.flatMap(({ refused }) => Object.keys(refused)))].sort();
  return table(
    ['files', 'samples', 'read', ...codes],
    [
      [
        String(sum(figures, (one) => one.count)),
        String(sum(figures, (one) => one.samples)),
        String(sum(figures, (one) => one.read)),
        ...codes.map((code) => String(sum(figures, (one) => one.refused[code] ?? 0))),
      ],
    ],
  );
}

/** What a run must show, and what it showed. */
function verdicts(what: Fuzzed, figures: readonly FuzzFigures[]): string[][] {
  const failures = sum(figures, (one) => one.failures.length);
  const slowestMs = Math.max(...figures.map((one) => one.slowestMs));
  const largestMb = Math.max(...figures.map((one) => one.residentMb));
  const count = sum(figures, (one) => one.count);
  const each = (1e6 * sum(figures, (one) => one.cpuSeconds)) / count;
  return [
    [`${what}, crashes and the like`, '0', String(failures), verdict(failures === 0)],
    [
      `${what}, slowest`,
      `${LONGEST_MS[what]} ms`,
      `${slowestMs.toFixed(0)} ms`,
      verdict(slowestMs < LONGEST_MS[what]),
    ],
    [`${what}, memory`, `${LARGEST_MB} MB`, `${largestMb.toFixed(0)} MB`, verdict(largestMb < LARGEST_MB)],
    [`${what}, processor time of each`, '', `${each.toFixed(0)} µs`, ''],
  ];
}

function summary(figures: readonly FuzzFigures[]): string {
  const bursts = figures.filter((one) => one.what === 'bursts');
  const files = figures.filter((one) => one.what === 'files');
  return [
    ...(bursts.length > 0 ? [burstTable(bursts)] : []),
    ...(files.length > 0 ? [fileTable(files)] : []),
    table(
      ['what', 'at most', 'measured', 'verdict'],
      [
        ...(bursts.length > 0 ? verdicts('bursts', bursts) : []),
        ...(files.length > 0 ? verdicts('files', files) : []),
      ],
    ),
  ].join('\n\n');
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { jobs: { type: 'string' } } });
const [only = 'all', count = '1e6', file = 'bench/fuzz.jsonl'] = positionals;
const asked = FUZZED.filter((what) => only === 'all' || what === only);
if (asked.length === 0 || !(Number(count) >= 1)) {
  console.error('What is to be fuzzed, and how often? As in: npm run bench:fuzz -- bursts 1e6');
  process.exit(64);
}
const pieces = missing(asked, Number(count), readFigures(file));
const tell = progressOf(pieces.length, (piecesPerSecond) => `${piecesPerSecond.toFixed(2)} pieces a second`);
await eachPiece(PROGRAM, pieces, Number(values.jobs ?? availableParallelism()), (figures: FuzzFigures) => {
  addFigures(file, figures);
  for (const failure of figures.failures) console.log(`${figures.what} ${figures.seed}: ${failure}`);
  tell();
});
const all = readFigures<FuzzFigures>(file);
console.log(summary(all));
if (all.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
