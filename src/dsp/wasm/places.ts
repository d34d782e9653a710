/** Cache line: everything in memory begins on one. */
export const LINE_BYTES = 64;
export const LINE_FLOATS = LINE_BYTES / 4;
/** Values past the end of a buffer that a loop of whole vectors may read or write. */
const SLACK_FLOATS = 64;

/** Hands out places in memory, bytes. */
export class Places {
  end = LINE_BYTES;

  floats(count: number): number {
    const at = this.end;
    this.end += Math.ceil((count + SLACK_FLOATS) / LINE_FLOATS) * LINE_BYTES;
    return at;
  }
}

/** A stride of at least `floats`, as an odd number of cache lines: it spreads a column's rows over the cache. */
export function oddLines(floats: number): number {
  const lines = Math.ceil(floats / LINE_FLOATS);
  return LINE_FLOATS * (lines + (lines % 2 === 0 ? 1 : 0));
}
