/** Differences smaller than this are rounding, ms. */
const SAME_MS = 1e-3;

/**
 * The wall clock of sample 0 of a stream, as its blocks tell it: a live radio's clock may be put right while
 * samples that came before are still being searched.
 */
export class StreamStart {
  #known: { readonly fromSample: number; readonly startMs: number | null }[] = [];

  /** @param timeMs wall clock of the block's first sample, ms since 1970, or null */
  note(firstSample: number, timeMs: number | null, sampleRateHz: number): void {
    const startMs = timeMs === null ? null : timeMs - (firstSample / sampleRateHz) * 1000;
    const last = this.#known.at(-1)?.startMs;
    const same = last === startMs || (last != null && Math.abs(last - (startMs ?? Infinity)) < SAME_MS);
    if (!same) this.#known.push({ fromSample: firstSample, startMs });
  }

  /** The start by the block that a sample was in; samples are asked for in order. */
  of(sample: number): number | null {
    while (this.#known.length > 1 && this.#known[1].fromSample <= sample) this.#known.shift();
    return this.#known[0]?.startMs ?? null;
  }
}
