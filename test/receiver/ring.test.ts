import { describe, expect, it } from 'vitest';
import { RingReader, SampleRing } from '../../src/receiver/ring.js';
import { Random } from '../../src/synth/random.js';

/** Samples of one byte: number n of the stream is n mod 251. */
function samples(first: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (first + i) % 251);
}

function bytesOf(parts: readonly Uint8Array[] | undefined): number[] {
  return (parts ?? []).flatMap((part) => [...part]);
}

describe('SampleRing', () => {
  it('gives out what was put in, over its end too', () => {
    const ring = new SampleRing(1, 10, [0]);
    const reader = new RingReader(ring.memory, 0);
    expect(ring.write(samples(0, 8), 0)).toBe(8);
    expect(reader.read(0, 8)).toMatchObject({ firstSample: 0, count: 8 });
    reader.release(6);
    expect(ring.write(samples(8, 5), 8)).toBe(5);
    const piece = reader.read(6, 7);
    expect(piece).toMatchObject({ firstSample: 6, count: 7 });
    expect(piece?.parts).toHaveLength(2);
    expect(bytesOf(piece?.parts)).toEqual([...samples(6, 7)]);
  });

  it('takes what it has room for, and the rest when the slowest reader has let go', () => {
    const ring = new SampleRing(2, 10, [0, 0]);
    const [fast, slow] = [0, 1].map((reader) => new RingReader(ring.memory, reader));
    const bytes = samples(0, 32);
    expect(ring.write(bytes, 0)).toBe(10);
    expect(ring.write(bytes.subarray(20), 10)).toBe(0);
    fast.release(10);
    expect(ring.write(bytes.subarray(20), 10)).toBe(0);
    slow.release(4);
    expect(ring.write(bytes.subarray(20), 10)).toBe(4);
    expect(bytesOf(slow.read(4, 10)?.parts)).toEqual([...bytes.subarray(8, 28)]);
    expect(bytesOf(fast.read(10, 4)?.parts)).toEqual([...bytes.subarray(20, 28)]);
  });

  it('waits for no reader that needs only later samples', () => {
    const ring = new SampleRing(1, 10, [100, 40]);
    for (let at = 0; at < 40; at += 10) expect(ring.write(samples(at, 10), at)).toBe(10);
    expect(ring.write(samples(40, 20), 40)).toBe(10);
  });

  it('ends: gives what there is, and then nothing', () => {
    const ring = new SampleRing(1, 10, [0]);
    const reader = new RingReader(ring.memory, 0);
    ring.write(samples(0, 3), 0);
    ring.end();
    expect(reader.read(0, 8)?.count).toBe(3);
    expect(reader.read(3, 8)).toBeNull();
  });

  it('tells where samples are missing: a piece ends there, the next one has its place in the stream', () => {
    const ring = new SampleRing(1, 20, [0]);
    const reader = new RingReader(ring.memory, 0);
    ring.write(samples(50, 5), 50);
    ring.write(samples(1000, 5), 1000);
    ring.write(samples(2 ** 40, 5), 2 ** 40);
    ring.end();
    expect(reader.read(1, 9)).toMatchObject({ firstSample: 51, count: 4 });
    expect(reader.read(5, 9)).toMatchObject({ firstSample: 1000, count: 5 });
    expect(reader.read(12, 9)).toMatchObject({ firstSample: 2 ** 40 + 2, count: 3 });
    expect(reader.read(3, 2)).toMatchObject({ firstSample: 53, count: 2 });
  });

  it('has room for 64 gaps at a time', () => {
    const ring = new SampleRing(1, 100, [0]);
    const reader = new RingReader(ring.memory, 0);
    for (let i = 0; i < 64; i++) expect(ring.write(samples(0, 1), 10 * i)).toBe(1);
    expect(ring.write(samples(0, 1), 640)).toBe(0);
    expect(reader.read(0, 1)?.firstSample).toBe(0);
    reader.release(1);
    expect(ring.write(samples(0, 1), 640)).toBe(1);
    expect(ring.write(samples(0, 1), 650)).toBe(0);
    ring.end();
    for (let i = 1; i < 65; i++) expect(reader.read(i, 5)?.firstSample).toBe(10 * i);
  });

  it.each([1, 2, 3, 4])('loses nothing whatever the sizes of blocks and pieces (%i)', (seed) => {
    const random = new Random(seed);
    const capacity = 50 + random.below(100);
    const ring = new SampleRing(1, capacity, [0, 0, 0]);
    const readers = [0, 1, 2].map((reader) => ({ ring: new RingReader(ring.memory, reader), at: 0 }));
    /** Place in the stream of each sample received. */
    const places: number[] = [];
    for (let firstSample = 0; places.length < 5000; ) {
      if (random.below(10) === 0) firstSample += random.below(1000);
      const written = ring.write(samples(firstSample, random.below(60)), firstSample);
      for (let i = 0; i < written; i++) places.push(firstSample++);
      for (const reader of readers) {
        // A reader sleeps where there is nothing yet: this one must not ask for more than there is.
        const count = Math.min(random.below(40), places.length - reader.at);
        if (count === 0) continue;
        const piece = reader.ring.read(reader.at, count);
        const place = places.slice(reader.at, reader.at + (piece?.count ?? 0));
        expect(bytesOf(piece?.parts)).toEqual(place.map((sample) => sample % 251));
        expect(piece?.firstSample).toBe(place[0]);
        reader.at += place.length;
        reader.ring.release(reader.at);
      }
    }
  });
});
