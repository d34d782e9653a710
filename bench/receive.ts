import { Decoder } from '../src/decode/decoder.js';
import type { Packet, Protocol } from '../src/decode/protocol.js';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import { FrontEnd, type FrontEndStats } from '../src/dsp/front-end.js';
import type { KernelName } from '../src/dsp/kernel-loops.js';
import type { SampleFormat } from '../src/sources/source.js';

/** Confidence below which packets are refused: the default of `decode.minConfidence`. */
export const MIN_CONFIDENCE = 0.995;

const KERNELS = ['simd', 'reference'] as const;

export interface ReceiveOptions {
  readonly format?: SampleFormat;
  readonly minConfidence?: number;
  readonly protocols?: readonly Protocol[];
  /** By default the one that `ERTD_KERNEL` names, else the one that the receiver chooses. */
  readonly kernel?: KernelName | undefined;
}

/** What became of a stretch of samples. */
export interface Received {
  readonly packets: readonly Packet[];
  readonly front: FrontEndStats;
  readonly decoder: Decoder['stats'];
  readonly kernel: KernelName;
  /**
   * Processor time spent in the front end and the decoder, s. On a machine that has nothing else to do it is hardly more
   * than the time on the wall, and on another one it still tells the same.
   */
  readonly seconds: number;
}

/** Runs samples through front end and decoder, without sources and sinks. */
export function receive(
  blocks: Iterable<Uint8Array>,
  sampleRateHz: number,
  {
    format = 'cu8',
    minConfidence = MIN_CONFIDENCE,
    protocols = PROTOCOLS,
    kernel = KERNELS.find((name) => name === process.env.ERTD_KERNEL),
  }: ReceiveOptions = {},
): Received {
  const frontEnd = new FrontEnd(sampleRateHz, format, protocols, 0, undefined, kernel);
  const decoder = new Decoder(protocols, minConfidence);
  const packets: Packet[] = [];
  let seconds = 0;
  for (const block of blocks) {
    const before = process.cpuUsage();
    packets.push(...decoder.decode(frontEnd.push(block), frontEnd.searchedTo));
    seconds += cpuSecondsSince(before);
  }
  const before = process.cpuUsage();
  packets.push(...decoder.decode(frontEnd.flush(0), Number.POSITIVE_INFINITY));
  seconds += cpuSecondsSince(before);
  return { packets, front: frontEnd.stats, decoder: decoder.stats, kernel: frontEnd.kernel, seconds };
}

/** Processor time of this process since then, s. */
export function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
