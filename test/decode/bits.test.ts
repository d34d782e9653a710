import { describe, expect, it } from 'vitest';
import { bitsOf, bitsOfHex, readUint, writeUint } from '../../src/decode/bits.js';

describe('bits', () => {
  it('reads and writes unsigned integers, most significant first', () => {
    const bits = new Uint8Array(40);
    writeUint(bits, 3, 32, 0xdeadbeef);
    expect(readUint(bits, 3, 32)).toBe(0xdeadbeef);
    expect([...bits.subarray(0, 7)]).toEqual([0, 0, 0, 1, 1, 0, 1]);
    expect(bits[35]).toBe(0);
  });

  it('keeps the low bits of a value that is too long', () => {
    const bits = new Uint8Array(4);
    writeUint(bits, 0, 4, 0x1f3);
    expect(readUint(bits, 0, 4)).toBe(3);
  });

  it('reads bits from digits and hexadecimal', () => {
    expect([...bitsOf('0110')]).toEqual([0, 1, 1, 0]);
    expect([...bitsOfHex('f9')]).toEqual([1, 1, 1, 1, 1, 0, 0, 1]);
  });
});
