import { type Candidate, type DialClue, NOTHING, type Verdict } from './clue.js';
import { type Bounds, boundsAt, riseBetween } from './register-curve.js';

/**
 * A register is the dial, at a scale that is a power of ten, or one that the type tells. Leading digits of registers are
 * about evenly spread on a scale of logarithms, so that another meter's agree with the dial's to a share r, at some
 * power of ten, in 2r/ln 10 of the cases.
 */

/** The register of the meter that is looked for may have nothing to do with its dial: a dial was exchanged. */
const DIAL_EXCHANGED = 0.1;
/** Nearer than this a register agrees with a dial: pointers are read wrongly by one digit. */
const AGREES = 0.02;
const RISE_AGREES = 0.25;
const RISE_WRONG = 0.02;
const OTHERWISE = Math.log(RISE_WRONG);
/** A scale that the type lets expect, or one that it does not. */
const worthOf = (isExpected: boolean): number => Math.log(isExpected ? 2 : 0.5);
const POWERS = [1, 0.1, 0.01, 10, 0.001, 100, 0.0001, 1000, 0.00001] as const;

/** What one reading of the dial says, and at which scale it is the register's; null where it is not. */
export interface DialVerdict extends Verdict {
  readonly scale: number | null;
}

/** Whether a register stood where the dial did. */
export function dialVerdict(candidate: Candidate, dial: DialClue): DialVerdict {
  const counts = boundsAt(candidate.points, dial.timeMs);
  if (counts === null || counts.most <= 0 || dial.value <= 0) return { ...NOTHING, scale: null };
  const { scale, share, isExpected } = bestScale(candidate, counts, dial.value, dial.resolution);
  const register = `its register (${inWords(counts)})`;
  if (share > AGREES) {
    const reason = `${register} is not the dial's at any scale`;
    return { nats: Math.log(DIAL_EXCHANGED), reason, scale: null };
  }
  const of = isExpected ? ', as its type has it' : '';
  const reason = `${register} is the dial's ${dial.value} at ${scale} a count${of}`;
  return { nats: natsOf(share, 1 - DIAL_EXCHANGED) + worthOf(isExpected), reason, scale };
}

/** Whether what was heard last is what the dial shows, give or take two of its last digit. */
export function isShownBy({ points, scales }: Candidate, { value, resolution }: DialClue): boolean {
  const counts = points.at(-1)?.counts ?? 0;
  return [...scales, ...POWERS].some((scale) => Math.abs(counts * scale - value) <= 2 * resolution);
}

/**
 * Whether a register went on as the dial did from one reading of it to the next.
 * @param scale what a count is, where a reading of the dial has told; else null
 */
export function riseVerdict(
  candidate: Candidate,
  first: DialClue,
  second: DialClue,
  scale: number | null,
): Verdict {
  const rise = riseBetween(candidate.points, first.timeMs, second.timeMs);
  if (rise === null) return NOTHING;
  const onDial = second.value - first.value;
  const resolution = Math.max(first.resolution, second.resolution);
  if (onDial < resolution) return stoodStill(rise);
  const dialsRise = `the dial went on by ${rounded(onDial)}`;
  if (rise.most === 0) return { nats: Math.log(0.001), reason: `it stood still while ${dialsRise}` };
  const fit = bestScale(candidate, rise, onDial, 2 * resolution, scale);
  const own = `it went on by ${inWords(rise)} counts`;
  if (fit.share > RISE_AGREES) return { nats: OTHERWISE, reason: `${own}, but ${dialsRise}` };
  const nats = natsOf(fit.share, 1 - RISE_WRONG) + (scale === null ? worthOf(fit.isExpected) : 0);
  return { nats, reason: `${own} while ${dialsRise}: ${fit.scale} a count` };
}

function stoodStill({ least, most }: Bounds): Verdict {
  if (least > 0) return { nats: Math.log(0.1), reason: 'it went on while the dial stood still' };
  return most === 0 ? { nats: Math.log(2), reason: 'it stood still, as the dial did' } : NOTHING;
}

interface Fit {
  readonly scale: number;
  /** By how much the register is off the dial, of the dial. */
  readonly share: number;
  readonly isExpected: boolean;
}

function bestScale(
  { scales }: Candidate,
  counts: Bounds,
  value: number,
  resolution: number,
  only: number | null = null,
): Fit {
  const possible = only === null ? [...new Set([...scales, ...POWERS])] : [only];
  const fits = possible.map((scale) => ({
    scale,
    share: apart(counts, value / scale, resolution / scale) / (value / scale),
    isExpected: scales.includes(scale),
  }));
  return fits.reduce((best, fit) => (fit.share < best.share ? fit : best));
}

/** How far off it may be, at most, counts: by how little each is known, too. */
function apart({ least, most }: Bounds, wanted: number, step: number): number {
  const outside = Math.max(0, least - wanted - step, wanted - most);
  return outside + Math.max(step, most - least, 1);
}

function natsOf(share: number, ifMine: number): number {
  return Math.log(ifMine / Math.min(1, (2 * share) / Math.LN10));
}

function inWords({ least, most }: Bounds): string {
  return least === most ? String(least) : `${least} to ${most}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
