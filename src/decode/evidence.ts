import type { Burst } from '../dsp/burst.js';
import { bitsOf } from './bits.js';
import type { Protocol } from './protocol.js';
import { digitDoubt } from './two-of-four.js';

/** From so many nats on, a symbol that agrees leaves a doubt that no sum shows. */
const NO_DOUBT = 37;

/** Evidence for a packet over keying at random, nats. */
export function overKeying(burst: Burst): number {
  return burst.evidence - burst.keyingEvidence;
}

/** Nats by which sync word and payload speak against being exactly these symbols. */
export function doubtsOf(
  soft: Float32Array,
  bits: Uint8Array,
  { sync, lineCode }: Protocol,
): { syncDoubt: number; doubt: number } {
  const known = sync.length;
  if (lineCode === 'manchester') {
    return {
      syncDoubt: symbolDoubt(soft, bits, 0, known),
      doubt: symbolDoubt(soft, bits, known, bits.length),
    };
  }
  const symbols = Float32Array.from({ length: known }, (_, i) => soft[2 * i] - soft[2 * i + 1]);
  return {
    syncDoubt: symbolDoubt(symbols, bitsOf(sync), 0, known),
    doubt: digitDoubt(soft, bits, 2 * known, bits.length),
  };
}

/** Nats by which the received symbols speak against being exactly these bits: Σ ln(1 + e^−agreement). */
function symbolDoubt(soft: Float32Array, bits: Uint8Array, from: number, to: number): number {
  let doubt = 0;
  for (let i = from; i < to; i++) {
    const agreement = bits[i] === 1 ? soft[i] : -soft[i];
    if (agreement > NO_DOUBT) continue;
    doubt += agreement > 0 ? Math.log1p(Math.exp(-agreement)) : Math.log1p(Math.exp(agreement)) - agreement;
  }
  return doubt;
}
