/** A register at a time. */
export interface CurvePoint {
  /** ms since 1970. */
  readonly timeMs: number;
  readonly counts: number;
}

/** What a register may have been, counts. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

const HOUR_MS = 3_600_000;
/** Of a register heard once: it counts no more of itself in an hour, three months of use in all. */
const SHARE_PER_HOUR = 1 / 2000;
/** A register may go on this much faster than it did. */
const FASTER = 3;

/**
 * What is known of a register between the points at which it was heard: it only goes up.
 * @param points in the order of time
 * @returns null where nothing was heard
 */
export function boundsAt(points: readonly CurvePoint[], timeMs: number): Bounds | null {
  const after = points.findIndex((point) => point.timeMs >= timeMs);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (points[after]?.timeMs === timeMs) return { least: points[after].counts, most: points[after].counts };
  if (after > 0) return { least: points[after - 1].counts, most: points[after].counts };
  const [near, hours] =
    after === 0 ? [first, (first.timeMs - timeMs) / HOUR_MS] : [last, (timeMs - last.timeMs) / HOUR_MS];
  const drift = hours === 0 ? 0 : Math.ceil(FASTER * perHour(first, last) * hours) + 1;
  return after === 0
    ? { least: near.counts - drift, most: near.counts }
    : { least: near.counts, most: near.counts + drift };
}

/** How much a register went up between two times; null where nothing was heard. */
export function riseBetween(points: readonly CurvePoint[], fromMs: number, toMs: number): Bounds | null {
  const [from, to] = [boundsAt(points, fromMs), boundsAt(points, toMs)];
  if (from === null || to === null) return null;
  return { least: Math.max(0, to.least - from.most), most: Math.max(0, to.most - from.least) };
}

function perHour(first: CurvePoint, last: CurvePoint): number {
  const hours = (last.timeMs - first.timeMs) / HOUR_MS;
  return hours < 1 ? last.counts * SHARE_PER_HOUR : (last.counts - first.counts) / hours;
}
