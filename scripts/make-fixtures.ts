import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rowWriter } from '../src/sinks/layout.js';
import { READING_LAYOUT } from '../src/sinks/reading-layout.js';
import { factsFromFileName } from '../src/sources/file-name.js';
import { record } from '../src/synth/recording.js';
import { sigmfMeta } from '../src/synth/sigmf.js';
import { truthOf } from '../src/synth/truth.js';
import { differences, linesOf, type Row, readingsIn } from './fixture-check.js';
import { type Scene, scenes } from './fixture-scenes.js';

/**
 * Writes `fixtures/iq/`: the recordings, and beside each what `ertd replay` prints for it. Fails where the
 * receiver does not hear every packet that was sent, or anything else.
 */
const DIRECTORY = fileURLToPath(new URL('../fixtures/iq/', import.meta.url));
const MAX_BYTES = 12e6;

/** Writes the samples, and the metadata of SigMF. @returns bytes written, and what was sent */
async function writeSamples(scene: Scene): Promise<{ bytes: number; truth: Row[] }> {
  const { file, recording } = scene;
  const { radio, format } = recording;
  const startMs = scene.startMs ?? factsFromFileName(file).startMs ?? null;
  const blocks = [...record(recording)];
  const truth = blocks.flatMap(({ heard }) => heard.map((packet) => truthOf(packet, radio, startMs)));
  const bytes = Buffer.concat(blocks.map((block) => block.bytes));
  await writeFile(join(DIRECTORY, file), bytes);
  if (file !== openedAs(file)) {
    const about = 'Made up: ERT meters that do not exist.';
    await writeFile(join(DIRECTORY, openedAs(file)), sigmfMeta(radio, format, startMs, about));
  }
  return { bytes: bytes.length, truth: truth.map((row) => ({ ...row })) };
}

/** A SigMF recording is opened by its metadata. */
function openedAs(file: string): string {
  return file.replace(/\.sigmf-data$/, '.sigmf-meta');
}

/** Writes the lines of a replay, once they are known to be right. @returns their number */
async function writeExpected(scene: Scene, truth: readonly Row[]): Promise<number> {
  const { file } = scene;
  const readings = await readingsIn(join(DIRECTORY, openedAs(file)));
  const lines = rowWriter(READING_LAYOUT, 'jsonl');
  const text = readings.map((reading) => lines.line(reading)).join('');
  const wrong = differences(truth, linesOf(text));
  if (wrong.length > 0) throw new Error([`${file}:`, ...wrong].join('\n  '));
  await writeFile(join(DIRECTORY, file.replace(/\.[a-z][a-z0-9-]*$/, '.expected.jsonl')), text);
  return readings.length;
}

async function removeOld(): Promise<void> {
  await mkdir(DIRECTORY, { recursive: true });
  for (const name of await readdir(DIRECTORY)) {
    const written = name !== 'README.md' && !name.startsWith('.');
    if (written) await rm(join(DIRECTORY, name));
  }
}

await removeOld();
let total = 0;
for (const scene of scenes()) {
  const { bytes, truth } = await writeSamples(scene);
  const packets = await writeExpected(scene, truth);
  total += bytes;
  console.log(`${scene.file}: ${(bytes / 1e6).toFixed(2)} MB, ${packets} packets`);
}
console.log(`${(total / 1e6).toFixed(2)} MB in all`);
if (total > MAX_BYTES) throw new Error(`That is more than the ${MAX_BYTES / 1e6} MB that may be shipped.`);
