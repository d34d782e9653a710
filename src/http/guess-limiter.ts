import type { Context } from 'hono';

/** Guesses that are had at once; then one more each so often. */
interface Limit {
  readonly atOnce: number;
  readonly everyMs: number;
}

/** What one address has, and what all have together. */
export interface GuessLimits {
  readonly one: Limit;
  readonly all: Limit;
}

/** Of a password. */
export const PASSWORD_GUESSES: GuessLimits = {
  one: { atOnce: 5, everyMs: 60_000 },
  all: { atOnce: 20, everyMs: 6_000 },
};
/** Of what the dial of a meter that may not be shown shows: a guess fits five, so to try all of five digits takes two days. */
export const DIAL_GUESSES: GuessLimits = {
  one: { atOnce: 10, everyMs: 30_000 },
  all: { atOnce: 20, everyMs: 10_000 },
};
/** Addresses remembered at most; with more at once, the limit for all has long been reached. */
const MOST_ADDRESSES = 1000;

interface Bucket {
  left: number;
  atMs: number;
  /** The latest guess. */
  guess?: string | undefined;
}

/** How often something may be guessed: a bucket of guesses for each address, and one for all of them. */
export class GuessLimiter {
  readonly #limits: GuessLimits;
  readonly #buckets = new Map<string, Bucket>();
  readonly #all: Bucket;

  constructor(limits: GuessLimits) {
    this.#limits = limits;
    this.#all = { left: limits.all.atOnce, atMs: 0 };
  }

  /**
   * @param guess which is none where it is the same as the one before
   * @returns 0 where a guess may be made now, and it is counted; else when to come again, ms from now
   */
  take(address: string, nowMs: number, guess?: string): number {
    const limits = this.#limits;
    const one = this.#buckets.get(address) ?? { left: limits.one.atOnce, atMs: nowMs };
    if (guess !== undefined && guess === one.guess) return 0;
    refill(one, limits.one, nowMs);
    refill(this.#all, limits.all, nowMs);
    const waitMs = Math.max(waitOf(one, limits.one, nowMs), waitOf(this.#all, limits.all, nowMs));
    if (waitMs > 0) return waitMs;
    one.guess = guess;
    one.left--;
    this.#all.left--;
    this.#remember(address, one);
    return 0;
  }

  /** A guess was right: what was wrong before is forgiven. */
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

/** Asks for patience. @returns what to answer, with status 429 */
export function tooManyGuesses(context: Context, waitMs: number): { error: string } {
  const seconds = Math.ceil(waitMs / 1000);
  context.header('Retry-After', String(seconds));
  return { error: `Too many guesses; try again in ${seconds} s.` };
}

function refill(bucket: Bucket, { atOnce, everyMs }: Limit, nowMs: number): void {
  const earned = Math.floor((nowMs - bucket.atMs) / everyMs);
  if (earned <= 0) return;
  bucket.left = Math.min(atOnce, bucket.left + earned);
  bucket.atMs += earned * everyMs;
}

function waitOf(bucket: Bucket, { everyMs }: Limit, nowMs: number): number {
  return bucket.left > 0 ? 0 : bucket.atMs + everyMs - nowMs;
}
