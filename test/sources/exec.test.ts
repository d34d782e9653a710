import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ExecOptions, ExecSource } from '../../src/sources/exec.js';
import type { SourceEvent, Tuning } from '../../src/sources/source.js';
import { bytesOf, countingBytes, failureOf, temporaryDirectory } from './temporary-files.js';

const files = temporaryDirectory();
const wanted: Tuning = { centerHz: 915e6, sampleRateHz: 1e6, gainDb: 28, ppm: 3 };
const sources: ExecSource[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
});

function newSource(command: string, options: Partial<ExecOptions> = {}) {
  const events: SourceEvent[] = [];
  const onEvent = (event: SourceEvent): void => void events.push(event);
  const source = new ExecSource({ command, format: 'cs16', blockSamples: 250, onEvent, ...options });
  sources.push(source);
  const blocks = source.blocks(new AbortController().signal)[Symbol.asyncIterator]();
  const next = async () => {
    const { value } = await blocks.next();
    if (!value) throw new Error('the source ended');
    return { ...value, bytes: Uint8Array.from(value.bytes) };
  };
  return { source, events, next };
}

/** A command that runs a script of Node.js, with arguments. */
async function script(text: string, ...args: string[]): Promise<string> {
  const path = await files.write(`${Math.abs(hash(text))}.mjs`, text);
  return [`"${process.execPath}"`, `"${path}"`, ...args].join(' ');
}

const hash = (text: string): number => [...text].reduce((sum, c) => (31 * sum + c.charCodeAt(0)) | 0, 7);

const FOREVER = 'setInterval(() => process.stdout.write(Buffer.alloc(1000)), 10);';

describe('ExecSource', { timeout: 30_000 }, () => {
  it('delivers what the program writes, and tells it what is wanted', async () => {
    const path = await files.write('samples', countingBytes(2000));
    const text = `import { readFileSync } from 'node:fs';
      process.stdout.write(readFileSync(${JSON.stringify(path)}));
      process.stdout.write(process.argv.slice(2).join(' ').padEnd(1000));
      setInterval(() => {}, 1000);`;
    const { source, next } = newSource(await script(text, '-f', '{center}', '-s', '{rate}'));
    expect(source.live).toBe(true);
    expect(await source.open(wanted)).toEqual({ ...wanted, gainDb: 'auto', ppm: 0 });
    const blocks = [await next(), await next()];
    expect(bytesOf(blocks)).toEqual(countingBytes(2000));
    expect(blocks.map(({ firstSample, format }) => [firstSample, format])).toEqual([
      [0, 'cs16'],
      [250, 'cs16'],
    ]);
    expect(
      Buffer.from((await next()).bytes)
        .toString()
        .trim(),
    ).toBe('-f 915000000 -s 1000000');
  });

  it('starts a program that ends again, and counts on by the time passed', async () => {
    const { source, events, next } = newSource(
      await script('process.stdout.write(Buffer.alloc(1000)); console.error("over");'),
    );
    await source.open(wanted);
    expect((await next()).firstSample).toBe(0);
    expect((await next()).firstSample).toBeGreaterThan(100_000);
    expect(events[0]).toMatchObject({
      kind: 'lost',
      code: 'SOURCE_LOST',
      message: expect.stringMatching(/ended \(exit status 0\), saying "over": starting it again/),
    });
    expect(events[1]).toMatchObject({ kind: 'restored' });
  });

  it('starts a program that falls silent again', async () => {
    const { source, events } = newSource(
      await script('process.stdout.write(Buffer.alloc(1000)); setInterval(() => {}, 1000);'),
      { stallMs: 300 },
    );
    await source.open(wanted);
    await vi.waitFor(() => expect(events.map(({ kind }) => kind)).toEqual(['lost', 'restored']), 10_000);
    expect(events[0]).toMatchObject({
      code: 'SOURCE_STALLED',
      message: expect.stringContaining('for 0.3 s'),
    });
  });

  it('ends the program when it is closed', async () => {
    const { source, events } = newSource(await script(FOREVER));
    await source.open(wanted);
    await source.close();
    expect(events).toEqual([]);
  });

  it.each([
    ['/nonexistent/rx -', {}, /^There is no program \/nonexistent\/rx to be started: /],
    ['false', {}, /^false ended \(exit status 1\)/],
    ['sleep 10', { firstSampleMs: 100 }, /^No samples from sleep for 0\.1 s/],
  ])('cannot open %s', async (command, options, message) => {
    const failure = await failureOf(newSource(command, options).source.open(wanted));
    expect(failure).toMatchObject({ exitCode: 69, message: expect.stringMatching(message) });
  });
});
