/** Unsigned integer from `length` bits (0 or 1 each) starting at `from`, most significant first; length ≤ 32. */
export function readUint(bits: Uint8Array, from: number, length: number): number {
  let value = 0;
  for (let i = from; i < from + length; i++) value = value * 2 + bits[i];
  return value;
}

/** Writes `value` as `length` bits, most significant first. The inverse of {@link readUint}. */
export function writeUint(bits: Uint8Array, from: number, length: number, value: number): void {
  for (let i = length - 1, rest = value; i >= 0; i--) {
    bits[from + i] = rest % 2;
    rest = Math.floor(rest / 2);
  }
}

/** Bits of a string of 0 and 1. */
export function bitsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (digit) => (digit === '1' ? 1 : 0));
}

/** Bits of a string of hexadecimal digits, most significant first. */
export function bitsOfHex(hex: string): Uint8Array {
  const bits = new Uint8Array(hex.length * 4);
  for (let i = 0; i < hex.length; i++) writeUint(bits, i * 4, 4, Number.parseInt(hex[i], 16));
  return bits;
}
