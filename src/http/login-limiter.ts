/** Guesses that one address, and all together, have at once; then one more each so often. */
const ONE = { atOnce: 5, everyMs: 60_000 };
const ALL = { atOnce: 20, everyMs: 6_000 };
/** Addresses remembered at most; with more at once, the limit for all has long been reached. */
const MOST_ADDRESSES = 1000;

interface Bucket {
  left: number;
  atMs: number;
}

/** How often a password may be guessed: a bucket of guesses for each address, and one for all of them. */
export class LoginLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #all: Bucket = { left: ALL.atOnce, atMs: 0 };

  /** @returns 0 where a guess may be made now, and it is counted; else when to come again, ms from now */
  take(address: string, nowMs: number): number {
    const one = this.#buckets.get(address) ?? { left: ONE.atOnce, atMs: nowMs };
    refill(one, ONE, nowMs);
    refill(this.#all, ALL, nowMs);
    const waitMs = Math.max(waitOf(one, ONE, nowMs), waitOf(this.#all, ALL, nowMs));
    if (waitMs > 0) return waitMs;
    one.left--;
    this.#all.left--;
    this.#remember(address, one);
    return 0;
  }

  /** The password was right: what was wrong before is forgiven. */
  forgive(address: string): void {
    this.#buckets.delete(address);
  }

  #remember(address: string, bucket: Bucket): void {
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    if (this.#buckets.size <= MOST_ADDRESSES) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}

function refill(bucket: Bucket, { atOnce, everyMs }: typeof ONE, nowMs: number): void {
  const earned = Math.floor((nowMs - bucket.atMs) / everyMs);
  if (earned <= 0) return;
  bucket.left = Math.min(atOnce, bucket.left + earned);
  bucket.atMs += earned * everyMs;
}

function waitOf(bucket: Bucket, { everyMs }: typeof ONE, nowMs: number): number {
  return bucket.left > 0 ? 0 : bucket.atMs + everyMs - nowMs;
}
