import { describe, expect, it } from 'vitest';
import { SAMPLE_READERS } from '../../src/dsp/samples.js';

function read(format: keyof typeof SAMPLE_READERS, bytes: Uint8Array) {
  const reader = SAMPLE_READERS[format];
  const out = new Float32Array((2 * bytes.length) / reader.bytes + 2).fill(9);
  const clipped = reader.read(bytes, out, 2);
  return { values: [...out.subarray(2)], untouched: [...out.subarray(0, 2)], clipped };
}

describe('sample readers', () => {
  it('cu8: 127.5 is zero, 0 and 255 are the ends of the range', () => {
    const { values, clipped, untouched } = read('cu8', Uint8Array.of(0, 255, 127, 128));
    expect(values[0]).toBeCloseTo(-1, 6);
    expect(values[1]).toBeCloseTo(1, 6);
    expect(values[2]).toBeCloseTo(-0.5 / 127.5, 6);
    expect(values[3]).toBeCloseTo(0.5 / 127.5, 6);
    expect(clipped).toBe(1);
    expect(untouched).toEqual([9, 9]);
  });

  it('cs8: two’s complement', () => {
    const { values, clipped } = read('cs8', Uint8Array.of(0x80, 0, 0x40, 0xff));
    expect(values).toEqual([-1, 0, 0.5, -1 / 128]);
    expect(clipped).toBe(1);
  });

  it('cs16: little endian', () => {
    const { values, clipped } = read('cs16', Uint8Array.of(0x00, 0x40, 0xff, 0xff, 0xff, 0x7f, 0, 0));
    expect(values[0]).toBe(0.5);
    expect(values[1]).toBeCloseTo(-1 / 32768, 9);
    expect(clipped).toBe(1);
  });

  it('cf32: little endian, at any place in a buffer; what is no number is silence', () => {
    const bytes = new Uint8Array(17);
    const view = new DataView(bytes.buffer);
    view.setFloat32(1, 0.25, true);
    view.setFloat32(5, Number.NaN, true);
    view.setFloat32(9, Number.POSITIVE_INFINITY, true);
    view.setFloat32(13, -1.5, true);
    const { values, clipped } = read('cf32', bytes.subarray(1));
    expect(values).toEqual([0.25, 0, 0, -1.5]);
    expect(clipped).toBe(1);
  });
});
