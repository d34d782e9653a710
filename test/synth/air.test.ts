import { describe, expect, it } from 'vitest';
import { Air, amplitudeFor, type OnAir } from '../../src/synth/air.js';
import { manchester } from '../../src/synth/line-code.js';
import { Random } from '../../src/synth/random.js';
import { CHIP_RATE_HZ, type Transmission, type TransmitterClass } from '../../src/synth/transmitter.js';

const RATE_HZ = 2_400_000;
const CHIP = RATE_HZ / CHIP_RATE_HZ;
const CHIPS = manchester(Uint8Array.from({ length: 96 }, (_, i) => ((i * 29) >> 2) & 1));

function onAir(startSample: number, seed: number, given: Partial<Transmission> = {}): OnAir {
  const transmission: Transmission = {
    class: 'P',
    chips: CHIPS,
    startSample,
    samplesPerChip: CHIP,
    carrierHz: 150e3,
    sampleRateHz: RATE_HZ,
    amplitude: 0.1,
    ...given,
  };
  return { transmission, random: new Random(seed) };
}

/** Four transmissions of all classes; two sound together, the first began before the stream. */
function scene(): OnAir[] {
  const kinds: readonly TransmitterClass[] = ['F', 'P', 'G', 'F'];
  return [-3000, 20_000.7, 24_000.2, 60_000].map((start, i) =>
    onAir(start, i, { class: kinds[i], carrierHz: 1e5 * i }),
  );
}

/** `length` samples in blocks of `block`. */
function recorded(air: Air, length: number, block = length): Float32Array {
  const out = new Float32Array(2 * length);
  for (let i = 0; i < length; i += block) air.next(out.subarray(2 * i, 2 * Math.min(i + block, length)));
  return out;
}

function same(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer).equals(Buffer.from(b.buffer));
}

function meanPower(iq: Float32Array): number {
  return iq.reduce((sum, value) => sum + value * value, 0) / (iq.length / 2);
}

describe('Air', () => {
  const whole = recorded(new Air(scene(), 0.05, new Random(9)), 80_000);

  it.each([1, 777, 4096, 65_536])('gives the same in blocks of %d', (block) => {
    const length = block === 1 ? 8000 : 80_000;
    const cut = recorded(new Air(scene(), 0.05, new Random(9)), length, block);
    expect(same(cut, whole.slice(0, 2 * length))).toBe(true);
  });

  it('takes an array in any order, and anything else in order', () => {
    const shuffled = recorded(new Air(scene().reverse(), 0.05, new Random(9)), 80_000);
    expect(same(shuffled, whole)).toBe(true);
    const lazy = recorded(new Air(scene().values(), 0.05, new Random(9)), 80_000, 999);
    expect(same(lazy, whole)).toBe(true);
  });

  it('asks for no more than one transmission that has not begun', () => {
    let asked = 0;
    function* endless(): Generator<OnAir> {
      for (; ; asked++) yield onAir(20_000 * (asked + 1), asked);
    }
    const air = new Air(endless(), 0, new Random(1));
    recorded(air, 19_000);
    expect(asked).toBe(0);
    recorded(air, 50_000);
    expect(asked).toBe(3);
  });

  it('is silent where there is neither noise nor a transmission', () => {
    const iq = recorded(new Air([onAir(5000, 1)], 0, new Random(1)), 4900);
    expect(iq.every((value) => value === 0)).toBe(true);
  });

  it('sums what sounds together', () => {
    const both = recorded(new Air([onAir(100, 1), onAir(900, 2)], 0, new Random(1)), 20_000);
    const first = recorded(new Air([onAir(100, 1)], 0, new Random(1)), 20_000);
    const second = recorded(new Air([onAir(900, 2)], 0, new Random(1)), 20_000);
    expect(
      same(
        both,
        first.map((value, i) => value + second[i]),
      ),
    ).toBe(true);
  });

  it('has white noise of the rms it was asked for', () => {
    const iq = recorded(new Air([], 0.05, new Random(4)), 200_000);
    expect(Math.sqrt(meanPower(iq)) / 0.05).toBeCloseTo(1, 1.9);
    for (const lag of [1, 2, 3]) {
      let sum = 0;
      for (let i = lag; i < iq.length; i++) sum += iq[i] * iq[i - lag];
      expect(Math.abs(sum / iq.length)).toBeLessThan((4 * 0.05 ** 2) / 2 / Math.sqrt(iq.length));
    }
  });
});

describe('amplitudeFor', () => {
  /** Eb/N0 as a receiver would find it that knows where the chips are: their power with the noise's taken off. */
  function measuredDb(ebN0Db: number, kind: TransmitterClass): number {
    const amplitude = amplitudeFor(ebN0Db, 0.05, CHIP);
    const packets = Array.from({ length: 20 }, (_, i) =>
      onAir(20_000 * i + 100, i, { class: kind, amplitude }),
    );
    const iq = recorded(new Air(packets, 0.05, new Random(2)), 400_000);
    const noise = meanPower(recorded(new Air([], 0.05, new Random(3)), 400_000));
    let [sum, chips] = [0, 0];
    for (const { transmission } of packets) {
      for (let chip = 0; chip < CHIPS.length; chip++) {
        if (CHIPS[chip] === 0) continue;
        const from = Math.round(transmission.startSample + chip * CHIP);
        const to = Math.round(transmission.startSample + (chip + 1) * CHIP);
        for (let i = from; i < to; i++) sum += iq[2 * i] ** 2 + iq[2 * i + 1] ** 2 - noise;
        chips++;
      }
    }
    return 10 * Math.log10(sum / chips / noise);
  }

  it.each([
    ['P', 10],
    ['F', 20],
    ['G', 30],
  ] as const)('gives class %s the Eb/N0 asked for: %d dB', (kind, ebN0Db) => {
    expect(Math.abs(measuredDb(ebN0Db, kind) - ebN0Db)).toBeLessThan(0.3);
  });
});
