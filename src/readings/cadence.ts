/** Gaps between packets that are remembered. */
const GAPS = 64;
/** The period is told anew after so many. */
const ENOUGH_GAPS = 12;
/** Of the gaps sorted by length, the one taken for the period: most gaps are several periods, as packets go unheard. */
const QUANTILE = 0.1;
/** Two packets that come sooner are of different kinds, or one transmission, ms. */
const SHORTEST_MS = 1000;
/** A longer gap tells of a receiver that was off, not of packets that were missed, ms. */
const LONGEST_MS = 21_600_000;

/** How often an endpoint sends, by the gaps between what is heard of it. */
export class Cadence {
  readonly #gaps: number[] = [];
  #periodMs: number | null = null;
  #news = 0;

  /** @param gapMs from one packet to the next of its kind */
  note(gapMs: number): void {
    if (gapMs < SHORTEST_MS || gapMs > LONGEST_MS) return;
    this.#gaps.push(gapMs);
    if (this.#gaps.length > GAPS) this.#gaps.shift();
    this.#news += 1;
    if (this.#news < ENOUGH_GAPS) return;
    this.#news = 0;
    const sorted = [...this.#gaps].sort((a, b) => a - b);
    this.#periodMs = sorted[Math.floor(sorted.length * QUANTILE)];
  }

  /** Time from one packet to the next, heard or not, ms; null while that is not known. */
  get periodMs(): number | null {
    return this.#periodMs;
  }
}

/** Packets that are sent in a gap between two that are heard, the second included. */
export function sentIn(gapMs: number, periodMs: number | null): number {
  if (periodMs === null || gapMs > LONGEST_MS) return 1;
  return Math.max(1, Math.round(gapMs / periodMs));
}
