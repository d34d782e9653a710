import { describe, expect, it } from 'vitest';
import { encodeScm, scm } from '../../src/decode/protocols/scm.js';
import type { Burst } from '../../src/dsp/burst.js';
import { Demodulator } from '../../src/dsp/demodulator.js';
import { geometryOf } from '../../src/dsp/geometry.js';
import { Air, amplitudeFor } from '../../src/synth/air.js';
import { manchester } from '../../src/synth/line-code.js';
import { Random } from '../../src/synth/random.js';
import type { TransmitterClass } from '../../src/synth/transmitter.js';
import { NOISE_RMS, testFields } from './iq.js';

const BITS = encodeScm(testFields(10_000_001));

interface Sending {
  readonly class: TransmitterClass;
  readonly ebN0Db: number;
  readonly rate?: number;
  readonly bits?: Uint8Array;
  /** How far off the demodulator is told that the packet is. */
  readonly startOffChips?: number;
  readonly carrierOffHz?: number;
}

/** One packet in noise with room around, demodulated; and how far the burst is from what was sent. */
function demodulated(
  sending: Sending,
  seed: number,
): { burst: Burst; startErrorChips: number; carrierErrorHz: number } {
  const random = new Random(seed);
  const { rate = 2_359_296, bits = BITS, startOffChips = 0, carrierOffHz = 0 } = sending;
  const geometry = geometryOf(rate);
  const demodulator = new Demodulator(geometry, [scm]);
  const startSample = demodulator.margin + geometry.samplesPerChip * 2 + random.uniform();
  const carrierHz = random.uniform(-0.4, 0.4) * rate;
  const transmission = {
    class: sending.class,
    chips: manchester(bits),
    startSample,
    samplesPerChip: geometry.samplesPerChip,
    carrierHz,
    sampleRateHz: rate,
    amplitude: amplitudeFor(sending.ebN0Db, NOISE_RMS, geometry.samplesPerChip),
  };
  const samples = Math.ceil(2 * startSample + 2 * bits.length * geometry.samplesPerChip);
  const iq = new Float32Array(2 * samples);
  new Air([{ transmission, random }], NOISE_RMS, new Random(seed + 1000)).next(iq);
  const target = {
    sync: 0,
    start: startSample + startOffChips * geometry.samplesPerChip,
    carrierHz: carrierHz + carrierOffHz,
    noisePower: NOISE_RMS ** 2,
  };
  const burst = demodulator.demodulate(iq, target, 0);
  return {
    burst,
    startErrorChips: (burst.firstSample - startSample) / geometry.samplesPerChip,
    carrierErrorHz: burst.carrierHz - carrierHz,
  };
}

function wrongSymbols({ soft }: Burst, bits = BITS): number {
  return soft.reduce((wrong, value, i) => wrong + (value > 0 === (bits[i] === 1) ? 0 : 1), 0);
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('Demodulator', () => {
  it.each([1e6, 2_359_296, 2.56e6, 10e6])(
    'at %i samples a second finds start, carrier and strength of a class P packet told roughly',
    (rate) => {
      const snrErrors: number[] = [];
      for (const seed of SEEDS.slice(0, rate > 5e6 ? 5 : 20)) {
        const startOffChips = 0.4 * Math.cos(seed);
        const carrierOffHz = 12e3 * Math.sin(seed);
        const sending = { class: 'P', ebN0Db: 15, rate, startOffChips, carrierOffHz } as const;
        const { burst, startErrorChips, carrierErrorHz } = demodulated(sending, seed);
        expect(wrongSymbols(burst)).toBe(0);
        expect(Math.abs(startErrorChips), `start, seed ${seed}`).toBeLessThan(0.1);
        expect(Math.abs(carrierErrorHz), `carrier, seed ${seed}`).toBeLessThan(1500);
        expect(Math.abs(burst.snrDb - 15), `strength, seed ${seed}`).toBeLessThan(2);
        snrErrors.push(burst.snrDb - 15);
      }
      expect(Math.abs(mean(snrErrors))).toBeLessThan(1);
    },
  );

  it('judges class P by its phase or by one carrier, class F over many, each without wrong symbols at 15 dB', () => {
    for (const seed of SEEDS) {
      const synthesised = demodulated({ class: 'P', ebN0Db: 15 }, seed).burst;
      expect(['coherent', 'narrow']).toContain(synthesised.demodulation);
      expect(synthesised.bandwidthHz).toBe(32_768);
      const free = demodulated({ class: 'F', ebN0Db: 15 }, seed).burst;
      expect(free.demodulation).toBe('wide');
      expect(free.bandwidthHz).toBeGreaterThan(100e3);
      expect(wrongSymbols(free)).toBe(0);
      const gas = demodulated({ class: 'G', ebN0Db: 15 }, seed).burst;
      expect(gas.demodulation).not.toBe('coherent');
      expect(wrongSymbols(gas)).toBe(0);
    }
  });

  it.each([0, 2e3, 3e3, 4e3, 5e3])(
    'uses the phase of weak class P packets, told a carrier %i Hz off',
    (off) => {
      const judged = SEEDS.map(
        (seed) => demodulated({ class: 'P', ebN0Db: 8, carrierOffHz: off }, seed).burst,
      );
      expect(judged.filter(({ demodulation }) => demodulation === 'coherent').length).toBeGreaterThanOrEqual(
        19,
      );
    },
  );

  it('finds a packet far off the carrier that it was told', () => {
    for (const carrierOffHz of [-70e3, -45e3, 45e3, 70e3]) {
      const { burst, carrierErrorHz } = demodulated({ class: 'P', ebN0Db: 15, carrierOffHz }, 3);
      expect(wrongSymbols(burst)).toBe(0);
      expect(Math.abs(carrierErrorHz)).toBeLessThan(1500);
    }
  });

  it('gives a candidate up where it turns out to lie far off, on a carrier that is taken', () => {
    const geometry = geometryOf(2_359_296);
    const demodulator = new Demodulator(geometry, [scm]);
    const start = demodulator.margin + 100;
    const iq = new Float32Array(2 * (2 * start + 192 * 72));
    const transmission = {
      class: 'P',
      chips: manchester(BITS),
      startSample: start,
      samplesPerChip: 72,
      carrierHz: 0,
      sampleRateHz: 2_359_296,
      amplitude: amplitudeFor(20, NOISE_RMS, 72),
    } as const;
    new Air([{ transmission, random: new Random(1) }], NOISE_RMS, new Random(2)).next(iq);
    const asked: number[] = [];
    const tuneTo = (carrierHz: number, isTaken: boolean) => {
      const target = { sync: 0, start, carrierHz, noisePower: NOISE_RMS ** 2 };
      return demodulator.demodulate(iq, target, 0, (tunedHz) => {
        asked.push(tunedHz);
        return isTaken;
      });
    };
    expect(tuneTo(45e3, true)).toBeNull();
    expect(Math.abs(asked[0])).toBeLessThan(15e3);
    expect(tuneTo(45e3, false)?.evidence).toBeGreaterThan(1000);
    expect(asked).toHaveLength(2);
    // Where it is about where it was looked for, nobody is asked.
    expect(tuneTo(5e3, true)?.evidence).toBeGreaterThan(1000);
    expect(asked).toHaveLength(2);
  });

  it.each(['P', 'F', 'G'] as const)('gives soft values of class %s that mean what they say', (kind) => {
    let [wrong, expected] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const random = new Random(seed + 7);
      const bits = encodeScm(testFields(1 + random.below(2 ** 26 - 1), random.below(2 ** 24)));
      const { burst } = demodulated({ class: kind, ebN0Db: kind === 'P' ? 5.5 : 8, bits }, seed);
      for (let i = scm.sync.length; i < 96; i++) {
        if (burst.soft[i] > 0 !== (bits[i] === 1)) wrong++;
        expected += 1 / (1 + Math.exp(Math.abs(burst.soft[i])));
      }
    }
    expect(wrong).toBeGreaterThan(40);
    expect(expected / wrong).toBeGreaterThan(0.6);
    expect(expected / wrong).toBeLessThan(1.5);
  });

  it('has much evidence for a packet over noise and over random keying, and little for noise', () => {
    for (const seed of SEEDS) {
      const packet = demodulated({ class: 'P', ebN0Db: 12 }, seed).burst;
      expect(packet.evidence).toBeGreaterThan(300);
      expect(packet.evidence - packet.keyingEvidence).toBeGreaterThan(40);
      const noise = demodulated({ class: 'P', ebN0Db: -40 }, seed).burst;
      expect(noise.evidence).toBeLessThan(20);
      expect(noise.snrDb).toBeLessThan(5);
    }
  });

  it('has more evidence for random keying than for Manchester where chips are keyed at random', () => {
    for (const seed of SEEDS) {
      const random = new Random(seed + 50);
      // A symbol here is two chips that are on or off independently: bits that `manchester` would not give.
      const chips = Uint8Array.from({ length: 192 }, () => random.below(2));
      const geometry = geometryOf(2_359_296);
      const demodulator = new Demodulator(geometry, [scm]);
      const start = demodulator.margin + 200;
      const iq = new Float32Array(2 * (2 * start + 192 * 72));
      const transmission = {
        class: 'P',
        chips,
        startSample: start,
        samplesPerChip: 72,
        carrierHz: 0,
        sampleRateHz: 2_359_296,
        amplitude: amplitudeFor(15, NOISE_RMS, 72),
      } as const;
      new Air([{ transmission, random }], NOISE_RMS, new Random(seed)).next(iq);
      const target = { sync: 0, start, carrierHz: 0, noisePower: NOISE_RMS ** 2 };
      const burst = demodulator.demodulate(iq, target, 0);
      expect(burst.keyingEvidence).toBeGreaterThan(burst.evidence + 10);
    }
  });

  it('tells where the samples stand in the stream, how long the packet is and how loud the noise', () => {
    const { burst } = demodulated({ class: 'P', ebN0Db: 15 }, 1);
    expect(burst.sync).toBe(0);
    expect(burst.soft).toHaveLength(96);
    expect(burst.lengthSamples).toBe(192 * 72);
    // Of the noise of 72 bandwidths of a chip, one.
    expect(burst.noiseDbfs).toBeCloseTo(10 * Math.log10(NOISE_RMS ** 2 / 72), 6);
  });

  it('keeps nothing of one packet for the next', () => {
    const geometry = geometryOf(2_359_296);
    const demodulator = new Demodulator(geometry, [scm]);
    const start = demodulator.margin + 100;
    const air = (kind: TransmitterClass, ebN0Db: number, seed: number): Float32Array => {
      const iq = new Float32Array(2 * (2 * start + 192 * 72));
      const transmission = {
        class: kind,
        chips: manchester(BITS),
        startSample: start,
        samplesPerChip: 72,
        carrierHz: 50e3,
        sampleRateHz: 2_359_296,
        amplitude: amplitudeFor(ebN0Db, NOISE_RMS, 72),
      };
      new Air([{ transmission, random: new Random(seed) }], NOISE_RMS, new Random(seed)).next(iq);
      return iq;
    };
    const target = { sync: 0, start, carrierHz: 50e3, noisePower: NOISE_RMS ** 2 };
    const [weak, strong] = [air('F', 9, 1), air('P', 30, 2)];
    const alone = demodulator.demodulate(weak, target, 1000);
    demodulator.demodulate(strong, target, 0);
    expect(demodulator.demodulate(weak, target, 1000)).toEqual(alone);
    expect(alone.firstSample).toBeGreaterThan(1000 + start - 40);
  });
});
