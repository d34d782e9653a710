import type { Candidate, Clues, Verdict } from './clue.js';
import { NOTHING } from './clue.js';
import { dialVerdict, riseVerdict } from './dial-clue.js';
import { loadVerdict } from './load-clue.js';

/** How well a meter fits what is known. */
export interface RankedMeter {
  readonly candidate: Candidate;
  /** Probability that it is the one, 0–1; of all of them together it is less than 1, as the one may not be heard. */
  readonly probability: number;
  readonly nats: number;
  /** Why, a clause each. */
  readonly reasons: readonly string[];
}

/** The meter may not be heard at all. */
const NOT_HEARD = 0.2;
/** The type tells the commodity wrongly as often. */
const WRONG_COMMODITY = Math.log(0.05);
/** The meter of this house is rather a strong one: 10 dB are worth a factor of e, up to 15 dB. */
const NATS_PER_DB = 0.1;
const MOST_DB = 15;

/** Candidates by how well they fit, the best first. */
export function rankMeters(candidates: readonly Candidate[], clues: Clues): RankedMeter[] {
  const medianDb = median(candidates.map(({ snrDb }) => snrDb));
  const judged = candidates.map((candidate) => {
    const verdicts = verdictsOf(candidate, clues, medianDb);
    const nats = verdicts.reduce((sum, verdict) => sum + verdict.nats, 0);
    return { candidate, nats, reasons: verdicts.flatMap(({ reason }) => reason ?? []) };
  });
  const most = Math.max(0, ...judged.map(({ nats }) => nats));
  const weightOf = (nats: number): number => Math.exp(nats - most);
  const share = (1 - NOT_HEARD) / Math.max(1, candidates.length);
  const heard = judged.reduce((sum, { nats }) => sum + share * weightOf(nats), 0);
  const all = heard + NOT_HEARD * weightOf(0);
  return judged
    .map((one) => ({ ...one, probability: (share * weightOf(one.nats)) / all }))
    .sort((one, other) => other.nats - one.nats);
}

function verdictsOf(candidate: Candidate, clues: Clues, medianDb: number): Verdict[] {
  const { dials, load } = clues;
  const [first] = dials;
  const stood = first === undefined ? { ...NOTHING, scale: null } : dialVerdict(candidate, first);
  const rises = dials.slice(1).map((dial, i) => riseVerdict(candidate, dials[i], dial, stood.scale));
  return [
    commodityVerdict(candidate, clues),
    // One reading of the dial tells where it stood; the others, how it went on.
    stood,
    ...rises,
    load === null ? NOTHING : loadVerdict(candidate, load),
    strengthVerdict(candidate, medianDb),
  ];
}

function commodityVerdict({ commodity }: Candidate, clues: Clues): Verdict {
  if (clues.commodity === null || commodity === 'unknown' || commodity === clues.commodity) return NOTHING;
  return { nats: WRONG_COMMODITY, reason: `its type is of ${commodity} meters` };
}

function strengthVerdict({ snrDb }: Candidate, medianDb: number): Verdict {
  const db = Math.max(-MOST_DB, Math.min(MOST_DB, snrDb - medianDb));
  const isTold = Math.abs(db) >= 5;
  const words = `it is ${Math.round(Math.abs(db))} dB ${db > 0 ? 'stronger' : 'weaker'} than most`;
  return { nats: NATS_PER_DB * db, reason: isTold ? words : null };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
