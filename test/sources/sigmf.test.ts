import { describe, expect, it } from 'vitest';
import { readSigmf } from '../../src/sources/sigmf.js';
import { failureOf, temporaryDirectory } from './temporary-files.js';

const files = temporaryDirectory();

const GLOBAL = { 'core:datatype': 'cu8', 'core:sample_rate': 2_400_000, 'core:version': '1.0.0' };
const CAPTURE = {
  'core:sample_start': 0,
  'core:frequency': 912.6e6,
  'core:datetime': '2026-01-02T03:04:05.250Z',
};

let count = 0;

/** Writes a recording with these metadata and returns its common base name. */
async function recording(
  global: object,
  captures: unknown = [CAPTURE],
  data: number | null = 8,
): Promise<string> {
  const name = `r${count++}`;
  await files.write(`${name}.sigmf-meta`, JSON.stringify({ global, captures, annotations: [] }));
  if (data !== null) await files.write(`${name}.sigmf-data`, new Uint8Array(data));
  return files.path(name);
}

describe('readSigmf', () => {
  it('reads a recording by either file and by their common name', async () => {
    const base = await recording(GLOBAL);
    for (const path of [base, `${base}.sigmf-meta`, `${base}.sigmf-data`]) {
      expect(await readSigmf(path)).toEqual({
        dataPath: `${base}.sigmf-data`,
        format: 'cu8',
        sampleRateHz: 2_400_000,
        centerHz: 912.6e6,
        startMs: Date.UTC(2026, 0, 2, 3, 4, 5, 250),
        headerBytes: 0,
        trailingBytes: 0,
        warnings: [],
      });
    }
  });

  it.each([
    ['cu8', 'cu8'],
    ['ci8', 'cs8'],
    ['ci16_le', 'cs16'],
    ['cf32_le', 'cf32'],
  ])('reads datatype %s as %s', async (datatype, format) => {
    expect((await readSigmf(await recording({ 'core:datatype': datatype }))).format).toBe(format);
  });

  it('leaves open what is not said', async () => {
    const { sampleRateHz, centerHz, startMs } = await readSigmf(
      await recording({ 'core:datatype': 'cu8' }, []),
    );
    expect([sampleRateHz, centerHz, startMs]).toEqual([undefined, undefined, undefined]);
  });

  it('counts the start back from the sample that the date belongs to', async () => {
    const capture = { ...CAPTURE, 'core:sample_start': 3_600_000 };
    expect((await readSigmf(await recording(GLOBAL, [capture]))).startMs).toBe(
      Date.UTC(2026, 0, 2, 3, 4, 3, 750),
    );
    const later = await recording({ ...GLOBAL, 'core:offset': 3_600_000 }, [capture]);
    expect((await readSigmf(later)).startMs).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 250));
  });

  it('takes a date without an offset for UTC, and warns of what is no date', async () => {
    const bare = await recording(GLOBAL, [{ 'core:datetime': '2026-01-02T03:04:05' }]);
    expect((await readSigmf(bare)).startMs).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    const odd = await readSigmf(await recording(GLOBAL, [{ 'core:datetime': 'yesterday' }]));
    expect(odd.startMs).toBeUndefined();
    expect(odd.warnings).toEqual([expect.stringContaining('"yesterday"')]);
  });

  it('warns where captures were tuned differently, and takes the first', async () => {
    const base = await recording(GLOBAL, [CAPTURE, { 'core:sample_start': 4, 'core:frequency': 915e6 }]);
    const { centerHz, warnings } = await readSigmf(base);
    expect(centerHz).toBe(912.6e6);
    expect(warnings).toEqual([expect.stringContaining('different centre frequencies')]);
  });

  it('leaves aside a start that no calendar has', async () => {
    const capture = { ...CAPTURE, 'core:sample_start': 2 ** 53 - 1 };
    const odd = await readSigmf(await recording({ ...GLOBAL, 'core:sample_rate': 1e-9 }, [capture]));
    expect(odd.startMs).toBeUndefined();
    expect(odd.warnings).toEqual([expect.stringContaining('outside of all calendars')]);
  });

  it('reads the samples of a foreign container beside it', async () => {
    const container = await files.write('container.bin', new Uint8Array(100));
    const global = { ...GLOBAL, 'core:dataset': 'container.bin', 'core:trailing_bytes': 12 };
    const base = await recording(global, [{ ...CAPTURE, 'core:header_bytes': 44 }], null);
    expect(await readSigmf(base)).toMatchObject({ dataPath: container, headerBytes: 44, trailingBytes: 12 });
  });
});

describe('readSigmf refuses', () => {
  it.each([
    [
      'a datatype it does not read',
      { 'core:datatype': 'cf64_be' },
      [],
      /"cf64_be"; what can be read is cu8, ci8/,
    ],
    ['a missing datatype', { 'core:sample_rate': 1e6 }, [], /no core:datatype; what can be read is/],
    [
      'a rate that is no number',
      { ...GLOBAL, 'core:sample_rate': '2.4M' },
      [],
      /core:sample_rate "2.4M".*number/,
    ],
    ['several channels', { ...GLOBAL, 'core:num_channels': 2 }, [], /2 channels/],
    ['captures that are none', GLOBAL, 'none', /"captures" that are not an array/],
    ['a negative sample_start', GLOBAL, [{ ...CAPTURE, 'core:sample_start': -1 }], /core:sample_start -1/],
    ['headers between captures', GLOBAL, [CAPTURE, { 'core:header_bytes': 4 }], /header bytes between/],
    ['data elsewhere', { ...GLOBAL, 'core:dataset': '../../etc/passwd' }, [], /core:dataset .* beside it/],
    ['an endless name', { ...GLOBAL, 'core:dataset': 'x'.repeat(300) }, [], /core:dataset .* beside it/],
    ['endless values', { ...GLOBAL, 'core:sample_rate': 'x'.repeat(1e6) }, [], /^.{0,300}$/],
  ])('%s', async (_, global, captures, message) => {
    const failure = await failureOf(readSigmf(await recording(global, captures)));
    expect(failure).toMatchObject({
      code: 'INPUT_INVALID',
      exitCode: 66,
      message: expect.stringMatching(message),
    });
  });

  it('a recording whose samples are missing', async () => {
    const failure = await failureOf(readSigmf(await recording(GLOBAL, [CAPTURE], null)));
    expect(failure).toMatchObject({
      code: 'INPUT_NOT_FOUND',
      message: expect.stringMatching(/samples of .* missing/),
    });
  });

  it('samples whose metadata are missing', async () => {
    const failure = await failureOf(readSigmf(await files.write('alone.sigmf-data', new Uint8Array(8))));
    expect(failure).toMatchObject({
      code: 'INPUT_NOT_FOUND',
      message: expect.stringContaining('alone.sigmf-meta'),
    });
  });

  it.each([
    ['{"global": {', /is broken/],
    ['not json\n{', /is broken: [^\n]+$/],
    ['[]', /no "global" object/],
    [' '.repeat(17 * 1024 * 1024), /16 MB/],
    [
      `{"global": {"core:num_channels": ${'['.repeat(1e5)}${']'.repeat(1e5)}}}`,
      /core:num_channels \[…\], which should/,
    ],
  ])('metadata that are no SigMF (%#)', async (text, message) => {
    const failure = await failureOf(readSigmf(await files.write('bad.sigmf-meta', text)));
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringMatching(message) });
  });
});
