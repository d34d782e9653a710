import { setTimeout as delay } from 'node:timers/promises';
import type { SinkStatus } from '../sink.js';
import { sentence, type Trouble, TroubleReport } from '../trouble.js';
import { BackOff } from './back-off.js';
import { Bell } from './bell.js';
import { networkTrouble } from './network-trouble.js';

/** Why a batch could not be delivered. */
export class DeliveryFailure extends Error {
  readonly trouble: Trouble;
  /** False where the same batch would be refused again: it is given up. */
  readonly retryable: boolean;

  constructor(trouble: Trouble, retryable = true) {
    super(trouble.reason);
    this.trouble = trouble;
    this.retryable = retryable;
  }
}

export interface CourierOptions<Item> {
  readonly name: string;
  /** Where it goes, without secrets. */
  readonly target: string;
  /** Delivers all of a batch or throws; a failure that is no DeliveryFailure is tried again. */
  readonly deliver: (batch: readonly Item[], signal: AbortSignal) => Promise<void>;
  readonly batchSize: number;
  /** How long a batch may wait for more, ms. */
  readonly batchMs: number;
  /** Items that wait at most; then the oldest go. */
  readonly maxQueued: number;
  readonly onTrouble: (message: string) => void;
  readonly onRecovered: (message: string) => void;
  /** The first wait after a failure, ms. */
  readonly firstWaitMs?: number | undefined;
}

/** How long what waits may hold up the end, ms. */
const FAREWELL_MS = 3000;

/** Carries items to a server in batches, in order: waits where it is away, and is never in the way of who writes. */
export class Courier<Item> {
  readonly #options: CourierOptions<Item>;
  readonly #report: TroubleReport;
  readonly #bell = new Bell();
  readonly #stopping = new AbortController();
  readonly #hurry = new AbortController();
  #queue: Item[] = [];
  #underWay: readonly Item[] = [];
  #running: Promise<void> | null = null;
  /** Items that are delivered one by one: one of them was refused with the others. */
  #suspects = 0;
  #sent = 0;
  #dropped = 0;

  constructor(options: CourierOptions<Item>) {
    this.#options = options;
    const say = { trouble: options.onTrouble, recovered: options.onRecovered };
    this.#report = new TroubleReport(say, () => performance.now());
  }

  get status(): SinkStatus {
    const { name, target } = this.#options;
    const trouble = this.#report.current;
    const why = trouble === null ? null : sentence(trouble);
    return { name, target, queued: this.#waiting, sent: this.#sent, dropped: this.#dropped, trouble: why };
  }

  start(): void {
    this.#running = this.#run(this.#stopping.signal);
  }

  add(item: Item): void {
    this.#queue.push(item);
    this.#shorten();
    this.#bell.ring();
  }

  /** Delivers what waits, though not for long where the server is away; the rest is lost, and told. */
  async stop(): Promise<void> {
    if (this.#running === null) return;
    this.#hurry.abort();
    this.#bell.ring();
    const patience = setTimeout(
      () => this.#stopping.abort(),
      this.#report.current === null ? FAREWELL_MS : 0,
    );
    await this.#running;
    clearTimeout(patience);
    if (this.#waiting > 0)
      this.#options.onTrouble(`${this.#waiting} entries could not be sent to ${this.#options.target}.`);
  }

  get #waiting(): number {
    return this.#queue.length + this.#underWay.length;
  }

  #shorten(): void {
    const excess = this.#queue.length - this.#options.maxQueued;
    if (excess <= 0) return;
    this.#queue.splice(0, excess);
    this.#dropped += excess;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.#options.firstWaitMs);
    while (!signal.aborted) {
      if (this.#queue.length === 0) {
        if (this.#hurry.signal.aborted) return;
        await this.#bell.heard();
        continue;
      }
      await this.#gather(signal);
      if (await this.#deliver(signal)) backOff.reset();
      else await backOff.wait(AbortSignal.any([signal, this.#hurry.signal]));
      if (this.#report.current !== null && this.#hurry.signal.aborted) return;
    }
  }

  /** Lets a batch grow. */
  async #gather(signal: AbortSignal): Promise<void> {
    const { batchSize, batchMs } = this.#options;
    if (batchMs === 0 || this.#queue.length >= batchSize || this.#hurry.signal.aborted) return;
    await delay(batchMs, undefined, { signal: AbortSignal.any([signal, this.#hurry.signal]) }).catch(
      () => {},
    );
  }

  /** @returns false where it is to be tried again */
  async #deliver(signal: AbortSignal): Promise<boolean> {
    const { batchSize, deliver, target } = this.#options;
    const batch = this.#queue.splice(0, this.#suspects > 0 ? 1 : batchSize);
    this.#underWay = batch;
    this.#suspects = Math.max(0, this.#suspects - 1);
    try {
      await deliver(batch, signal);
      this.#sent += batch.length;
      this.#report.ended(target, `Entries that wait: ${this.#queue.length}.`);
      return true;
    } catch (error) {
      const failure = failureOf(error);
      if (!failure.retryable && batch.length > 1) {
        this.#suspects = batch.length;
        this.#queue = [...batch, ...this.#queue];
        return true;
      }
      this.#report.began(target, failure.trouble, this.#consequence(failure, batch.length));
      if (failure.retryable) this.#queue = [...batch, ...this.#queue];
      else this.#dropped += batch.length;
      return !failure.retryable;
    } finally {
      this.#underWay = [];
      this.#shorten();
    }
  }

  #consequence({ retryable }: DeliveryFailure, count: number): string {
    return retryable ? `Entries that wait: ${this.#queue.length + count}.` : `Entries given up: ${count}.`;
  }
}

function failureOf(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  if (error instanceof Error && error.name === 'TimeoutError')
    return new DeliveryFailure({ reason: 'it does not answer in time', advice: 'see what it logs' });
  return new DeliveryFailure(networkTrouble(error) ?? { reason: innermost(error), advice: '' });
}

/** What an error says that others may be wrapped around. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}
