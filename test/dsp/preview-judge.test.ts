import { describe, expect, it } from 'vitest';
import { NESTED_WIDTHS } from '../../src/dsp/chip-loops.js';
import { signsOf } from '../../src/dsp/detector.js';
import { geometryOf } from '../../src/dsp/geometry.js';
import { PlainChips } from '../../src/dsp/plain-chips.js';
import { PreviewJudge } from '../../src/dsp/preview-judge.js';
import { Random } from '../../src/synth/random.js';
import { chipsOf, randomDigits, SCM_SYNC } from './spectrogram.js';

const SYMBOLS = 96;

/** Chips of a packet in noise, as they are over so many independent bins, and what the loops tell of them. */
function packet(random: Random, width: number, power: number) {
  const loops = new PlainChips();
  const symbols = SCM_SYNC + randomDigits(random, SYMBOLS - SCM_SYNC.length);
  const chips = loops.nested[NESTED_WIDTHS.indexOf(width as 1)];
  [...chipsOf(symbols)].forEach((chip, c) => {
    chips[c] = chip === '1' ? power * random.uniform(0.8, 1.2) : 0;
    for (let bin = 0; bin < width; bin++) chips[c] += random.exponential();
  });
  loops.remainder(NESTED_WIDTHS.indexOf(width as 1), SYMBOLS);
  const decided = Float64Array.from(symbols, (symbol) => (symbol === '1' ? 1 : -1));
  return { chips, spread: loops.spread, decided };
}

describe('PreviewJudge', () => {
  const judge = new PreviewJudge(geometryOf(2_359_296), [signsOf(SCM_SYNC)]);

  it.each(NESTED_WIDTHS)(
    'judges nothing where there is no doubt, and says the same, over %i bins',
    (width) => {
      const random = new Random(width);
      let undoubted = 0;
      for (let trial = 0; trial < 200; trial++) {
        const { chips, spread, decided } = packet(random, width, 10 ** random.uniform(1, 4));
        const short = judge.undoubted(0, spread, SYMBOLS, width);
        const long = judge.judge(0, chips, SYMBOLS, width);
        if (short === null) continue;
        undoubted++;
        // What off-chips lack of the floor counts here, and not there.
        expect(Math.abs(short.evidence - long.evidence)).toBeLessThan(0.5);
        expect(Math.abs(short.keyingEvidence - long.keyingEvidence)).toBeLessThan(0.5);
        expect(short.snrDb).toBeCloseTo(long.snrDb, 1);
        expect([...judge.soft(short, decided, SYMBOLS)]).toEqual([...decided].map((sign) => 40 * sign));
        const soft = judge.soft(long, decided, SYMBOLS);
        expect(soft.every((value, i) => Math.abs(value - 40 * decided[i]) < 0.5)).toBe(true);
      }
      expect(undoubted).toBeGreaterThan(60);
      expect(undoubted).toBeLessThan(190);
    },
  );

  it('has doubts where one chip is not like the others, however strong the packet', () => {
    const random = new Random(7);
    const { spread } = packet(random, 8, 5000);
    expect(judge.undoubted(0, spread, SYMBOLS, 8)).not.toBeNull();
    expect(judge.undoubted(0, { ...spread, weakestOn: 100 }, SYMBOLS, 8)).toBeNull();
    expect(judge.undoubted(0, { ...spread, loudestOff: 4000 }, SYMBOLS, 8)).toBeNull();
    expect(judge.undoubted(0, { ...spread, weakestOn: Number.NaN }, SYMBOLS, 8)).toBeNull();
  });
});
