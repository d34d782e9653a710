import { describe, expect, it } from 'vitest';
import { factsFromFileName } from '../../src/sources/file-name.js';

describe('factsFromFileName', () => {
  it.each([
    ['x_912.6M_2359k.cu8', { format: 'cu8', sampleRateHz: 2_359_000, centerHz: 912_600_000 }],
    ['g001_915M_1024k.cu8', { format: 'cu8', sampleRateHz: 1_024_000, centerHz: 915_000_000 }],
    ['dir.cs16/g7_433.92m_2.4Msps.CS8', { format: 'cs8', sampleRateHz: 2_400_000, centerHz: 433_920_000 }],
    ['a_912600000Hz_2359296sps.cs16', { format: 'cs16', sampleRateHz: 2_359_296, centerHz: 912_600_000 }],
    ['a_912600kHz_2359ksps.cf32', { format: 'cf32', sampleRateHz: 2_359_000, centerHz: 912_600_000 }],
    ['rec-cs16-2000k.bin', { format: 'cs16', sampleRateHz: 2_000_000 }],
    ['gfile001.data', { format: 'cu8' }],
    ['capture.cfile', { format: 'cf32' }],
    ['run2k.bin', {}],
    ['v1.cu8.bak', { format: 'cu8' }],
    ['capture.wav', {}],
    ['noise', {}],
    ['-', {}],
  ])('reads %s as rtl_433 does', (name, facts) => {
    expect(factsFromFileName(name)).toEqual(facts);
  });

  it('reads gqrx names, whose time is UTC', () => {
    expect(factsFromFileName('/data/gqrx_20260102_030405_912600000_2400000_fc.raw')).toEqual({
      format: 'cf32',
      sampleRateHz: 2_400_000,
      centerHz: 912_600_000,
      startMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
  });

  it('believes a date only where it says it is UTC', () => {
    expect(factsFromFileName('SDRSharp_20260102_030405Z_912600000Hz_IQ.wav').startMs).toBe(
      Date.UTC(2026, 0, 2, 3, 4, 5),
    );
    expect(factsFromFileName('x_20260102T030405Z_912.6M_2400k.cu8').startMs).toBe(
      Date.UTC(2026, 0, 2, 3, 4, 5),
    );
    const local = factsFromFileName('baseband_912600000Hz_12-34-56_01-02-2026.wav');
    expect(local).toEqual({ centerHz: 912_600_000 });
  });

  it.each(['gqrx_20260230_030405_912600000_2400000_fc.raw', 'x_20261301_250000Z.cu8'])(
    'takes no date from %s',
    (name) => {
      expect(factsFromFileName(name).startMs).toBeUndefined();
    },
  );
});
