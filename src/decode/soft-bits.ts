/** The likelier value of each soft symbol: 0 or 1; what is not a number is 0. */
export function hardBits(soft: Float32Array, length: number): Uint8Array {
  const bits = new Uint8Array(length);
  for (let i = 0; i < length; i++) bits[i] = soft[i] > 0 ? 1 : 0;
  return bits;
}

/**
 * Nats by which symbols speak against being these bits rather than what they look like: Σ |LLR| of those that differ.
 *
 * A message whose sync word and check fix n bits has to be worth it: n bits agree by chance with probability e^(−n·ln 2),
 * so where more nats than n·ln 2 speak against the message, something else was sent. That is how known bits count,
 * which are never corrected: a strong symbol that contradicts one is as good as a check that fails.
 */
export function contradiction(soft: Float32Array, bits: Uint8Array): number {
  let nats = 0;
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] === 1 ? soft[i] < 0 : soft[i] > 0) nats += Math.abs(soft[i]);
  }
  return nats;
}

/** More would not be trusted: real symbols are bounded, and e^−40 is never. Keeps all sums within a double. */
const MOST_NATS = 40;

/** What it costs to take a symbol for its opposite, nats: 0–40; what is not a number says nothing. */
export function weightOf(soft: number): number {
  const nats = Math.abs(soft);
  return nats > 0 ? Math.min(nats, MOST_NATS) : 0;
}
