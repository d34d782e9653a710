import type { RegisterReading } from '../../readings/entry.js';

interface Point {
  readonly timeMs: number;
  readonly total: number;
}

/** What is used now is told over at least this long, ms: registers move in steps. */
const SPAN_MS = 300_000;
/** Points nearer than this to each other tell nothing new, ms. */
const SPACING_MS = 10_000;

/** How fast a register grows: what was used in the last five minutes or, where it is heard less often, since then. */
export class Flow {
  #points: Point[] = [];

  /** @returns units an hour; null where that cannot be told yet, or the scale is not known */
  take({ timeMs, total, beginsAnew }: RegisterReading): number | null {
    if (total === null) return null;
    if (beginsAnew) this.#points = [];
    const now = { timeMs, total: Number(total) };
    while (this.#points.length > 1 && timeMs - this.#points[1].timeMs >= SPAN_MS) this.#points.shift();
    const [from] = this.#points;
    const last = this.#points.at(-1);
    if (last === undefined || timeMs - last.timeMs >= SPACING_MS) this.#points.push(now);
    if (from === undefined || timeMs - from.timeMs < SPAN_MS) return null;
    return (now.total - from.total) / ((timeMs - from.timeMs) / 3_600_000);
  }
}
