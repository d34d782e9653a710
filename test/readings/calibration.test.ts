import { describe, expect, it } from 'vitest';
import { calibrate, type DialReading } from '../../src/readings/calibration.js';
import { meaningsOf } from '../../src/readings/meaning.js';

/** An electric meter of type 7. */
function reading(changes: Partial<DialReading>): DialReading {
  const meanings = meaningsOf('SCM', 7);
  return { counts: 1_234_560, dial: '12345.6', unit: null, commodity: 'electric', meanings, ...changes };
}

const scaleOf = (changes: Partial<DialReading>) => calibrate(reading(changes)).scale;

describe('one reading of the dial', () => {
  it('confirms what the type lets expect', () => {
    expect(calibrate(reading({}))).toEqual({
      scale: { unit: 'kWh', unitsPerCount: '0.01', offset: '0' },
      evidence: [
        '1234560 counts of 0.01 kWh are 12345.60 kWh; the dial shows 12345.6.',
        'So the type has it, too: C1SR with interval data, 45E, 51ESS, 56ESS, C1A-3.',
      ],
    });
  });

  it('is cut, not rounded, where it shows fewer digits than the register has', () => {
    expect(scaleOf({ counts: 1_234_599, dial: '12345' })).toMatchObject({
      unitsPerCount: '0.01',
      offset: '0',
    });
  });

  it('may have digits that the register lacks', () => {
    expect(scaleOf({ counts: 12_345, dial: '12345.67' })).toMatchObject({ unitsPerCount: '1', offset: '0' });
  });

  it('finds another power of ten than the type’s', () => {
    const { scale, evidence } = calibrate(reading({ counts: 123_456 }));
    expect(scale.unitsPerCount).toBe('0.1');
    expect(evidence[1]).toContain('only the dial does');
  });

  it('takes factors that are no power of ten from the type', () => {
    const gas = { commodity: 'gas', meanings: meaningsOf('SCM', 1) } as const;
    expect(scaleOf({ ...gas, counts: 61_728, dial: '123456' })).toEqual({
      unit: 'ft³',
      unitsPerCount: '2',
      offset: '0',
    });
  });

  it('chooses among units by what the reader says, and takes the most usual else', () => {
    const water = { commodity: 'water', meanings: meaningsOf('R900', 0), counts: 123_456 } as const;
    expect(scaleOf({ ...water, dial: '12345.6' }).unit).toBe('gal');
    expect(scaleOf({ ...water, dial: '1234.56' })).toMatchObject({ unit: 'ft³', unitsPerCount: '0.01' });
    expect(scaleOf({ ...water, dial: '123.456' })).toMatchObject({ unit: 'm³', unitsPerCount: '0.001' });
    expect(scaleOf({ ...water, dial: '12345.6', unit: 'L' })).toMatchObject({
      unit: 'L',
      unitsPerCount: '0.1',
    });
  });

  it('keeps a small difference as the offset', () => {
    const { scale, evidence } = calibrate(reading({ dial: '12355.1' }));
    expect(scale).toEqual({ unit: 'kWh', unitsPerCount: '0.01', offset: '9.5' });
    expect(evidence[0]).toBe(
      '1234560 counts of 0.01 kWh are 12345.60 kWh; the dial shows 12355.1, +9.5 kWh.',
    );
    expect(scaleOf({ dial: '12340.0' }).offset).toBe('-5.6');
  });
});

describe('a dial is refused', () => {
  it.each([
    ['that no scale fits', { dial: '54321.0' }, 'No scale makes 1234560 counts 54321.0; check the ID'],
    ['that shows too little', { dial: '0.5', counts: 5 }, 'fit more than one scale'],
    ['of a register at zero', { counts: 0 }, 'fit more than one scale'],
    ['whose unit nothing tells', { commodity: 'unknown', meanings: [] }, 'say it with --unit'],
  ] as const)('%s', (_, changes, message) => {
    expect(() => calibrate(reading(changes))).toThrow(message);
  });
});
