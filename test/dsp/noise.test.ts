import { describe, expect, it } from 'vitest';
import { NoiseFloor } from '../../src/dsp/noise.js';
import { clippedMeans } from '../../src/dsp/rows.js';
import { Random } from '../../src/synth/random.js';

const BINS = 16;
const FRAMES = 512;

/** Takes in a batch as the kernel does. */
function update(noise: NoiseFloor, rows: Float32Array, learnable: number): void {
  const spectrogram = { rows, stride: FRAMES };
  const average = (): Float32Array => clippedMeans(spectrogram, 0, learnable, new Float32Array(BINS));
  if (noise.isOff(average())) noise.begin(spectrogram, 0, learnable);
  noise.follow(average(), learnable);
}

/** Batches of exponentially distributed powers, given to a floor as the kernel does: over the present floor. */
function feed(
  noise: NoiseFloor,
  batches: number,
  power: (bin: number, frame: number) => number,
): Float32Array {
  const rows = new Float32Array(BINS * FRAMES);
  for (let batch = 0; batch < batches; batch++) {
    for (let bin = 0; bin < BINS; bin++) {
      for (let i = 0; i < FRAMES; i++) rows[bin * FRAMES + i] = power(bin, i) / noise.floor[bin];
    }
    update(noise, rows, FRAMES);
  }
  return rows;
}

describe('NoiseFloor', () => {
  it('settles on the mean power of noise, bin by bin', () => {
    const random = new Random(1);
    const noise = new NoiseFloor(BINS, 1e-9);
    feed(noise, 200, (bin) => (1 + 0.1 * bin) * 1e-4 * random.exponential());
    for (let bin = 0; bin < BINS; bin++) {
      expect(noise.floor[bin] / ((1 + 0.1 * bin) * 1e-4)).toBeCloseTo(1, 1);
    }
  });

  it('leaves its first batch whitened', () => {
    const random = new Random(2);
    const rows = feed(new NoiseFloor(BINS, 1e-9), 1, () => 1e-4 * random.exponential());
    const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length;
    expect(mean).toBeGreaterThan(0.8);
    expect(mean).toBeLessThan(1.2);
  });

  it('rises by less than 2 dB for bursts 30 dB above it on a fifth of the frames', () => {
    const random = new Random(3);
    const noise = new NoiseFloor(BINS, 1e-9);
    feed(noise, 300, (bin, i) => 1e-4 * random.exponential() * (bin === 5 && i % 10 < 2 ? 1000 : 1));
    expect(10 * Math.log10(noise.floor[5] / 1e-4)).toBeLessThan(2);
    expect(10 * Math.log10(noise.floor[6] / 1e-4)).toBeLessThan(0.3);
  });

  it('does not take a packet at the very beginning for noise', () => {
    const random = new Random(4);
    const noise = new NoiseFloor(BINS, 1e-9);
    // On-off keying through most of the first batch; frames across an edge hold part of the chip.
    feed(noise, 1, (bin, i) => 1e-4 * random.exponential() + (bin === 5 && i < 400 && i % 8 !== 0 ? 0.1 : 0));
    expect(noise.floor[5]).toBeLessThan(5e-4);
  });

  it('follows noise that rises tenfold within two seconds of air', () => {
    const random = new Random(5);
    const noise = new NoiseFloor(BINS, 1e-9);
    feed(noise, 200, () => 1e-4 * random.exponential());
    feed(noise, 2 * 256, () => 1e-3 * random.exponential());
    expect(noise.floor[3] / 1e-3).toBeGreaterThan(0.9);
  });

  it('begins anew where the whole band becomes louder or quieter by 20 dB, but not for a signal in it', () => {
    const random = new Random(6);
    const noise = new NoiseFloor(BINS, 1e-9);
    feed(noise, 50, () => 1e-4 * random.exponential());
    const rows = feed(noise, 1, () => 1e-2 * random.exponential());
    for (const floor of noise.floor) expect(10 * Math.log10(floor / 1e-2)).toBeGreaterThan(-2);
    expect(rows.reduce((sum, value) => sum + value, 0) / rows.length).toBeLessThan(1.5);
    feed(noise, 50, () => 1e-2 * random.exponential());
    feed(noise, 1, () => 1e-4 * random.exponential());
    for (const floor of noise.floor) expect(10 * Math.log10(floor / 1e-4)).toBeLessThan(2);
    feed(noise, 20, (bin) => (bin < BINS / 2 ? 1 : 1e-4) * random.exponential());
    expect(noise.floor[0]).toBeLessThan(1e-3);
  });

  it('never falls below the lowest', () => {
    const noise = new NoiseFloor(BINS, 1e-6);
    feed(noise, 20, () => 0);
    for (const floor of noise.floor) expect(floor).toBeCloseTo(1e-6, 12);
  });

  it('brings all other columns to the new floor where it begins anew', () => {
    const random = new Random(5);
    const noise = new NoiseFloor(BINS, 1e-9);
    feed(noise, 20, (bin) => (1 + bin) * random.exponential());
    const before = noise.floor.slice();
    const stride = FRAMES + 30;
    const rows = Float32Array.from({ length: BINS * stride }, () => 100 * random.exponential());
    const old = rows.slice();
    noise.begin({ rows, stride }, 10, FRAMES);
    for (let bin = 0; bin < BINS; bin++) {
      expect(noise.floor[bin] / before[bin]).toBeGreaterThan(30);
      for (const column of [0, 9, 10, 10 + FRAMES - 1, 10 + FRAMES, stride - 1]) {
        const at = bin * stride + column;
        expect((rows[at] * noise.floor[bin]) / (old[at] * before[bin])).toBeCloseTo(1, 5);
      }
    }
  });
});
