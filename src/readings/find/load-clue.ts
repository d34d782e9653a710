import { type Candidate, type LoadClue, NOTHING, type Verdict } from './clue.js';
import { boundsAt } from './register-curve.js';

/**
 * A register goes faster while a load is on, and slower before and after. Counts in a stretch of time are taken for
 * Poisson: how much likelier they are with two rates than with one is the evidence. Other people switch loads too, so
 * that it is worth half.
 */
const WORTH = 0.5;
const MOST_NATS = 12;
/** What went on while nothing was switched says little; that it was slower with the load on says much. */
const NOT_FASTER = Math.log(0.02);
const HOUR_MS = 3_600_000;

/** Whether a register went faster while the load was on. */
export function loadVerdict({ points }: Candidate, { switchesMs }: LoadClue): Verdict {
  const [on, off] = [
    { counts: 0, ms: 0 },
    { counts: 0, ms: 0 },
  ];
  for (let i = 0; i + 1 < switchesMs.length; i++) {
    const stretch = i % 2 === 1 ? on : off;
    const rise = middle(points, switchesMs[i + 1]) - middle(points, switchesMs[i]);
    stretch.counts += Math.max(0, rise);
    stretch.ms += switchesMs[i + 1] - switchesMs[i];
  }
  const all = on.counts + off.counts;
  if (Number.isNaN(all) || on.ms === 0 || off.ms === 0) return NOTHING;
  if (all === 0) return { nats: NOT_FASTER, reason: 'it stood still, with the load and without' };
  const [rateOn, rateOff] = [perHour(on), perHour(off)];
  const told = `it counted ${rateOn} an hour with the load on, ${rateOff} without`;
  if (rateOn <= rateOff) return { nats: NOT_FASTER, reason: told };
  const mean = all / (on.ms + off.ms);
  const nats = gain(on.counts, on.ms * mean) + gain(off.counts, off.ms * mean);
  return { nats: Math.min(MOST_NATS, WORTH * nats), reason: told };
}

/** What it stood at, in the middle of what is possible; NaN where nothing is known. */
function middle(points: Candidate['points'], timeMs: number): number {
  const bounds = boundsAt(points, timeMs);
  return bounds === null ? Number.NaN : (bounds.least + bounds.most) / 2;
}

function perHour({ counts, ms }: { readonly counts: number; readonly ms: number }): number {
  return Math.round((counts * HOUR_MS) / ms);
}

function gain(counts: number, expected: number): number {
  return counts === 0 ? expected : counts * Math.log(counts / expected) - counts + expected;
}
