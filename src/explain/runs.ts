import { type Finding, startOf } from './finding.js';

/** Signals of one kind in one place, one soon after the other, as pulses and pieces come; or one finding alone. */
export interface Run {
  readonly first: Finding;
  readonly times: number;
  /** First sample of the last one. */
  readonly lastSample: number;
}

/** Signals of one kind this near to each other are told together, Hz and s. */
const NEAR_HZ = 60e3;
const SOON_S = 0.2;

/** @param findings in order of their start */
export function runsOf(findings: readonly Finding[], sampleRateHz: number): Run[] {
  const runs: Run[] = [];
  let going: { run: Run; index: number; endSample: number }[] = [];
  for (const finding of findings) {
    const first = startOf(finding);
    const end = finding.kind === 'foreign' ? first + finding.activity.lengthSamples : first;
    going = going.filter(({ endSample }) => endSample > first - SOON_S * sampleRateHz);
    const same = going.find(({ run }) => isSameKind(run.first, finding));
    if (same === undefined) {
      const run = { first: finding, times: 1, lastSample: first };
      if (finding.kind === 'foreign') going.push({ run, index: runs.length, endSample: end });
      runs.push(run);
      continue;
    }
    same.run = { first: same.run.first, times: same.run.times + 1, lastSample: first };
    same.endSample = Math.max(same.endSample, end);
    runs[same.index] = same.run;
  }
  return runs;
}

function isSameKind(a: Finding, b: Finding): boolean {
  if (a.kind !== 'foreign' || b.kind !== 'foreign' || a.activity.class !== b.activity.class) return false;
  return Math.abs(a.activity.carrierHz - b.activity.carrierHz) < NEAR_HZ;
}
