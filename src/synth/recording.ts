import type { SampleFormat } from '../sources/source.js';
import { Air, type OnAir } from './air.js';
import { quantise } from './quantise.js';
import { Random } from './random.js';
import { type Heard, heardBy, type Radio, type Sending } from './sending.js';

const BLOCK_SAMPLES = 65_536;

/** What is recorded, by which radio and for how long. */
export interface Recording {
  /** In order of their start. */
  readonly sendings: Iterable<Sending>;
  readonly radio: Radio;
  readonly format: SampleFormat;
  readonly samples: number;
  /** Of the noise. */
  readonly seed: number;
}

export interface RecordedBlock {
  /** Whole samples, interleaved I,Q; a new array for every block. */
  readonly bytes: Uint8Array;
  /** The sample after its last, in the recording. */
  readonly endSample: number;
  /** Packets that are in the recording in full by the end of the block and were not before. */
  readonly heard: readonly Heard[];
}

/**
 * Records, block by block. Packets outside the radio's window are not heard; neither is one that would begin
 * before or end after the recording, so what is heard is there in full.
 * @param blockSamples samples of every block but the last; the bytes do not depend on it
 */
export function* record(
  recording: Recording,
  blockSamples = BLOCK_SAMPLES,
): Generator<RecordedBlock, void, undefined> {
  const { radio, format, samples } = recording;
  const unfinished: Heard[] = [];
  const air = new Air(onAir(recording, unfinished), radio.noiseRms, new Random(recording.seed));
  const buffer = new Float32Array(2 * Math.min(blockSamples, samples));
  for (let end = 0; end < samples; ) {
    const iq = buffer.subarray(0, 2 * (samples - end));
    air.next(iq);
    end += iq.length / 2;
    const heard: Heard[] = [];
    while (unfinished.length > 0 && unfinished[0].endSample <= end) heard.push(unfinished.shift()!);
    yield { bytes: quantise(iq, format), endSample: end, heard };
  }
}

/** What the radio hears of the recording's sendings, each noted when it is asked for. */
function* onAir({ sendings, radio, samples }: Recording, noted: Heard[]): Generator<OnAir, void, undefined> {
  for (const sending of sendings) {
    const heard = heardBy(radio, sending);
    if (heard === null || heard.firstSample < 0 || heard.endSample > samples) continue;
    noted.push(heard);
    yield heard.onAir;
  }
}
