import { describe, expect, it } from 'vitest';
import { Fault } from '../src/errors.js';
import {
  formatDuration,
  formatHertz,
  formatSize,
  parseDuration,
  parseHertz,
  parseSize,
} from '../src/quantity.js';

describe('parseHertz', () => {
  it.each([
    ['2359296', 2359296],
    ['2.4M', 2_400_000],
    ['912.6M', 912_600_000],
    ['912600k', 912_600_000],
    ['0.9126G', 912_600_000],
    ['2.4MHz', 2_400_000],
    ['2.4 MHz', 2_400_000],
    ['912.6m', 912_600_000],
    ['910.9625M', 910_962_500],
    ['2359.296k', 2_359_296],
    ['9.126e8', 912_600_000],
    ['.5k', 500],
    ['32768Hz', 32768],
    ['0', 0],
  ])('reads %s as exactly %d', (text, hz) => {
    expect(parseHertz(text)).toBe(hz);
  });

  it('moves the decimal point without rounding, for every channel a tenth of a kilohertz apart', () => {
    for (let tenths = 9_000_000; tenths <= 9_280_000; tenths += 13) {
      const text = `${Math.floor(tenths / 10_000)}.${String(tenths % 10_000).padStart(4, '0')}M`;
      expect(parseHertz(text)).toBe(tenths * 100);
    }
  });

  it.each(['', 'fast', '-1M', '2,4M', '2.4T', '1e400', 'M', '12.3.4', '2.4M 3'])('refuses "%s"', (text) => {
    expect(() => parseHertz(text)).toThrow(Fault);
    expect(() => parseHertz(text)).toThrow(`"${text}" is not a number of hertz; write it like`);
  });
});

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['5min', 300_000],
    ['12h', 43_200_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['0', 0],
    ['0.1h', 360_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '10', 's', '-1s', '10 years', '1h30'])('refuses "%s" as a usage fault', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 64 }));
  });
});

describe('formatters', () => {
  it.each([
    [912_600_000, '912.6 MHz'],
    [2_359_296, '2.359296 MHz'],
    [-125_000, '-125 kHz'],
    [1_090_000_000, '1.09 GHz'],
    [0, '0 Hz'],
    [50, '50 Hz'],
  ])('writes %d Hz as %s', (hz, text) => {
    expect(formatHertz(hz)).toBe(text);
    if (hz >= 0) expect(parseHertz(text)).toBe(hz);
  });

  it.each([
    [0, '0ms'],
    [250, '250ms'],
    [90_000, '90s'],
    [300_000, '5m'],
    [172_800_000, '2d'],
    [172_800_001, '172800001ms'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  });
});

describe('parseSize', () => {
  it.each([
    ['500M', 500e6],
    ['1.5 GB', 1.5e9],
    ['0', 0],
    ['2t', 2e12],
    ['640kB', 640_000],
  ])('reads %s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'big', '-1M', '5MiB', '1,5G'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(`"${text}" is not a size; write it like 500M or 2G.`);
  });
});

it.each([
  [999, '0.999 kB'],
  [1_234_567, '1.23 MB'],
  [4e9, '4 GB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});
