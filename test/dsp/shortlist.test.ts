import { describe, expect, it } from 'vitest';
import { scm } from '../../src/decode/protocols/scm.js';
import type { Burst } from '../../src/dsp/burst.js';
import type { Candidate, SyncPattern } from '../../src/dsp/detector.js';
import type { Spectrogram } from '../../src/dsp/filterbank.js';
import { geometryOf } from '../../src/dsp/geometry.js';
import { type Chosen, Shortlist } from '../../src/dsp/shortlist.js';
import { Random } from '../../src/synth/random.js';
import { chipsOf, key, randomDigits, SCM_SYNC, whiteSpectrogram } from './spectrogram.js';

const PATTERN: SyncPattern = { sync: SCM_SYNC, lengthSymbols: 96 };
const PACKET_FRAMES = 96 * 8;
const geometry = geometryOf(2_359_296);
const BINS = geometry.fftSize;
const BINS_PER_100_KHZ = 100e3 / geometry.binHz;
const COLUMNS = 3 * PACKET_FRAMES;

/** Noise of mean 1 and packets of random symbols in it, one bin wide, which begin at these frames. */
function air(packets: readonly { bin: number; frame: number; power: number }[]): Spectrogram {
  const random = new Random(1);
  const spectrogram = whiteSpectrogram(random, BINS, COLUMNS);
  for (const { bin, frame, power } of packets) {
    key(spectrogram, chipsOf(SCM_SYNC + randomDigits(random, 75)), { bin, width: 1, column: frame, power });
  }
  return spectrogram;
}

function candidate(at: { bin: number; frame: number; score?: number }): Candidate {
  return { sync: 0, width: 1, score: 10, ...at };
}

function shortlist(): Shortlist {
  return new Shortlist(geometry, [PATTERN], (width) => width);
}

/** Bin and frame of what is left of candidates when the spectrogram, whose columns are frames, is known to its end. */
function placesLeft(spectrogram: Spectrogram, candidates: readonly Candidate[]): [number, number][] {
  const list = shortlist();
  list.add(candidates);
  list.screen(spectrogram, COLUMNS, (frame) => frame);
  return places(list.take(2 * COLUMNS));
}

function places(chosen: readonly Chosen[]): [number, number][] {
  return chosen.map(({ candidate: { bin, frame } }) => [bin, frame]);
}

describe('Shortlist', () => {
  const packet = { bin: 50, frame: 100 };
  const one = air([{ ...packet, power: 30 }]);

  it('keeps a candidate until its packet is complete and its rivals are known, and gives it out once', () => {
    const list = shortlist();
    const column = (frame: number): number => frame;
    list.add([candidate(packet)]);
    list.screen(one, packet.frame + PACKET_FRAMES - 1, column);
    expect(list.take(2 * COLUMNS)).toEqual([]);
    list.screen(one, packet.frame + PACKET_FRAMES, column);
    expect(list.take(packet.frame + PACKET_FRAMES)).toEqual([]);
    expect(places(list.take(packet.frame + PACKET_FRAMES + 1))).toEqual([[50, 100]]);
    expect(list.take(2 * COLUMNS)).toEqual([]);
    expect(list.screenedOut).toBe(0);
  });

  it('screens out what is no packet as a whole, and counts it', () => {
    const list = shortlist();
    list.add([candidate({ bin: 90, frame: 100 }), candidate(packet), candidate({ bin: 20, frame: 700 })]);
    list.screen(one, COLUMNS, (frame) => frame);
    expect(places(list.take(2 * COLUMNS))).toEqual([[50, 100]]);
    expect(list.screenedOut).toBe(2);
  });

  it('refuses what goes on keyed at random, counts it and says so, and not a packet that has yet to be read', () => {
    for (const isKeyed of [true, false]) {
      const random = new Random(3);
      const spectrogram = whiteSpectrogram(random, BINS, COLUMNS);
      const rest =
        chipsOf(randomDigits(random, 50)) +
        (isKeyed ? randomDigits(random, 50) : chipsOf(randomDigits(random, 25)));
      key(spectrogram, chipsOf(SCM_SYNC) + rest, { bin: 50, width: 1, column: 100, power: 100 });
      const refused: Candidate[] = [];
      const observer = {
        screened: () => {},
        yielded: () => {},
        refused: (one: Candidate) => refused.push(one),
      };
      const list = new Shortlist(geometry, [{ ...PATTERN, check: scm.check }], (width) => width, observer);
      list.add([candidate(packet)]);
      list.screen(spectrogram, COLUMNS, (frame) => frame);
      const [chosen] = list.take(2 * COLUMNS);
      expect(chosen.preview?.clear).toBeNull();
      expect(list.refuses(chosen)).toBe(isKeyed);
      expect(list.screenedOut).toBe(isKeyed ? 1 : 0);
      expect(refused).toEqual(isKeyed ? [chosen.candidate] : []);
    }
  });

  it.each([
    ['is far weaker than the packet in whose place it is', 10, { bin: 52, frame: 400 }, 0],
    ['is stronger', 100, { bin: 52, frame: 400 }, 1],
    ['is on another channel', 10, { bin: 90, frame: 400 }, 1],
    ['comes after it', 10, { bin: 52, frame: 100 + PACKET_FRAMES }, 1],
  ])('counts what is no packet and %s', (_where, score, place, screenedOut) => {
    const list = shortlist();
    list.add([candidate({ ...packet, score: 90 }), candidate({ ...place, score })]);
    list.screen(one, COLUMNS, (frame) => frame);
    expect(list.screenedOut).toBe(screenedOut);
    expect(places(list.take(2 * COLUMNS))).toEqual([[50, 100]]);
  });

  it('takes the true start out of the look-alikes inside a packet', () => {
    const inside = [160, 320, 480].map((frames) => candidate({ bin: 50, frame: 100 + frames }));
    const beside = [-1, 1, 3].map((frames) => candidate({ bin: 50, frame: 100 + frames }));
    // Neighbouring searches may find the same place.
    const twice = [candidate(packet), candidate(packet)];
    expect(placesLeft(one, [...inside, ...beside, ...twice])).toEqual([[50, 100]]);
  });

  it('keeps both of two packets at the same time on channels 200 kHz apart, best first', () => {
    const other = { bin: 50 + Math.round(2 * BINS_PER_100_KHZ), frame: 110 };
    const both = air([
      { ...packet, power: 10 },
      { ...other, power: 30 },
    ]);
    expect(placesLeft(both, [candidate(packet), candidate(other)])).toEqual([
      [other.bin, other.frame],
      [50, 100],
    ]);
  });

  describe('of a look-alike', () => {
    const weaker = { bin: 50, frame: 400 };
    /** Energy like a packet's, and a weak packet in its place. */
    const withLookAlike = (chips: string): Spectrogram => {
      const spectrogram = air([{ ...weaker, power: 4 }]);
      key(spectrogram, chips, { bin: packet.bin, width: 1, column: packet.frame, power: 60 });
      return spectrogram;
    };
    const left = (chips: string) => {
      const told: string[] = [];
      const list = new Shortlist(geometry, [PATTERN], (width) => width, {
        screened: () => {},
        yielded: ({ frame }) => told.push(`${frame} yielded`),
        refused: ({ frame }) => told.push(`${frame} refused`),
      });
      list.add([candidate(packet), candidate(weaker)]);
      list.screen(withLookAlike(chips), COLUMNS, (frame) => frame);
      return { places: places(list.take(2 * COLUMNS)), told, screenedOut: list.screenedOut };
    };
    const random = new Random(8);
    const swapped = (sync: string, ...at: readonly number[]): string =>
      [...sync].map((s, i) => (at.includes(i) ? (s === '1' ? '0' : '1') : s)).join('');

    it('gives out neither it nor what is weaker in its place, where symbols of its sync word are wrong', () => {
      const symbols = swapped(SCM_SYNC, 12, 17) + randomDigits(random, 75);
      const neither = { places: [], told: ['400 yielded', '100 refused'], screenedOut: 1 };
      expect(left(chipsOf(symbols))).toEqual(neither);
    });

    it('but gives out what only its first symbols speak against', () => {
      const symbols = swapped(SCM_SYNC, 2, 5) + randomDigits(random, 75);
      expect(left(chipsOf(symbols)).places).toEqual([[50, 100]]);
    });
  });

  it('keeps both of two packets on a channel that follow each other, or overlap by a few symbols', () => {
    for (const after of [PACKET_FRAMES, Math.round(0.95 * PACKET_FRAMES)]) {
      const next = { bin: 50, frame: 100 + after };
      const both = air([
        { ...packet, power: 20 },
        { ...next, power: 60 },
      ]);
      expect(placesLeft(both, [candidate(packet), candidate(next)])).toHaveLength(2);
    }
  });

  it('does not let a packet that is still to be given out fall to one already given out elsewhere', () => {
    const later = { bin: 100, frame: 900 };
    const both = air([
      { ...packet, power: 30 },
      { ...later, power: 5 },
    ]);
    const list = shortlist();
    list.add([candidate(packet), candidate(later)]);
    list.screen(both, COLUMNS, (frame) => frame);
    expect(places(list.take(500 + PACKET_FRAMES))).toEqual([[50, 100]]);
    expect(places(list.take(901 + PACKET_FRAMES))).toEqual([[100, 900]]);
  });

  it('forgets all when the stream begins anew', () => {
    const list = shortlist();
    list.add([candidate(packet), candidate({ bin: 50, frame: COLUMNS - 10 })]);
    list.screen(one, COLUMNS, (frame) => frame);
    list.establish(burst({}));
    list.clear();
    expect(list.take(2 * COLUMNS)).toEqual([]);
    expect(list.holder(0, 1000, 0)).toBeUndefined();
  });
});

const LENGTH = 13_824;

function burst(overrides: Partial<Burst>): Burst {
  return {
    sync: 0,
    soft: new Float32Array(96),
    firstSample: 1000,
    lengthSamples: LENGTH,
    carrierHz: 0,
    bandwidthHz: 32_768,
    snrDb: 20,
    noiseDbfs: -60,
    demodulation: 'narrow',
    evidence: 500,
    keyingEvidence: 400,
    ...overrides,
  };
}

describe('Shortlist, of bursts that are established', () => {
  it('rules out their time and their channel, and nothing beyond', () => {
    const list = shortlist();
    list.establish(burst({}));
    expect(list.holder(0, 1000, 0)).toBeDefined();
    expect(list.holder(0, 1000 + 0.8 * LENGTH, 90e3)).toBeDefined();
    expect(list.holder(0, 1000 - 0.8 * LENGTH, -90e3)).toBeDefined();
    expect(list.holder(0, 1000 + 0.95 * LENGTH, 0)).toBeUndefined();
    expect(list.holder(0, 1000, 110e3)).toBeUndefined();
    expect(list.holder(0, 1000, -110e3)).toBeUndefined();
  });

  it('takes no burst for established whose symbols are hardly better than random keying', () => {
    const list = shortlist();
    list.establish(burst({ keyingEvidence: 480 }));
    expect(list.holder(0, 1000, 0)).toBeUndefined();
  });

  it('remembers the last ones however many there are, and forgets what is long past', () => {
    const list = shortlist();
    for (let i = 0; i < 100; i++) list.establish(burst({ firstSample: i * LENGTH }));
    expect(list.holder(0, 99 * LENGTH, 0)).toBeDefined();
    expect(list.holder(0, 98 * LENGTH, 0)).toBeDefined();
    expect(list.holder(0, 10 * LENGTH, 0)).toBeUndefined();
  });
});
