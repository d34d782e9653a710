import { Decoder } from '../src/decode/decoder.js';
import type { Packet, Protocol } from '../src/decode/protocol.js';
import { PROTOCOLS } from '../src/decode/protocols/index.js';
import type { Burst } from '../src/dsp/burst.js';
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

/** Front end and decoder, without sources and sinks. It goes on from one stretch of air to the next, as a daemon does. */
export class Reception {
  readonly #frontEnd: FrontEnd;
  readonly #decoder: Decoder;
  #packets: Packet[] = [];
  #seconds = 0;

  constructor(
    sampleRateHz: number,
    {
      format = 'cu8',
      minConfidence = MIN_CONFIDENCE,
      protocols = PROTOCOLS,
      kernel = KERNELS.find((name) => name === process.env.ERTD_KERNEL),
    }: ReceiveOptions = {},
  ) {
    this.#frontEnd = new FrontEnd(sampleRateHz, format, protocols, 0, undefined, kernel);
    this.#decoder = new Decoder(protocols, minConfidence);
  }

  take(blocks: Iterable<Uint8Array>): void {
    for (const block of blocks) this.#work(() => this.#frontEnd.push(block));
  }

  /** Nothing comes after it. */
  finish(): void {
    this.#work(() => this.#frontEnd.flush(0), Number.POSITIVE_INFINITY);
  }

  /** Takes out what has been received since the last time; the counters are those since the beginning. */
  received(): Received {
    const [packets, seconds] = [this.#packets, this.#seconds];
    this.#packets = [];
    this.#seconds = 0;
    const { stats: front, kernel } = this.#frontEnd;
    return { packets, front, decoder: this.#decoder.stats, kernel, seconds };
  }

  #work(search: () => Burst[], searchedTo?: number): void {
    const before = process.cpuUsage();
    const bursts = search();
    this.#packets.push(...this.#decoder.decode(bursts, searchedTo ?? this.#frontEnd.searchedTo));
    this.#seconds += cpuSecondsSince(before);
  }
}

/** Runs samples through front end and decoder. */
export function receive(
  blocks: Iterable<Uint8Array>,
  sampleRateHz: number,
  options?: ReceiveOptions,
): Received {
  const reception = new Reception(sampleRateHz, options);
  reception.take(blocks);
  reception.finish();
  return reception.received();
}

/** Processor time of this process since then, s. */
export function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
