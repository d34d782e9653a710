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
