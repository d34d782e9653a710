import { describe, expect, it } from 'vitest';
import { ReferenceBank } from '../../src/dsp/chip-bank.js';
import {
  CARRIERS,
  carriersOf,
  offsetHz,
  ReferenceRaster,
  SLOTS,
  STEPS_PER_CHIP,
  slotOf,
} from '../../src/dsp/chip-raster.js';
import { eyeOpening, syncOpening } from '../../src/dsp/eye.js';
import { Random } from '../../src/synth/random.js';

const OUTPUT_HZ = 262_144;
const SYMBOLS = 12;
const CHIPS = 2 * SYMBOLS;
const POSITIONS = STEPS_PER_CHIP * CHIPS + 1;
const SYNC = Float64Array.of(1, 1, -1, 1, -1);

function randomBaseband(count: number): { real: Float64Array; imaginary: Float64Array } {
  const random = new Random(1);
  const samples = () => Float64Array.from({ length: count }, () => random.gaussian());
  return { real: samples(), imaginary: samples() };
}

describe('the carriers of a raster', () => {
  it('lie from −64 to 64 kHz, each in a slot of its own', () => {
    const all = Array.from({ length: CARRIERS }, (_, carrier) => carrier);
    expect(all.map(offsetHz)).toEqual(all.map((carrier) => -64e3 + 8e3 * carrier));
    expect(all.map(slotOf).toSorted((a, b) => a - b)).toEqual(all);
  });

  it('have zero among the even ones, and mirror images in slots of their own', () => {
    expect(carriersOf('even').map(offsetHz)).toContain(0);
    expect([...carriersOf('even'), ...carriersOf('odd')].toSorted((a, b) => a - b)).toHaveLength(CARRIERS);
    expect([10, 12, 14, 16].map(slotOf)).toEqual([0, 1, 2, 3]);
    expect([6, 4, 2, 0].map(slotOf)).toEqual([4, 5, 6, 7]);
  });
});

describe.each([
  ['two samples a quarter', 2],
  ['a fraction more', 2.3],
])('ReferenceRaster, %s', (_what, quarter) => {
  const baseband = randomBaseband(Math.ceil(quarter * POSITIONS) + 40);
  const raster = new ReferenceRaster(baseband, OUTPUT_HZ, POSITIONS);
  raster.fill('even', 3.7, quarter, POSITIONS, 0.6);
  raster.fill('odd', 3.7, quarter, POSITIONS, 0.6);
  const bank = new ReferenceBank(baseband, OUTPUT_HZ, CHIPS);
  bank.load(baseband.real.length);
  const chips = new Float64Array(CHIPS);

  it.each([0, 1, 2, 3])('holds the energies of chips that begin %i quarters later', (step) => {
    for (let carrier = 0; carrier < CARRIERS; carrier++) {
      bank.energies(carrier, 3.7 + step * quarter, 4 * quarter, CHIPS - 1, 0.6, chips);
      for (let c = 0; c < CHIPS - 1; c++) {
        const held = raster.energy[(STEPS_PER_CHIP * c + step) * SLOTS + slotOf(carrier)];
        expect(held).toBeCloseTo(chips[c], 4);
      }
    }
  });

  it('tells how far eyes are open, at each even carrier and in their sum', () => {
    const opened = raster.openings(0, SYNC, SYMBOLS);
    const sum = new Float64Array(CHIPS);
    for (const carrier of carriersOf('even')) {
      bank.energies(carrier, 3.7, 4 * quarter, CHIPS, 0.6, chips);
      chips.forEach((energy, c) => {
        sum[c] += energy;
      });
      expect(opened.sync[slotOf(carrier)]).toBeCloseTo(syncOpening(chips, SYNC), 3);
      expect(opened.whole[slotOf(carrier)]).toBeCloseTo(eyeOpening(chips, SYNC, SYMBOLS), 3);
    }
    expect(opened.together).toBeCloseTo(eyeOpening(sum, SYNC, SYMBOLS), 3);
  });
});
