import { describe, expect, it } from 'vitest';
import type { SampleFormat } from '../../src/sources/source.js';
import { quantise } from '../../src/synth/quantise.js';
import { Random } from '../../src/synth/random.js';
import { CHIP_RATE_HZ } from '../../src/synth/transmitter.js';
import { hear, idsOf } from './hearing.js';
import { NOISE_RMS, testAir, testFields } from './iq.js';

const RATE = 2_359_296;
const SAMPLES = 0.06 * RATE;
/** Channels side by side, 98 kHz apart. */
const CHANNELS = 24;

/** Quantised air from what it is at each sample; noise of some steps is added. */
function air(at: (sample: number) => readonly [number, number], seed = 1): Uint8Array {
  const noise = new Random(seed);
  const iq = new Float32Array(2 * Math.round(SAMPLES));
  for (let i = 0; i < iq.length / 2; i++) {
    const [re, im] = at(i);
    iq[2 * i] = re + 0.02 * noise.gaussian();
    iq[2 * i + 1] = im + 0.02 * noise.gaussian();
  }
  return quantise(iq, 'cu8');
}

/** A carrier's value; frequency in turns a sample. */
function carrier(amplitude: number, turns: number, sample: number): [number, number] {
  const angle = 2 * Math.PI * turns * sample;
  return [amplitude * Math.cos(angle), amplitude * Math.sin(angle)];
}

/** Something that is drawn anew for every period of so many samples. */
function each<T>(samples: number, draw: (period: number) => T): (sample: number) => T {
  let last = -1;
  let value: T;
  return (sample) => {
    const period = Math.floor(sample / samples);
    if (period !== last) value = draw(period);
    last = period;
    return value;
  };
}

/** Carriers on all channels, each switched on (1) and off (0). */
function channels(keyed: (channel: number, sample: number) => number): (sample: number) => [number, number] {
  return (sample) => {
    let [re, im] = [0, 0];
    for (let c = 0; c < CHANNELS; c++) {
      if (keyed(c, sample) === 0) continue;
      const [x, y] = carrier(0.04, c / CHANNELS + 0.003 * Math.sin(c), sample + 31 * c * c);
      re += x;
      im += y;
    }
    return [re, im];
  };
}

function bytes(at: (i: number) => number): Uint8Array {
  return Uint8Array.from({ length: 2 * Math.round(SAMPLES) }, (_, i) => at(i));
}

const CHIP = RATE / CHIP_RATE_HZ;

function digits(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(2));
}

const AIR: Readonly<Record<string, (random: Random) => Uint8Array>> = {
  'random bytes': (random) => bytes(() => random.below(256)),
  'all bytes 0xff': () => bytes(() => 0xff),
  'all bytes 0': () => bytes(() => 0),
  'bytes that count up': () => bytes((i) => i % 256),
  'a square wave faster than chips': () => bytes((i) => (i % 80 < 40 ? 0 : 255)),
  'a square wave of Manchester’s speed': () => bytes((i) => (i % 288 < 144 ? 0 : 255)),
  'a square wave slower than symbols': () => bytes((i) => (i % 4000 < 2000 ? 0 : 255)),
  'a carrier on every bin': () => air(channels(() => 1)),
  'one strong carrier': () => air((i) => carrier(0.9, 0.1234, i)),
  'a carrier keyed with the chip clock': () => air((i) => carrier((Math.floor(i / CHIP) % 2) * 0.5, 0.1, i)),
  'frequency shift keying': (random) => {
    const side = each(48, () => 2 * random.below(2) - 1);
    let turns = 0;
    return air((i) => {
      turns += 0.1 + 0.01 * side(i);
      return carrier(0.5, 1, turns);
    });
  },
  'a carrier keyed at random by chips': (random) => {
    const on = each(CHIP, () => random.below(2));
    return air((i) => carrier(0.4 * on(i), -0.2, i));
  },
  'all channels keyed at random by chips': (random) => {
    const on = each(CHIP, () => digits(random, CHANNELS));
    return air(channels((c, i) => on(i)[c]));
  },
  'all channels with random Manchester symbols': (random) => {
    const symbol = each(2 * CHIP, () => digits(random, CHANNELS));
    return air(channels((c, i) => (symbol(i)[c] + Math.floor(i / CHIP)) % 2));
  },
  'wide-band noise keyed by random Manchester symbols': (random) => {
    const symbol = each(2 * CHIP, () => random.below(2));
    return air((i) => {
      const level = 0.3 * ((symbol(i) + Math.floor(i / CHIP)) % 2);
      return [level * random.gaussian(), level * random.gaussian()];
    });
  },
  'impulses at regular times': () => air((i) => (i % 700 === 0 ? [1, -1] : [0, 0])),
  'impulses at random': (random) => air(() => (random.below(700) === 0 ? [1, 1] : [0, 0])),
  'a sweep over the band': () => air((i) => carrier(0.5, ((i % 20_000) / 20_000) * 0.5, i % 20_000)),
};

describe('FrontEnd, on what is no meter', () => {
  it.each(Object.keys(AIR))('hears no packet in %s, and does not look at too much of it', (name) => {
    const heard = hear(AIR[name](new Random(99)), RATE);
    expect(idsOf(heard)).toEqual([]);
    // However busy the air: some dozen bursts for a tenth of a second, of a few hundred candidates.
    expect(heard.bursts.length).toBeLessThan(120);
    expect(heard.frontEnd.candidates).toBeLessThan(1500);
    for (const { soft, snrDb, evidence } of heard.bursts) {
      expect(soft.every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(snrDb) && Number.isFinite(evidence)).toBe(true);
    }
  });

  it('hears no packet in half a second of noise, and sees few candidates in it', () => {
    const heard = hear(testAir(RATE, 0.5, [], 5), RATE);
    expect(idsOf(heard)).toEqual([]);
    expect(heard.frontEnd.candidates).toBeLessThan(400);
    expect(heard.bursts.length).toBeLessThan(20);
  });

  it('tunes to no more than it may where all channels send at once, and reads what is clear all the same', () => {
    const rate = 12.5e6;
    const packets = Array.from({ length: 48 }, (_, i) => ({
      fields: testFields(1 + 999_983 * i, (7_654_321 * i) % 2 ** 24),
      seconds: 0.02 + 1e-4 * ((7 * i) % 48),
      carrierHz: 240e3 * (i - 23.5),
      ebN0Db: i % 6 === 0 ? 25 : 12,
      wrong: i % 6 === 0 ? undefined : 60,
    }));
    const heard = hear(testAir(rate, 0.05, packets), rate);
    const clear = heard.bursts.filter(({ demodulation }) => demodulation === 'clear');
    expect(clear.filter(({ snrDb }) => snrDb > 20)).toHaveLength(8);
    expect(heard.bursts.length - clear.length).toBe(24);
    expect(heard.frontEnd.overflow).toBeGreaterThan(5);
  });

  it('still hears a packet on which impulses strike', () => {
    const samples = testAir(RATE, 0.06, [
      { fields: testFields(7), seconds: 0.03, carrierHz: 400e3, ebN0Db: 20 },
    ]);
    for (let i = 0; i < samples.length; i += 20_000) samples.fill(255, i, i + 2);
    expect(idsOf(hear(samples, RATE))).toEqual([7]);
  });
});

describe('FrontEnd, on digital silence', () => {
  it.each([
    ['cu8', 127],
    ['cu8', 128],
    ['cs8', 0],
    ['cs16', 0],
    ['cf32', 0],
  ] as const)('of %s bytes of %i hears nothing, to its end', (format: SampleFormat, byte: number) => {
    const heard = hear(new Uint8Array(400_000).fill(byte), 1e6, { format });
    expect(idsOf(heard)).toEqual([]);
    expect(heard.bursts).toEqual([]);
    expect(heard.frontEnd.clippedSamples).toBe(0);
  });

  it('hears the packets that come after it, at once and later', () => {
    const seconds = [0.002, 0.03, 0.15, 0.3, 0.5];
    const packets = seconds.map((at, i) => ({
      fields: testFields(i + 1),
      seconds: at,
      carrierHz: 300e3 - 150e3 * i,
      ebN0Db: 15,
    }));
    const sound = testAir(1e6, 0.52, packets);
    const both = new Uint8Array(2 * 1e5 + sound.length).fill(127);
    both.set(sound, 2 * 1e5);
    expect(idsOf(hear(both, 1e6))).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([20, -20])('hears packets of 12 dB when the gain has changed by %i dB', (db) => {
    const packets = [0.52, 0.6, 0.75, 0.95].map((at, i) => ({
      fields: testFields(i + 1),
      seconds: at,
      carrierHz: 350e3 - 180e3 * i,
      ebN0Db: 12,
    }));
    const air = testAir(1e6, 1, packets);
    // The louder side is the air as it is.
    for (let i = 0; i < air.length; i++) {
      if (db > 0 === i < 1e6) air[i] = Math.round(127.5 + (air[i] - 127.5) / 10 ** (20 / 20));
    }
    expect(idsOf(hear(air, 1e6))).toEqual([1, 2, 3, 4]);
  });

  it('hears a packet with no noise around it at all', () => {
    const noisy = testAir(RATE, 0.02, [
      { fields: testFields(7), seconds: 0.007, carrierHz: 400e3, ebN0Db: 38 },
    ]);
    // What is as weak as the noise becomes silence.
    const clean = noisy.map((byte) => (Math.abs(byte - 127.5) < 6 * NOISE_RMS * 127.5 ? 127 : byte));
    expect(idsOf(hear(clean, RATE))).toEqual([7]);
  });
});
