import type { Reading } from '../readings/reading.js';
import { rtlamrMeterType } from './formats/rtlamr-message.js';

/** Which packets are printed, by the rules of rtlamr's flags of these names. */
export interface PacketFilterRules {
  /** Only those with one of these IDs; null prints all. */
  readonly ids: readonly number[] | null;
  /** Only those of one of these types, as rtlamr prints them; null prints all. */
  readonly types: readonly number[] | null;
  /** None with the same check as the one before of the same ID. */
  readonly unique: boolean;
  /** Only the first, or the first of each of `ids`. */
  readonly single: boolean;
  /** Told when `single` has what it waited for. */
  readonly onSatisfied?: () => void;
}

/** Checks remembered at most for `unique`; beyond them the IDs heard least recently are forgotten. */
const MOST_IDS = 10_000;

/** Chooses the packets that are printed. */
export class PacketFilter {
  readonly #rules: PacketFilterRules;
  readonly #waitedFor: Set<number> | null;
  readonly #lastCheck = new Map<number, unknown>();
  #satisfied = false;

  constructor(rules: PacketFilterRules) {
    this.#rules = rules;
    this.#waitedFor = rules.ids === null ? null : new Set(rules.ids);
  }

  accepts(reading: Reading): boolean {
    const { types, unique, single } = this.#rules;
    if (this.#satisfied || this.#waitedFor?.has(reading.id) === false) return false;
    if (types !== null && !types.includes(rtlamrMeterType(reading))) return false;
    if (unique && !this.#isNews(reading)) return false;
    if (single) this.#strike(reading.id);
    return true;
  }

  #strike(id: number): void {
    this.#waitedFor?.delete(id);
    if (this.#waitedFor !== null && this.#waitedFor.size > 0) return;
    this.#satisfied = true;
    this.#rules.onSatisfied?.();
  }

  #isNews({ id, fields }: Reading): boolean {
    const { checksum } = fields;
    const isNews = this.#lastCheck.get(id) !== checksum;
    this.#lastCheck.delete(id);
    this.#lastCheck.set(id, checksum);
    if (this.#lastCheck.size > MOST_IDS) this.#lastCheck.delete(this.#lastCheck.keys().next().value!);
    return isNews;
  }
}
