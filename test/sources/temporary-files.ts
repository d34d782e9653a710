import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { SampleBlock } from '../../src/sources/source.js';

/** A directory that lives as long as the test file; its `write` returns the path written. */
export function temporaryDirectory(): {
  path: (name: string) => string;
  write: (name: string, content: string | Uint8Array) => Promise<string>;
} {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ertd-sources-'));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });
  const path = (name: string) => join(directory, name);
  const write = async (name: string, content: string | Uint8Array) => {
    await writeFile(path(name), content);
    return path(name);
  };
  return { path, write };
}

/** Bytes that differ from place to place, so that a shift or a swap shows. */
export function countingBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

/** All blocks, with copies of their bytes, which sources use again. */
export async function collect(blocks: AsyncIterable<SampleBlock>): Promise<SampleBlock[]> {
  const all: SampleBlock[] = [];
  for await (const block of blocks) all.push({ ...block, bytes: Uint8Array.from(block.bytes) });
  return all;
}

export function bytesOf(blocks: readonly SampleBlock[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(blocks.map((block) => block.bytes)));
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('did not fail');
    },
    (error: unknown) => error,
  );
}
