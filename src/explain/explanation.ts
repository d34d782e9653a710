import type { Receiver } from '../receiver/receiver.js';
import { packetOf } from './finding.js';
import type { Findings } from './findings.js';
import { recordOf } from './record.js';
import { runsOf } from './runs.js';
import { verdictOf } from './verdict.js';
import { LINES_TITLE, lineOf, type Tuned } from './words.js';

type Received = Pick<Receiver, 'stats' | 'noiseDbfs'>;

/** What was found in a stream, line by line, and what it comes to; for a person. */
export function explanation(findings: Findings, receiver: Received, tuned: Tuned): string {
  const list = findings.list();
  const lines = runsOf(list, tuned.sampleRateHz).map((run) => lineOf(run, tuned));
  const sentences = verdict(findings, receiver, tuned).map((sentence) => `${sentence}\n`);
  return [lines.length > 0 ? LINES_TITLE : '', ...lines, sumOf(findings, receiver), '\n', ...sentences].join(
    '',
  );
}

/** The same as JSON lines: the findings, and at the end one object with the counters and the verdict. */
export function* explanationRecords(
  findings: Findings,
  receiver: Received,
  tuned: Tuned,
): Generator<Readonly<Record<string, unknown>>> {
  for (const finding of findings.list()) yield recordOf(finding, tuned);
  const { stats, noiseDbfs } = receiver;
  yield {
    kind: 'summary',
    ...stats,
    noiseDbfs: noiseDbfs === null ? null : Number(noiseDbfs.toFixed(1)),
    verdict: verdict(findings, receiver, tuned),
  };
}

function verdict(findings: Findings, { stats, noiseDbfs }: Received, tuned: Tuned): string[] {
  const list = findings.list();
  const meters = new Set(list.flatMap((finding) => packetOf(finding)?.meterId ?? [])).size;
  const { sampleRateHz, centerHz } = tuned;
  return verdictOf({ findings: list, stats, noiseDbfs, meters, sampleRateHz, centerHz });
}

/** What is not told line by line, in one. */
function sumOf({ overflow }: Findings, { stats }: Received): string {
  const { candidates, packets, echoes, refused, foreign } = stats;
  const { noise, overload, integrity, ...rest } = refused;
  const others = rest['line-code'] + rest.implausible + rest.length;
  const yielded = Math.max(0, candidates - packets - echoes - noise - overload - integrity - others);
  const parts = [
    [packets, packets === 1 ? 'packet' : 'packets'],
    [echoes, 'repeated a packet'],
    [yielded, 'yielded to a better one'],
    [noise, 'with no packet behind the sync word'],
    [rest['line-code'], 'not Manchester'],
    [integrity, 'failed the check'],
    [rest.implausible, 'with the number 0'],
    [overload, 'not looked at, too many at once'],
    [foreign.splatter, 'pieces of stronger signals left out'],
    [overflow, 'findings too many to list'],
  ] as const;
  const told = parts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`);
  return `${candidates} places looked like the start of a packet${told.length > 0 ? `: ${told.join(', ')}` : ''}.\n`;
}
