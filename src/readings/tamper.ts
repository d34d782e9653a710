import type { Commodity } from './commodity.js';

/**
 * Tamper fields are counters, not flags: they go up by one with each event, wrap, and are never reset. A gas meter that
 * has sent 3 for years is a normal one; a change is the news.
 *
 * Sources: Itron's manuals of the CENTRON meters (filings SK9C1A-2, SK9C1A-3, SK9AMI-2 with the FCC) for what they
 * count, which published packets confirm of SCM: its two fields are the low bits of IDM's first two. Order and
 * meaning in SCM+, and the third to sixth of IDM, were concluded from packets.
 */
export interface TamperCounter {
  readonly name: string;
  readonly value: number;
  /** It wraps at this value. */
  readonly modulus: number;
}

/** Of endpoints with more than one ID (type 8), the first ID counts these; the others count something else. */
const OF_ELECTRIC = ['inversion', 'removal'] as const;
/** A remote gas module counts cuts of its cable in place of magnets. */
const OF_OTHERS = ['tilt', 'magnet or cut cable'] as const;
const OF_IDM = ['inversion', 'removal', 'reverse rotation', 'power loss', 'unknown', 'spare'] as const;

/**
 * The tamper counters in a message's fields, by name; none where it has none.
 * @param fields `tamperPhy` and `tamperEnc` of SCM, `tamperCounters` of SCM+, IDM and NetIDM
 */
export function tamperCountersOf(
  protocol: string,
  commodity: Commodity,
  fields: Readonly<Record<string, unknown>>,
): TamperCounter[] {
  const two = commodity === 'electric' ? OF_ELECTRIC : OF_OTHERS;
  if (protocol === 'SCM') return named(two, [fields.tamperPhy, fields.tamperEnc], 4);
  if (!Array.isArray(fields.tamperCounters)) return [];
  return named(protocol === 'SCM+' ? two : OF_IDM, fields.tamperCounters, 256);
}

function named(names: readonly string[], values: readonly unknown[], modulus: number): TamperCounter[] {
  return names.map((name, i) => ({ name, value: Number(values[i] ?? 0), modulus }));
}
