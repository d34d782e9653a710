import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DongleSource } from '../../src/sources/dongle.js';
import { ExecSource } from '../../src/sources/exec.js';
import { FileSource } from '../../src/sources/file.js';
import { sourceFromUri } from '../../src/sources/open.js';
import { PacedSource } from '../../src/sources/paced.js';
import { RtlTcpSource } from '../../src/sources/rtltcp.js';
import type { Tuning } from '../../src/sources/source.js';
import { UsbDongleSource } from '../../src/sources/usb-dongle.js';
import { temporaryDirectory } from './temporary-files.js';

const files = temporaryDirectory();
const wanted: Tuning = { centerHz: 1, sampleRateHz: 1, gainDb: 'auto', ppm: 0 };

describe('sourceFromUri', () => {
  it.each([
    ['rtltcp://attic:4321', 'attic:4321'],
    ['rtltcp://attic', 'attic:1234'],
    ['rtltcp://192.168.1.7:1235/', '192.168.1.7:1235'],
    ['rtltcp://[::1]:1235', '[::1]:1235'],
    ['RTLTCP:attic', 'attic:1234'],
  ])('takes %s for an rtl_tcp server', (uri, id) => {
    const source = sourceFromUri(uri);
    expect(source).toBeInstanceOf(RtlTcpSource);
    expect([source.id, source.live]).toEqual([id, true]);
  });

  it.each([
    ['rtlsdr', 'rtlsdr'],
    ['rtlsdr:', 'rtlsdr'],
    ['rtlsdr:00000042', 'rtlsdr:00000042'],
    ['RTLSDR://42', 'rtlsdr:42'],
  ])('takes %s for a dongle', (uri, id) => {
    const source = sourceFromUri(uri);
    expect(source).toBeInstanceOf(DongleSource);
    expect([source.id, source.live]).toEqual([id, true]);
  });

  it.each([
    ['usb', 'usb'],
    ['usb:00000042', 'usb:00000042'],
    ['USB://42', 'usb:42'],
  ])('takes %s for a dongle that is opened without rtl_tcp', (uri, id) => {
    const source = sourceFromUri(uri);
    expect(source).toBeInstanceOf(UsbDongleSource);
    expect([source.id, source.live]).toEqual([id, true]);
  });

  it('takes exec: for a program, where it knows the format of its samples', () => {
    const uri = 'exec:/usr/bin/rx_sdr -f {center} -';
    const source = sourceFromUri(uri, { format: 'cs16' });
    expect(source).toBeInstanceOf(ExecSource);
    expect([source.id, source.live]).toEqual(['rx_sdr', true]);
    expect(() => sourceFromUri(uri)).toThrow('give it with --format (cu8, cs8, cs16, cf32)');
    expect(() => sourceFromUri('exec:', { format: 'cu8' })).toThrow('exec: names no command');
  });

  it.each([
    ['-', 'stdin'],
    ['x.cu8', 'x.cu8'],
    ['./a/12:30.cu8', '12:30.cu8'],
    ['a:b.cu8', 'a:b.cu8'],
    ['file:x.cu8', 'x.cu8'],
  ])('takes %s for a recording', (uri, id) => {
    const source = sourceFromUri(uri);
    expect(source).toBeInstanceOf(FileSource);
    expect([source.id, source.live]).toEqual([id, false]);
  });

  it('opens a file by its URL, at the speed of the radio where asked for', async () => {
    const path = await files.write('a b_912.6M_2400k.cu8', 'abcd');
    const source = sourceFromUri(pathToFileURL(path).href, { realtime: true });
    expect(source).toBeInstanceOf(PacedSource);
    expect(await source.open(wanted)).toMatchObject({ sampleRateHz: 2_400_000 });
    expect(source.lengthSamples).toBe(2);
    await source.close();
  });

  it.each([
    'soapy://driver=rtlsdr',
    'http://attic:1234',
    'rtltcp://',
    'rtltcp://attic:0',
    'rtltcp://attic:65536',
    'rtltcp://user@attic',
    'file://elsewhere/x.cu8',
    'file:',
    '',
  ])('refuses "%s", naming what there is', (uri) => {
    expect(() => sourceFromUri(uri)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('rtltcp://HOST:PORT') }),
    );
  });
});
