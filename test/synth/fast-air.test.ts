import { describe, expect, it } from 'vitest';
import { transmission } from '../../bench/scene.js';
import { Air } from '../../src/synth/air.js';
import { FastAir, PacketSound, type Sound } from '../../src/synth/fast-air.js';
import { FastNoise } from '../../src/synth/fast-noise.js';
import { quantise } from '../../src/synth/quantise.js';
import { Random } from '../../src/synth/random.js';

const SAMPLES = 120_000;
const BLOCK_SAMPLES = 10_000;
/** So little that every byte is that of the signal, but for one in thousands that is nearly half way to the next. */
const NEXT_TO_NOTHING = 1e-9;

function packets() {
  const random = new Random(1);
  return [-3000, 20_000, 25_000, 90_000].map(
    (start, i) => transmission(random, (['P', 'F', 'G'] as const)[i % 3], 30, start, 1e5 * i).onAir,
  );
}

function bytesOf(sounds: readonly Sound[], rms: number): Uint8Array {
  const air = new FastAir(sounds, new FastNoise(rms, 5));
  const bytes = new Uint8Array(2 * SAMPLES);
  for (let at = 0; at < bytes.length; at += 2 * BLOCK_SAMPLES) {
    air.next(bytes.subarray(at, at + 2 * BLOCK_SAMPLES));
  }
  return bytes;
}

describe('FastAir', () => {
  it('has the packets that Air has', () => {
    const iq = new Float32Array(2 * SAMPLES);
    new Air(packets(), 0, new Random(2)).next(iq);
    const expected = quantise(iq, 'cu8');
    const bytes = bytesOf(
      packets().map((packet) => new PacketSound(packet)),
      NEXT_TO_NOTHING,
    );
    const silent = iq.map((value) => (value === 0 ? 1 : 0));
    const differing = bytes.filter((byte, i) => silent[i] === 0 && Math.abs(byte - expected[i]) > 0);
    expect(differing.length).toBeLessThan(20);
    expect(silent.filter((one) => one === 0).length).toBeGreaterThan(40_000);
  });

  it('has noise of one strength everywhere', () => {
    const silence: Sound = { from: 30_000, end: 60_000, add: () => {} };
    const bytes = bytesOf([silence], 10 / 127.5);
    for (let at = 0; at < bytes.length; at += 20_000) {
      const part = Float64Array.from(bytes.subarray(at, at + 20_000));
      const variance = part.reduce((sum, byte) => sum + (byte - 127.5) ** 2, 0) / part.length;
      expect(Math.abs(variance - 50 - 1 / 12)).toBeLessThan(4 * 50 * Math.sqrt(2 / part.length));
    }
  });

  it('lets a sound be heard from its first sample to its last, once', () => {
    const heard: number[] = [];
    const sound: Sound = {
      from: 9_990,
      end: 20_010,
      add: (out) => {
        heard.push(out.length / 2);
        out.fill(1);
      },
    };
    const bytes = bytesOf([sound], NEXT_TO_NOTHING);
    expect(heard).toEqual([10, 10_000, 10]);
    expect(bytes.indexOf(255)).toBe(2 * sound.from);
    expect(bytes.lastIndexOf(255)).toBe(2 * sound.end - 1);
  });

  it('takes a sound while it plays, as if it had been there', () => {
    const [sound] = packets().slice(1, 2);
    const air = new FastAir([], new FastNoise(NEXT_TO_NOTHING, 5));
    const bytes = new Uint8Array(2 * SAMPLES);
    for (let at = 0; at < bytes.length; at += 2 * BLOCK_SAMPLES) {
      if (at === 2 * BLOCK_SAMPLES) air.begin(new PacketSound(sound));
      air.next(bytes.subarray(at, at + 2 * BLOCK_SAMPLES));
    }
    const expected = bytesOf([new PacketSound(packets()[1])], NEXT_TO_NOTHING);
    expect(bytes.filter((byte, i) => byte !== expected[i])).toHaveLength(0);
  });
});
