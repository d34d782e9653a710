import type { DecoderObserver, Verdict } from '../decode/decoder.js';
import type { Burst } from '../dsp/burst.js';
import type { Reception } from '../receiver/receiver.js';
import type { SampleBlock, SampleSource, Tuning } from '../sources/source.js';
import { SAMPLE_BYTES } from '../sources/source.js';
import { annotationOf } from './annotation.js';
import { AnomalyWatch } from './anomaly-watch.js';
import { BurstFolder } from './burst-folder.js';
import { IqRing, type Stretch } from './iq-ring.js';
import { recordedSource } from './recorded-source.js';
import { type Annotation, sigmfText } from './sigmf-text.js';

/** What bursts are kept: packets of chosen meters, candidates that were strong and refused, packets that are strange. */
export type BurstKind = 'meters' | 'refused' | 'anomalies';

export interface BurstRecorderOptions {
  /** The folder they go to. */
  readonly bursts: string;
  readonly limitBytes: number;
  readonly kinds: readonly BurstKind[];
  /** IDs of the chosen meters. */
  readonly meters: readonly number[];
  readonly onTrouble: (message: string) => void;
}

/** What is kept of the stream: rather longer than it takes until a packet is told, s; and no more than this, bytes. */
const RING_SECONDS = 5;
const RING_BYTES = 64e6;
/** Air that is saved before and after a burst, s: a receiver has to learn the noise before it hears one. */
const BEFORE_SECONDS = 0.12;
const AFTER_SECONDS = 0.03;
/** A refused candidate weaker than this is what noise and far meters are full of, Eb/N0 in dB. */
const STRONG_DB = 12;
/** Refused and strange ones that are saved in a minute at most: a neighbour's radio may send thousands. */
const MOST_A_MINUTE = 30;

/** A burst of which the end has not come yet. */
interface Waiting extends Stretch {
  readonly name: string;
  readonly annotate: (firstSample: number) => Annotation;
  readonly burst: Pick<Burst, 'firstSample'>;
}

/**
 * Keeps the last seconds of a stream, and saves the samples around bursts that are worth a look. It sees the source's
 * blocks before the receiver does, and is told of packets and refusals a little later.
 */
export class BurstRecorder implements DecoderObserver {
  readonly #options: BurstRecorderOptions;
  readonly #folder: BurstFolder;
  readonly #meters: ReadonlySet<number>;
  readonly #anomalies = new AnomalyWatch();
  #tuning: Pick<Tuning, 'centerHz' | 'sampleRateHz'> | null = null;
  #ring: IqRing | null = null;
  #format: SampleBlock['format'] = 'cu8';
  #waiting: Waiting[] = [];
  /** Wall clock of sample 0, ms since 1970. */
  #startMs = 0;
  #minute = { number: 0, saved: 0 };
  #lastEnd = Number.NEGATIVE_INFINITY;
  /** What came before this sample is of another window. */
  #windowFrom = 0;

  constructor(options: BurstRecorderOptions) {
    this.#options = options;
    this.#folder = new BurstFolder(options.bursts, options.limitBytes, options.onTrouble);
    this.#meters = new Set(options.meters);
  }

  /** The source to receive from instead, which is the same but seen. */
  listenTo<Source extends SampleSource>(source: Source): Source {
    return recordedSource(source, (block) => {
      this.#see(block);
      return true;
    });
  }

  tuned(tuning: Pick<Tuning, 'centerHz' | 'sampleRateHz'>): void {
    this.#tuning = tuning;
  }

  /** A packet came out. */
  heard(reception: Reception): void {
    const { packet } = reception;
    const { kinds } = this.#options;
    const strange = this.#anomalies.look(packet);
    const name = `${packet.protocol}_${packet.meterId}`.replace(/[^\w.-]/g, '');
    const annotate = (firstSample: number): Annotation => annotationOf(reception, firstSample);
    if (kinds.includes('meters') && this.#meters.has(packet.meterId)) {
      this.#save(packet.burst, `packet_${name}`, annotate);
    } else if (kinds.includes('anomalies') && strange !== null && this.#mayMore()) {
      this.#save(packet.burst, `anomaly_${name}`, (firstSample) => {
        const annotation = annotate(firstSample);
        return { ...annotation, comment: `${strange}; ${annotation.comment}` };
      });
    }
  }

  /** Something became of a burst. */
  verdict(burst: Burst, verdict: Verdict): void {
    // What is no packet's line code is another system's signal.
    if (verdict.became !== 'refused' || verdict.why === 'line-code') return;
    if (!this.#options.kinds.includes('refused') || burst.snrDb < STRONG_DB) return;
    // A strong packet is refused several times over, at its images and at its wrong beginnings.
    if (burst.firstSample < this.#lastEnd || !this.#mayMore()) return;
    const hz = (this.#tuning?.centerHz ?? 0) + burst.carrierHz;
    this.#save(burst, `refused_${(hz / 1e6).toFixed(3)}M`, (firstSample) => ({
      firstSample,
      samples: burst.lengthSamples,
      lowHz: Math.round(hz - burst.bandwidthHz / 2),
      highHz: Math.round(hz + burst.bandwidthHz / 2),
      label: `refused: ${verdict.why}`,
      comment: `${burst.snrDb.toFixed(1)} dB, confidence ${verdict.nearest?.confidence.toFixed(4) ?? 'none'}`,
    }));
  }

  /** The stream is over: what waits is saved as far as it came. */
  async finish(): Promise<void> {
    this.#settle(Number.POSITIVE_INFINITY);
    await this.#folder.finish();
  }

  #see(block: SampleBlock): void {
    const rateHz = this.#tuning?.sampleRateHz;
    if (rateHz === undefined) return;
    const { format, firstSample, timeMs, moved } = block;
    if (this.#ring === null) {
      const samples = Math.min(RING_SECONDS * rateHz, RING_BYTES / SAMPLE_BYTES[format]);
      this.#ring = new IqRing(format, Math.floor(samples));
      this.#format = format;
    }
    this.#startMs = (timeMs ?? Date.now()) - (firstSample / rateHz) * 1000;
    // Nothing follows on what came before a gap.
    if (firstSample !== this.#ring.held.end) this.#settle(Number.POSITIVE_INFINITY);
    if (moved !== undefined) {
      this.#tuning = { centerHz: moved.centerHz, sampleRateHz: rateHz };
      this.#windowFrom = firstSample;
    }
    this.#ring.write(block);
    this.#settle(this.#ring.held.end);
  }

  #mayMore(): boolean {
    const number = Math.floor(performance.now() / 60_000);
    if (number !== this.#minute.number) this.#minute = { number, saved: 0 };
    return ++this.#minute.saved <= MOST_A_MINUTE;
  }

  #save(burst: Burst, what: string, annotate: Waiting['annotate']): void {
    const rateHz = this.#tuning?.sampleRateHz;
    if (rateHz === undefined || this.#ring === null) return;
    const { firstSample, lengthSamples } = burst;
    const time = new Date(this.#startMs + (firstSample / rateHz) * 1000);
    const name = `${time.toISOString().replace(/[-:]/g, '')}_${what}`;
    const first = firstSample - Math.round(BEFORE_SECONDS * rateHz);
    const end = firstSample + lengthSamples + Math.round(AFTER_SECONDS * rateHz);
    this.#lastEnd = firstSample + lengthSamples;
    this.#waiting.push({ first, end, name, annotate, burst });
    this.#settle(this.#ring.held.end);
  }

  /** Puts away what is complete when the stream has come to a sample. */
  #settle(reached: number): void {
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter(({ end }) => end <= reached);
    this.#waiting = this.#waiting.filter(({ end }) => end > reached);
    for (const waiting of ready) this.#put(waiting);
  }

  #put({ first, end, name, annotate, burst }: Waiting): void {
    if (this.#ring === null || this.#tuning === null) return;
    const { held } = this.#ring;
    const stretch = { first: Math.max(first, held.first, this.#windowFrom), end: Math.min(end, held.end) };
    // Told so late, or so soon after a gap, that it is gone.
    if (burst.firstSample < stretch.first || stretch.end <= stretch.first) return;
    const { centerHz, sampleRateHz } = this.#tuning;
    const timeMs = this.#startMs + (stretch.first / sampleRateHz) * 1000;
    const meta = sigmfText({
      ...{ format: this.#format, sampleRateHz, centerHz },
      description: 'What ertd run kept of the air around a burst.',
      recorder: 'ertd run',
      captures: [{ firstSample: 0, timeMs, streamSample: stretch.first }],
      annotations: [annotate(burst.firstSample - stretch.first)],
    });
    this.#folder.add({ name, data: this.#ring.read(stretch), meta });
  }
}
