import { SAMPLE_READERS } from '../dsp/samples.js';
import type { SampleBlock } from '../sources/source.js';

/** Samples that are looked at together, and out of how many. */
const LOOK_SAMPLES = 64;
const STEP_SAMPLES = 512;

const iq = new Float32Array(2 * LOOK_SAMPLES);

/** Mean power of a block, dB of full scale, by an eighth of its samples. */
export function loudnessOf(block: Pick<SampleBlock, 'bytes' | 'format'>): number {
  const reader = SAMPLE_READERS[block.format];
  const [look, step] = [LOOK_SAMPLES * reader.bytes, STEP_SAMPLES * reader.bytes];
  let sum = 0;
  let looks = 0;
  for (let at = 0; at + look <= block.bytes.length; at += step) {
    reader.read(block.bytes.subarray(at, at + look), iq, 0);
    for (const part of iq) sum += part * part;
    looks++;
  }
  return 10 * Math.log10(Math.max(1e-12, sum / Math.max(1, looks * LOOK_SAMPLES)));
}
