import { Fault } from '../errors.js';
import { DURATION_TEXT, parseDuration } from '../quantity.js';
import { Random } from './random.js';

/**
 * What can go wrong between a dongle and who listens to it:
 *   stall       the connection stays, and nothing comes
 *   disconnect  the connection ends, and nobody answers
 *   garbage     bytes come that are neither samples nor a header
 *   slow        most of the samples are lost on the way, which nobody says
 */
export const TRANSPORT_FAULTS = ['stall', 'disconnect', 'garbage', 'slow'] as const;
export type TransportFaultKind = (typeof TRANSPORT_FAULTS)[number];

export interface TransportFault {
  readonly kind: TransportFaultKind;
  readonly lengthMs: number;
}

/** A fault and when it begins, ms after the start. */
export interface PlannedFault extends TransportFault {
  readonly atMs: number;
}

/** How long a fault lasts where nobody says it, ms: a stall rather longer than it takes to be noticed. */
const LENGTH_MS: Readonly<Record<TransportFaultKind, number>> = {
  stall: 5000,
  disconnect: 1000,
  garbage: 1000,
  slow: 5000,
};

/**
 * Reads a planned fault: `stall@30s`, `disconnect@1m+10s`.
 * @throws Fault `USAGE` where it is written otherwise
 */
export function parseFault(text: string): PlannedFault {
  const [, name = '', at = '', length] = /^([a-z]+)@([^+]+)(?:\+(.+))?$/.exec(text.trim()) ?? [];
  const kind = TRANSPORT_FAULTS.find((each) => each === name);
  if (kind === undefined || !isDuration(at) || (length !== undefined && !isDuration(length))) {
    const kinds = TRANSPORT_FAULTS.join(', ');
    throw new Fault(
      'USAGE',
      `It must be one of ${kinds}, when, and if need be for how long, as in stall@30s or stall@30s+8s.`,
    );
  }
  const lengthMs = length === undefined ? LENGTH_MS[kind] : parseDuration(length);
  return { kind, atMs: parseDuration(at), lengthMs };
}

function isDuration(text: string): boolean {
  return DURATION_TEXT.test(text);
}

/** Faults of all kinds without end, the same for the same seed. @param meanMs from the begin of one to that of the next */
export function* randomFaults(meanMs: number, seed: number): Generator<PlannedFault, void, undefined> {
  const random = new Random(seed);
  for (let atMs = 0; ; ) {
    const kind = TRANSPORT_FAULTS[random.below(TRANSPORT_FAULTS.length)];
    const lengthMs = Math.round(LENGTH_MS[kind] * random.uniform(0.2, 1.5));
    atMs += Math.round(meanMs * random.uniform(0.5, 1.5));
    yield { kind, lengthMs, atMs };
  }
}
