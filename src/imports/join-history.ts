/** A register at a time, as it is kept: `total` without its wraps. */
export interface KeptPoint {
  /** ms since 1970. */
  readonly timeMs: number;
  readonly counts: number;
  readonly total: number;
}

/** One that was imported; its totals are those of the import. */
export interface ImportedPoint extends KeptPoint {
  /** The register began anew since the point before. */
  readonly beginsAnew: boolean;
}

export interface Joined {
  /** With the totals that are kept, in the order of time. */
  readonly points: readonly { readonly timeMs: number; readonly totalCounts: number }[];
  /** Points of before a new beginning that nothing kept is of. */
  readonly lost: number;
}

/**
 * Makes an older history a part of the one that is kept: each stretch is joined to the row before or behind it, by what
 * the register itself says. Only what is news gets a row: a value between those of its neighbours, in a slot of time that
 * has none. So the same history twice is the same as once.
 * @param kept in the order of time, as the imported ones are
 * @param modulus the register is back at 0 after so many counts
 * @param slotMs no two rows are nearer than slots of this length
 */
export function joinHistory(
  kept: readonly KeptPoint[],
  imported: readonly ImportedPoint[],
  modulus: number,
  slotMs: number,
): Joined {
  const moved: KeptPoint[] = [];
  let lost = 0;
  for (const stretch of stretchesOf(imported)) {
    const shift = shiftOf(kept, stretch, modulus);
    if (shift === null) lost += stretch.length;
    else moved.push(...stretch.map((point) => ({ ...point, total: point.total + shift })));
  }
  return { points: newsOf(kept, moved, slotMs), lost };
}

/** Without a new beginning in them. */
function stretchesOf(points: readonly ImportedPoint[]): ImportedPoint[][] {
  const stretches: ImportedPoint[][] = [];
  for (const point of points) {
    if (point.beginsAnew || stretches.length === 0) stretches.push([]);
    stretches.at(-1)!.push(point);
  }
  return stretches;
}

/** What makes the totals of a stretch those that are kept. */
function shiftOf(
  kept: readonly KeptPoint[],
  stretch: readonly ImportedPoint[],
  modulus: number,
): number | null {
  const [first, last] = [stretch[0], stretch.at(-1)!];
  const before = kept.findLast(({ timeMs }) => timeMs <= first.timeMs);
  if (before !== undefined) {
    const rise = riseOf(before, first, modulus);
    return rise === null ? null : before.total + rise - first.total;
  }
  const behind = kept.find(({ timeMs }) => timeMs >= last.timeMs);
  const rise = behind === undefined ? null : riseOf(last, behind, modulus);
  return behind === undefined || rise === null ? null : behind.total - rise - last.total;
}

/** More than half of a register is no rise but a fall. */
function riseOf(from: KeptPoint, to: KeptPoint, modulus: number): number | null {
  const rise = (((to.counts - from.counts) % modulus) + modulus) % modulus;
  return rise > modulus / 2 ? null : rise;
}

function newsOf(kept: readonly KeptPoint[], moved: readonly KeptPoint[], slotMs: number): Joined['points'] {
  const slotOf = (timeMs: number): number => Math.floor(timeMs / Math.max(1, slotMs));
  const taken = new Set(kept.map(({ timeMs }) => slotOf(timeMs)));
  const news: { timeMs: number; totalCounts: number }[] = [];
  let next = 0;
  for (const { timeMs, total } of moved) {
    while (next < kept.length && kept[next].timeMs <= timeMs) next += 1;
    const most = kept[next]?.total ?? Number.POSITIVE_INFINITY;
    const least = Math.max(
      kept[next - 1]?.total ?? Number.NEGATIVE_INFINITY,
      news.at(-1)?.totalCounts ?? Number.NEGATIVE_INFINITY,
    );
    if (total <= least || total >= most || taken.has(slotOf(timeMs))) continue;
    taken.add(slotOf(timeMs));
    news.push({ timeMs, totalCounts: total });
  }
  return news;
}
