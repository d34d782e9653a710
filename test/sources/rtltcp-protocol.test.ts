import { describe, expect, it } from 'vitest';
import {
  addressOf,
  looksLikeHeader,
  tuningCommands,
  unreachable,
} from '../../src/sources/rtltcp-protocol.js';

describe('tuningCommands', () => {
  it('says everything as big-endian commands of five bytes', () => {
    const bytes = tuningCommands({ centerHz: 912_600_000, sampleRateHz: 2_359_296, gainDb: 40.2, ppm: -3 });
    expect(Buffer.from(bytes).toString('hex').match(/.{10}/g)).toEqual([
      '05fffffffd',
      '0200240000',
      '0136652bc0',
      '0300000001',
      '0400000192',
      '0800000000',
    ]);
  });

  it('leaves the gain to the tuner where that is wanted', () => {
    const bytes = tuningCommands({ centerHz: 3e9, sampleRateHz: 1e6, gainDb: 'auto', ppm: 0.4 });
    expect(Buffer.from(bytes).toString('hex').match(/.{10}/g)).toEqual([
      '0500000000',
      '02000f4240',
      '01b2d05e00',
      '0300000000',
      '0800000000',
    ]);
  });
});

describe('looksLikeHeader', () => {
  it.each([
    ['', true],
    ['RT', true],
    ['RTL0\0\0\0\x05', true],
    ['RTL1', false],
    ['S', false],
  ])('%j → %s', (text, expected) => {
    expect(looksLikeHeader(Buffer.from(text, 'latin1'))).toBe(expected);
  });
});

describe('unreachable', () => {
  it.each([
    ['ECONNREFUSED', /No rtl_tcp server answers at attic:1234/],
    ['ENOTFOUND', /The host attic is not known/],
    ['EAI_AGAIN', /The host attic is not known/],
    ['EHOSTUNREACH', /attic:1234 cannot be reached \(EHOSTUNREACH\)/],
  ])('says what to try after %s', (code, message) => {
    const fault = unreachable('attic', 1234, Object.assign(new Error('failed'), { code }));
    expect(fault).toMatchObject({ code: 'SOURCE_NOT_FOUND', exitCode: 69, retryable: true });
    expect(fault.message).toMatch(message);
  });

  it('writes IPv6 addresses in brackets', () => {
    expect(addressOf('::1', 1234)).toBe('[::1]:1234');
  });
});
