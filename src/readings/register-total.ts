/**
 * What a register said, as a curve over time: points where it was heard, straight lines between them.
 *
 *   total │            ┌──●·········●──┐            ● heard     ── heard again, the same value
 *         │      ●····                  ····●        · not heard: apportioned
 *         │  ●───
 *         └──┴────┴────┴────┴────┴────┴────┴───▶    ends of intervals
 */
export interface RegisterPoint {
  /** First heard with this value, ms since 1970. */
  readonly timeMs: number;
  /** Last heard with it, before it was heard with another. */
  readonly untilMs: number;
  /** Counts since the register was first believed, whole; its wraps are undone. */
  readonly total: number;
  /** The register began anew since the point before: what was used between is not known. */
  readonly broken?: boolean;
}

/** How the total at the end of an interval is known. */
export type TotalCertainty = 'measured' | 'interpolated' | 'missing';

export interface TotalAt {
  /** Thousandths of a count, whole. Outside of all points that of the nearest. */
  readonly thousandths: number;
  readonly certainty: TotalCertainty;
}

const MOST_TOLERANCE_MS = 300_000;

/** How near a reading must be to an end for it to be measured, ms: a quarter of the interval, five minutes at most. */
export function toleranceOf(lengthMs: number): number {
  return Math.min(lengthMs / 4, MOST_TOLERANCE_MS);
}

/**
 * The totals at several moments.
 * @param points ascending in time, not overlapping
 * @param moments ascending, ms since 1970
 */
export function totalsAt(
  points: readonly RegisterPoint[],
  moments: readonly number[],
  toleranceMs: number,
): TotalAt[] {
  let next = 0;
  return moments.map((momentMs) => {
    while (next < points.length && points[next]!.timeMs <= momentMs) next += 1;
    return between(points[next - 1], points[next], momentMs, toleranceMs);
  });
}

function between(
  before: RegisterPoint | undefined,
  after: RegisterPoint | undefined,
  momentMs: number,
  toleranceMs: number,
): TotalAt {
  if (before === undefined) return { thousandths: (after?.total ?? 0) * 1000, certainty: 'missing' };
  if (momentMs <= before.untilMs) return { thousandths: before.total * 1000, certainty: 'measured' };
  if (after === undefined || after.broken) return { thousandths: before.total * 1000, certainty: 'missing' };
  const thousandths = apportioned(before, after, momentMs);
  return isMeasured(before, after, momentMs, toleranceMs)
    ? { thousandths: Math.round(thousandths / 1000) * 1000, certainty: 'measured' }
    : { thousandths, certainty: 'interpolated' };
}

function isMeasured(
  before: RegisterPoint,
  after: RegisterPoint,
  momentMs: number,
  toleranceMs: number,
): boolean {
  if (before.total === after.total) return true;
  return momentMs - before.untilMs <= toleranceMs || after.timeMs - momentMs <= toleranceMs;
}

/** In whole numbers of any size, as the products go beyond what a double holds exactly. */
function apportioned(before: RegisterPoint, after: RegisterPoint, momentMs: number): number {
  const used = BigInt(after.total - before.total) * 1000n;
  const part = (used * BigInt(momentMs - before.untilMs)) / BigInt(after.timeMs - before.untilMs);
  return before.total * 1000 + Number(part);
}
