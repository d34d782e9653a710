import { Decoder, type DecoderStats } from '../../src/decode/decoder.js';
import type { Packet } from '../../src/decode/protocol.js';
import { scm } from '../../src/decode/protocols/scm.js';
import type { Burst } from '../../src/dsp/burst.js';
import { FrontEnd, type FrontEndStats } from '../../src/dsp/front-end.js';
import { SAMPLE_BYTES, type SampleFormat } from '../../src/sources/source.js';

/** The confidence asked for unless the configuration says otherwise. */
export const LEAST_CONFIDENCE = 0.99;

/** All that a front end and a decoder make of a stream. */
export interface Heard {
  readonly packets: readonly Packet[];
  readonly bursts: readonly Burst[];
  readonly frontEnd: FrontEndStats;
  readonly decoder: DecoderStats;
}

export interface HearingOptions {
  readonly format?: SampleFormat;
  /** Samples pushed at a time; all at once where it is not given. */
  readonly blockSamples?: number;
  readonly firstSample?: number;
}

/** Listens to a whole stream of samples, from its first to its last. */
export function hear(bytes: Uint8Array, sampleRateHz: number, options: HearingOptions = {}): Heard {
  const { format = 'cu8', firstSample = 0 } = options;
  const frontEnd = new FrontEnd(sampleRateHz, format, [scm], firstSample);
  const decoder = new Decoder([scm], LEAST_CONFIDENCE);
  const block = (options.blockSamples ?? bytes.length) * SAMPLE_BYTES[format];
  const bursts: Burst[] = [];
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length; at += block) {
    const found = frontEnd.push(bytes.subarray(at, at + block));
    bursts.push(...found);
    packets.push(...decoder.decode(found, frontEnd.searchedTo));
  }
  const last = frontEnd.flush(firstSample + bytes.length / SAMPLE_BYTES[format]);
  bursts.push(...last);
  packets.push(...decoder.decode(last, Number.POSITIVE_INFINITY));
  return { packets, bursts, frontEnd: frontEnd.stats, decoder: decoder.stats };
}

export function idsOf({ packets }: Heard): number[] {
  return packets.map(({ meterId }) => meterId);
}
