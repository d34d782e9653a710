import { describe, expect, it } from 'vitest';
import { encodeScm, scm } from '../../src/decode/protocols/scm.js';
import { encodeScmPlus, scmPlus } from '../../src/decode/protocols/scm-plus.js';
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
const PATTERN: SyncPattern = { sync: SCM_SYNC, lengthSymbols: 96, check: scm.check };
const COLUMN = 60;
const COLUMNS = 96 * 8 + 200;
const BIN = 40;

function candidate(overrides: Partial<Candidate> = {}): Candidate {
  return { sync: 0, frame: 0, bin: BIN, width: 1, score: 50, ...overrides };
}

/** What is seen of a candidate, and whether a closer look is in vain. */
function look(
  spectrogram: Spectrogram,
  column = COLUMN,
  one = candidate(),
  pattern: SyncPattern = PATTERN,
): Omit<Preview, 'looks'> & { isHopeless: boolean } {
  const previewer = new Previewer(geometry, [pattern]);
  const { looks, ...preview } = previewer.look(spectrogram, one, column);
  return { ...preview, isHopeless: previewer.isHopeless(one.sync, { ...preview, looks }) };
}

/** A packet in noise, over three bins with the middle one twice as strong. */
function packet(symbols: string, power: number, seed = 1): Spectrogram {
  const spectrogram = whiteSpectrogram(new Random(seed), BINS, COLUMNS);
  key(spectrogram, chipsOf(symbols), { bin: BIN - 1, width: 3, column: COLUMN, power: power / 4 });
  key(spectrogram, chipsOf(symbols), { bin: BIN, width: 1, column: COLUMN, power: power / 4 });
  return spectrogram;
}

function decided({ clear }: Pick<Preview, 'clear'>): string {
  return Array.from(clear?.read.soft ?? [], (value) => (value > 0 ? '1' : '0')).join('');
}

describe('Previewer', () => {
  const symbols = encodeScm(testFields(20_000_815)).join('');

  it('reads a strong packet, and tells where it is', () => {
    const preview = look(packet(symbols, 400));
    expect(decided(preview)).toBe(symbols);
    expect(preview.isHopeless).toBe(false);
    const middleHz = binFrequencyHz(geometry, BIN);
    expect(Math.abs(preview.middleHz - middleHz)).toBeLessThan(300);
    const clear = preview.clear!;
    expect(clear.bin).toBeCloseTo(BIN, 1);
    expect(Math.abs(clear.startFrames)).toBeLessThan(0.1);
    expect(Math.min(...clear.read.soft.map(Math.abs))).toBeGreaterThan(30);
    expect(clear.read.evidence).toBeGreaterThan(clear.read.keyingEvidence + 75);
    // All bins together see a chip's energy 128/72 times.
    expect(clear.read.snrDb).toBeCloseTo(10 * Math.log10((400 * 72) / 128), 0);
  });

  it('reads a packet that leaves its symbols in some doubt, over as few bins as that takes', () => {
    const widths = new Set<number>();
    let read = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const spectrogram = whiteSpectrogram(new Random(seed), BINS, COLUMNS);
      key(spectrogram, chipsOf(symbols), { bin: BIN, width: 1, column: COLUMN, power: 10 });
      const preview = look(spectrogram);
      if (preview.clear === null) continue;
      read++;
      // Symbols of the sync word are known.
      expect(decided(preview).slice(21)).toBe(symbols.slice(21));
      widths.add(preview.clear.read.width);
    }
    expect(read).toBeGreaterThan(20);
    expect(widths).toContain(2);
    expect(widths).toContain(4);
  });

  it('leaves a packet with a wrong symbol to a closer look', () => {
    for (const i of [24, 50, 95]) {
      const wrong = symbols.slice(0, i) + (symbols[i] === '1' ? '0' : '1') + symbols.slice(i + 1);
      const preview = look(packet(wrong, 400));
      expect(preview.clear).toBeNull();
      expect(preview.isHopeless).toBe(false);
    }
  });

  it('takes no packet for clear whose sync word is another, however strong, though its check agrees', () => {
    for (const wrong of [
      [0, 1],
      [3, 8, 20],
      [0, 1, 2, 3, 4],
    ]) {
      const other = [...symbols].map((symbol, i) =>
        wrong.includes(i) ? (symbol === '1' ? '0' : '1') : symbol,
      );
      for (const power of [60, 400, 5000]) expect(look(packet(other.join(''), power)).clear).toBeNull();
    }
  });

  it('reads packets of several kinds in turn, each by its own check', () => {
    const plus = encodeScmPlus({ id: 77, type: 0x9c, consumption: 4711, tamper: 0 }).join('');
    const previewer = new Previewer(geometry, [PATTERN, scmPlus]);
    const long = whiteSpectrogram(new Random(4), BINS, 128 * 8 + 200);
    key(long, chipsOf(plus), { bin: BIN, width: 2, column: COLUMN, power: 200 });
    const short = packet(symbols, 400);
    for (let turn = 0; turn < 3; turn++) {
      expect(decided(previewer.look(long, candidate({ sync: 1 }), COLUMN))).toBe(plus);
      expect(decided(previewer.look(short, candidate(), COLUMN))).toBe(symbols);
    }
  });

  it('asks for checks of what it can read as a whole', () => {
    for (const pattern of [
      { ...PATTERN, lineCode: 'two-of-four' },
      { ...PATTERN, lengthSymbols: 736 },
      { ...PATTERN, lengthSymbols: 98 },
    ] as const) {
      expect(() => new Previewer(geometry, [pattern])).toThrow(RangeError);
    }
  });

  it('leaves a packet that looks too little like one, though its check agrees', () => {
    const spectrogram = packet(symbols, 400);
    const { rows, stride } = spectrogram;
    // Off-chips that hold nearly as much as on-chips do, in half of the symbols.
    for (let bin = BIN - 1; bin <= BIN + 1; bin++) {
      for (let c = COLUMN + 48 * 8; c < COLUMN + 96 * 8; c++) rows[bin * stride + c] += 150;
    }
    const preview = look(spectrogram);
    expect(preview.clear).toBeNull();
  });

  it('takes what is keyed at random for hopeless, and a weak packet not', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const keyed = whiteSpectrogram(random, BINS, COLUMNS);
      key(keyed, randomDigits(random, 192), { bin: BIN, width: 1, column: COLUMN, power: 100 });
      expect(look(keyed)).toMatchObject({ clear: null, isHopeless: true });
      const weak = whiteSpectrogram(random, BINS, COLUMNS);
      key(weak, chipsOf(SCM_SYNC + randomDigits(random, 75)), {
        bin: BIN,
        width: 1,
        column: COLUMN,
        power: 5,
      });
      expect(look(weak)).toMatchObject({ clear: null, isHopeless: false });
    }
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
    expect(preview.clear!.read.width).toBe(4);
    expect(look(packet(symbols, 400)).clear!.read.width).toBe(8);
  });

  it('finds a packet beside its candidate', () => {
    for (const beside of [-3, 3, 5]) {
      const preview = look(packet(symbols, 400), COLUMN, candidate({ bin: BIN - beside }));
      expect(decided(preview)).toBe(symbols);
      expect(Math.abs(preview.middleHz - binFrequencyHz(geometry, BIN))).toBeLessThan(300);
    }
  });

  it('looks no farther than it has picked, where bins are narrow', () => {
    const narrow = geometryOf(1.68e6);
    const previewer = new Previewer(narrow, [PATTERN]);
    expect(narrow.fftSize).toBe(BINS);
    for (let middle = -2.4; middle <= 2.4; middle += 0.1) {
      const spectrogram = whiteSpectrogram(new Random(9), BINS, COLUMNS);
      const below = Math.floor(middle);
      const share = middle - below;
      const chips = chipsOf(symbols);
      key(spectrogram, chips, { bin: BIN + below, width: 1, column: COLUMN, power: 300 * (1 - share) });
      key(spectrogram, chips, { bin: BIN + below + 1, width: 1, column: COLUMN, power: 300 * share });
      const preview = previewer.look(spectrogram, candidate(), COLUMN);
      expect(decided(preview)).toBe(symbols);
      expect(Math.abs(preview.middleHz - binFrequencyHz(narrow, BIN) - middle * narrow.binHz)).toBeLessThan(
        500,
      );
    }
  });

  it('leaves the edge of a packet that is far stronger a few bins away', () => {
    const spectrogram = packet(symbols, 60);
    // Its keying is heard beside it a chip earlier.
    key(spectrogram, chipsOf(symbols), { bin: BIN + 4, width: 1, column: COLUMN + 5, power: 2000 });
    const { clear } = look(spectrogram);
    expect(clear).toBeNull();
  });

  it('leaves packets that it knows no check of', () => {
    for (const pattern of [
      { sync: SCM_SYNC, lengthSymbols: 736 },
      { sync: SCM_SYNC, lengthSymbols: 96, lineCode: 'two-of-four' },
    ] as const) {
      const preview = look(packet(symbols, 400), COLUMN, candidate(), pattern);
      expect(preview).toMatchObject({ clear: null, isHopeless: false });
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
    expect(look(silence)).toMatchObject({ clear: null, isHopeless: true });
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
      expect(Math.abs(burst.carrierHz - carrierHz)).toBeLessThan(kind === 'P' ? 1e3 : 5e3);
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
