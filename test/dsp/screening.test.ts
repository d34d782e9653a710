import { describe, expect, it } from 'vitest';
import type { Candidate, SyncPattern } from '../../src/dsp/detector.js';
import type { Spectrogram } from '../../src/dsp/filterbank.js';
import { Screener } from '../../src/dsp/screening.js';
import { Random } from '../../src/synth/random.js';
import { chipsOf, key, randomDigits, SCM_SYNC, whiteSpectrogram } from './spectrogram.js';

function candidate(overrides: Partial<Candidate>): Candidate {
  return { sync: 0, frame: 100, bin: 40, width: 1, score: 10, ...overrides };
}

const PATTERN: SyncPattern = { sync: SCM_SYNC, lengthSymbols: 96 };
const BINS = 16;
const COLUMNS = 96 * 8 + 200;

function whiteNoise(random: Random): Spectrogram {
  return whiteSpectrogram(random, BINS, COLUMNS);
}

/** The look at a candidate whose bins are independent: their variances add up. */
function look(spectrogram: Spectrogram, width: number, bin: number, column: number) {
  const one = candidate({ bin: bin + (width - 1) / 2, width });
  return new Screener(BINS, [PATTERN], (bins) => bins).screen(spectrogram, one, column);
}

describe('Screener', () => {
  it.each([1, 4, 8])('scores noise around 0, with a deviation of about 1, over %i bins', (width) => {
    const random = new Random(width);
    const scores = Array.from({ length: 200 }, () => look(whiteNoise(random), width, 3, 20).score);
    const mean = scores.reduce((sum, s) => sum + s, 0) / scores.length;
    const deviation = Math.sqrt(scores.reduce((sum, s) => sum + (s - mean) ** 2, 0) / scores.length);
    expect(Math.abs(mean)).toBeLessThan(0.6);
    expect(deviation).toBeGreaterThan(0.6);
    expect(deviation).toBeLessThan(1.4);
  });

  it.each([
    [1, 3],
    [4, 14],
    [8, 12],
  ])('sees a packet over %i bins from bin %i: high score, all energy in order', (width, bin) => {
    const random = new Random(2);
    const spectrogram = whiteNoise(random);
    const chips = chipsOf(SCM_SYNC + randomDigits(random, 75));
    key(spectrogram, chips, { bin, width, column: 60, power: 20 });
    const seen = look(spectrogram, width, bin, 60);
    expect(seen.score).toBeGreaterThan(40);
    expect(seen.order).toBeGreaterThan(0.9);
    expect(seen.order).toBeLessThan(1.1);
  });

  it('goes round the end of the band', () => {
    const random = new Random(8);
    const spectrogram = whiteNoise(random);
    const chips = chipsOf(SCM_SYNC + randomDigits(random, 75));
    key(spectrogram, chips, { bin: 0, width: 4, column: 60, power: 20 });
    expect(look(spectrogram, 8, 12, 60).score).toBeGreaterThan(30);
  });

  it('follows a packet from the end of the columns to their beginning', () => {
    const random = new Random(9);
    const straight = whiteNoise(random);
    const chips = chipsOf(SCM_SYNC + randomDigits(random, 75));
    key(straight, chips, { bin: 3, width: 4, column: 60, power: 20 });
    const { stride } = straight;
    // The same columns, of which those from the 400th on come first; and an odd number of chips before them.
    const length = stride - 4;
    for (const end of [400, 404, 401]) {
      const turned = { rows: straight.rows.slice(), stride, ring: { end: length, length } };
      for (let i = 0; i < turned.rows.length; i++) {
        const column = (i % stride) + end;
        turned.rows[i] = column < length ? straight.rows[i + end] : straight.rows[i + end - length];
      }
      expect(look(turned, 8, 2, length - end + 60)).toEqual(look(straight, 8, 2, 60));
    }
  });

  it('ranks the true start above every other, though symbols further on look in order too', () => {
    const random = new Random(3);
    const spectrogram = whiteNoise(random);
    const chips = chipsOf(SCM_SYNC + randomDigits(random, 75));
    key(spectrogram, chips, { bin: 5, width: 1, column: 80, power: 8 });
    const { rank } = look(spectrogram, 1, 5, 80);
    for (const shift of [-72, -32, -16, -8, -4, 4, 8, 16, 32, 72]) {
      expect(look(spectrogram, 1, 5, 80 + shift).rank, `${shift} frames away`).toBeLessThan(0.8 * rank);
    }
  });

  it('ranks the true start above one a symbol late at the edge of the channel, where the packet is clearer', () => {
    const random = new Random(7);
    const spectrogram = whiteNoise(random);
    const chips = chipsOf(SCM_SYNC + randomDigits(random, 75));
    // A strong transmitter's channel is not silent in its off-chips.
    key(spectrogram, '1'.repeat(192), { bin: 5, width: 1, column: 60, power: 12 });
    key(spectrogram, chips, { bin: 5, width: 1, column: 60, power: 1000 });
    key(spectrogram, chips, { bin: 7, width: 1, column: 60, power: 400 });
    const { rank } = look(spectrogram, 1, 5, 60);
    expect(look(spectrogram, 1, 7, 60 + 8).rank).toBeLessThan(0.2 * rank);
    expect(look(spectrogram, 1, 7, 60).rank).toBeGreaterThan(rank);
  });

  it('sees a sync word that nothing follows for what it is', () => {
    const spectrogram = whiteNoise(new Random(4));
    key(spectrogram, chipsOf(SCM_SYNC), { bin: 5, width: 1, column: 60, power: 50 });
    expect(look(spectrogram, 1, 5, 60).score).toBeLessThan(4);
  });

  it('sees no order in a carrier, nor in chips on and off at random', () => {
    const random = new Random(5);
    const carrier = whiteNoise(random);
    key(carrier, '1'.repeat(192), { bin: 5, width: 1, column: 60, power: 50 });
    expect(look(carrier, 1, 5, 60).order).toBeLessThan(0.2);
    const keyed = whiteNoise(random);
    key(keyed, randomDigits(random, 192), { bin: 5, width: 1, column: 60, power: 50 });
    expect(look(keyed, 1, 5, 60).order).toBeLessThan(0.7);
  });

  describe('hears a sync word speak against a candidate', () => {
    const contradicts = (spectrogram: Spectrogram, column: number): boolean =>
      look(spectrogram, 1, 5, column).isContradicted;
    const withSync = (sync: string, power: number, seed: number): Spectrogram => {
      const random = new Random(seed);
      const spectrogram = whiteNoise(random);
      key(spectrogram, chipsOf(sync + randomDigits(random, 75)), { bin: 5, width: 1, column: 60, power });
      return spectrogram;
    };
    const changed = (places: readonly number[]): string =>
      [...SCM_SYNC].map((s, i) => (places.includes(i) ? (s === '1' ? '0' : '1') : s)).join('');

    it('where strong symbols are the wrong way round', () => {
      expect(contradicts(withSync(changed([12, 17]), 30, 20), 60)).toBe(true);
      expect(contradicts(withSync(SCM_SYNC, 30, 20), 60)).toBe(false);
    });

    it('but not where only its beginning is, which may lie under the end of another packet', () => {
      expect(contradicts(withSync(changed([0, 3, 4, 7, 9]), 30, 20), 60)).toBe(false);
    });

    it('nor where noise turns some of a weak packet round', () => {
      for (let seed = 0; seed < 300; seed++) {
        expect(contradicts(withSync(SCM_SYNC, 3, seed), 60), `seed ${seed}`).toBe(false);
      }
    });

    it('nor where a strong packet does not fall silent between its chips', () => {
      const spectrogram = withSync(SCM_SYNC, 1000, 21);
      key(spectrogram, '1'.repeat(192), { bin: 5, width: 1, column: 60, power: 200 });
      expect(contradicts(spectrogram, 60)).toBe(false);
    });
  });

  it('is not impressed by noise that is louder than the floor', () => {
    const random = new Random(6);
    const spectrogram = whiteNoise(random);
    for (let i = 0; i < spectrogram.rows.length; i++) spectrogram.rows[i] *= 10;
    expect(look(spectrogram, 1, 5, 60).score).toBeLessThan(4);
  });

  it('gives numbers for silence', () => {
    const silence = { rows: new Float32Array(BINS * COLUMNS), stride: COLUMNS };
    const { score, order, rank } = look(silence, 1, 5, 60);
    expect(score).toBeLessThan(0);
    expect(order).toBe(0);
    expect(Number.isFinite(rank)).toBe(true);
  });
});
