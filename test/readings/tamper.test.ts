import { describe, expect, it } from 'vitest';
import { tamperCountersOf } from '../../src/readings/tamper.js';

describe('tamper counters', () => {
  it('are two of two bits in SCM, named for what the meter can feel', () => {
    expect(tamperCountersOf('SCM', 'electric', { tamperPhy: 1, tamperEnc: 3, relayed: false })).toEqual([
      { name: 'inversion', value: 1, modulus: 4 },
      { name: 'removal', value: 3, modulus: 4 },
    ]);
    expect(tamperCountersOf('SCM', 'gas', { tamperPhy: 1, tamperEnc: 3 }).map(({ name }) => name)).toEqual([
      'tilt',
      'magnet or cut cable',
    ]);
  });

  it('are two of eight bits in SCM+, and six in IDM', () => {
    expect(tamperCountersOf('SCM+', 'water', { tamperCounters: [73, 0] })[0]).toEqual({
      name: 'tilt',
      value: 73,
      modulus: 256,
    });
    const six = tamperCountersOf('IDM', 'electric', { tamperCounters: [2, 1, 0, 239, 9, 0] });
    expect(six.map(({ value }) => value)).toEqual([2, 1, 0, 239, 9, 0]);
    expect(six[3].name).toBe('power loss');
  });

  it('are none where there are none', () => {
    expect(tamperCountersOf('R900', 'water', { leak: 1 })).toEqual([]);
  });
});
