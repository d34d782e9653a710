import { describe, expect, it } from 'vitest';
import {
  type PlannedFault,
  parseFault,
  randomFaults,
  TRANSPORT_FAULTS,
} from '../../src/synth/transport-fault.js';

describe('parseFault', () => {
  it.each([
    ['stall@30s', { kind: 'stall', atMs: 30_000, lengthMs: 5000 }],
    ['disconnect@1m+250ms', { kind: 'disconnect', atMs: 60_000, lengthMs: 250 }],
    [' garbage@0 ', { kind: 'garbage', atMs: 0, lengthMs: 1000 }],
  ])('reads %s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each(['', 'stall', 'stall@', 'stall@30', 'fire@30s', 'stall@30s+', 'stall@30s+1s+1s', 'Stall@3s'])(
    'says how it is written instead of %j',
    (text) => {
      expect(() => parseFault(text)).toThrow(
        'It must be one of stall, disconnect, garbage, slow, when, and if need be for how long, as in stall@30s or stall@30s+8s.',
      );
    },
  );
});

it('makes up faults of all kinds, the same for the same seed', () => {
  const first = (seed: number): PlannedFault[] => {
    const faults = randomFaults(10_000, seed);
    return Array.from({ length: 40 }, () => faults.next().value!);
  };
  const faults = first(1);
  expect(first(1)).toEqual(faults);
  expect(first(2)).not.toEqual(faults);
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(TRANSPORT_FAULTS));
  expect(faults.at(-1)!.atMs / 40).toBeGreaterThan(8000);
  expect(faults.at(-1)!.atMs / 40).toBeLessThan(12_000);
});
