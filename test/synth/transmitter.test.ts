import FFT from 'fft.js';
import { describe, expect, it } from 'vitest';
import { manchester } from '../../src/synth/line-code.js';
import { Random } from '../../src/synth/random.js';
import {
  CHIP_RATE_HZ,
  type Transmission,
  type TransmitterClass,
  transmissionFrom,
  transmissionSamples,
  transmit,
} from '../../src/synth/transmitter.js';

const RATE_HZ = 16 * 2 ** 17;
/** 64 samples. */
const CHIP = RATE_HZ / CHIP_RATE_HZ;
const CLASSES: readonly TransmitterClass[] = ['P', 'F', 'G'];

const bits = Uint8Array.from({ length: 96 }, (_, i) => ((i * 37) >> 3) & 1);

function transmission(given: Partial<Transmission> = {}): Transmission {
  return {
    class: 'P',
    chips: manchester(bits),
    startSample: 100.3,
    samplesPerChip: CHIP,
    carrierHz: 0,
    sampleRateHz: RATE_HZ,
    amplitude: 0.5,
    ...given,
  };
}

/** The stream around a transmission from sample 0, `length` samples of interleaved I,Q. */
function stream(t: Transmission, seed = 1, length = 2 ** 14): Float32Array {
  const samples = new Float32Array(2 * transmissionSamples(t)).fill(99);
  transmit(t, new Random(seed), samples);
  const out = new Float32Array(2 * length);
  out.set(samples.subarray(0, 2 * (length - transmissionFrom(t))), 2 * transmissionFrom(t));
  return out;
}

function power(iq: Float32Array, i: number): number {
  return iq[2 * i] ** 2 + iq[2 * i + 1] ** 2;
}

function energy(iq: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = Math.round(from); i < Math.round(to); i++) sum += power(iq, i);
  return sum;
}

/** Frequency and phase of a stretch without edges: Hz from the mean step, rad at its middle. */
function tone(iq: Float32Array, from: number, to: number): { hz: number; phase: number } {
  const [first, last] = [Math.ceil(from), Math.floor(to)];
  let [re, im] = [0, 0];
  for (let i = first + 1; i <= last; i++) {
    re += iq[2 * i] * iq[2 * i - 2] + iq[2 * i + 1] * iq[2 * i - 1];
    im += iq[2 * i + 1] * iq[2 * i - 2] - iq[2 * i] * iq[2 * i - 1];
  }
  const middle = (first + last) >> 1;
  return {
    hz: (Math.atan2(im, re) * RATE_HZ) / (2 * Math.PI),
    phase: Math.atan2(iq[2 * middle + 1], iq[2 * middle]),
  };
}

/** Of every on-chip: its carrier, the change of it from the first to the last, and its phase. */
function chipsOf(t: Transmission, seed = 1): { hz: number; driftHz: number; phase: number; chip: number }[] {
  const iq = stream(t, seed);
  return [...t.chips.keys()]
    .filter((chip) => t.chips[chip] === 1)
    .map((chip) => {
      const from = t.startSample + chip * CHIP + 5;
      const to = from + CHIP - 10;
      const half = (from + to) / 2;
      const change = tone(iq, half, to).hz - tone(iq, from, half).hz;
      return { ...tone(iq, from, to), driftHz: (2 * change * CHIP) / (to - from), chip };
    });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/** rad, -π to π */
function wrapped(phase: number): number {
  return phase - 2 * Math.PI * Math.round(phase / (2 * Math.PI));
}

describe.each(CLASSES)('a transmitter of class %s', (kind) => {
  const t = transmission({ class: kind });
  const iq = stream(t);
  const startOf = (chip: number): number => t.startSample + chip * CHIP;

  it('sounds from its first chip to its last and nowhere else', () => {
    const edge = 3;
    expect(energy(iq, 0, t.startSample - edge)).toBe(0);
    expect(energy(iq, startOf(t.chips.length) + edge, 2 ** 14)).toBe(0);
    const first = t.chips.indexOf(1);
    expect(power(iq, Math.ceil(startOf(first) + edge))).toBeCloseTo(0.25, 5);
  });

  it('has the energy amplitude² × length in every on-chip, and is silent between', () => {
    const energies = [...t.chips.keys()].map((chip) => energy(iq, startOf(chip), startOf(chip + 1)));
    const nominal = 0.25 * CHIP;
    for (const [chip, value] of energies.entries()) {
      expect(value / nominal).toBeGreaterThan(t.chips[chip] === 1 ? 0.93 : -1);
      expect(value / nominal).toBeLessThan(t.chips[chip] === 1 ? 1.001 : 0.04);
      if (t.chips[chip] === 0) expect(energy(iq, startOf(chip) + 3, startOf(chip + 1) - 3)).toBe(0);
    }
    const all = energies.reduce((sum, value) => sum + value) / (nominal * 96);
    expect(10 * Math.log10(all)).toBeCloseTo(0, 0.9);
  });

  it('is the same for the same seed, and another for another', () => {
    const same = (other: Float32Array): boolean => Buffer.from(other.buffer).equals(Buffer.from(iq.buffer));
    expect(same(stream(t, 1))).toBe(true);
    expect(same(stream(t, 2))).toBe(false);
  });

  it('keeps to its channel, with soft edges', () => {
    const fft = new FFT(2 ** 14);
    const spectrum = fft.createComplexArray();
    fft.transform(spectrum, Array.from(iq));
    const within = (hz: number): number => {
      let sum = 0;
      for (let bin = 0; bin < 2 ** 14; bin++) {
        const frequency = ((bin + 2 ** 13) % 2 ** 14) - 2 ** 13;
        if (Math.abs(frequency) * (RATE_HZ / 2 ** 14) <= hz) {
          sum += spectrum[2 * bin] ** 2 + spectrum[2 * bin + 1] ** 2;
        }
      }
      return sum;
    };
    const total = within(RATE_HZ);
    expect(within(100e3) / total).toBeGreaterThan(0.93);
    expect(1 - within(400e3) / total).toBeLessThan(2e-3);
  });

  it('has its carrier where it should be', () => {
    const chips = chipsOf(transmission({ class: kind, carrierHz: 200e3 }));
    expect(Math.abs(meanOf(chips.map(({ hz }) => hz)) - 200e3)).toBeLessThan(kind === 'F' ? 5e3 : 600);
  });
});

describe('a transmitter of class P', () => {
  it('has one phase through the whole packet, with a slow bend', () => {
    const bends = Array.from({ length: 20 }, (_, seed) => {
      const chips = chipsOf(transmission(), seed);
      const bend = chips.map(({ phase }) => wrapped(phase - chips[0].phase));
      for (let i = 1; i < bend.length; i++) expect(Math.abs(bend[i] - bend[i - 1])).toBeLessThan(0.03);
      return Math.max(...bend.map(Math.abs));
    });
    expect(Math.max(...bends)).toBeLessThan(0.31);
    expect(Math.max(...bends)).toBeGreaterThan(0.2);
  });

  it('has the same carrier in every chip', () => {
    const chips = chipsOf(transmission({ carrierHz: -300e3 }));
    expect(deviationOf(chips.map(({ hz }) => hz))).toBeLessThan(100);
    expect(Math.max(...chips.map(({ driftHz }) => Math.abs(driftHz)))).toBeLessThan(100);
  });
});

describe('a transmitter of class F', () => {
  const packets = Array.from({ length: 10 }, (_, seed) => chipsOf(transmission({ class: 'F' }), seed));
  const chips = packets.flat();

  it('has another carrier in every chip, which falls', () => {
    expect(deviationOf(chips.map(({ hz }) => hz))).toBeGreaterThan(13.5e3);
    expect(deviationOf(chips.map(({ hz }) => hz))).toBeLessThan(16.5e3);
    expect(meanOf(chips.map(({ driftHz }) => driftHz))).toBeGreaterThan(-13.5e3);
    expect(meanOf(chips.map(({ driftHz }) => driftHz))).toBeLessThan(-10.5e3);
    expect(deviationOf(chips.map(({ driftHz }) => driftHz))).toBeGreaterThan(7e3);
    expect(deviationOf(chips.map(({ driftHz }) => driftHz))).toBeLessThan(9e3);
  });

  it('begins every key-on at any phase', () => {
    const keyOns = packets.flatMap((packet) =>
      packet.filter(({ chip }, i) => i === 0 || packet[i - 1].chip < chip - 1),
    );
    const re = meanOf(keyOns.map(({ phase }) => Math.cos(phase)));
    const im = meanOf(keyOns.map(({ phase }) => Math.sin(phase)));
    expect(Math.hypot(re, im)).toBeLessThan(3 / Math.sqrt(keyOns.length));
  });
});

describe('a transmitter of class G', () => {
  it('stays near its carrier and drifts alike in every chip of a packet', () => {
    const drifts = Array.from({ length: 20 }, (_, seed) => {
      const chips = chipsOf(transmission({ class: 'G' }), seed);
      expect(deviationOf(chips.map(({ hz }) => hz))).toBeGreaterThan(1e3);
      expect(deviationOf(chips.map(({ hz }) => hz))).toBeLessThan(2e3);
      expect(deviationOf(chips.map(({ driftHz }) => driftHz))).toBeLessThan(100);
      return chips[0].driftHz;
    });
    expect(Math.max(...drifts.map(Math.abs))).toBeLessThan(6.1e3);
    expect(Math.max(...drifts) - Math.min(...drifts)).toBeGreaterThan(6e3);
  });

  it('does not go on with its phase', () => {
    const chips = chipsOf(transmission({ class: 'G' }));
    const jumps = chips.slice(1).map(({ phase }, i) => Math.abs(wrapped(phase - chips[i].phase)));
    expect(meanOf(jumps)).toBeGreaterThan(0.8);
  });
});

describe('a transmission', () => {
  it('begins between samples where it is asked to', () => {
    const centre = (startSample: number): number => {
      const t = transmission({ startSample, chips: Uint8Array.of(1) });
      const iq = stream(t, 1, 512);
      let sum = 0;
      for (let i = 0; i < 512; i++) sum += i * power(iq, i);
      return sum / energy(iq, 0, 512) - CHIP / 2;
    };
    for (const start of [100, 100.25, 100.5, 101.9]) expect(centre(start)).toBeCloseTo(start, 1);
  });

  it('is as long as its chips, at any rate', () => {
    for (const samplesPerChip of [1e6 / CHIP_RATE_HZ, 2.4e6 / CHIP_RATE_HZ, 20e6 / CHIP_RATE_HZ]) {
      const t = transmission({
        samplesPerChip,
        sampleRateHz: samplesPerChip * CHIP_RATE_HZ,
        startSample: 100.5,
      });
      const iq = stream(t, 1, 2 ** 17);
      const total = energy(iq, 0, 2 ** 17);
      expect(total / (0.25 * 96 * samplesPerChip)).toBeGreaterThan(0.97);
      expect(total / (0.25 * 96 * samplesPerChip)).toBeLessThan(1.001);
    }
  });
});
