import type { EndpointKey } from './endpoint.js';
import type { Gate } from './gate.js';
import type { UnknownPolicy } from './ledger.js';
import type {
  LedgerChanges,
  LedgerJournal,
  LedgerState,
  SavedEndpoint,
  SavedMemory,
  SavedSuspect,
} from './ledger-state.js';
import type { Observer } from './observer.js';
import type { ClosedSuspect, Suspect } from './quarantine.js';
import type { Registry } from './registry.js';

/** Newcomers that wait for a second packet and are written down all the same. */
const MOST_NEWCOMERS = 500;

/** Keeps account of what has to be written, so that a ledger can go on where this one was. */
export class Journal implements LedgerJournal {
  readonly #registry: Registry;
  readonly #gate: Gate;
  readonly #observers: readonly Observer[];
  readonly #unknown: UnknownPolicy;
  /** Have to be written before entries that build on them. */
  readonly #fresh = new Set<EndpointKey>();
  /** Have other statistics. */
  readonly #touched = new Set<EndpointKey>();
  readonly #forgotten = new Set<EndpointKey>();
  /** As they were last written, by ID. */
  readonly #writtenSuspects = new Map<string, Suspect>();
  #closed: ClosedSuspect[] = [];
  readonly #unwritten = new Map<string, SavedMemory>();

  constructor(registry: Registry, gate: Gate, observers: readonly Observer[], unknown: UnknownPolicy) {
    this.#registry = registry;
    this.#gate = gate;
    this.#observers = observers;
    this.#unknown = unknown;
  }

  touched(key: EndpointKey): void {
    this.#touched.add(key);
  }

  fresh(key: EndpointKey): void {
    this.#fresh.add(key);
  }

  forget(key: EndpointKey): void {
    if (this.#gate.believedOf(key) !== null) this.#forgotten.add(key);
    this.#gate.forget(key);
    this.#fresh.delete(key);
    this.#touched.delete(key);
  }

  resume({ endpoints, waiting, memories }: LedgerState): void {
    for (const { record, meter, role, tamper, registers } of endpoints) {
      const isAlone = role === 'consumption' && meter.key === record.key;
      this.#registry.resume(record, isAlone ? null : { meter: meter.key, register: role });
      const type = record.protocol.startsWith('R900') ? record.type : record.type & 15;
      this.#gate.resume(record.key, { type, tamper: new Map(tamper), registers: new Map(registers) });
    }
    for (const suspect of waiting) {
      this.#gate.quarantine.put(suspect);
      this.#writtenSuspects.set(suspect.id, suspect);
    }
    for (const observer of this.#observers) {
      observer.resume?.(memories.filter((memory) => memory.observer === observer.name));
    }
  }

  changes(all: boolean): LedgerChanges {
    const keys = new Set([...this.#fresh, ...(all ? this.#touched : [])]);
    this.#closed.push(...this.#gate.quarantine.takeClosed());
    const waiting = this.#waiting(all).filter(
      ({ suspect }) => this.#writtenSuspects.get(suspect.id) !== suspect,
    );
    const closed = this.#closed.flatMap((one) => this.#savedClosed(one));
    return {
      endpoints: [...keys].map((key) => this.#stateOf(key)).filter((state) => state !== null),
      forgotten: [...this.#forgotten],
      suspects: [...waiting, ...closed],
      settled: this.#closed
        .filter((one) => this.#savedClosed(one).length === 0 && this.#writtenSuspects.has(one.suspect.id))
        .map(({ suspect }) => suspect.id),
      memories: all ? this.#memories() : [],
    };
  }

  written({ endpoints, suspects, settled, memories }: LedgerChanges): void {
    for (const { record } of endpoints) {
      this.#fresh.delete(record.key);
      this.#touched.delete(record.key);
    }
    this.#forgotten.clear();
    this.#closed = [];
    for (const { observer, key } of memories) this.#unwritten.delete(`${observer} ${key}`);
    for (const id of settled) this.#writtenSuspects.delete(id);
    for (const { suspect, outcome } of suspects) {
      if (outcome === 'waiting') this.#writtenSuspects.set(suspect.id, suspect);
      else this.#writtenSuspects.delete(suspect.id);
    }
  }

  writeAllAgain(): void {
    this.freshAll();
    this.#writtenSuspects.clear();
  }

  /** All that is known of endpoints is to be written with the next entries. */
  freshAll(): void {
    for (const { key } of this.#registry.records())
      if (this.#gate.believedOf(key) !== null) this.#fresh.add(key);
  }

  /** Observers tell a change once; it is kept until it is written. */
  #memories(): SavedMemory[] {
    for (const observer of this.#observers) {
      for (const memory of observer.changes?.() ?? [])
        this.#unwritten.set(`${observer.name} ${memory.key}`, { observer: observer.name, ...memory });
    }
    return [...this.#unwritten.values()];
  }

  #isKept(key: EndpointKey): boolean {
    return this.#unknown !== 'off' || this.#registry.roleOf(key).own !== null;
  }

  #stateOf(key: EndpointKey): SavedEndpoint | null {
    const record = this.#registry.record(key);
    const believed = this.#gate.believedOf(key);
    if (record === null || believed === null || !this.#isKept(key)) return null;
    const { own, register: role } = this.#registry.roleOf(key);
    const meter = this.#registry.labelOf(key, record.commodity);
    const { tamper, registers } = believed;
    return { record, meter, scale: own?.scale ?? null, role, tamper, registers };
  }

  /** Newcomers are written seldom: most are confirmed or forgotten before that. */
  #waiting(all: boolean): SavedSuspect[] {
    const suspects = [...this.#gate.quarantine.all()].filter(({ endpoint }) => this.#isKept(endpoint));
    const known = suspects.filter(({ doubt }) => doubt !== 'new');
    const newcomers = all ? suspects.filter(({ doubt }) => doubt === 'new').slice(-MOST_NEWCOMERS) : [];
    return [...known, ...newcomers].map((suspect) => ({ suspect, outcome: 'waiting', decidedMs: null }));
  }

  #savedClosed({ suspect, outcome, timeMs }: ClosedSuspect): SavedSuspect[] {
    const isNews = outcome !== 'confirmed' && (suspect.doubt !== 'new' || outcome === 'dropped');
    return isNews && this.#isKept(suspect.endpoint) ? [{ suspect, outcome, decidedMs: timeMs }] : [];
  }
}
