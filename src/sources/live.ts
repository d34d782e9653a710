import assert from 'node:assert';
import { Fault } from '../errors.js';
import { BlockQueue } from './block-queue.js';
import { type Clock, systemClock } from './clock.js';
import { Flow } from './flow.js';
import type { SampleBlock, SampleFormat, SampleSource, SourceEvent, SourceHealth, Tuning } from './source.js';
import { StreamClock } from './stream-clock.js';

/** A connection to a radio that sends samples, until it ends. */
export interface Link {
  /** Resolves, with the reason, when it is over and nothing of it is left running; never rejects. */
  readonly ended: Promise<Fault>;
  /** Sets the radio, or does nothing where it cannot be set while it runs. */
  tune(tuning: Tuning): void;
  /** The tuner's chip, where the radio tells. */
  readonly tuner?: string | null;
}

/** What a link is to be opened for. */
export interface LinkRequest {
  readonly tuning: Tuning;
  /** Takes samples as they arrive; the bytes are valid during the call only. */
  readonly onSamples: (bytes: Uint8Array) => void;
  /** Cuts the link. */
  readonly signal: AbortSignal;
}

/** What all kinds of live source can be told. */
export interface LiveOptions {
  /** Is told of each outage twice: when it begins, and when samples flow again. */
  readonly onEvent?: ((event: SourceEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** Samples of every block but the last of a link; 16 ms where absent. */
  readonly blockSamples?: number | undefined;
  /** What may wait for a slow consumer, ms of signal; 1000 where absent. */
  readonly queueMs?: number | undefined;
}

/** What one kind of live source is. */
export interface LiveKind {
  readonly id: string;
  /** Ends the sentence "Samples flow again from …". */
  readonly name: string;
  readonly format: SampleFormat;
  /** What the radio can be set to of what is wanted. */
  readonly nearest: (wanted: Tuning) => Tuning;
  /** @throws Fault `SOURCE_NOT_FOUND` or another; nothing is left running then */
  readonly openLink: (request: LinkRequest) => Promise<Link>;
  /** 30 s where absent. */
  readonly longestRetryMs?: number | undefined;
}

/** Short, since a packet waits for its block. */
const BLOCK_MS = 16;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;
/** An outage is noticed to be over by at most half its length late. */
const RETRY_GROWTH = 1.5;

/**
 * A live radio. Once open it is there until closed: a link that drops or falls silent is made anew, after 0.25 s,
 * 0.375 s, … 30 s, and set as wanted every time; the waits begin anew once samples have flowed for a second. The
 * samples of an outage show as a jump of `firstSample`, as do those dropped when blocks are not fetched in time.
 */
export class LiveSource implements SampleSource {
  readonly id: string;
  readonly live = true;
  readonly lengthSamples = null;
  readonly #kind: LiveKind;
  readonly #options: LiveOptions;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #queue: BlockQueue | null = null;
  #tuning: Tuning | null = null;
  #link: Link | null = null;
  #keeper: Promise<void> | null = null;
  #retryMs = FIRST_RETRY_MS;
  readonly #flow: Flow;

  constructor(kind: LiveKind, options: LiveOptions) {
    this.id = kind.id;
    this.#kind = kind;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#flow = new Flow(this.#clock, kind.name, options.onEvent);
  }

  get droppedSamples(): number {
    return this.#queue?.droppedSamples ?? 0;
  }

  /** Outages since `open`, one under way included. */
  get outages(): number {
    return this.#flow.health.outages;
  }

  /** The tuner's chip, such as `R820T`; null where it is not known, as in an outage. */
  get tuner(): string | null {
    return this.#link?.tuner ?? null;
  }

  get health(): SourceHealth {
    return this.#flow.health;
  }

  /**
   * Opens the first link and sets the radio.
   * @returns `wanted` as far as the radio can be told it; it does not tell what it made of it.
   * @throws Fault of the link; the signal's reason when aborted.
   */
  async open(wanted: Tuning, signal?: AbortSignal): Promise<Tuning> {
    assert(this.#queue === null, 'a source is opened once');
    const tuning = this.#kind.nearest(wanted);
    this.#tuning = tuning;
    this.#queue = this.#newQueue(tuning.sampleRateHz);
    const giveUp = () => this.#closing.abort();
    signal?.throwIfAborted();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const link = await this.#openLink(this.#queue);
      this.#keeper = this.#keepLinked(this.#queue, link);
      return tuning;
    } catch (fault) {
      signal?.throwIfAborted();
      throw fault;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** Sets the radio anew while it runs. The sample rate stays as it was opened with. */
  retune(wanted: Tuning): Tuning {
    assert(this.#tuning !== null, 'open comes first');
    this.#tuning = { ...this.#kind.nearest(wanted), sampleRateHz: this.#tuning.sampleRateHz };
    this.#link?.tune(this.#tuning);
    return this.#tuning;
  }

  async *blocks(signal: AbortSignal): AsyncGenerator<SampleBlock, void, undefined> {
    assert(this.#queue !== null, 'open comes first');
    const stop = () => void this.close();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (;;) {
        const block = await this.#queue.take();
        if (block === null) return;
        yield block;
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#queue?.end();
    await this.#keeper;
  }

  #newQueue(sampleRateHz: number): BlockQueue {
    const { queueMs = 1000 } = this.#options;
    const blockSamples = this.#options.blockSamples ?? Math.round((BLOCK_MS / 1000) * sampleRateHz);
    const capacity = Math.max(1, Math.round(((queueMs / 1000) * sampleRateHz) / blockSamples));
    const clock = new StreamClock(this.#clock, sampleRateHz);
    return new BlockQueue({ format: this.#kind.format, blockSamples, capacity, clock });
  }

  async #openLink(queue: BlockQueue): Promise<Link> {
    assert(this.#tuning !== null, 'open comes first');
    const onSamples: LinkRequest['onSamples'] = (bytes) => {
      this.#flow.came();
      queue.write(bytes);
    };
    const tuning = this.#tuning;
    const link = await this.#kind.openLink({ tuning, onSamples, signal: this.#closing.signal });
    this.#link = link;
    link.tune(this.#tuning); // which may have changed meanwhile
    return link;
  }

  /** Replaces each link that ends by the next, until closed. */
  async #keepLinked(queue: BlockQueue, first: Link): Promise<void> {
    const { signal } = this.#closing;
    let link: Link | null = first;
    while (!signal.aborted) {
      if (link !== null) {
        const why = await link.ended;
        this.#link = null;
        if (signal.aborted) return;
        queue.interrupt();
        if (this.#flow.wasSteady) this.#retryMs = FIRST_RETRY_MS;
        this.#flow.stopped(why);
      }
      await this.#clock.sleep(this.#retryMs, signal);
      const longest = this.#kind.longestRetryMs ?? LONGEST_RETRY_MS;
      this.#retryMs = Math.min(RETRY_GROWTH * this.#retryMs, longest);
      if (signal.aborted) return;
      this.#flow.tried();
      link = await this.#openLink(queue).catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error;
        this.#flow.tried(error);
        return null;
      });
    }
  }
}
