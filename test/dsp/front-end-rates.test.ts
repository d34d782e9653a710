import { describe, expect, it } from 'vitest';
import { encodeScm } from '../../src/decode/protocols/scm.js';
import type { SampleFormat } from '../../src/sources/source.js';
import { Air, amplitudeFor } from '../../src/synth/air.js';
import { manchester } from '../../src/synth/line-code.js';
import { quantise } from '../../src/synth/quantise.js';
import { Random } from '../../src/synth/random.js';
import { CHIP_RATE_HZ } from '../../src/synth/transmitter.js';
import { hear, idsOf } from './hearing.js';
import { NOISE_RMS, testAir, testFields } from './iq.js';

/** The slowest and the fastest, usual ones of dongles, multiples of the chip rate and others. */
const RATES = [
  1e6, 1.024e6, 2.048e6, 2_359_296, 2.4e6, 2.555_904e6, 2.56e6, 2.88e6, 3.2e6, 10e6, 12.5e6, 16e6, 20e6,
];

describe.each(RATES)('FrontEnd at %i samples a second', (rate) => {
  it('finds packets of 15 dB near both edges of the band, each class in its place', () => {
    const packets = [
      { fields: testFields(1), seconds: 0.0007, carrierHz: 0.43 * rate, ebN0Db: 15, class: 'P' },
      { fields: testFields(2), seconds: 0.0018, carrierHz: -0.43 * rate, ebN0Db: 15, class: 'P' },
      { fields: testFields(3), seconds: 0.0029, carrierHz: 0.08 * rate, ebN0Db: 15, class: 'F' },
    ] as const;
    const heard = hear(testAir(rate, 0.01, packets), rate);
    expect(idsOf(heard)).toEqual([1, 2, 3]);
    heard.packets.forEach((one, i) => {
      expect(one.firstSample / rate).toBeCloseTo(packets[i].seconds, 4);
      expect(Math.abs(one.carrierHz - packets[i].carrierHz)).toBeLessThan(10e3);
    });
  });
});

describe('FrontEnd', () => {
  it.each([150e-6, -150e-6])('finds packets whose chips are longer by %f of their length', (share) => {
    const rate = 2.4e6;
    const samplesPerChip = (rate / CHIP_RATE_HZ) * (1 + share);
    const transmission = {
      class: 'P',
      chips: manchester(encodeScm(testFields(7))),
      startSample: 5000.3,
      samplesPerChip,
      carrierHz: 123_456,
      sampleRateHz: rate,
      amplitude: amplitudeFor(15, NOISE_RMS, samplesPerChip),
    } as const;
    const iq = new Float32Array(2 * 30_000);
    new Air([{ transmission, random: new Random(1) }], NOISE_RMS, new Random(2)).next(iq);
    expect(idsOf(hear(quantise(iq, 'cu8'), rate))).toEqual([7]);
  });

  it.each(['cu8', 'cs8', 'cs16', 'cf32'] as const)('hears the same packets in samples of %s', (format) => {
    const heard = hear(floatAir(format, 1), 2.4e6, { format });
    expect(idsOf(heard)).toEqual([7]);
    expect(heard.packets[0].snrDb).toBeGreaterThan(13);
    expect(heard.packets[0].burst.noiseDbfs).toBeGreaterThan(-43);
    expect(heard.packets[0].burst.noiseDbfs).toBeLessThan(-39);
  });

  it('hears what is far below one step of eight bits where the samples are finer', () => {
    expect(idsOf(hear(floatAir('cs16', 1e-2), 2.4e6, { format: 'cs16' }))).toEqual([7]);
    expect(idsOf(hear(floatAir('cf32', 1e-5), 2.4e6, { format: 'cf32' }))).toEqual([7]);
  });

  it('goes on after samples that are no numbers, or greater than any radio’s', () => {
    const bytes = floatAir('cf32', 1);
    const view = new DataView(bytes.buffer);
    [Number.NaN, Number.POSITIVE_INFINITY, -3e38, 9e5].forEach((value, i) => {
      view.setFloat32(8 * (500 + 100 * i), value, true);
    });
    const heard = hear(bytes, 2.4e6, { format: 'cf32' });
    expect(idsOf(heard)).toEqual([7]);
    expect(heard.frontEnd.clippedSamples).toBe(1);
  });
});

/** One packet of 15 dB in noise, scaled, in any format. */
function floatAir(format: SampleFormat, scale: number): Uint8Array {
  const samplesPerChip = 2.4e6 / CHIP_RATE_HZ;
  const transmission = {
    class: 'P',
    chips: manchester(encodeScm(testFields(7))),
    startSample: 20_000,
    samplesPerChip,
    carrierHz: -700e3,
    sampleRateHz: 2.4e6,
    amplitude: amplitudeFor(15, NOISE_RMS, samplesPerChip),
  } as const;
  const iq = new Float32Array(2 * 50_000);
  new Air([{ transmission, random: new Random(1) }], NOISE_RMS, new Random(2)).next(iq);
  return quantise(
    iq.map((value) => scale * value),
    format,
  );
}
