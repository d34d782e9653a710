import type { Config } from '../config.js';
import { ownMetersOf } from '../readings/describe-meter.js';
import type { Entry } from '../readings/entry.js';
import { Ledger } from '../readings/ledger.js';
import type { OwnMeter } from '../readings/own-meter.js';
import type { Reading } from '../readings/reading.js';
import type { SqliteSink } from '../sinks/sqlite.js';
import type { Decision } from '../sinks/sqlite-own-meters.js';
import { DatabaseWatch, zoneEvents } from './house-events.js';
import type { Listening } from './listening.js';
import { resumedLedger } from './resumed-ledger.js';
import type { ReceiverStatus } from './status.js';

export interface LedgerKeeperOptions {
  readonly config: Config;
  readonly database: SqliteSink | null;
  /** Told which meters are the user's; null where each radio stays where it is. */
  readonly listening: Listening | null;
  /** Where what the ledger says goes to. */
  readonly write: (entry: Entry) => void;
}

/** Gives the ledger readings, the time and what the user decides, and passes on what it says. */
export class LedgerKeeper {
  readonly #config: Config;
  readonly #database: SqliteSink | null;
  readonly #listening: Listening | null;
  readonly #write: (entry: Entry) => void;
  readonly #databaseWatch = new DatabaseWatch();
  #ledger = new Ledger();
  /** Keys of the meters that have a name; null before they are read. */
  #named: ReadonlySet<string> | null = null;

  constructor({ config, database, listening, write }: LedgerKeeperOptions) {
    this.#config = config;
    this.#database = database;
    this.#listening = listening;
    this.#write = write;
  }

  /**
   * Goes on from what the database has, once that has been started.
   * @param isLive packets come as they are sent, not from recordings
   * @throws as `resumedLedger` does
   */
  resume(isLive: boolean): void {
    this.#ledger = resumedLedger(this.#config, this.#database, isLive);
    const resumed = this.#database?.resume();
    this.#knowOwn(ownMetersOf(this.#config.meters, resumed?.own ?? []));
    this.#decide(resumed?.decisions ?? []);
    this.#pass(zoneEvents(resumed?.zone ?? null, this.#config.usage.zone, Date.now()));
  }

  /** Whether this meter has a name, or may have one, as they are not read yet. */
  isKnown(key: string): boolean {
    return this.#named?.has(key) ?? true;
  }

  take(packet: Reading): void {
    this.#pass(this.#ledger.take(packet));
  }

  /**
   * Is called every second or so.
   * @param receivers how they fare; null for recordings, which have a time of their own
   */
  tick(nowMs: number, receivers: readonly ReceiverStatus[] | null): void {
    if (receivers !== null) {
      const troubles = receivers.map(
        ({ name, state, why }) => [name, state === 'receiving' ? null : (why ?? state)] as const,
      );
      this.#pass(this.#ledger.tick(nowMs, new Map(troubles)));
    }
    this.#pass(this.#databaseWatch.look(this.#database?.stats.trouble ?? null, nowMs));
    const changes = this.#database?.userChanges() ?? null;
    if (changes === null) return;
    const { own, decisions, wanted } = changes;
    this.#database?.want(wanted);
    const meters = ownMetersOf(this.#config.meters, own);
    this.#ledger.own = meters;
    this.#knowOwn(meters);
    this.#decide(decisions);
  }

  #knowOwn(meters: readonly OwnMeter[]): void {
    this.#listening?.own(meters.map((meter) => ({ ...meter, key: this.#ledger.mainOf(meter) })));
    this.#named = new Set(meters.map((meter) => this.#ledger.labelKeyOf(meter)));
  }

  #decide(decisions: readonly Decision[]): void {
    for (const { suspect, decision } of decisions)
      this.#pass(this.#ledger.decide(suspect, decision, Date.now()));
  }

  #pass(entries: readonly Entry[]): void {
    for (const entry of entries) this.#write(entry);
  }
}
