import type { RegisterPoint } from './register-total.js';

/** A stretch of time whose consumption is now known otherwise than before, or at all. */
export interface Touched {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A point that was taken, and what it changed. */
export interface Filled {
  readonly point: RegisterPoint;
  readonly touched: Touched;
}

/** Every interval ends at a multiple of this, ms: of what lies between, the first and the last point tell all. */
export const CELL_MS = 300_000;
/** Points of the meter's own are taken where the curve has no other so near, ms. */
const OWN_GAP_MS = 330_000;

/** The points of one register, in the order of their time however they came. */
export class RegisterHistory {
  #points: RegisterPoint[];

  /** @param points ascending in time */
  constructor(points: readonly RegisterPoint[] = []) {
    this.#points = [...points];
  }

  get points(): readonly RegisterPoint[] {
    return this.#points;
  }

  /** The points from a moment on, and the one before it. */
  pointsFrom(timeMs: number): readonly RegisterPoint[] {
    return this.#points.slice(Math.max(0, this.#indexAfter(timeMs) - 1));
  }

  get last(): RegisterPoint | null {
    return this.#points.at(-1) ?? null;
  }

  /**
   * Takes a point, early or late. One that says what is known already, or other than what was heard before and after
   * it at the same time, changes nothing.
   * @returns null where nothing changed
   */
  take(point: RegisterPoint): Touched | null {
    const next = this.#indexAfter(point.timeMs);
    const [before, after] = [this.#points[next - 1], this.#points[next]];
    if (before !== undefined && point.untilMs <= before.untilMs) return null;
    const touched = {
      fromMs: before?.untilMs ?? point.timeMs,
      untilMs: after?.timeMs ?? point.untilMs,
    };
    if (before?.total === point.total && !point.broken) {
      this.#points[next - 1] = { ...before, untilMs: point.untilMs };
    } else if (after?.total === point.total && !after.broken) {
      this.#points[next] = { ...after, timeMs: point.timeMs };
    } else {
      this.#points.splice(next, 0, point);
      if (after === undefined) this.#thinOut();
    }
    return touched;
  }

  /**
   * Takes those of the meter's own points that close holes.
   * @param own ascending in time
   * @returns those that were taken; null where one contradicts what was heard, and so none is
   */
  fill(own: readonly RegisterPoint[]): Filled[] | null {
    if (own.some((point) => contradicts(point, this.#around(point)))) return null;
    return own.flatMap((point) => {
      const touched = closesHole(point, this.#around(point)) ? this.take(point) : null;
      return touched === null ? [] : [{ point, touched }];
    });
  }

  /**
   * Forgets what ended before `timeMs`, but for what lies around a moment, and where the register began anew.
   * @param anchorMs not after `timeMs`
   */
  forgetBefore(timeMs: number, anchorMs: number): void {
    const kept = new Set([
      this.#indexAfter(timeMs) - 1,
      this.#indexAfter(anchorMs) - 1,
      this.#indexAfter(anchorMs),
    ]);
    this.#points = this.#points.filter(
      ({ untilMs, broken }, i) => untilMs >= timeMs || broken || kept.has(i),
    );
    const before = this.#points.findLastIndex(({ timeMs: atMs }) => atMs <= anchorMs);
    if (before > 0) this.#points.splice(0, before);
  }

  /** Forgets what was dated later than `timeMs`. */
  forgetAfter(timeMs: number): void {
    this.#points = this.#points
      .filter((point) => point.timeMs <= timeMs)
      .map((point) => ({ ...point, untilMs: Math.min(point.untilMs, timeMs) }));
  }

  /** The last point but one says nothing where its neighbours lie in the same cell. */
  #thinOut(): void {
    const [one, middle, last] = this.#points.slice(-3);
    if (one === undefined || middle === undefined || last === undefined || middle.broken) return;
    if (cellOf(one.untilMs) === cellOf(last.timeMs) && !last.broken) this.#points.splice(-2, 1);
  }

  #around({ timeMs }: RegisterPoint): Neighbours {
    const next = this.#indexAfter(timeMs);
    return { before: this.#points[next - 1], after: this.#points[next] };
  }

  #indexAfter(timeMs: number): number {
    let [low, high] = [0, this.#points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#points[middle]!.timeMs <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The points heard before a moment and after it. */
interface Neighbours {
  readonly before: RegisterPoint | undefined;
  readonly after: RegisterPoint | undefined;
}

/** A meter and a receiver do not agree to the second when a count was. */
const SLACK_COUNTS = 2;

/** Whether a meter's own point says less than was heard before it, or more than was heard after it. */
function contradicts(point: RegisterPoint, { before, after }: Neighbours): boolean {
  if (before !== undefined && point.total < before.total - SLACK_COUNTS) return true;
  return after !== undefined && point.total > after.total + SLACK_COUNTS;
}

/** Whether a meter's own point tells something new between its neighbours. */
function closesHole(point: RegisterPoint, { before, after }: Neighbours): boolean {
  if (before === undefined || point.timeMs <= before.untilMs || point.total < before.total) return false;
  if (after === undefined) return true;
  if (after.broken || point.total > after.total || before.total === after.total) return false;
  return after.timeMs - before.untilMs > OWN_GAP_MS;
}

function cellOf(timeMs: number): number {
  return Math.floor(timeMs / CELL_MS);
}
