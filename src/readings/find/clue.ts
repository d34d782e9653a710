import type { Commodity } from '../commodity.js';
import type { EndpointKey } from '../endpoint.js';
import type { CurvePoint } from './register-curve.js';

/** A meter that may be the one. */
export interface Candidate {
  readonly key: EndpointKey;
  readonly name: string | null;
  readonly commodity: Commodity;
  /** Units a count, of what its type lets expect. */
  readonly scales: readonly number[];
  readonly snrDb: number;
  /** Its register as it was heard, in the order of time. */
  readonly points: readonly CurvePoint[];
}

/** What the dial showed. */
export interface DialClue {
  /** ms since 1970. */
  readonly timeMs: number;
  readonly value: number;
  /** The dial shows no less than this. */
  readonly resolution: number;
}

/** When a load was on; before and after, until the times around it, it was off. */
export interface LoadClue {
  /** Stretches in the order of time, off, on, off, …, each from one time to the next; ms since 1970. */
  readonly switchesMs: readonly number[];
}

/** What is known of the meter that is looked for. */
export interface Clues {
  readonly commodity: Commodity | null;
  /** In the order of time. */
  readonly dials: readonly DialClue[];
  readonly load: LoadClue | null;
}

/** What a clue says of a candidate. */
export interface Verdict {
  /** How much likelier the clue is if this is the meter than if it is another one, nats. */
  readonly nats: number;
  /** A sentence for people; null where there is nothing to say. */
  readonly reason: string | null;
}

export const NOTHING: Verdict = { nats: 0, reason: null };
