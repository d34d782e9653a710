/**
 * False packets in simulated air, in pieces that add up: what is found in a piece is appended to a file of figures,
 * and pieces that are in it are not received again. So what was interrupted goes on with the same command; after the
 * receiver has changed, begin another file.
 *
 *   npm run bench:false-packets -- [all|noise|traffic|foreign|messages] [seconds of each] [figures.jsonl] [--jobs processes]
 *
 *   noise     nothing but noise
 *   traffic   50 SCM packets a second of all classes, 15 to 50 dB, so that many collide and some clip
 *   foreign   signals of other systems, 20 a second, 5 to 50 dB
 *   messages  25 packets a second of all kinds and classes, 3 to 35 dB: many too weak to be read, many colliding
 *
 *   npm run bench:false-packets -- all 7200        eight hours
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { AIR_KINDS } from './false-air.js';
import { type Figures, PIECE_S, type Piece } from './false-piece.js';
import { addFigures, progressOf, readFigures } from './figures-file.js';
import { eachPiece } from './piece-jobs.js';
import { SAMPLE_RATE_HZ } from './scene.js';
import { table, verdict } from './table.js';

const PROGRAM = new URL('false-job.ts', import.meta.url);

/** The pieces that are asked for and not in the figures yet, of all kinds in turn. */
function missing(kinds: readonly string[], seconds: number, figures: readonly Figures[]): Piece[] {
  const done = new Set(figures.map(({ kind, seed }) => `${kind} ${seed}`));
  return Array.from({ length: Math.ceil(seconds / PIECE_S) }, (_, i) => i + 1)
    .flatMap((seed) => AIR_KINDS.map((kind) => ({ kind, seed })))
    .filter(({ kind, seed }) => kinds.includes(kind) && !done.has(`${kind} ${seed}`));
}

function summary(figures: readonly Figures[]): string {
  const rows = AIR_KINDS.map((kind) => {
    const all = figures.filter((one) => one.kind === kind);
    const sum = (value: (figures: Figures) => number): number =>
      all.reduce((total, one) => total + value(one), 0);
    return [
      kind,
      (sum((one) => one.seconds) / 3600).toFixed(2),
      String(sum((one) => one.sent)),
      String(sum((one) => one.decoded)),
      String(sum((one) => one.candidates)),
      sum((one) => one.expectedFalse).toFixed(3),
      String(sum((one) => one.falsePackets)),
      verdict(sum((one) => one.falsePackets) === 0),
    ];
  });
  return table(
    ['air', 'hours', 'sent', 'decoded', 'candidates', 'expected by confidence', 'false packets', 'none'],
    rows,
  );
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { jobs: { type: 'string' } } });
const [only = 'all', seconds = '60', file = 'bench/false-packets.jsonl'] = positionals;
const kinds = AIR_KINDS.filter((kind) => only === 'all' || kind === only);
const pieces = missing(kinds, Number(seconds), readFigures(file));
const speed = (piecesPerSecond: number): string =>
  `${((piecesPerSecond * PIECE_S * SAMPLE_RATE_HZ) / 1e6).toFixed(1)} MS/s`;
const tell = progressOf(pieces.length, speed);
await eachPiece(PROGRAM, pieces, Number(values.jobs ?? availableParallelism()), (figures: Figures) => {
  addFigures(file, figures);
  for (const one of figures.falseOnes)
    console.log(`false: ${JSON.stringify({ kind: figures.kind, seed: figures.seed, ...one })}`);
  tell();
});
console.log(summary(readFigures(file)));
