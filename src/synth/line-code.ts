/** Manchester chips of bits: 1 → on,off; 0 → off,on. Twice as many chips as bits. */
export function manchester(bits: Uint8Array): Uint8Array {
  const chips = new Uint8Array(bits.length * 2);
  for (let i = 0; i < bits.length; i++) chips[2 * i + 1 - bits[i]] = 1;
  return chips;
}
