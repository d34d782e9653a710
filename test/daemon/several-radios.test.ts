import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/layers.js';
import { distinctNames, radioConfigs } from '../../src/daemon/several-radios.js';

function radios(moreSources: string) {
  const env = {
    HOME: '/nonexistent',
    ERTD_RECEIVER_SOURCE: 'rtlsdr:A',
    ERTD_RECEIVER_MORE_SOURCES: moreSources,
  };
  return radioConfigs(loadConfig({ env }).config).map(({ source, centerHz }) => [source, centerHz]);
}

describe('the radios of a configuration', () => {
  it('are the first one and more, each with its centre', () => {
    expect(radios('rtlsdr:B@915.2M, rtltcp://attic:1234,rtltcp://cellar@916000000')).toEqual([
      ['rtlsdr:A', 912_600_000],
      ['rtlsdr:B', 915_200_000],
      ['rtltcp://attic:1234', 912_600_000],
      ['rtltcp://cellar', 916_000_000],
    ]);
  });

  it('cannot listen to just anything', () => {
    expect(() => radios('rtlsdr:B@915')).toThrow(
      expect.objectContaining({ exitCode: 78, message: expect.stringContaining('rtlsdr:B@915') }),
    );
  });

  it('have names that differ', () => {
    expect(distinctNames(['rtlsdr', 'roof', 'rtlsdr', 'rtlsdr'])).toEqual([
      'rtlsdr',
      'roof',
      'rtlsdr 2',
      'rtlsdr 3',
    ]);
  });
});
