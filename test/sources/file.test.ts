import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type FileOptions, FileSource } from '../../src/sources/file.js';
import { bytesOf, collect, countingBytes, failureOf, temporaryDirectory } from './temporary-files.js';

const files = temporaryDirectory();
const never = new AbortController().signal;

async function readAll(path: string, options: FileOptions = {}) {
  const warnings: string[] = [];
  const source = new FileSource(path, { onWarning: (message) => warnings.push(message), ...options });
  const tuning = await source.open();
  const { lengthSamples } = source;
  const blocks = await collect(source.blocks(never));
  await source.close();
  return { source, tuning, lengthSamples, blocks, warnings };
}

describe('FileSource', () => {
  it('delivers a file in equal blocks that end with the file', async () => {
    const bytes = countingBytes(2 * 2500);
    const path = await files.write('x_912.6M_2400k.cu8', bytes);
    const { source, tuning, lengthSamples, blocks, warnings } = await readAll(path, { blockSamples: 1000 });
    expect(tuning).toEqual({ centerHz: 912_600_000, sampleRateHz: 2_400_000, gainDb: 'auto', ppm: 0 });
    expect([source.id, source.live, lengthSamples]).toEqual(['x_912.6M_2400k.cu8', false, 2500]);
    expect(blocks.map(({ firstSample, bytes }) => [firstSample, bytes.length])).toEqual([
      [0, 2000],
      [1000, 2000],
      [2000, 1000],
    ]);
    expect(blocks.every(({ timeMs, format }) => timeMs === null && format === 'cu8')).toBe(true);
    expect(bytesOf(blocks)).toEqual(bytes);
    expect(warnings).toEqual([]);
  });

  it('reads blocks of 65536 samples where nothing else is said', async () => {
    const path = await files.write('x_912.6M_2400k.cs16', new Uint8Array(4 * 70_000));
    const { blocks } = await readAll(path);
    expect(blocks.map(({ bytes }) => bytes.length / 4)).toEqual([65_536, 70_000 - 65_536]);
  });

  it('keeps floats aligned for a view of its buffer', async () => {
    const path = await files.write('x_912.6M_2400k.cf32', new Uint8Array(8 * 10));
    const { blocks } = await readAll(path, { blockSamples: 4 });
    expect(blocks.map(({ bytes }) => bytes.length)).toEqual([32, 32, 16]);
  });

  it('lets what is given win over the name', async () => {
    const path = await files.write('y_912.6M_2400k.cu8', new Uint8Array(16));
    const given = { format: 'cs16', sampleRateHz: 1_000_000, centerHz: 920e6, startMs: 5000 } as const;
    const { tuning, blocks, source } = await readAll(path, { ...given, blockSamples: 2 });
    expect(tuning).toMatchObject({ centerHz: 920e6, sampleRateHz: 1_000_000 });
    expect(blocks.map(({ format, timeMs }) => [format, timeMs])).toEqual([
      ['cs16', 5000],
      ['cs16', 5000.002],
    ]);
    expect(source.startMs).toBe(5000);
  });

  it('knows the start from the name and the time of last change from the file', async () => {
    const path = await files.write('gqrx_20260102_030405_912600000_2400000_fc.raw', new Uint8Array(16));
    await utimes(path, 1000, 2000);
    const { source } = await readAll(path);
    expect([source.startMs, source.modifiedMs]).toEqual([Date.UTC(2026, 0, 2, 3, 4, 5), 2_000_000]);
  });

  it('reads SigMF by its common name, without the header of a container', async () => {
    const global = { 'core:datatype': 'ci16_le', 'core:sample_rate': 2e6, 'core:trailing_bytes': 3 };
    const captures = [{ 'core:frequency': 915e6, 'core:header_bytes': 5 }];
    await files.write('s.sigmf-meta', JSON.stringify({ global, captures }));
    const bytes = countingBytes(5 + 12 + 3);
    await files.write('s.sigmf-data', bytes);
    const { tuning, lengthSamples, blocks, warnings } = await readAll(files.path('s'));
    expect(tuning).toMatchObject({ centerHz: 915e6, sampleRateHz: 2e6 });
    expect(lengthSamples).toBe(3);
    expect(bytesOf(blocks)).toEqual(bytes.subarray(5, 17));
    expect(warnings).toEqual([]);
  });

  it('delivers the whole samples of a file that ends inside one, and says so', async () => {
    const path = await files.write('z_912.6M_2400k.cs16', countingBytes(4 * 5 + 3));
    const { blocks, lengthSamples, warnings } = await readAll(path, { blockSamples: 5 });
    expect([bytesOf(blocks).length, lengthSamples]).toEqual([20, 5]);
    expect(warnings).toEqual([expect.stringMatching(/ends inside a sample: its last 3 bytes/)]);
  });

  it('assumes a centre where none is known, and says so', async () => {
    const { tuning, warnings } = await readAll(await files.write('x_2400k.cu8', new Uint8Array(2)));
    expect(tuning.centerHz).toBe(912_600_000);
    expect(warnings).toEqual([expect.stringMatching(/centre frequency .* assumed 912.6 MHz/)]);
  });

  it('ends at once when aborted', async () => {
    const path = await files.write('long_912.6M_2400k.cu8', new Uint8Array(4000));
    const source = new FileSource(path, { blockSamples: 100 });
    await source.open();
    const abort = new AbortController();
    let blocks = 0;
    for await (const _ of source.blocks(abort.signal)) if (++blocks === 3) abort.abort();
    expect(blocks).toBe(3);
    await source.close();
  });

  it('ends when closed between blocks', async () => {
    const path = await files.write('short_912.6M_2400k.cu8', new Uint8Array(4000));
    const source = new FileSource(path, { blockSamples: 100 });
    await source.open();
    let blocks = 0;
    for await (const _ of source.blocks(never)) if (++blocks === 3) await source.close();
    expect(blocks).toBe(3);
  });
});

describe('FileSource on a pipe', () => {
  const given = { format: 'cu8', sampleRateHz: 2_400_000, centerHz: 912.6e6 } as const;

  it('cuts standard input into the same blocks, however it arrives', async () => {
    const bytes = countingBytes(2 * 25);
    const pieces = [0, 1, 4, 4, 31, 50].map((end, i, ends) => bytes.slice(ends[i - 1] ?? 0, end));
    const stdin = Readable.from(pieces.filter(({ length }) => length > 0));
    const { source, lengthSamples, blocks, warnings } = await readAll('-', {
      ...given,
      stdin,
      blockSamples: 10,
    });
    expect([source.id, lengthSamples, source.modifiedMs]).toEqual(['stdin', null, null]);
    expect(blocks.map(({ firstSample, bytes }) => [firstSample, bytes.length])).toEqual([
      [0, 20],
      [10, 20],
      [20, 10],
    ]);
    expect(bytesOf(blocks)).toEqual(bytes);
    expect(warnings).toEqual([]);
  });

  it('delivers what came before it closed', async () => {
    const stdin = Readable.from([countingBytes(7)]);
    const { blocks, warnings } = await readAll('-', { ...given, stdin });
    expect(bytesOf(blocks)).toEqual(countingBytes(6));
    expect(warnings).toEqual([expect.stringMatching(/ends inside a sample: its last byte is/)]);
    const empty = await readAll('-', { ...given, stdin: Readable.from([]) });
    expect(empty.blocks).toEqual([]);
    expect(empty.warnings).toEqual([expect.stringMatching(/ended before the first sample/)]);
  });

  it('stops waiting when aborted', async () => {
    const stdin = new PassThrough();
    const source = new FileSource('-', { ...given, stdin });
    await source.open();
    const abort = new AbortController();
    const all = collect(source.blocks(abort.signal));
    abort.abort();
    expect(await all).toEqual([]);
    expect(stdin.destroyed).toBe(true);
  });

  it('stops waiting when closed', async () => {
    const stdin = new PassThrough();
    const warnings: string[] = [];
    const source = new FileSource('-', { ...given, stdin, onWarning: (message) => warnings.push(message) });
    await source.open();
    const all = collect(source.blocks(never));
    await source.close();
    expect([await all, warnings]).toEqual([[], []]);
  });

  it('says so when it can no longer be read', async () => {
    const broken = Object.assign(new Error('i/o error'), { code: 'EIO' });
    const stdin = new Readable({ read: () => stdin.destroy(broken) });
    const failure = await failureOf(readAll('-', { ...given, stdin }));
    expect(failure).toMatchObject({
      code: 'IO',
      exitCode: 74,
      message: expect.stringMatching(/no longer .*EIO/),
    });
  });

  it('reads a named pipe to its end', async () => {
    const path = files.path('fifo');
    execFileSync('mkfifo', [path]);
    createWriteStream(path).end(countingBytes(100));
    const { blocks, lengthSamples } = await readAll(path, given);
    expect(lengthSamples).toBeNull();
    expect(bytesOf(blocks)).toEqual(countingBytes(100));
  });

  it.each([
    [{ sampleRateHz: 2e6 }, /Standard input has no known sample format.*--format/],
    [{ format: 'cu8' }, /sample rate of standard input.*--rate/],
    [{ ...given, stdin: Object.assign(new PassThrough(), { isTTY: true }) }, /terminal/],
  ] as const)('needs to be told what it reads (%#)', async (options, message) => {
    const failure = await failureOf(new FileSource('-', options).open());
    expect(failure).toMatchObject({ code: 'USAGE', exitCode: 64, message: expect.stringMatching(message) });
  });
});

describe('FileSource refuses', () => {
  it.each([
    ['a missing file', 'none_912.6M_2400k.cu8', {}, 'INPUT_NOT_FOUND', 66, /does not exist/],
    ['an impossible path', `${'x'.repeat(300)}.cu8`, {}, 'INPUT_INVALID', 66, /ENAMETOOLONG/],
    ['a path through a file', 'x.cu8/y.cu8', {}, 'INPUT_NOT_FOUND', 66, /does not exist/],
    ['a missing SigMF recording', 'none.sigmf-meta', {}, 'INPUT_NOT_FOUND', 66, /does not exist/],
    ['an empty file', 'empty.cu8', { sampleRateHz: 2e6 }, 'INPUT_INVALID', 66, /is empty/],
    ['half a sample', 'half.cs16', { sampleRateHz: 2e6 }, 'INPUT_INVALID', 66, /not even one cs16 sample/],
    ['a directory', 'directory.cu8', { sampleRateHz: 2e6 }, 'INPUT_INVALID', 66, /is a directory/],
    [
      'an unknown extension',
      'x.wav',
      { sampleRateHz: 2e6 },
      'USAGE',
      64,
      /--format \(cu8, cs8, cs16, cf32\)/,
    ],
    ['a missing rate', 'x.cu8', {}, 'USAGE', 64, /--rate 2.4M/],
    ['a rate of 0', 'x.cu8', { sampleRateHz: 0 }, 'USAGE', 64, /--rate 0 MS\/s.* 1 to 20 MS\/s/],
    ['a rate of 30 MS/s', 'x.cu8', { sampleRateHz: 30e6 }, 'USAGE', 64, /--rate 30 MS\/s.* 1 to 20 MS\/s/],
    ['no rate at all', 'x.cu8', { sampleRateHz: Number.NaN }, 'USAGE', 64, /--rate NaN MS\/s/],
    [
      'a centre below 0',
      'x.cu8',
      { sampleRateHz: 2e6, centerHz: -1e6 },
      'USAGE',
      64,
      /--center -1 MHz.* 300 GHz/,
    ],
    [
      'a centre beyond radio',
      'x_1000GHz.cu8',
      { sampleRateHz: 2e6 },
      'INPUT_INVALID',
      66,
      /--center overrides/,
    ],
    [
      'a name that speaks to terminals',
      'x\u001b[2J\n.wav',
      {},
      'INPUT_NOT_FOUND',
      66,
      /x\ufffd\[2J\ufffd\.wav/,
    ],
    ['a low rate in the name', 'x_250k.cu8', {}, 'INPUT_INVALID', 66, /0.25 MS\/s: 1 to 20 MS\/s/],
  ] as const)('%s', async (_, name, options, code, exitCode, message) => {
    await mkdir(files.path('directory.cu8'), { recursive: true });
    await files.write('empty.cu8', '');
    await files.write('half.cs16', 'abc');
    for (const present of ['x.wav', 'x.cu8', 'x_250k.cu8', 'x_1000GHz.cu8'])
      await files.write(present, 'abcdefgh');
    const failure = await failureOf(new FileSource(files.path(name), options).open());
    expect(failure).toMatchObject({ code, exitCode, message: expect.stringMatching(message) });
    expect((failure as Error).message).toMatch(/^[^\n]{1,500}$/);
  });
});
