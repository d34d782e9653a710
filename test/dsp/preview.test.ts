import { describe, expect, it } from 'vitest';
import { encodeScm, scm } from '../../src/decode/protocols/scm.js';
import type { Candidate, SyncPattern } from '../../src/dsp/detector.js';
import type { Spectrogram } from '../../src/dsp/filterbank.js';
import { FrontEnd } from '../../src/dsp/front-end.js';
import { binFrequencyHz, geometryOf } from '../../src/dsp/geometry.js';
import { type Preview, Previewer } from '../../src/dsp/preview.js';
import { amplitudeFor } from '../../src/synth/air.js';
import { FastAir, PacketSound } from '../../src/synth/fast-air.js';
import { FastNoise } from '../../src/synth/fast-noise.js';
import { manchester } from '../../src/synth/line-code.js';
import { Random } from '../../src/synth/random.js';
import type { TransmitterClass } from '../../src/synth/transmitter.js';
import { NOISE_RMS, testFields } from './iq.js';
import { chipsOf, key, randomDigits, SCM_SYNC, whiteSpectrogram } from './spectrogram.js';

const RATE = 2_359_296;
const geometry = geometryOf(RATE);
const BINS = geometry.fftSize;
const PATTERN: SyncPattern = { sync: SCM_SYNC, lengthSymbols: 96 };
const COLUMN = 60;
const COLUMNS = 96 * 8 + 200;
const BIN = 40;

function candidate(overrides: Partial<Candidate> = {}): Candidate {
  return { sync: 0, frame: 0, bin: BIN, width: 1, score: 50, ...overrides };
}

function look(
  spectrogram: Spectrogram,
  column = COLUMN,
  one = candidate(),
  pattern: SyncPattern = PATTERN,
): Preview {
  return new Previewer(geometry, [pattern]).look(spectrogram, one, column);
}

/** A packet in noise, over three bins with the middle one twice as strong. */
function packet(symbols: string, power: number, seed = 1): Spectrogram {
  const spectrogram = whiteSpectrogram(new Random(seed), BINS, COLUMNS);
  key(spectrogram, chipsOf(symbols), { bin: BIN - 1, width: 3, column: COLUMN, power: power / 4 });
  key(spectrogram, chipsOf(symbols), { bin: BIN, width: 1, column: COLUMN, power: power / 4 });
  return spectrogram;
}

function decided({ clear }: Preview): string {
  return Array.from(clear?.soft ?? [], (value) => (value > 0 ? '1' : '0')).join('');
}

describe('Previewer', () => {
  const symbols = SCM_SYNC + randomDigits(new Random(5), 75);

  it('reads a strong packet, and tells where it is', () => {
    const preview = look(packet(symbols, 400));
    expect(decided(preview)).toBe(symbols);
    const middleHz = binFrequencyHz(geometry, BIN);
    expect(Math.abs(preview.middleHz - middleHz)).toBeLessThan(500);
    const { clear } = preview;
    expect(clear!.carrierHz).toBe(preview.middleHz);
    expect(Math.abs(clear!.startFrames)).toBeLessThan(0.1);
    expect(Math.min(...clear!.soft.map(Math.abs))).toBeGreaterThan(30);
    expect(clear!.evidence).toBeGreaterThan(clear!.keyingEvidence + 75);
    // All bins together see a chip's energy 128/72 times.
    expect(clear!.snrDb).toBeCloseTo(10 * Math.log10((400 * 72) / 128), 0);
  });

  it('leaves a packet with one doubtful symbol to a closer look', () => {
    const silent = packet(symbols, 400);
    const { rows, stride } = silent;
    for (let bin = 0; bin < BINS; bin++) {
      for (let c = COLUMN + 8 * 50; c < COLUMN + 8 * 51; c++) rows[bin * stride + c] = 1;
    }
    expect(look(silent).clear).toBeNull();
    const both = packet(symbols, 400);
    key(both, '11', { bin: BIN, width: 1, column: COLUMN + 8 * 60, power: 300 });
    expect(look(both).clear).toBeNull();
    expect(look(packet(symbols, 10)).clear).toBeNull();
  });

  it('leaves one whose chips are not in two groups, though each symbol is sure', () => {
    const spectrogram = packet(symbols, 400);
    const weak = 50 * 8;
    const { rows, stride } = spectrogram;
    // One symbol fades to a third, and another one's off-chip has as much.
    for (let bin = BIN - 1; bin <= BIN + 1; bin++) {
      for (let c = COLUMN + weak; c < COLUMN + weak + 8; c++) rows[bin * stride + c] /= 3;
    }
    expect(decided(look(spectrogram))).toBe(symbols);
    const struck = COLUMN + 60 * 8 + (symbols[60] === '1' ? 4 : 0);
    for (let bin = BIN - 1; bin <= BIN + 1; bin++) rows[bin * stride + struck] += 45;
    expect(look(spectrogram).clear).toBeNull();
  });

  it('leaves one whose sync word has a wrong symbol to a closer look', () => {
    const wrong = (symbols[4] === '1' ? '0' : '1') + symbols.slice(5);
    expect(look(packet(symbols.slice(0, 4) + wrong, 400)).clear).toBeNull();
  });

  it('reads a packet beside a neighbour that the wider look does not leave clear', () => {
    const spectrogram = packet(symbols, 400);
    key(spectrogram, randomDigits(new Random(6), 192), {
      bin: BIN + 3,
      width: 1,
      column: COLUMN + 4,
      power: 380,
    });
    const preview = look(spectrogram);
    expect(decided(preview)).toBe(symbols);
    expect(preview.clear!.bandwidthHz).toBe(4 * geometry.binHz);
    expect(look(packet(symbols, 400)).clear!.bandwidthHz).toBe(8 * geometry.binHz);
  });

  it('tells that the energy is beside the candidate, and leaves it', () => {
    const preview = look(packet(symbols, 400), COLUMN, candidate({ bin: BIN - 3 }));
    expect(preview.clear).toBeNull();
    expect(preview.middleHz - binFrequencyHz(geometry, BIN - 3)).toBeGreaterThan(40e3);
  });

  it('leaves packets that it sees a part of, and those of another line code', () => {
    for (const pattern of [
      { ...PATTERN, lengthSymbols: 736 },
      { ...PATTERN, lineCode: 'two-of-four' },
    ] as const) {
      const preview = look(packet(symbols, 400), COLUMN, candidate(), pattern);
      expect(preview.clear).toBeNull();
      expect(Math.abs(preview.middleHz - binFrequencyHz(geometry, BIN))).toBeLessThan(500);
    }
  });

  it('follows a packet round the end of the columns', () => {
    const straight = packet(symbols, 60, 9);
    const { stride } = straight;
    const length = stride - 4;
    for (const end of [100, 101, 400]) {
      const turned = { rows: straight.rows.slice(), stride, ring: { end: length, length } };
      for (let i = 0; i < turned.rows.length; i++) {
        const column = (i % stride) + end;
        turned.rows[i] = column < length ? straight.rows[i + end] : straight.rows[i + end - length];
      }
      expect(look(turned, length - end + COLUMN)).toEqual(look(straight));
    }
  });

  it('goes round the end of the band', () => {
    const spectrogram = whiteSpectrogram(new Random(3), BINS, COLUMNS);
    key(spectrogram, chipsOf(symbols), { bin: BINS - 1, width: 2, column: COLUMN, power: 200 });
    const preview = look(spectrogram, COLUMN, candidate({ bin: 0 }));
    expect(decided(preview)).toBe(symbols);
    expect(preview.middleHz).toBeCloseTo(-geometry.binHz / 2, -3);
  });

  it('says nothing of silence', () => {
    const silence = { rows: new Float32Array(BINS * COLUMNS), stride: COLUMNS };
    expect(look(silence).clear).toBeNull();
  });

  it.each([
    ['P', RATE],
    ['F', RATE],
    ['G', RATE],
    ['P', 1.68e6],
    ['F', 3.2e6],
    ['P', 12.5e6],
  ] as const)('is right about what class %s transmitters send, at %i samples a second', (kind, rate) => {
    const random = new Random(11);
    for (const ebN0Db of [20, 25, 35]) {
      const { bits, startSample, carrierHz, bytes } = sent(random, kind, ebN0Db, rate);
      const { samplesPerChip } = geometryOf(rate);
      const frontEnd = new FrontEnd(rate, 'cu8', [scm]);
      const bursts = [...frontEnd.push(bytes), ...frontEnd.flush(0)];
      const burst = bursts.find(({ firstSample }) => Math.abs(firstSample - startSample) < samplesPerChip)!;
      expect(Array.from(burst.soft, (value) => (value > 0 ? 1 : 0))).toEqual([...bits]);
      expect(burst.demodulation).toBe('clear');
      expect(Math.abs(burst.firstSample - startSample)).toBeLessThan(0.12 * samplesPerChip);
      expect(Math.abs(burst.carrierHz - carrierHz)).toBeLessThan(kind === 'P' ? 3e3 : 8e3);
      expect(Math.abs(burst.snrDb - ebN0Db)).toBeLessThan(1);
    }
  });
});

/** A packet after some noise; cu8. */
function sent(random: Random, kind: TransmitterClass, ebN0Db: number, sampleRateHz: number) {
  const bits = encodeScm(testFields(20_000_000 + random.below(1000)));
  const { samplesPerChip } = geometryOf(sampleRateHz);
  const startSample = 0.03 * sampleRateHz + random.uniform(0, samplesPerChip);
  const carrierHz = random.uniform(-0.4, 0.4) * sampleRateHz;
  const transmission = {
    class: kind,
    chips: manchester(bits),
    startSample,
    samplesPerChip,
    carrierHz,
    sampleRateHz,
    amplitude: amplitudeFor(ebN0Db, NOISE_RMS, samplesPerChip),
  };
  const bytes = new Uint8Array(2 * Math.round(0.05 * sampleRateHz));
  const air = new FastAir(
    [new PacketSound({ transmission, random })],
    new FastNoise(NOISE_RMS, random.int32()),
  );
  for (let at = 0; at < bytes.length; at += 131_072) air.next(bytes.subarray(at, at + 131_072));
  return { bits, startSample, carrierHz, bytes };
}
