import type { MiddlewareHandler } from 'hono';
import type { Bindings } from './guard.js';

/** An answer as it went out, and what it was true of. */
interface KeptAnswer {
  readonly state: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers that are kept at most, bytes: the usage of a meter in a month has 80 kB, in a year 1 MB. */
const MOST_BYTES = 4 << 20;

/**
 * Keeps answers, ready to be sent, as long as what they tell of has not changed: pages that are open ask the same again
 * and again, and the database changes with a commit only. Those asked for last stay.
 */
export class KeptAnswers {
  readonly #answers = new Map<string, KeptAnswer>();
  #bytes = 0;

  /**
   * @param stateOf names the state of all that an answer depends on, but what was asked; null where it is not known
   * @returns what answers reads from what is kept, after whoever decides who may ask
   */
  of(stateOf: () => string | null): MiddlewareHandler<Bindings> {
    return async (context, next) => {
      const state = context.req.method === 'GET' ? stateOf() : null;
      if (state === null) return next();
      const asked = `${context.req.url}\n${context.req.header('accept-encoding') ?? ''}`;
      const kept = this.#take(asked, state);
      if (kept !== null) return context.body(kept.body, 200, kept.headers);
      await next();
      if (context.res.status !== 200) return;
      const headers = Object.fromEntries(context.res.headers);
      const body = new Uint8Array(await context.res.arrayBuffer());
      this.#keep(asked, { state, body, headers });
      context.res = new Response(body, { headers });
    };
  }

  #take(asked: string, state: string): KeptAnswer | null {
    const kept = this.#answers.get(asked);
    if (kept === undefined) return null;
    this.#forget(asked, kept);
    if (kept.state !== state) return null;
    this.#keep(asked, kept);
    return kept;
  }

  #keep(asked: string, answer: KeptAnswer): void {
    const same = this.#answers.get(asked);
    if (same !== undefined) this.#forget(asked, same);
    this.#answers.set(asked, answer);
    this.#bytes += bytesOf(asked, answer);
    for (const [oldest, old] of this.#answers) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#forget(oldest, old);
    }
  }

  #forget(asked: string, answer: KeptAnswer): void {
    this.#answers.delete(asked);
    this.#bytes -= bytesOf(asked, answer);
  }
}

/** With what a map and its strings take. */
function bytesOf(asked: string, { body }: KeptAnswer): number {
  return body.length + 2 * asked.length + 500;
}
