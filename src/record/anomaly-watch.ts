import type { Packet } from '../decode/protocol.js';

/** What is remembered of a meter. */
type Memory = Pick<Packet, 'type' | 'consumption' | 'fields'>;

/** Meters that are remembered; the one that was silent for longest is forgotten first. */
const MOST_METERS = 10_000;
/** A register that loses less than this share of its count ran backwards; one that loses more began anew. */
const ANEW_SHARE = 0.5;

/** Compares each packet with the one before of its meter. */
export class AnomalyWatch {
  readonly #memories = new Map<string, Memory>();

  /** @returns what is strange about a packet, in a few words, or null */
  look({ protocol, meterId, type, consumption, fields }: Packet): string | null {
    const key = `${protocol} ${meterId}`;
    const before = this.#memories.get(key);
    this.#memories.delete(key);
    this.#memories.set(key, { type, consumption, fields });
    if (this.#memories.size > MOST_METERS) this.#memories.delete(this.#memories.keys().next().value ?? '');
    return before === undefined ? null : difference(before, { type, consumption, fields });
  }
}

function difference(before: Memory, now: Memory): string | null {
  if (now.type !== before.type) return `type ${before.type} became ${now.type}`;
  const tamper = Object.keys(now.fields).find(
    (name) => name.startsWith('tamper') && String(now.fields[name]) !== String(before.fields[name]),
  );
  if (tamper !== undefined) return `${tamper} ${before.fields[tamper]} became ${now.fields[tamper]}`;
  if (before.consumption === null || now.consumption === null) return null;
  const lost = before.consumption - now.consumption;
  if (lost <= 0 || lost > ANEW_SHARE * before.consumption) return null;
  return `consumption ${before.consumption} became ${now.consumption}`;
}
